"""Work on many messages and on whole folders: copy, move, delete, empty (F-062..F-066).

Best effort: what cannot be done is left out and told in the `Completion`, the rest is done (F-070). Inside one store
the backend copies; between stores, or stores of other kinds, objects are copied by their content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.prop import Keep
from mapix.properties.errors import (
    Collision,
    FolderCycle,
    HasFolders,
    HasMessages,
    MapiError,
    NoAccess,
    NotFound,
    Submitted,
)
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    CLEAR_RN_PENDING,
    FOLDER_SEARCH,
    MSGFLAG_NRN_PENDING,
    MSGFLAG_RN_PENDING,
    MSGFLAG_SUBMIT,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID, PR_FOLDER_TYPE, PR_MESSAGE_FLAGS

if TYPE_CHECKING:
    from mapix.objects.folderobject import FolderObject

_OWED: Final = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_NOT_COPIED: Final = _OWED | MSGFLAG_SUBMIT
_MANY: Final = 50


def find_messages(folder: FolderObject, entry_ids: Sequence[bytes]) -> dict[bytes, int]:
    """Numbers of those messages that lie in the folder, by identifier; the others are absent."""
    backend, ids = folder.context.backend, folder.context.ids
    numbers: dict[bytes, int] = {}
    for entry_id in map(bytes, entry_ids):
        try:
            numbers[entry_id] = ids.read_message(entry_id)
        except MapiError:
            continue
    if len(numbers) <= _MANY:
        return {key: number for key, number in numbers.items() if backend.message_folder(number) == folder.number}
    here = {*backend.messages(folder.number), *backend.messages(folder.number, associated=True)}
    return {key: number for key, number in numbers.items() if number in here}


def copy_messages(folder: FolderObject, entry_ids: Sequence[bytes], target: MapiFolder, *, move: bool) -> Completion:
    """Messages of `folder` into `target`, of any store."""
    present = find_messages(folder, entry_ids)
    place = same_store(folder, target)
    _check_target(target)
    if place is None:
        done = _copy_out(folder, present, target, move=move)
    elif move:
        done = set(_move_inside(folder, tuple(present.values()), place))
    else:
        done = set(copy_inside(folder, tuple(present.values()), place))
    return Completion(tuple(bytes(one) for one in entry_ids if present.get(bytes(one)) not in done))


def copy_inside(folder: FolderObject, numbers: Sequence[int], target: int) -> dict[int, int]:
    """Copy within the store: reports are not owed twice, and a copy is not submitted (F-062)."""
    backend = folder.context.backend
    with backend.transaction():
        copies = backend.copy_messages(numbers, target)
        if copies:
            backend.set_flags(copies.values(), off=_NOT_COPIED)
    return copies


def _move_inside(folder: FolderObject, numbers: Sequence[int], target: int) -> list[int]:
    return list(numbers) if target == folder.number else folder.context.backend.move_messages(numbers, target)


def _copy_out(folder: FolderObject, present: dict[bytes, int], target: MapiFolder, *, move: bool) -> set[int]:
    """Copy by content into another store, then delete what was moved."""
    done = set()
    for entry_id, number in present.items():
        try:
            copy_message(folder, entry_id, target, move=move)
        except MapiError:
            continue
        done.add(number)
    if move:
        done &= set(folder.context.backend.delete_messages(tuple(done)))
    return done


def copy_message(
    folder: FolderObject, entry_id: bytes, target: MapiFolder, *, move: bool = False, flags_off: int = 0
) -> bytes | None:
    """One message into a folder of another store, less `flags_off`; the copy's identifier. A submitted one is not
    moved.
    """
    from mapix.objects.messageobject import MessageObject

    source = folder.open_entry(entry_id)
    if not isinstance(source, MessageObject):
        raise NotFound("no such message", value=entry_id)
    if move and source.flags & MSGFLAG_SUBMIT:
        raise Submitted("a submitted message is not moved", value=entry_id)
    copy = target.create_message(associated=source.is_associated)
    source.copy_to(copy)
    if flags_off:
        copy.set_props({PR_MESSAGE_FLAGS: copy.get_prop(PR_MESSAGE_FLAGS, 0) & ~flags_off})
    copy.save_changes(Keep.READONLY)
    new_id: bytes | None = copy.get_prop(PR_ENTRYID)
    if new_id is not None and not move and copy.get_prop(PR_MESSAGE_FLAGS, 0) & _OWED:
        target.set_read_flags([new_id], CLEAR_RN_PENDING | CLEAR_NRN_PENDING)
    return new_id


def delete_messages(folder: FolderObject, entry_ids: Sequence[bytes]) -> Completion:
    """Delete messages of `folder`; missing and submitted ones are left out (F-063)."""
    present = find_messages(folder, entry_ids)
    gone = set(folder.context.backend.delete_messages(tuple(present.values())))
    return Completion(tuple(bytes(one) for one in entry_ids if present.get(bytes(one)) not in gone))


def copy_folder(
    folder: FolderObject,
    entry_id: bytes,
    target: MapiFolder,
    *,
    name: str | None,
    move: bool,
    subfolders: bool,
) -> Completion:
    """A folder below `folder` into `target`, of any store; a move takes everything in it (F-065)."""
    child = _child(folder, entry_id)
    _check_target(target)
    place = same_store(folder, target)
    if place is not None and place in (child.number, *descendants(folder, child.number)):
        raise FolderCycle("a folder cannot go into itself", value=entry_id)
    new_name = name or child.get_prop(PR_DISPLAY_NAME, "")
    if place is not None and move:
        folder.context.backend.move_folder(child.number, place, new_name)
        return Completion()
    if place is not None:
        with folder.context.backend.transaction():
            _copy_tree(child, place, new_name, subfolders=subfolders)
        return Completion()
    left = tuple(_copy_tree_out(child, target, new_name, subfolders=subfolders or move, move=move))
    if move and not left:
        return delete_folder(folder, entry_id, messages=True, folders=True)
    return Completion(left)


def _copy_tree(child: FolderObject, place: int, name: str, *, subfolders: bool) -> None:
    """Copy a folder, its messages and, if wanted, what is below, inside the store."""
    backend = child.context.backend
    if backend.find_folder(place, name) is not None:
        raise Collision("a folder of this name is there already", value=name)
    below = backend.children(child.number)
    new = backend.create_folder(place, name, _folder_values(child), copy_of=child.number)
    for associated in (False, True):
        numbers = backend.messages(child.number, associated=associated)
        if numbers:
            copy_inside(child, numbers, new)
    if subfolders:
        for number in below:
            folder = child.sibling(number)
            _copy_tree(folder, new, folder.get_prop(PR_DISPLAY_NAME, ""), subfolders=True)


def _copy_tree_out(
    child: FolderObject, target: MapiFolder, name: str, *, subfolders: bool, move: bool
) -> Iterator[bytes]:
    """Copy a folder into another store; what could not be copied."""
    new = target.create_folder(name)
    values = {tag: value for tag, value in _folder_values(child).items() if tag != PR_FOLDER_TYPE}
    if values:
        set_mapped(child, new, values)
    backend, ids = child.context.backend, child.context.ids
    for associated in (False, True):
        for number in backend.messages(child.number, associated=associated):
            try:
                copy_message(child, ids.message(number), new, move=move)
            except MapiError:
                yield ids.message(number)
    for number in backend.children(child.number) if subfolders else ():
        folder = child.sibling(number)
        yield from _copy_tree_out(folder, new, folder.get_prop(PR_DISPLAY_NAME, ""), subfolders=True, move=move)


def set_mapped(source: FolderObject, target: MapiFolder, values: dict[PropTag, Any]) -> None:
    """Set `source`'s properties on `target`, named ones by their names (P-179)."""
    from mapix.objects.copy import remapped

    target.set_props(remapped(source, target, values))


