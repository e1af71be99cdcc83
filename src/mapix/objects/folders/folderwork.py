"""Copying and moving messages and whole folders (F-062, F-065); deleting is in `deleting`.

Best effort: what cannot be done is left out and told in the `Completion`, the rest is done (F-070). Inside one store
the backend copies; between stores, or stores of other kinds, objects are copied by their content. What was deleted and
is kept comes back by being moved (F-090).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Keep
from mapix.objects.copying.progress import steps
from mapix.objects.folders import deleting
from mapix.objects.folders.tree import child_of, descendants, find_kept, find_messages, same_store
from mapix.objects.messages.readflags import change_read_state
from mapix.objects.messages.receipts import report_thrown_away, report_thrown_folder
from mapix.properties.errors import (
    Collision,
    FolderCycle,
    MapiError,
    NoAccess,
    NotFound,
    Submitted,
)
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    CLEAR_RN_PENDING,
    FOLDER_SEARCH,
    GENERATE_RECEIPT_ONLY,
    MSGFLAG_NRN_PENDING,
    MSGFLAG_RN_PENDING,
    MSGFLAG_SUBMIT,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID, PR_FOLDER_TYPE, PR_MESSAGE_FLAGS

if TYPE_CHECKING:
    from mapix.objects.folders.folderobject import FolderObject

_OWED: Final = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_NOT_COPIED: Final = _OWED | MSGFLAG_SUBMIT


def copy_messages(folder: FolderObject, entry_ids: Sequence[bytes], target: MapiFolder, *, move: bool) -> Completion:
    """Messages of `folder` into `target`, of any store."""
    present = find_messages(folder, entry_ids)
    kept = find_kept(folder, entry_ids) if move and len(present) < len(entry_ids) else {}
    place = same_store(folder, target)
    _check_target(target)
    if place is None:
        done = _copy_out(folder, present, target, move=move)
    elif move:
        done = set(_move_inside(folder, tuple(present.values()), place))
        done.update(_restore(folder, tuple(kept.values()), place))
    else:
        done = set(copy_inside(folder, tuple(present.values()), place))
    found = kept | present
    return Completion(tuple(bytes(one) for one in entry_ids if found.get(bytes(one)) not in done))


def copy_inside(folder: FolderObject, numbers: Sequence[int], target: int) -> dict[int, int]:
    """Copy within the store: reports are not owed twice, and a copy is not submitted (F-062)."""
    backend = folder.context.backend
    with backend.transaction():
        copies = backend.copy_messages(numbers, target)
        if copies:
            backend.set_flags(copies.values(), off=_NOT_COPIED)
    return copies


def _move_inside(folder: FolderObject, numbers: Sequence[int], target: int) -> list[int]:
    if target == folder.number:
        return list(numbers)
    backend = folder.context.backend
    there = backend.present(target, numbers) if folder.is_search else set[int]()
    others = [number for number in numbers if number not in there]
    with backend.transaction():
        report_thrown_away(folder, others, target)
        return [*there, *backend.move_messages(others, target)]


def _restore(folder: FolderObject, numbers: Sequence[int], target: int) -> list[int]:
    """Messages that were deleted from `folder` and are kept, back into the store (F-090)."""
    kept = folder.context.backend.retention()
    return kept.restore_messages(numbers, target) if kept is not None and numbers else []


def _copy_out(folder: FolderObject, present: dict[bytes, int], target: MapiFolder, *, move: bool) -> set[int]:
    """Copy by content into another store, then delete what was moved: it is reported as read, whatever happens to it
    there (F-062, RP-013).
    """
    done = set()
    for entry_id, number in present.items():
        try:
            copy_message(folder, entry_id, target, move=move)
        except MapiError:
            continue
        done.add(number)
    if move:
        change_read_state(folder.context, done, GENERATE_RECEIPT_ONLY, folder=folder.number)
        done &= set(folder.context.backend.delete_messages(tuple(done)))
    return done


def copy_message(
    folder: FolderObject, entry_id: bytes, target: MapiFolder, *, move: bool = False, flags_off: int = 0
) -> bytes | None:
    """One message into a folder of another store, less `flags_off`; the copy's identifier. A submitted one is not
    moved. The copy owes no reports (RP-004).
    """
    from mapix.objects.messages.messageobject import MessageObject

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
    if new_id is not None and copy.get_prop(PR_MESSAGE_FLAGS, 0) & _OWED:
        target.set_read_flags([new_id], CLEAR_RN_PENDING | CLEAR_NRN_PENDING)
    return new_id


def copy_folder(
    folder: FolderObject,
    entry_id: bytes,
    target: MapiFolder,
    *,
    name: str | None,
    move: bool,
    subfolders: bool,
    progress: MapiProgress | None = None,
) -> Completion:
    """A folder below `folder` into `target`, of any store; a move takes everything in it (F-065)."""
    _check_target(target)
    place = same_store(folder, target)
    try:
        child = child_of(folder, entry_id)
    except NotFound:
        if place is None or not move or not _restore_folder(folder, entry_id, place, name):
            raise
        return Completion()
    if child.is_search:
        raise NoAccess("a search folder is neither moved nor copied (F-040)", value=entry_id)
    if place is not None and place in (child.number, *descendants(folder.context, child.number)):
        raise FolderCycle("a folder cannot go into itself", value=entry_id)
    new_name = name or child.get_prop(PR_DISPLAY_NAME, "")
    if place is not None and move:
        _move_folder(child, place, new_name)
        list(_steps(progress, ()))
        return Completion()
    if place is not None:
        with folder.context.backend.transaction():
            return Completion(tuple(_copy_tree(child, place, new_name, subfolders=subfolders, progress=progress)))
    subfolders = subfolders or move
    left = tuple(_copy_tree_out(child, target, new_name, subfolders=subfolders, move=move, progress=progress))
    if move and not left:
        _settle(child)
        return deleting.delete_folder(folder, entry_id, messages=True, folders=True, hard=True)
    return Completion(left)


def _move_folder(child: FolderObject, place: int, name: str) -> None:
    backend = child.context.backend
    with backend.transaction():
        tree = (child.number, *descendants(child.context, child.number))
        report_thrown_folder(child.context, tree, place)
        backend.move_folder(child.number, place, name)


def _settle(child: FolderObject) -> None:
    """What leaves the store is reported as read before it goes, whatever happens to it there (F-062, RP-013)."""
    for number in (child.number, *descendants(child.context, child.number)):
        change_read_state(child.context, child.context.backend.messages(number), GENERATE_RECEIPT_ONLY, folder=number)


def _restore_folder(folder: FolderObject, entry_id: bytes, place: int, name: str | None) -> bool:
    """A folder that was deleted from below `folder` and is kept, back into the store; False when there is none."""
    number, kept = folder.context.ids.read_folder(entry_id), folder.context.backend.retention()
    if kept is None or number not in kept.children(folder.number):
        return False
    values, _ = kept.folder(number).load((PR_DISPLAY_NAME,))
    kept.restore_folder(number, place, name or values[PR_DISPLAY_NAME])
    return True


def _steps(progress: MapiProgress | None, below: Sequence[int]) -> Iterator[int]:
    """The folders below one that is copied, each a step; where there are none, the folder is the one step (PG-005)."""
    if below:
        yield from steps(progress, below)
    else:
        yield from (number for number in steps(progress, (0,)) if number)


def _copy_tree(
    child: FolderObject, place: int, name: str, *, subfolders: bool, progress: MapiProgress | None
) -> list[bytes]:
    """Copy a folder, its messages and, if wanted, what is below, inside the store; the search folders that were left
    out.
    """
    backend, left = child.context.backend, list[bytes]()
    if backend.find_folder(place, name) is not None:
        raise Collision("a folder of this name is there already", value=name)
    below = backend.children(child.number)
    new = backend.create_folder(place, name, _folder_values(child), copy_of=child.number)
    for associated in (False, True):
        numbers = backend.messages(child.number, associated=associated)
        if numbers:
            copy_inside(child, numbers, new)
    for number in _steps(progress, below if subfolders else ()):
        folder = child.sibling(number)
        if folder.is_search:
            left.append(folder.entry_id)
        else:
            inner_name = folder.get_prop(PR_DISPLAY_NAME, "")
            left += _copy_tree(folder, new, inner_name, subfolders=True, progress=progress)
    return left


def _copy_tree_out(
    child: FolderObject,
    target: MapiFolder,
    name: str,
    *,
    subfolders: bool,
    move: bool,
    progress: MapiProgress | None,
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
    for number in _steps(progress, backend.children(child.number) if subfolders else ()):
        folder = child.sibling(number)
        if folder.is_search:
            yield folder.entry_id
            continue
        inner_name = folder.get_prop(PR_DISPLAY_NAME, "")
        yield from _copy_tree_out(folder, new, inner_name, subfolders=True, move=move, progress=progress)


def set_mapped(source: FolderObject, target: MapiFolder, values: dict[PropTag, Any]) -> None:
    """Set `source`'s properties on `target`, named ones by their names (P-179)."""
    from mapix.objects.copying.copy import remapped

    target.set_props(remapped(source, target, values))


def _folder_values(folder: FolderObject) -> dict[PropTag, Any]:
    """The properties of a folder that its copy gets."""
    own = folder.stored_props()
    unset = {tag for tag in own if tag.id in folder._rules.readonly and tag != PR_FOLDER_TYPE}
    return {tag: value for tag, value in own.items() if tag not in unset and tag != PR_DISPLAY_NAME}


def _check_target(target: MapiFolder) -> None:
    from mapix.objects.folders.folderobject import FolderObject

    if isinstance(target, FolderObject) and not target.writable:
        raise NoAccess("the target folder is open for reading only", value=target.get_prop(PR_ENTRYID))
    if target.get_prop(PR_FOLDER_TYPE) == FOLDER_SEARCH:
        raise NoAccess("nothing can be put into a search folder (F-040)")
