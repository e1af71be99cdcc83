"""Loading the providers of a session and logging them on: the loop of session 2.6.

A provider that fails gets one chance where `correcting` knows what to do: the service's `configure` completes its
settings, or a person does. `FailOneProvider` leaves this provider out. Any other failure disables the whole service for
the life of the session (LOG-22..LOG-29), except those that are about what was asked for and not about the provider.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mapix.interfaces.prop import ErrorInfo
from mapix.interfaces.spi import (
    AddressBookProvider,
    MessageService,
    ProviderKind,
    StoreProvider,
    TransportProvider,
)
from mapix.properties.errors import (
    Busy,
    CallFailed,
    FailOneProvider,
    InvalidEntryid,
    InvalidParameter,
    LogonFailed,
    MapiError,
    NetworkError,
    NoAccess,
    NotFound,
    UnableToComplete,
    UnknownEntryid,
    from_sentence,
)
from mapix.properties.interrupts import let_interrupt_through
from mapix.subsystem.catalogue.services import provider_of
from mapix.subsystem.correcting import correct
from mapix.subsystem.dialogs import Dialogs, LogonCancelled
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.isolation.providers import load
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.profiles.profile import ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.settings import complete, require

if TYPE_CHECKING:
    from mapix.interfaces.support import Support
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profilehandle import ProfileHandle

T = TypeVar("T")
P = TypeVar("P", bound="StoreProvider | TransportProvider | AddressBookProvider")

MAPI_W_ERRORS_RETURNED = 0x00040380
"""The warning that some providers failed, and the rest is there (LOG-20)."""

_CALLERS_OWN = (NoAccess, NotFound, InvalidParameter, UnknownEntryid, InvalidEntryid, Busy)
"""What says nothing of the provider: a store that is kept by somebody just now is no broken one."""

_PASSING = (NetworkError, UnableToComplete)
_log = logging.getLogger("mapix.subsystem")


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider that could not be used, and why."""

    service: ServiceEntry
    provider: ProviderEntry
    error: MapiError

    def __str__(self) -> str:
        return f"{self.service.display_name or self.service.name}: {self.error}"