def _folder_values(folder: FolderObject) -> dict[PropTag, Any]:
    """The properties of a folder that its copy gets."""
    own = folder.stored_props()
    unset = {tag for tag in own if tag.id in folder._rules.readonly and tag != PR_FOLDER_TYPE}
    return {tag: value for tag, value in own.items() if tag not in unset and tag != PR_DISPLAY_NAME}


def delete_folder(folder: FolderObject, entry_id: bytes, *, messages: bool, folders: bool) -> Completion:
    """Delete a folder below `folder`; one that holds submitted messages stays (F-064)."""
    child = _child(folder, entry_id)
    backend = folder.context.backend
    if not folders and backend.children(child.number):
        raise HasFolders("the folder has folders", value=entry_id, hint="folders=True")
    if not messages and _has_messages(folder, child.number, deep=folders):
        raise HasMessages("the folder has messages", value=entry_id, hint="messages=True")
    if submitted_in(folder, child.number):
        return Completion((bytes(entry_id),))
    backend.delete_folder(child.number, messages=messages, folders=folders)
    folder.context.check_special_folders()
    return Completion()


def empty_folder(folder: FolderObject, *, associated: bool) -> Completion:
    """Remove messages and subfolders of `folder`; associated ones only if wanted (F-066)."""
    backend, ids = folder.context.backend, folder.context.ids
    numbers = list(backend.messages(folder.number))
    if associated:
        numbers += backend.messages(folder.number, associated=True)
    gone = set(backend.delete_messages(numbers))
    left = [ids.message(number) for number in numbers if number not in gone]
    for number in backend.children(folder.number):
        left += delete_folder(folder, ids.folder(number), messages=True, folders=True).left_out
    return Completion(tuple(left))


