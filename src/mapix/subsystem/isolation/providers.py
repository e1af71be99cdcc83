"""Provider objects of strangers, guarded: limits of time, errors of MAPI, answers of the right kind.

`guarded(provider, name, limits)` answers an object of the same kind. Providers of this house are not guarded: they
give every peer limits of their own, and a thread less is in the way of each call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import Any, Final, TypeVar

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import (
    AddressBookLogon,
    AddressBookProvider,
    ProviderLogon,
    ProviderShutdown,
    StoreLogon,
    StoreProvider,
    StoreSupport,
    Support,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.interfaces.status import Status
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import CallFailed, MapiError
from mapix.properties.flags import STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.isolation.callers import Caller
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.isolation.objects import check_kind, watched, watched_call

T = TypeVar("T")
L = TypeVar("L", bound=ProviderLogon)

_HOUSE: Final = "mapix.providers."
_log = logging.getLogger("mapix.subsystem")


def load(name: str, maker: Callable[[], Any], limits: Limits) -> Any:
    """Make a provider object with `maker`, whatever that imports and however long it takes; guarded for a stranger."""
    if (getattr(maker, "__module__", None) or "").startswith(_HOUSE):
        return maker()
    caller = Caller(name)
    found = caller.call("the loading of its module", maker, limits.logon)
    return guarded(found, caller, limits)


def guarded(found: Any, caller: Caller, limits: Limits) -> Any:
    """`found` guarded; what is no provider at all stays, for others to say so."""
    if type(found).__module__.startswith(_HOUSE):
        return found
    for kind, guard in _GUARDS.items():
        if isinstance(found, kind):
            return guard(found, caller, limits)
    return found


class _Guarded:
    """What the three kinds share."""

    def __init__(self, inner: Any, caller: Caller, limits: Limits) -> None:
        self.inner = inner
        self.caller = caller
        self.limits = limits

    def _call(
        self,
        what: str,
        work: Callable[[], T],
        wanted: type | tuple[type, ...],
        support: Support,
        late: Callable[[], object] | None = None,
    ) -> T:
        """A call before or at logon; a provider that hangs shows it in its status row, and that it has come back."""
        with getattr(support, "starting", nullcontext)():
            found = self.caller.call(what, work, self.limits.logon, late=late or (lambda: show_back(support)))
        check_kind(self.caller.name, what, found, wanted)
        return found

    def _log_on(self, logon: Callable[[], L], wanted: type[L], support: Support) -> L:
        """A logon. What comes of it when nobody waits any more is logged off again: there may be another by then."""
        made: list[L] = []

        def work() -> L:
            made.append(logon())
            return made[0]

        def late() -> None:
            show_back(support)
            for each in made:
                self._log_off(each)

        return self._call("logon", work, wanted, support, late)

    def _log_off(self, logon: Any) -> None:
        try:
            logon.logoff()
        except Exception:
            _log.warning("%s failed at the logoff of a logon that came too late", self.caller.name, exc_info=True)

    def shutdown(self) -> None:
        try:
            self.caller.call("shutdown", self.inner.shutdown, self.limits.logoff)
        finally:
            self.caller.close()


class GuardedStoreProvider(_Guarded, StoreProvider):
    """A store provider of a stranger."""

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        def logon() -> StoreLogon:
            found: StoreLogon = self.inner.logon(support, entry_id=entry_id, access=access, spooler=spooler)
            return found

        found = self._call("logon", logon, StoreLogon, support)
        check_kind(self.caller.name, "logon", getattr(found, "store", None), MsgStore)
        return GuardedStoreLogon(found, self.caller, self.limits)

    def store_entry_id(self, support: StoreSupport) -> bytes:
        found: bytes = self._call("store_entry_id", lambda: self.inner.store_entry_id(support), bytes, support)
        return found

    def compare_store_ids(self, first: bytes, second: bytes) -> bool:
        def compare() -> bool:
            return bool(self.inner.compare_store_ids(first, second))

        return self.caller.call("compare_store_ids", compare, self.limits.logon)


class GuardedBookProvider(_Guarded, AddressBookProvider):
    """An address book provider of a stranger."""

    def logon(self, support: Support) -> AddressBookLogon:
        found = self._log_on(lambda: self.inner.logon(support), AddressBookLogon, support)
        return GuardedBookLogon(found, self.caller, self.limits)


class GuardedTransportProvider(_Guarded, TransportProvider):
    """A transport provider of a stranger."""

    def logon(self, support: TransportSupport) -> TransportLogon:
        from mapix.subsystem.isolation.transports import GuardedTransport

        found = self._log_on(lambda: self.inner.logon(support), TransportLogon, support)
        return GuardedTransport(found, self.caller, self.limits, support)

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        found: Mapping[PropTag, Any] = self._call("identity", lambda: self.inner.identity(support), Mapping, support)
        return found


class GuardedLogon(ProviderLogon):
    """What logon objects of strangers share: `logoff` and `validate_state` have limits of time."""

    def __init__(self, inner: Any, caller: Caller, limits: Limits) -> None:
        self.inner = inner
        self.caller = caller
        self.limits = limits

    def open_status_entry(self) -> Status:
        found: Status = self._watched("open_status_entry", self.inner.open_status_entry)
        check_kind(self.caller.name, "open_status_entry", found, Status)
        return found

    def validate_state(self) -> None:
        self.caller.call("validate_state", self.inner.validate_state, self.limits.poll)

    def logoff(self) -> None:
        self.caller.call("logoff", self.inner.logoff, self.limits.logoff)

    def fast_shutdown(self) -> ProviderShutdown | None:
        found = self._watched("fast_shutdown", self.inner.fast_shutdown)
        return None if found is None else GuardedShutdown(found, self.caller, self.limits)

    def _watched(self, what: str, work: Callable[[], T]) -> T:
        return watched_call(self.caller.name, what, work)


class GuardedShutdown(ProviderShutdown):
    """The end of a stranger at once: it has as long as for a logoff."""

    def __init__(self, inner: ProviderShutdown, caller: Caller, limits: Limits) -> None:
        self.inner = inner
        self.caller = caller
        self.limits = limits

    def query_fast_shutdown(self) -> None:
        self.caller.call("query_fast_shutdown", self.inner.query_fast_shutdown, self.limits.logoff)

    def notify_process_shutdown(self) -> None:
        self.caller.call("notify_process_shutdown", self.inner.notify_process_shutdown, self.limits.logoff)

    def do_fast_shutdown(self) -> None:
        self.caller.call("do_fast_shutdown", self.inner.do_fast_shutdown, self.limits.logoff)


class GuardedStoreLogon(GuardedLogon, StoreLogon):
    """The logon object of a stranger's store."""

    def __init__(self, inner: StoreLogon, caller: Caller, limits: Limits) -> None:
        super().__init__(inner, caller, limits)
        self.store = watched(inner.store, caller.name)


