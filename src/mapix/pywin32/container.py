"""PyIMAPIContainer and PyIMAPIFolder; and the opening of entries, which others share."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.container import Completion, MapiContainer, MapiFolder
from mapix.interfaces.prop import MapiProp, ObjectType
from mapix.properties.errors import InvalidParameter, NoSupport
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    CLEAR_READ_FLAG,
    CLEAR_RN_PENDING,
    CONVENIENT_DEPTH,
    DEL_ASSOCIATED,
    DEL_FOLDERS,
    DEL_MESSAGES,
    DELETE_HARD_DELETE,
    FOLDER_DIALOG,
    GENERATE_RECEIPT_ONLY,
    ITEMPROC_FORCE,
    MAPI_ASSOCIATED,
    MAPI_BEST_ACCESS,
    MAPI_CACHE_ONLY,
    MAPI_DECLINE_OK,
    MAPI_MODIFY,
    MAPI_MOVE,
    MAPI_NO_CACHE,
    MESSAGE_DIALOG,
    OPEN_IF_EXISTS,
    SHOW_SOFT_DELETES,
    SUPPRESS_RECEIPT,
)
from mapix.pywin32 import args
from mapix.pywin32.convert import rows
from mapix.pywin32.errors import S_OK, W_PARTIAL_COMPLETION
from mapix.pywin32.message import PyIAttach, PyIMessage
from mapix.pywin32.prop import PyIMAPIProp, PyIProfSect
from mapix.pywin32.status import PyIMAPIStatus
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import PyIUnknown, checked, progress, target_of

OPEN_FLAGS = MAPI_MODIFY | MAPI_BEST_ACCESS | MAPI_NO_CACHE | MAPI_CACHE_ONLY | SHOW_SOFT_DELETES
READ_FLAGS = SUPPRESS_RECEIPT | CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY | CLEAR_RN_PENDING | CLEAR_NRN_PENDING

_BY_TYPE: dict[int, type[PyIUnknown]] = {
    ObjectType.MESSAGE: PyIMessage,
    ObjectType.ATTACH: PyIAttach,
    ObjectType.PROFSECT: PyIProfSect,
    ObjectType.STATUS: PyIMAPIStatus,
}
"""The wrapper of what an entry turned out to be (SES-8); the modules of containers and books add theirs."""


def opens(kind: ObjectType, cls: type[PyIUnknown]) -> None:
    """Register the wrapper of a kind of object."""
    _BY_TYPE[kind] = cls


def entry(target: MapiProp, owner: PyIUnknown) -> PyIUnknown:
    """The wrapper of an opened entry: by its type, whatever interface was asked for; PyIUnknown for a store."""
    return _BY_TYPE.get(target.object_type, PyIUnknown)(target, owner)


def open_entry(
    source: Any, owner: PyIUnknown, entry_id: Any, iid: Any, flags: Any, *, keeps: bool = True
) -> PyIUnknown:
    """OpenEntry of whatever has one; `keeps` says that there can be deleted things that are kept (F-090)."""
    wanted, word = args.entry_id_or_none(entry_id), args.flags(flags, OPEN_FLAGS)
    args.iid_or_none(iid)
    hidden = {"deleted": True} if keeps and word & SHOW_SOFT_DELETES else {}
    return entry(checked(source.open_entry(wanted, args.access(word), **hidden), iid), owner)


def hr_of(completion: Completion) -> int:
    """What a bulk operation returns: 0, or a warning when something was left out (F-070)."""
    return S_OK if completion else W_PARTIAL_COMPLETION


class PyIMAPIContainer(PyIMAPIProp):
    """IMAPIContainer. Users are shown through it, too, and have neither contents nor hierarchy."""

    _kind = MapiProp

    @property
    def _container(self) -> MapiContainer:
        if not isinstance(self._obj, MapiContainer):
            raise NoSupport("the object is no container")
        return self._obj

    def OpenEntry(self, entryId: Any, iid: Any, flags: Any, /) -> PyIUnknown:
        """An object reachable from here (F-023)."""
        return open_entry(self._container, self, entryId, iid, flags)

    def GetContentsTable(self, flags: Any, /) -> PyIMAPITable:
        """The messages or recipients (F-021)."""
        word = args.flags(flags, MAPI_ASSOCIATED | SHOW_SOFT_DELETES)
        associated, deleted = bool(word & MAPI_ASSOCIATED), bool(word & SHOW_SOFT_DELETES)
        table = self._container.get_contents_table(associated=associated, deleted=deleted)
        return PyIMAPITable._made(table, args.wide(word), self)

    def GetHierarchyTable(self, flags: Any, /) -> PyIMAPITable:
        """The containers below, with CONVENIENT_DEPTH all levels (F-022)."""
        word = args.flags(flags, CONVENIENT_DEPTH | SHOW_SOFT_DELETES)
        deep, deleted = bool(word & CONVENIENT_DEPTH), bool(word & SHOW_SOFT_DELETES)
        table = self._container.get_hierarchy_table(deep=deep, deleted=deleted)
        return PyIMAPITable._made(table, args.wide(word), self)

    @classmethod
    def _fits(cls, target: object) -> bool:
        return isinstance(target, MapiContainer if cls is PyIMAPIContainer else cls._kind)


class PyIMAPIFolder(PyIMAPIContainer):
    """IMAPIFolder."""

    _kind = MapiFolder

    def CreateFolder(
        self, folderType: Any, folderName: Any, folderComment: Any = None, iid: Any = None, flags: Any = 0, /
    ) -> PyIMAPIFolder:
        """A folder below this one (F-061)."""
        kind, word = args.int32(folderType), args.flags(flags, OPEN_IF_EXISTS)
        name, comment = args.mapistr(folderName, word), args.mapistr_or_none(folderComment, word)
        args.iid_or_none(iid)
        found = bool(word & OPEN_IF_EXISTS)
        folder = self._obj.create_folder(name, comment=comment, kind=kind, open_if_exists=found)
        return PyIMAPIFolder(checked(folder, iid), self)

    def CreateMessage(self, iid: Any, flags: Any, /) -> PyIMessage:
        """A new message, in memory until saved (F-060)."""
        args.iid_or_none(iid)
        word = args.flags(flags, MAPI_ASSOCIATED | ITEMPROC_FORCE)
        message = self._obj.create_message(associated=bool(word & MAPI_ASSOCIATED))
        return PyIMessage(checked(message, iid), self)

    def CopyMessages(self, msgs: Any, iid: Any, folder: Any, uiParam: Any, progress_: Any, flags: Any, /) -> int:
        """Copy, or with MAPI_MOVE move, messages into a folder; hr (F-062)."""
        wanted = rows.binaries(msgs)
        args.iid_or_none(iid)
        target = target_of(folder, PyIMAPIFolder)
        args.int32(uiParam)
        watcher = progress(progress_)
        word = args.flags(flags, MAPI_MOVE | MESSAGE_DIALOG | MAPI_DECLINE_OK)
        return hr_of(self._obj.copy_messages(wanted, target, move=bool(word & MAPI_MOVE), progress=watcher))

    def DeleteFolder(self, entryId: Any, uiParam: Any, progress_: Any, flags: Any = 0, /) -> int:
        """Delete a folder below this one; hr (F-064)."""
        wanted = args.entry_id(entryId)
        args.pointer(uiParam)
        watcher = progress(progress_)
        word = args.flags(flags, DEL_MESSAGES | FOLDER_DIALOG | DEL_FOLDERS | DELETE_HARD_DELETE)
        messages, folders = bool(word & DEL_MESSAGES), bool(word & DEL_FOLDERS)
        hard = bool(word & DELETE_HARD_DELETE)
        return hr_of(self._obj.delete_folder(wanted, messages=messages, folders=folders, hard=hard, progress=watcher))

    def DeleteMessages(self, msgs: Any, uiParam: Any, progress_: Any, flags: Any, /) -> int:
        """Delete messages; hr (F-063)."""
        wanted = rows.binaries(msgs)
        args.int32(uiParam)
        watcher = progress(progress_)
        word = args.flags(flags, MESSAGE_DIALOG | DELETE_HARD_DELETE)
        return hr_of(self._obj.delete_messages(wanted, hard=bool(word & DELETE_HARD_DELETE), progress=watcher))

    def EmptyFolder(self, uiParam: Any, progress_: Any, flags: Any, /) -> int:
        """Remove what is in the folder; hr (F-066)."""
        args.int32(uiParam)
        watcher = progress(progress_)
        word = args.flags(flags, FOLDER_DIALOG | DEL_ASSOCIATED | DELETE_HARD_DELETE, common=0)
        associated, hard = bool(word & DEL_ASSOCIATED), bool(word & DELETE_HARD_DELETE)
        return hr_of(self._obj.empty_folder(associated=associated, hard=hard, progress=watcher))

    def SetReadFlags(self, msgs: Any, uiParam: Any, progress_: Any, flags: Any, /) -> int:
        """Read state of messages; hr (F-067)."""
        wanted = rows.binaries(msgs)
        args.int32(uiParam)
        watcher = progress(progress_)
        word = args.flags(flags, READ_FLAGS | MESSAGE_DIALOG)
        if word & SUPPRESS_RECEIPT and word & GENERATE_RECEIPT_ONLY:
            raise InvalidParameter("a receipt cannot be both suppressed and made", value=word)
        return hr_of(self._obj.set_read_flags(wanted, word & READ_FLAGS, progress=watcher))


opens(ObjectType.FOLDER, PyIMAPIFolder)
