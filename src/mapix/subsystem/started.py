"""The address books and transports of a session core, logged on when they are first needed (session 2.5, 8)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mapix.interfaces.spi import AddressBookLogon, ProviderKind, TransportLogon
from mapix.properties.errors import MapiError
from mapix.properties.flags import (
    STATUS_AVAILABLE,
    STATUS_FAILURE,
    STATUS_FLUSH_QUEUES,
    STATUS_OUTBOUND_ENABLED,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_RESOURCE_METHODS, PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.dialogs import LogonCancelled
from mapix.subsystem.isolation.providers import show_back, show_failure
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.profiles.profile import Pair
from mapix.subsystem.remote import go_on_without_line
from mapix.subsystem.support.support import CommonSupport, ProviderSupport
from mapix.subsystem.support.transportsupport import TransportProviderSupport

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.spooler.transports import LoadedTransport

T = TypeVar("T")
_log = logging.getLogger("mapix.subsystem")


@dataclass(slots=True)
class LoadedBook:
    """An address book provider that is logged on."""

    uid: bytes
    name: str
    logon: AddressBookLogon
    support: ProviderSupport
    failing: bool = False
    """Whether it had no containers to give when somebody last wanted them."""

    def show(self, error: MapiError | None) -> None:
        """Show in its status row that it fails, and that it does not any more (SES-31)."""
        if error is not None and not self.failing:
            show_failure(self.support, error)
        elif error is None and self.failing:
            show_back(self.support)
        self.failing = error is not None


@dataclass(slots=True)
class StartedTransport:
    """A transport of the session; `logon` is None where it failed, `reason` says why."""

    pair: Pair
    logon: TransportLogon | None
    support: TransportProviderSupport
    reason: str = ""

    def loaded(self) -> LoadedTransport:
        """It as spoolers know it; one that failed says why to who wants something of it."""
        from mapix.subsystem.spooler.transports import AbsentTransport, LoadedTransport

        service, provider = self.pair
        logon = self.logon or AbsentTransport(self.reason)
        return LoadedTransport(provider.uid, service.display_name or service.name, logon)


class Started:
    """Starts each provider once. Where somebody gives the logon up, at a dialog or with Ctrl-C, those of this kind are
    logged off again.
    """

    def __init__(self, core: SessionCore) -> None:
        self._core = core
        self._books: list[LoadedBook] | None = None
        self._transports: list[StartedTransport] | None = None

    def books(self) -> list[LoadedBook]:
        """The address books that could be logged on."""
        if self._books is None:
            self._books = []
            try:
                for pair in self._core.handle.read().providers(ProviderKind.ADDRESS_BOOK):
                    if (book := self._start_book(pair)) is not None:
                        self._books.append(book)
            except BaseException:
                self._let_books_go(None)
                raise
        return list(self._books)

    def transports(self) -> list[StartedTransport]:
        """The transports in transport order, those that failed among them."""
        if self._transports is None:
            self._transports = []
            try:
                for pair in self._core.handle.read().transports():
                    self._transports.append(self._start_transport(pair))
            except BaseException:
                self._let_transports_go(None)
                raise
        return list(self._transports)

    def poll_books(self) -> None:
        """Have the address books that are logged on look for what others changed."""
        for book in list(self._books or ()):
            with suppress(MapiError):
                book.logon.poll()

    def logons(self) -> list[TransportLogon | AddressBookLogon]:
        """The transports that are logged on, then the address books; none is started."""
        transports = [each.logon for each in self._transports or () if each.logon is not None]
        return [*transports, *(each.logon for each in self._books or ())]

    def retry_transports(self) -> None:
        """Log transports on that could not be before."""
        for place, each in enumerate(self.transports()):
            if each.logon is None and self._transports is not None:
                self._transports[place] = self._start_transport(each.pair)

    def log_off_books(self) -> None:
        """The end of the address books: there are none any more."""
        self._let_books_go([])

    def log_off_transports(self) -> None:
        """The end of the transports: there are none any more."""
        self._let_transports_go([])

    def _let_books_go(self, left: list[LoadedBook] | None) -> None:
        with self._core.guard:
            books, self._books = self._books, left
        take_every(*(partial(_log_off, book.logon, book.support) for book in books or ()))

    def _let_transports_go(self, left: list[StartedTransport] | None) -> None:
        with self._core.guard:
            transports, self._transports = self._transports, left
        there = [(each.logon, each.support) for each in transports or () if each.logon is not None]
        take_every(*(partial(_log_off, *each) for each in there))

    def _start_book(self, pair: Pair) -> LoadedBook | None:
        service, provider = pair
        core = self._core
        support = ProviderSupport(core, service, provider, core.routes, core.handle)
        try:
            logon = self._attempt(pair, support, lambda: core.providers.address_book(service, provider).logon(support))
        except LogonCancelled:
            raise
        except MapiError:
            return None
        support.opener = logon
        with _begun(logon, support):
            if not core.status.has(provider.uid):
                core.provider_status(service, provider, {}, update=False)
        return LoadedBook(provider.uid, service.display_name or service.name, logon, support)

    def _start_transport(self, pair: Pair) -> StartedTransport:
        service, provider = pair
        core = self._core
        support = TransportProviderSupport(core, service, provider, core.routes, core.handle)
        try:
            logon = self._attempt(pair, support, lambda: core.providers.transport(service, provider).logon(support))
        except LogonCancelled:
            raise
        except MapiError as error:
            return StartedTransport(pair, None, support, str(error))
        with _begun(logon, support):
            if not core.status.has(provider.uid):
                core.provider_status(service, provider, _running(), update=False)
            if not logon.connects:
                go_on_without_line(core, provider.uid)
            core.identity.publish(pair, support)
        return StartedTransport(pair, logon, support)

    def _attempt(self, pair: Pair, support: CommonSupport, logon: Callable[[], T]) -> T:
        """Log on; a failure shows in the status table."""
        try:
            return self._core.providers.attempt(*pair, logon)
        except BaseException as error:
            support.release()
            if isinstance(error, MapiError) and not isinstance(error, LogonCancelled):
                told = {PR_STATUS_CODE: STATUS_FAILURE, PR_STATUS_STRING: str(error)}
                self._core.provider_status(*pair, told, update=False)
            raise


@contextmanager
def _begun(logon: AddressBookLogon | TransportLogon, support: CommonSupport) -> Iterator[None]:
    """What is logged on and cannot be handed on is logged off."""
    try:
        yield
    except BaseException:
        _log_off(logon, support)
        raise


def _log_off(logon: AddressBookLogon | TransportLogon, support: CommonSupport) -> None:
    try:
        logon.logoff()
    except Exception:
        _log.warning("a provider failed at logoff", exc_info=True)
    finally:
        support.release()


def _running() -> dict[PropTag, Any]:
    """What a transport's row says when the transport itself says nothing."""
    return {
        PR_STATUS_CODE: STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED,
        PR_RESOURCE_METHODS: STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES,
    }