class GuardedBookLogon(GuardedLogon, AddressBookLogon):
    """The logon object of a stranger's address book."""

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        found: MapiProp = self._watched("open_entry", lambda: self.inner.open_entry(entry_id, access))
        return found

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        def compare() -> bool:
            return bool(self.inner.compare_entry_ids(first, second))

        return self._watched("compare_entry_ids", compare)

    def containers(self) -> Sequence[AbContainer]:
        found: Sequence[AbContainer] = self._watched("containers", self.inner.containers)
        return found

    def prepare_recips(
        self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]
    ) -> list[dict[PropTag, Any]]:
        found: list[dict[PropTag, Any]] = self._watched(
            "prepare_recips", lambda: self.inner.prepare_recips([dict(row) for row in rows], columns)
        )
        check_kind(self.caller.name, "prepare_recips", found, (list, tuple))
        if len(found) != len(rows) or not all(isinstance(row, dict) for row in found):
            text = f"prepare_recips answered {len(found)} rows for {len(rows)}, or rows that are none"
            raise CallFailed(text, value=self.caller.name)
        return list(found)

    def one_off_table(self) -> MapiTable:
        found: MapiTable = self._watched("one_off_table", self.inner.one_off_table)
        return found

    def poll(self) -> None:
        if type(self.inner).poll is not AddressBookLogon.poll:
            self.caller.call("poll", self.inner.poll, self.limits.poll)


_GUARDS: Final[Mapping[type, Callable[[Any, Caller, Limits], Any]]] = {
    StoreProvider: GuardedStoreProvider,
    TransportProvider: GuardedTransportProvider,
    AddressBookProvider: GuardedBookProvider,
}


def show_failure(support: Support, error: MapiError) -> None:
    """Show in the status row of a provider that it does not work, and why."""
    _show(support, STATUS_FAILURE, str(error))


def show_back(support: Support) -> None:
    """Show in the status row of a provider that it answers again."""
    _show(support, STATUS_AVAILABLE, "")


def _show(support: Support, code: int, text: str) -> None:
    """Set code and text of a status row. The session may be over by now."""
    with suppress(MapiError):
        support.modify_status_row({PR_STATUS_CODE: code, PR_STATUS_STRING: text}, update=True)
