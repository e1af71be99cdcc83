"""Status objects: IMAPIStatus of the subsystem, the spooler, the address book and the providers (STA-1..STA-14).

Reached by the identifier in a row of the status table. They are for reading whatever was asked for (STA-2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.spi import ProviderLogon, TransportLogon
from mapix.interfaces.status import Status
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.properties.errors import (
    Busy,
    InvalidParameter,
    LogonFailed,
    MapiError,
    NoAccess,
    NoSupport,
    NotFound,
    UnknownFlags,
)
from mapix.properties.flags import (
    ABORT_XP_HEADER_OPERATION,
    CONFIG_CHANGED,
    FLUSH_ASYNC_OK,
    FLUSH_DOWNLOAD,
    FLUSH_FORCE,
    FLUSH_NO_UI,
    FLUSH_UPLOAD,
    FORCE_XP_CONNECT,
    FORCE_XP_DISCONNECT,
    PROCESS_XP_HEADER_CACHE,
    REFRESH_XP_HEADER_CACHE,
    SHOW_XP_SESSION_UI,
    STATUS_AVAILABLE,
    STATUS_CHANGE_PASSWORD,
    STATUS_FAILURE,
    STATUS_FLUSH_QUEUES,
    STATUS_INBOUND_FLUSH,
    STATUS_OUTBOUND_FLUSH,
    STATUS_SETTINGS_DIALOG,
    SUPPRESS_UI,
    UI_READONLY,
)
from mapix.properties.tags import PR_RESOURCE_METHODS, PR_STATUS_CODE, PR_STATUS_STRING
from mapix.subsystem.profiles.profsect import provider_section
from mapix.subsystem.profiles.settings import PASSWORD
from mapix.subsystem.remote import REMOTE, validate_remote
from mapix.subsystem.statustable import ADDRESS_BOOK_KEY, SPOOLER_KEY, SUBSYSTEM_KEY, Row, StatusBoard

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.started import StartedTransport

FLUSH_SECONDS = 60.0
"""How long FlushQueues waits for the queues to be empty."""

_VALIDATE = (
    SUPPRESS_UI
    | REFRESH_XP_HEADER_CACHE
    | PROCESS_XP_HEADER_CACHE
    | FORCE_XP_CONNECT
    | FORCE_XP_DISCONNECT
    | CONFIG_CHANGED
    | ABORT_XP_HEADER_OPERATION
    | SHOW_XP_SESSION_UI
)
_FLUSH = FLUSH_UPLOAD | FLUSH_DOWNLOAD | FLUSH_FORCE | FLUSH_NO_UI | FLUSH_ASYNC_OK


class StatusObject(PropertyBag, Status):
    """A status object over its row as it was when the object was opened."""

    object_type = ObjectType.STATUS

    def __init__(self, core: SessionCore, row: Row) -> None:
        super().__init__(MemorySource(dict(row)), access=Access.READ)
        self._core = core
        self._methods: int = row.get(PR_RESOURCE_METHODS, 0)

    def validate_state(self, flags: int = 0) -> None:
        """See `Status.validate_state`; `UnknownFlags` (STA-8)."""
        self._check()
        if flags & ~_VALIDATE:
            raise UnknownFlags("ValidateState does not know these flags", value=hex(flags & ~_VALIDATE))
        self._validate(flags)

    def flush_queues(self, flags: int = 0, target: bytes | None = None) -> None:
        """See `Status.flush_queues`; `NoSupport` where the bit of the row is clear, `UnknownFlags`."""
        self._check()
        if not self._methods & STATUS_FLUSH_QUEUES:
            raise NoSupport("this status object has no queues")
        if flags & ~_FLUSH:
            raise UnknownFlags("FlushQueues does not know these flags", value=hex(flags & ~_FLUSH))
        self._flush(flags, target)

    def settings_dialog(self, flags: int = 0) -> None:
        """See `Status.settings_dialog`; `NoSupport` where the bit of the row is clear, `UnknownFlags` (STA-10)."""
        self._check()
        if not self._methods & STATUS_SETTINGS_DIALOG:
            raise NoSupport("this status object has no settings dialog")
        if flags & ~UI_READONLY:
            raise UnknownFlags("SettingsDialog does not know these flags", value=hex(flags & ~UI_READONLY))
        self._show_settings(readonly=bool(flags & UI_READONLY))

    def change_password(self, old: str, new: str) -> None:
        """See `Status.change_password`; `NoSupport` where the bit of the row is clear (STA-11)."""
        self._check()
        if not self._methods & STATUS_CHANGE_PASSWORD:
            raise NoSupport("this status object has no password")
        self._change_password(old, new)

    def _validate(self, flags: int) -> None:
        """What this resource does to find out whether it works."""

    def _flush(self, flags: int, target: bytes | None) -> None:
        raise NoSupport("this status object has no queues")

    def _show_settings(self, *, readonly: bool) -> None:
        raise NoSupport("this status object has no settings dialog")

    def _change_password(self, old: str, new: str) -> None:
        raise NoSupport("this status object has no password")


class SubsystemStatus(StatusObject):
    """MAPI as a whole: asks every provider that is logged on, and the address book (STA-3)."""

    def _validate(self, flags: int) -> None:
        core = self._core
        stores = ((pair[1].uid, core.store_logon(pair[1].uid)) for pair in core.stores.pairs())
        books = ((book.uid, book.logon) for book in core.address_books())
        asked = [partial(_validated, core, uid, logon) for uid, logon in (*stores, *books) if logon is not None]
        _all([*asked, partial(_validate_transports, core), core.address_book().check_options])


class SpoolerStatus(StatusObject):
    """The spooler: asks every transport, and sends and fetches now."""

    def _validate(self, flags: int) -> None:
        """Transports that failed are logged on again, the others asked; what waits is then offered to the address
        types they have now (SPL-13).
        """
        self._core.retry_transports()
        _validate_transports(self._core)
        self._core.spooling.wake(ready=True)

    def _flush(self, flags: int, target: bytes | None) -> None:
        if not self._core.has_mail:
            raise NoSupport("a session without mail has no spooler")
        uid = self._uid_of(target) if target else None
        timeout = None if flags & FLUSH_ASYNC_OK else FLUSH_SECONDS
        left = self._core.spooling.flush_queues(flags, uid, timeout=timeout)
        if left and timeout is not None:
            raise Busy("messages are still waiting to be handed over", value=left)

    def _uid_of(self, target: bytes) -> bytes:
        """The transport a status object's identifier names."""
        uid = self._core.status.key_of(target)
        if all(uid != each.pair[1].uid for each in self._core.transports()):
            raise NotFound("no transport of this session has this identifier", value=target)
        return uid


