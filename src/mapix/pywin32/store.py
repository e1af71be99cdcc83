"""PyIMsgStore."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.notify import Event
from mapix.interfaces.store import MsgStore
from mapix.pywin32 import args
from mapix.pywin32.container import open_entry
from mapix.pywin32.errors import signed
from mapix.pywin32.prop import PyIMAPIProp
from mapix.pywin32.sink import sink_in
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import PyIUnknown


class PyIMsgStore(PyIMAPIProp):
    """IMsgStore."""

    _kind = MsgStore

    def OpenEntry(self, entryId: Any, iid: Any, flags: Any, /) -> PyIUnknown:
        """A folder or message; the root folder with None (ST-060)."""
        return open_entry(self._obj, self, entryId, iid, flags)

    def StoreLogoff(self, flags: Any, /) -> int:
        """How the store is to be left; the flags that say what was still going on (ST-065)."""
        return signed(self._obj.store_logoff(args.uint32(flags)))

    def GetReceiveFolder(self, messageClass: Any = None, flags: Any = 0, /) -> tuple[bytes, str]:
        """`(entry id, explicit class)` (ST-063)."""
        word = args.flags(flags)
        name = args.mapistr_or_none(messageClass, word)
        entry_id, explicit = self._obj.get_receive_folder(name or "")
        return bytes(entry_id), explicit

    def GetReceiveFolderTable(self, flags: Any, /) -> PyIMAPITable:
        """The receive folders (ST-064)."""
        return PyIMAPITable._made(self._obj.get_receive_folder_table(), args.wide(args.flags(flags)), self)

    def CompareEntryIDs(self, entryId1: Any, entryId2: Any, flags: Any = 0, /) -> int:
        """1 when both name one object (ST-061)."""
        args.flags(flags, common=0)
        return int(self._obj.compare_entry_ids(args.chars(entryId1), args.chars(entryId2)))

    def AbortSubmit(self, entryId: Any, flags: Any = 0, /) -> None:
        """Take a message out of the queue (ST-066)."""
        wanted = args.chars(entryId)
        args.flags(flags, common=0)
        self._obj.abort_submit(wanted)

    def Advise(self, entryId: Any, eventMask: Any, adviseSink: Any, /) -> int:
        """Be told of events on an object, or in the whole store with None (N-003)."""
        wanted, mask = args.entry_id_or_none(entryId), Event(args.uint32(eventMask))
        number: int = self._obj.advise(wanted, mask, sink_in(adviseSink))
        return number

    def Unadvise(self, connection: Any, /) -> None:
        """End a registration."""
        self._obj.unadvise(args.int32(connection))
