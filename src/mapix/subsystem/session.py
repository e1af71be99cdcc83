"""A session as one client has it: IMAPISession (SES-1..SES-69).

    with subsystem().logon(flags=MAPI_USE_DEFAULT) as session:
        store = session.open_msg_store(entry_id)

Every logon gets one of these; what members share is in `SessionCore` (LOG-33). After `logoff` it and everything opened
through it is dead (GEN-9).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from mapix.interfaces.addrbook import AddrBook
from mapix.interfaces.admin import ProfSect
from mapix.interfaces.notify import AdviseSink, Event, Notification
from mapix.interfaces.prop import Access, ErrorInfo, MapiProp
from mapix.interfaces.spi import ProviderKind, StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable
from mapix.properties.entryid import check_entry_id, is_one_off, is_wrapped_store, provider_uid
from mapix.properties.errors import (
    InvalidParameter,
    NoSupport,
    UnknownEntryid,
    UnknownFlags,
)
from mapix.properties.flags import MAPI_DEFAULT_STORE, MAPI_LOGOFF_SHARED, MAPI_LOGOFF_UI, MAPI_NO_MAIL
from mapix.subsystem.lifetime import Opened, Registrations, take_every
from mapix.subsystem.memberstores import MemberStores
from mapix.subsystem.sessionextras import SessionExtras, call
from mapix.subsystem.statustable import STATUS_UID

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.dialogs import Dialogs
    from mapix.subsystem.spooler.worker import Spooler


class Session(SessionExtras):
    """One client's session. Made by `Subsystem.logon`; a context manager that logs off."""

    def __init__(self, core: SessionCore, flags: int, dialogs: Dialogs | None = None) -> None:
        super().__init__()
        self._core = core
        self.dialogs = dialogs
        self.has_mail = not flags & MAPI_NO_MAIL
        self._ended = False
        self._guard = threading.RLock()
        self._key = core.uid + core.new_uid()
        self._stores = MemberStores(core, mail=self.has_mail)
        self._opened = Opened()
        self._advised = Registrations()
        self._last_error: ErrorInfo | None = None
        self._book: AddrBook | None = None

    @property
    def spooler(self) -> Spooler | None:
        """The session's spooler, None while there is nothing for it to do or without mail."""
        return self._core.spooling.spooler if self.has_mail else None

    # opening

    @call
    def open_entry(self, entry_id: bytes | None, access: Access = Access.BEST, *, deleted: bool = False) -> MapiProp:
        """The object of an identifier: store, folder, message, address book entry, status object (SES-1..SES-8); with
        `deleted` also what was deleted and is kept (F-090).

        `InvalidParameter` for None or nothing, `InvalidEntryid`, `UnknownEntryid` when what owns it is not open.
        """
        if not entry_id:
            raise InvalidParameter("a session opens no object without an entry identifier (SES-2)", value=entry_id)
        check_entry_id(entry_id)
        if is_wrapped_store(entry_id):
            return self.open_msg_store(entry_id, access, dialog=False)
        if provider_uid(entry_id) == STATUS_UID:
            return self._opened.add(self._status_object(entry_id))
        if self._stores.routes.knows(entry_id):
            hidden = {"deleted": True} if deleted else {}
            opened: MapiProp = self._stores.routes.ask(entry_id, lambda one: one.open_entry(entry_id, access, **hidden))
            return self._opened.add(opened)
        return self._opened.add(self._address_book().open_entry(entry_id, access))

    @call
    def open_msg_store(
        self,
        entry_id: bytes,
        access: Access = Access.BEST,
        *,
        no_mail: bool = False,
        temporary: bool = False,
        dialog: bool = True,
    ) -> MsgStore:
        """Open a store (SES-10..SES-19). `no_mail` is MDB_NO_MAIL: the spooler is not told and no folder is made;
        `temporary` MDB_TEMPORARY; without `dialog` (MDB_NO_DIALOG) nothing is asked, whatever the logon allowed.

        Raises what the provider raises, `LogonFailed` for settings that do not suffice, `UnknownEntryid`.
        """
        with self._core.providers.asking(self.dialogs if dialog else None):
            return self._stores.open(entry_id, access, no_mail=no_mail, temporary=temporary)

    @call
    def open_address_book(self) -> AddrBook:
        """The integrated address book, whatever providers failed: `get_last_error` tells of those (SES-20, SES-21)."""
        book = self._address_book()
        self._last_error = self._core.providers.last_error(ProviderKind.ADDRESS_BOOK)
        return book

    @call
    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ, *, force: bool = False) -> ProfSect:
        """A section of the profile, its own with None; `force` is MAPI_FORCE_ACCESS (SES-25..SES-28)."""
        from mapix.subsystem.profiles.profsect import open_section

        core = self._core
        locks = core.subsystem.section_locks
        return self._opened.add(open_section(core.handle, core.catalogue, locks, uid, access, force=force))

    # tables

    @call
    def get_msg_stores_table(self) -> MapiTable:
        """The stores of the profile, live (SES-30)."""
        return self._opened.add(self._core.stores.table())

    @call
    def get_status_table(self) -> MapiTable:
        """The resources of the session, live (SES-31)."""
        self._core.spooling.look_at_lines()
        return self._opened.add(self._core.status.open(mail=self.has_mail))

    # identity and comparison

    @call
    def query_identity(self) -> bytes | None:
        """The entry identifier of the user, None when no provider has one (SES-40..SES-42)."""
        return self._core.identity.query() if self.has_mail else None

    @call
    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one object (SES-45); `UnknownEntryid` when the owner of one is not open."""
        for entry_id in (first, second):
            check_entry_id(entry_id)
        if is_wrapped_store(first) and is_wrapped_store(second):
            (one, inner), (other, outer) = self._core.stores.match(first), self._core.stores.match(second)
            return one[1].uid == other[1].uid or inner == outer
        for entry_id in (first, second):
            self._check_known(entry_id)
        if provider_uid(first) != provider_uid(second):
            return False
        if self._stores.routes.knows(first):
            return self._stores.routes.compare(first, second)
        if provider_uid(first) == STATUS_UID:
            return bytes(first) == bytes(second)
        return self._address_book().compare_entry_ids(first, second)

    # notifications

    @call
    def advise(self, entry_id: bytes | None, mask: Event | int, sink: AdviseSink) -> int:
        """Be told of events on an object, or with None of the session's own: critical errors always, EXTENDED when
        another member logs off (SES-50, NOT-14). A connection number.
        """
        if entry_id:
            return self._advise_object(entry_id, mask, sink)
        connection = self._core.engine.subscribe(self._key, mask | Event.CRITICAL_ERROR, sink)
        return self._advised.add(connection, self._core.engine.unsubscribe)

    @call
    def unadvise(self, connection: int) -> None:
        """End a registration; `NotFound` for an unknown number (SES-51)."""
        self._advised.end(connection)

    @call
    def dispatch_notifications(self) -> int:
        """Tell the sinks what is queued, on this thread (NOT-22); how many notifications were told."""
        self._core.poll()
        return self._core.engine.dispatch()

    # the default store

    @call
    def set_default_store(self, entry_id: bytes | None, flags: int = MAPI_DEFAULT_STORE) -> None:
        """Make a store the default one, or none with None; `flags` is one of MAPI_DEFAULT_STORE,
        MAPI_SIMPLE_STORE_TEMPORARY, MAPI_SIMPLE_STORE_PERMANENT, MAPI_PRIMARY_STORE, MAPI_SECONDARY_STORE
        (SES-55..SES-58). `NoSupport` for a store that cannot be it.
        """
        from mapix.subsystem.defaultstore import set_default_store

        set_default_store(self, self._core, entry_id, flags)

    # sending

    @call
    def flush(self, timeout: float = 60.0) -> int:
        """Hand over what was submitted, waiting at most `timeout` seconds; how many messages are left."""
        timeout = min(timeout, threading.TIMEOUT_MAX)
        return self._core.spooling.flush(timeout) if self.has_mail else self._core.spooling.waiting()

    @call
    def pending(self) -> int:
        """How many submitted messages have not been handed over."""
        spooler = self.spooler
        return spooler.pending() if spooler is not None else self._core.spooling.waiting()

    # the end

    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about the last failure, or about providers that are out of use (GEN-10, LOG-20)."""
        return self._last_error or self._core.providers.last_error()

    def logoff(self, flags: int = 0) -> None:
        """End this session and everything opened through it (SES-60..SES-62). MAPI_LOGOFF_SHARED asks the other
        members to log off, too. Twice is harmless.
        """
        if flags & ~(MAPI_LOGOFF_SHARED | MAPI_LOGOFF_UI):
            raise UnknownFlags("Logoff does not know these flags", value=hex(flags))
        with self._guard:
            if self._ended:
                return
            self._ended = True
        leave = partial(self._core.leave, self, shared=bool(flags & MAPI_LOGOFF_SHARED))
        take_every(self._advised.close, self._opened.close, self._stores.close, leave)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.logoff()

    def __repr__(self) -> str:
        state = "logged off" if self._ended else "mail" if self.has_mail else "no mail"
        return f"<Session {self.profile_name!r} {state}>"

    # for the core

    def told(self, notifications: Sequence[Notification]) -> None:
        """Queue something for this member's own sinks."""
        self._core.engine.notify(self._key, notifications)

    def poll_stores(self) -> None:
        """Look for what other processes changed in the stores of this member."""
        self._stores.poll()

    def store_logon(self, uid: bytes) -> StoreLogon | None:
        """The logon object of a store this member has open, by the uid of its section."""
        return self._stores.find(uid)

    # inside

    def _address_book(self) -> AddrBook:
        if self._book is None:
            from mapix.subsystem.books.addressbook import IntegratedAddressBook

            self._book = self._opened.add(IntegratedAddressBook(self._core))
        return self._book

    def _status_object(self, entry_id: bytes) -> MapiProp:
        from mapix.subsystem.status import open_status

        return open_status(self._core, entry_id, mail=self.has_mail)

    def _check_known(self, entry_id: bytes) -> None:
        """`UnknownEntryid` when nobody here owns the identifier (SES-46)."""
        if is_wrapped_store(entry_id):
            self._core.stores.match(entry_id)
        elif provider_uid(entry_id) == STATUS_UID:
            self._core.status.key_of(entry_id)
        elif not self._stores.routes.knows(entry_id) and not is_one_off(entry_id):
            self._address_book().compare_entry_ids(entry_id, entry_id)

    def _advise_object(self, entry_id: bytes, mask: Event | int, sink: AdviseSink) -> int:
        check_entry_id(entry_id)

        def register(store: MsgStore, target: bytes | None) -> int:
            return self._advised.add(store.advise(target, Event(mask), sink), store.unadvise)

        if is_wrapped_store(entry_id):
            pair, _ = self._core.stores.match(entry_id)
            logon = self._stores.find(pair[1].uid)
            if logon is None:
                raise UnknownEntryid("the store is not open in this session", hint="open_msg_store")
            return register(logon.store, None)
        if self._stores.routes.knows(entry_id):
            return self._stores.routes.ask(entry_id, lambda store: register(store, entry_id))
        self._check_known(entry_id)
        raise NoSupport("this object tells nobody of its changes", value=entry_id)