class AddressBookStatus(StatusObject):
    """The integrated address book: its containers can be opened, those that the profile names among them (STA-3)."""

    def _validate(self, flags: int) -> None:
        books = [book.logon.containers for book in self._core.address_books()]
        _all([*books, self._core.address_book().check_options])


class ProviderStatus(StatusObject):
    """A provider that has no status object of its own."""

    def __init__(self, core: SessionCore, row: Row, uid: bytes, logon: ProviderLogon | None) -> None:
        super().__init__(core, row)
        self._uid = uid
        self._logon = logon

    def _validate(self, flags: int) -> None:
        if self._core.spooling.in_critical_section(self._uid):
            raise Busy("the transport is in a critical section")
        if flags & REMOTE:
            self._validate_remote(flags)
        elif self._logon is not None:
            _validated(self._core, self._uid, self._logon)
        elif self.get_prop(PR_STATUS_CODE, 0) & STATUS_FAILURE:
            raise LogonFailed("it is not logged on", value=self.get_prop(PR_STATUS_STRING, ""), hint="mapix doctor")
        if flags & CONFIG_CHANGED and isinstance(self._logon, TransportLogon):
            self._core.spooling.wake(ready=True)

    def _validate_remote(self, flags: int) -> None:
        """`NoSupport` for providers that are no transports, and for one that could not be logged on."""
        if self._logon is None:
            raise NoSupport("it is not logged on", hint="mapix status")
        if not isinstance(self._logon, TransportLogon):
            raise NoSupport("only transports have a line")
        validate_remote(self._core, self._uid, self._logon, flags)

    def _flush(self, flags: int, target: bytes | None) -> None:
        """The bits are set, and the spooler comes to it by itself (SPL-57)."""
        if flags & FLUSH_ASYNC_OK:
            raise UnknownFlags("only the spooler's status object knows this flag", value=hex(FLUSH_ASYNC_OK))
        if target is not None:
            raise InvalidParameter("only the spooler's status object takes a target", value=target)
        up, down = flags & FLUSH_UPLOAD, flags & FLUSH_DOWNLOAD
        both = not up and not down
        bits = (STATUS_OUTBOUND_FLUSH if up or both else 0) | (STATUS_INBOUND_FLUSH if down or both else 0)
        StatusBoard(self._core.status).raise_bits(self._uid, bits)
        self._core.spooling.flush_queues(flags, self._uid, timeout=None)

    def _show_settings(self, *, readonly: bool) -> None:
        from mapix.subsystem.settingsdialog import show_settings

        show_settings(self._core, self._uid, readonly=readonly)

    def _change_password(self, old: str, new: str) -> None:
        """Kept where the section keeps secrets: keyring or vault."""
        section = provider_section(self._core.handle, self._core.catalogue, self._uid)
        try:
            if section.secret(PASSWORD) != old:
                raise NoAccess("the old password is another one")
            section.store_secret(PASSWORD, new)
        finally:
            section.close()