class Providers:
    """The provider objects of one session core: one of each kind and service (SPI-5), and what failed."""

    def __init__(self, catalogue: Catalogue, handle: ProfileHandle, limits: Limits | None = None) -> None:
        self.catalogue = catalogue
        self._limits = limits or Limits()
        self._handle = handle
        self.failures: list[Failure] = []
        self._loaded: dict[tuple[str, str], StoreProvider | TransportProvider | AddressBookProvider] = {}
        self._disabled: dict[bytes, MapiError] = {}
        self.on_disabled: Callable[[bytes, str], None] | None = None
        self._asked = threading.local()
        self._loading = threading.RLock()

    def service(self, entry: ServiceEntry) -> MessageService:
        """The service of a profile's entry, as the catalogue describes it; `LogonFailed` when it is not to be had."""
        try:
            return self.catalogue.get(entry.name)
        except NotFound as error:
            raise LogonFailed(error.text, value=entry.name, hint=error.hint) from None

    def store(self, service: ServiceEntry, provider: ProviderEntry) -> StoreProvider:
        """The store provider of an entry."""
        return self._provider(service, provider, StoreProvider)

    def transport(self, service: ServiceEntry, provider: ProviderEntry) -> TransportProvider:
        """The transport provider of an entry."""
        return self._provider(service, provider, TransportProvider)

    def address_book(self, service: ServiceEntry, provider: ProviderEntry) -> AddressBookProvider:
        """The address book provider of an entry."""
        return self._provider(service, provider, AddressBookProvider)

    def attempt(
        self, service: ServiceEntry, provider: ProviderEntry, logon: Callable[[], T], *, lenient: bool = False
    ) -> T:
        """Do `logon` by the rules; the error of the provider when it fails, `LogonFailed` for a disabled service. When
        `lenient`, what cannot be reached just now disables nothing: who asks will ask again.

        Whoever sits at the dialogs may give up the whole logon: `LogonCancelled`, and nothing is disabled.
        """
        self.check_enabled(service)
        try:
            return self._with_retry(service, provider, logon)
        except LogonCancelled:
            raise
        except FailOneProvider as error:
            self._remember(Failure(service, provider, error))
            raise
        except MapiError as error:
            if not _is_callers_own(provider, error) and not (lenient and isinstance(error, _PASSING)):
                self._disable(Failure(service, provider, error))
            raise

    @contextmanager
    def asking(self, dialogs: Dialogs | None) -> Iterator[None]:
        """On this thread a provider that fails is told to whoever sits at these dialogs (LOG-23)."""
        former = self._dialogs
        self._asked.dialogs = dialogs
        try:
            yield
        finally:
            self._asked.dialogs = former

    @property
    def asks(self) -> bool:
        """Whether somebody on this thread may be asked for something."""
        return self._dialogs is not None

    @property
    def _dialogs(self) -> Dialogs | None:
        found: Dialogs | None = getattr(self._asked, "dialogs", None)
        return found

    def check_enabled(self, service: ServiceEntry) -> None:
        """`LogonFailed` when the service is disabled for this session."""
        reason = self._disabled.get(service.uid)
        if reason is not None:
            text = f"the message service {service.name} is out of use in this session: {reason.sentence}"
            raise LogonFailed(text, hint=reason.hint or "mend the cause and log on again") from reason

    def is_enabled(self, service: ServiceEntry) -> bool:
        """Whether the service may be used in this session."""
        return service.uid not in self._disabled

    def out_of_use(self) -> dict[bytes, str]:
        """The services that are disabled, with their reasons."""
        return {uid: error.sentence for uid, error in dict(self._disabled).items()}

    def put_out_of_use(self, service: bytes, reason: str) -> None:
        """Disable a service because another member of the session found that it does not work."""
        self._disabled.setdefault(service, from_sentence(reason) or LogonFailed(reason))

    def shutdown(self) -> None:
        """Tell every provider that the session ends (SPI-50)."""
        loaded, self._loaded = self._loaded, {}
        take_every(*(partial(_shut_down, provider) for provider in loaded.values()))

    def last_error(self, kind: ProviderKind | None = None) -> ErrorInfo | None:
        """Everything that failed, in one text (GEN-10, SES-21); None when nothing did."""
        failed = [each for each in self.failures if kind is None or each.provider.kind == kind]
        if not failed:
            return None
        text = "\n".join(map(str, failed))
        return ErrorInfo(text, low_level=failed[0].error.low_level, context=MAPI_W_ERRORS_RETURNED)

    def hook(self, service: ServiceEntry, provider: ProviderEntry, support: Support) -> Any:
        """The spooler hook of an entry; `CallFailed` for what has not both methods of one (SPI-6)."""
        made = load(service.name, provider_of(self.service(service), provider.name).load, self._limits)
        logon = getattr(made, "logon", None)
        found = logon(support) if callable(logon) else made
        if not all(callable(getattr(found, each, None)) for each in ("inbound", "outbound")):
            raise CallFailed(f"{service.name} offers something else than a hook", value=provider.name)
        return found

    def _provider(self, service: ServiceEntry, provider: ProviderEntry, kind: type[P]) -> P:
        key = (service.name.upper(), provider.name)
        with self._loading:
            if key not in self._loaded:
                spec = provider_of(self.service(service), provider.name)
                self._loaded[key] = load(service.name, spec.load, self._limits)
            found = self._loaded[key]
        if not isinstance(found, kind):
            raise CallFailed(f"{service.name} offers something else than a {kind.__name__}", value=provider.name)
        return found

    def _with_retry(self, service: ServiceEntry, provider: ProviderEntry, logon: Callable[[], T]) -> T:
        """One try, and where the first failure could be corrected exactly one more (LOG-23)."""
        try:
            return self._try(service, provider, logon)
        except MapiError as error:
            first = error
        if _is_callers_own(provider, first) or not self._correct(service, provider, first):
            raise first
        return self._try(service, provider, logon)

    def _try(self, service: ServiceEntry, provider: ProviderEntry, logon: Callable[[], T]) -> T:
        def checked() -> T:
            described = self.service(service)
            require(described, complete(described, service.settings))
            return logon()

        return _mapi_errors_only(service, provider, checked)

    def _correct(self, service: ServiceEntry, provider: ProviderEntry, error: MapiError) -> bool:
        described = self.catalogue.find(service.name)
        if described is None:
            return False
        return _mapi_errors_only(
            service, provider, lambda: correct(self._handle, self.catalogue, service, described, error, self._dialogs)
        )

    def _disable(self, failure: Failure) -> None:
        _log.warning("message service out of use: %s", failure)
        self._disabled[failure.service.uid] = failure.error
        if self.on_disabled is not None:
            self.on_disabled(failure.service.uid, failure.error.sentence)
        self._remember(failure)

    def _remember(self, failure: Failure) -> None:
        kept = [each for each in self.failures if each.provider.uid != failure.provider.uid]
        self.failures = [*kept, failure]


def _shut_down(provider: StoreProvider | TransportProvider | AddressBookProvider) -> None:
    try:
        provider.shutdown()
    except Exception:
        _log.warning("a provider failed at its end", exc_info=True)


def _mapi_errors_only(service: ServiceEntry, provider: ProviderEntry, call: Callable[[], T]) -> T:
    """What `call` answers; whatever else it raises becomes `CallFailed`."""
    try:
        return call()
    except MapiError:
        raise
    except Exception as error:
        let_interrupt_through(error)
        _log.exception("the provider %s of %s failed", provider.name, service.name)
        text = f"the provider failed ({type(error).__name__}: {error})"
        raise CallFailed(text, value=service.name) from error


def _is_callers_own(provider: ProviderEntry, error: MapiError) -> bool:
    """Whether an error is about what was asked for and not about the provider."""
    return provider.kind is ProviderKind.STORE and isinstance(error, _CALLERS_OWN)
