"""The functions of `win32com.mapi.exchange` that find folders: by what they are for, by name and by path."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.container import MapiContainer, MapiFolder
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidParameter, NoSupport, NotFound
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_PUBLIC_FOLDERS_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
)
from mapix.pywin32 import args
from mapix.pywin32.container import PyIMAPIFolder
from mapix.pywin32.managestore import NO_PUBLIC, entry_id_in
from mapix.pywin32.store import PyIMsgStore
from mapix.pywin32.unknown import guarded, target_of, wrapper


@guarded
def HrMAPIFindIPMSubtree(msgStore: Any, /) -> bytes:
    """The identifier of the folder that holds what users see (ST-040)."""
    return entry_id_in(target_of(msgStore, PyIMsgStore), PR_IPM_SUBTREE_ENTRYID)


@guarded
def HrMAPIFindInbox(msgStore: Any, /) -> bytes:
    """The identifier of the folder where mail arrives (ST-063)."""
    store: MsgStore = target_of(msgStore, PyIMsgStore)
    return bytes(store.get_receive_folder("IPM")[0])


@guarded
def HrMAPIFindFolder(folder: Any, name: Any, /) -> bytes:
    """The identifier of a folder right below another, by its name."""
    parent: MapiFolder = target_of(folder, PyIMAPIFolder)
    return _below(parent, args.wstr(name))


@guarded
def HrMAPIFindSubfolderEx(rootFolder: Any, sep: Any, name: Any, /) -> bytes:
    """The identifier of a folder by its path from another; the first letter of `sep` stands between names."""
    root: MapiFolder = target_of(rootFolder, PyIMAPIFolder)
    return _descend(root, _path(sep, name))


@guarded
def HrMAPIFindFolderEx(msgStore: Any, sepString: Any, path: Any, /) -> bytes:
    """The identifier of a folder by its path in a store; the first letter of `sepString` stands between names.

    The path goes from the root folder, or where that has no such folder from the IPM subtree.
    """
    store: MsgStore = target_of(msgStore, PyIMsgStore)
    return _in_store(store, _path(sepString, path))


@guarded
def HrMAPIOpenFolderEx(msgStore: Any, sep: Any, name: Any, /) -> PyIMAPIFolder:
    """The folder that HrMAPIFindFolderEx finds."""
    names = _path(sep, name)
    if msgStore is None:
        raise InvalidParameter("a store must be given")
    store: MsgStore = target_of(msgStore, PyIMsgStore)
    return _folder(store, _in_store(store, names), msgStore)


def _path(sep: Any, name: Any) -> list[str]:
    """The names of a path; separators before, behind and beside one another are of no matter."""
    separator, path = args.wstr(sep)[:1], args.wstr(name)
    names = [each for each in (path.split(separator) if separator else [path]) if each]
    if not names:
        raise InvalidParameter("a path must be given")
    return names


def _in_store(store: MsgStore, names: list[str]) -> bytes:
    root = store.open_entry(None, Access.BEST)
    try:
        return _descend(root, names)
    except NotFound:
        subtree = store.open_entry(entry_id_in(store, PR_IPM_SUBTREE_ENTRYID), Access.BEST)
        return _descend(subtree, names)


def _descend(start: MapiProp, names: list[str]) -> bytes:
    entry_id = _below(start, names[0])
    for name in names[1:]:
        start = _container(start).open_entry(entry_id, Access.BEST)
        entry_id = _below(start, name)
    return entry_id


def _container(found: MapiProp) -> MapiContainer:
    if not isinstance(found, MapiContainer):
        raise NotFound("not a folder", value=found.object_type)
    return found


def _below(parent: MapiProp, name: str) -> bytes:
    wanted = Property(Relop.EQ, PR_DISPLAY_NAME, name)
    for (entry_id,) in query_all_rows(_container(parent).get_hierarchy_table(), [PR_ENTRYID], wanted):
        return bytes(entry_id)
    raise NotFound("there is no folder of this name", value=name)


def _folder(store: MsgStore, entry_id: bytes, owner: Any) -> PyIMAPIFolder:
    return PyIMAPIFolder(store.open_entry(entry_id, Access.BEST), wrapper(owner))


@guarded
def HrOpenExchangePublicFolders(store: Any, /) -> PyIMAPIFolder:
    """The root of a store's public folders, where it has some; else com_error MAPI_E_NO_SUPPORT."""
    source: MsgStore = target_of(store, PyIMsgStore)
    try:
        entry_id = entry_id_in(source, PR_IPM_PUBLIC_FOLDERS_ENTRYID)
    except NotFound:
        raise NoSupport(NO_PUBLIC) from None
    return _folder(source, entry_id, store)