def descendants(folder: FolderObject, number: int) -> list[int]:
    """All folders below the folder of a number."""
    found = []
    waiting = list(folder.context.backend.children(number))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += folder.context.backend.children(one)
    return found


def submitted_in(folder: FolderObject, number: int) -> bool:
    """Whether a folder or one below holds a submitted message."""
    backend = folder.context.backend
    queued = backend.queue()
    if not queued:
        return False
    tree = {number, *descendants(folder, number)}
    return any(backend.message_folder(row.number) in tree for row in queued)


def same_store(folder: FolderObject, target: MapiFolder) -> int | None:
    """The number of `target` when it lies in the store of `folder`, else None."""
    from mapix.objects.folderobject import FolderObject

    if isinstance(target, FolderObject) and target.context.ids.store_uid == folder.context.ids.store_uid:
        return target.number
    return None


def _has_messages(folder: FolderObject, number: int, *, deep: bool) -> bool:
    backend = folder.context.backend
    tree: Iterable[int] = (number, *descendants(folder, number)) if deep else (number,)
    return any(backend.messages(one) or backend.messages(one, associated=True) for one in tree)


def _child(folder: FolderObject, entry_id: bytes) -> FolderObject:
    number = folder.context.ids.read_folder(entry_id)
    if number == folder.context.backend.root:
        raise NoAccess("the root folder cannot be moved, copied or deleted (F-001)")
    if folder.context.backend.folder_parent(number) != folder.number:
        raise NotFound("no such folder directly below this one", value=entry_id)
    return folder.sibling(number)


def _check_target(target: MapiFolder) -> None:
    from mapix.objects.folderobject import FolderObject

    if isinstance(target, FolderObject) and not target.writable:
        raise NoAccess("the target folder is open for reading only", value=target.get_prop(PR_ENTRYID))
    if target.get_prop(PR_FOLDER_TYPE) == FOLDER_SEARCH:
        raise NoAccess("nothing can be put into a search folder (F-040)")