def open_status(core: SessionCore, entry_id: bytes, *, mail: bool) -> MapiProp:
    """The status object of an identifier; `UnknownEntryid` for a row that is gone or belongs to another session."""
    key = core.status.key_of(entry_id)
    row = core.status.row(key, mail=mail)
    own = {SUBSYSTEM_KEY: SubsystemStatus, SPOOLER_KEY: SpoolerStatus, ADDRESS_BOOK_KEY: AddressBookStatus}.get(key)
    if own is not None:
        return own(core, row)
    logon = _logon_of(core, key)
    try:
        return logon.open_status_entry() if logon is not None else ProviderStatus(core, row, key, None)
    except NoSupport:
        return ProviderStatus(core, row, key, logon)


def _logon_of(core: SessionCore, uid: bytes) -> ProviderLogon | None:
    for book in core.address_books():
        if book.uid == uid:
            return book.logon
    for transport in core.transports() if core.has_mail else ():
        if transport.pair[1].uid == uid:
            return transport.logon
    return core.store_logon(uid)


def _validate_transports(core: SessionCore) -> None:
    """Ask all transports."""
    _all([partial(_validate_transport, core, each) for each in (core.transports() if core.has_mail else ())])


def _validate_transport(core: SessionCore, transport: StartedTransport) -> None:
    if core.spooling.in_critical_section(transport.pair[1].uid):
        raise Busy("the transport is in a critical section", value=transport.pair[0].name)
    if transport.logon is not None:
        _validated(core, transport.pair[1].uid, transport.logon)


def _all(checks: Iterable[Callable[[], object]]) -> None:
    """Make every check; the first failure is raised after the last one."""
    failures = []
    for check in checks:
        try:
            check()
        except MapiError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def _validated(core: SessionCore, uid: bytes, logon: ProviderLogon) -> None:
    """Ask one provider, and show in its row what came out; a transport that is offline is left alone (SPL-45)."""
    if isinstance(logon, TransportLogon) and core.spooling.is_offline(uid):
        return
    try:
        logon.validate_state()
    except MapiError as error:
        _show(core, uid, STATUS_FAILURE, str(error))
        raise
    _show(core, uid, STATUS_AVAILABLE, "")


def _show(core: SessionCore, uid: bytes, code: int, text: str) -> None:
    core.status.change(uid, lambda old: {PR_STATUS_CODE: old & ~0xFFFF | code, PR_STATUS_STRING: text})
