"""PyIMAPISession."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any

from mapix.interfaces.notify import Event
from mapix.properties.errors import InvalidParameter, MapiError, NotInitialized
from mapix.properties.flags import (
    AB_NO_DIALOG,
    MAPI_BEST_ACCESS,
    MAPI_FORCE_ACCESS,
    MAPI_LOGOFF_SHARED,
    MAPI_LOGOFF_UI,
    MAPI_MODIFY,
    MDB_NO_DIALOG,
    MDB_NO_MAIL,
    MDB_ONLINE,
    MDB_TEMPORARY,
    MDB_WRITE,
)
from mapix.pywin32 import args
from mapix.pywin32.addrbook import PyIAddrBook
from mapix.pywin32.admin import PyIMsgServiceAdmin
from mapix.pywin32.container import open_entry
from mapix.pywin32.prop import PyIProfSect
from mapix.pywin32.sink import sink_in
from mapix.pywin32.store import PyIMsgStore
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import PyIUnknown, checked
from mapix.subsystem.initialize import Subsystem, is_initialized, subsystem
from mapix.subsystem.session import Session

_STORE_FLAGS = MDB_NO_DIALOG | MDB_WRITE | MAPI_BEST_ACCESS | MDB_TEMPORARY | MDB_NO_MAIL | MDB_ONLINE
_SECTION_FLAGS = MAPI_MODIFY | MAPI_FORCE_ACCESS

_dropped: deque[Session] = deque()


def running() -> Subsystem:
    """The subsystem of this process, or a hint in the words of `mapi` (GEN-3)."""
    if not is_initialized():
        raise NotInitialized("MAPI has not been initialized in this process", hint="mapi.MAPIInitialize(None)")
    return subsystem()


def log_off_dropped() -> None:
    """Log off the sessions nobody holds any more (SES-62).

    Not done at the moment they are dropped: that may be anywhere, in any thread.
    """
    while _dropped:
        with suppress(MapiError, IndexError):
            _dropped.popleft().logoff()


class PyIMAPISession(PyIUnknown):
    """IMAPISession."""

    _kind = Session

    def __del__(self) -> None:
        if self._owner is None:
            _dropped.append(self._obj)

    def OpenEntry(self, entryId: Any, iid: Any, flags: Any, /) -> PyIUnknown:
        """The object of an identifier (SES-1)."""
        return open_entry(self._obj, self, entryId, iid, flags)

    def OpenMsgStore(self, uiParam: Any, entryId: Any, iid: Any, flags: Any, /) -> PyIMsgStore:
        """A message store (SES-10)."""
        args.int32(uiParam)
        wanted, word = args.buffer(entryId), args.flags(flags, _STORE_FLAGS)
        args.iid_or_none(iid)
        store = self._obj.open_msg_store(
            wanted,
            args.access(word, MDB_WRITE),
            no_mail=bool(word & MDB_NO_MAIL),
            temporary=bool(word & MDB_TEMPORARY),
            dialog=not word & MDB_NO_DIALOG,
        )
        return PyIMsgStore(checked(store, iid), self)

    def QueryIdentity(self, /) -> bytes | None:
        """The entry identifier of the user; None when nobody knows it (SES-41)."""
        found: bytes | None = self._obj.query_identity()
        return found

    def Advise(self, entryId: Any, mask: Any, sink: Any, /) -> int:
        """Be told of events on an object, or of the session's own with None (SES-50)."""
        wanted, events = args.entry_id_or_none(entryId), Event(args.uint32(mask))
        number: int = self._obj.advise(wanted, events, sink_in(sink))
        return number

    def Unadvise(self, connection: Any, /) -> None:
        """End a registration (SES-51)."""
        self._obj.unadvise(args.int32(connection))

    def CompareEntryIDs(self, entryId1: Any, entryId2: Any, flags: Any = 0, /) -> int:
        """1 when both name one object (SES-45)."""
        args.flags(flags, common=0)
        return int(self._obj.compare_entry_ids(args.chars(entryId1), args.chars(entryId2)))

    def GetLastError(self, hr: Any, flags: Any = 0, /) -> tuple[int, str, str, int, int] | None:
        """What there is to say about the last failure, or about providers out of use (GEN-10)."""
        args.flags(hr, 0xFFFFFFFF)
        args.flags(flags)
        return self._last_error()

    def GetMsgStoresTable(self, flags: Any, /) -> PyIMAPITable:
        """The stores of the profile, live (SES-30)."""
        word = args.flags(flags)
        return PyIMAPITable._made(self._obj.get_msg_stores_table(), args.wide(word), self)

    def GetStatusTable(self, flags: Any, /) -> PyIMAPITable:
        """The resources of the session, live (SES-31)."""
        word = args.flags(flags)
        return PyIMAPITable._made(self._obj.get_status_table(), args.wide(word), self)

    def Logoff(self, uiParm: Any, flags: Any, reserved: Any, /) -> None:
        """End the session and everything opened through it (SES-60)."""
        args.int32(uiParm)
        word = args.flags(flags, MAPI_LOGOFF_SHARED | MAPI_LOGOFF_UI, common=0)
        if args.int32(reserved):
            raise InvalidParameter("the reserved argument of Logoff is 0", value=reserved)
        self._obj.logoff(word)

    def OpenAddressBook(self, uiParm: Any, iid: Any, flags: Any, /) -> PyIAddrBook:
        """The integrated address book, also when some of its providers failed (SES-21)."""
        args.int32(uiParm)
        args.iid_or_none(iid)
        args.flags(flags, AB_NO_DIALOG)
        return PyIAddrBook(checked(self._obj.open_address_book(), iid), self)

    def OpenProfileSection(self, iidSection: Any, iid: Any, flags: Any, /) -> PyIProfSect:
        """A section of the profile (SES-25)."""
        wanted, word = args.uid(iidSection), args.flags(flags, _SECTION_FLAGS)
        args.iid_or_none(iid)
        force = bool(word & MAPI_FORCE_ACCESS)
        section = self._obj.open_profile_section(wanted, args.access(word), force=force)
        return PyIProfSect(checked(section, iid), self)

    def AdminServices(self, flags: Any = 0, /) -> PyIMsgServiceAdmin:
        """The message services of the profile; changes take effect with the next session (SES-65)."""
        args.flags(flags)
        return PyIMsgServiceAdmin(self._obj.admin_services(), self)
