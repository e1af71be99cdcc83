"""Deleting messages and folders, emptying folders; and what was deleted and is kept (F-063, F-064, F-066, F-090).

Whether a plain delete keeps something for a while is the store's choice: for as long as its PR_RETENTION_AGE_LIMIT
says, in seconds; by default not at all. A hard delete lets go for ever, of what is kept as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from mapix.interfaces.container import Completion
from mapix.objects.folders.tree import child_of, descendants, find_kept, find_messages, submitted_in
from mapix.properties import times
from mapix.properties.errors import HasFolders, HasMessages, NoSupport, NotFound
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.tags import PR_FOLDER_TYPE, PR_RETENTION_AGE_LIMIT

if TYPE_CHECKING:
    from mapix.interfaces.retention import Retention
    from mapix.objects.folders.folderobject import FolderObject
    from mapix.objects.stores.context import StoreContext

_PURGED_AT_ONCE: Final = 1000


def retention_of(context: StoreContext) -> int:
    """How long the store keeps what is deleted, FILETIME ticks; 0 when it does not."""
    if context.backend.retention() is None:
        return 0
    values, _ = context.backend.store().load((PR_RETENTION_AGE_LIMIT,))
    seconds = int(values.get(PR_RETENTION_AGE_LIMIT, context.retention))
    return max(0, seconds) * times.TICKS_PER_SECOND


def keeping(context: StoreContext, *, hard: bool) -> Retention | None:
    """Where a deletion of now puts things; None when it is for ever."""
    return None if hard or not retention_of(context) else context.backend.retention()


def purge_expired(context: StoreContext) -> int:
    """Let go of what was kept long enough, some of it at a time; how many messages and folders."""
    kept = context.backend.retention()
    if kept is None or not context.modifiable:
        return 0
    return kept.purge_older(times.now() - retention_of(context), _PURGED_AT_ONCE)


def delete_messages(folder: FolderObject, entry_ids: Sequence[bytes], *, hard: bool) -> Completion:
    """Delete messages of `folder`; missing and submitted ones are left out (F-063)."""
    context = folder.context
    present = find_messages(folder, entry_ids)
    kept = find_kept(folder, entry_ids) if hard else {}
    with context.backend.transaction():
        gone = set(_delete(folder, tuple(present.values()), hard=hard))
        retention = context.backend.retention()
        if kept and retention is not None:
            gone.update(retention.purge_messages(tuple(kept.values())))
    found = kept | present
    return Completion(tuple(bytes(one) for one in entry_ids if found.get(bytes(one)) not in gone))


def _delete(folder: FolderObject, numbers: Sequence[int], *, hard: bool) -> list[int]:
    from mapix.objects.messages.receipts import report_unread

    context = folder.context
    report_unread(context, numbers, folder=folder.number)
    kept = keeping(context, hard=hard)
    return context.backend.delete_messages(numbers) if kept is None else kept.delete_messages(numbers, times.now())


def delete_folder(folder: FolderObject, entry_id: bytes, *, messages: bool, folders: bool, hard: bool) -> Completion:
    """Delete a folder below `folder`; one that holds submitted messages stays (F-064)."""
    backend = folder.context.backend
    try:
        child = child_of(folder, entry_id)
    except NotFound:
        if not hard or not _purge_folder(folder, entry_id):
            raise
        return Completion()
    if not folders and backend.children(child.number):
        raise HasFolders("the folder has folders", value=entry_id, hint="folders=True")
    if not messages and _has_messages(folder, child.number, deep=folders):
        raise HasMessages("the folder has messages", value=entry_id, hint="messages=True")
    if submitted_in(folder, child.number):
        return Completion((bytes(entry_id),))
    _delete_tree(folder.context, child.number, hard=hard)
    folder.context.check_special_folders()
    return Completion()


def _delete_tree(context: StoreContext, number: int, *, hard: bool) -> None:
    from mapix.objects.messages.receipts import report_unread_in

    with context.backend.transaction():
        report_unread_in(context, (number, *descendants(context, number)))
        kept = keeping(context, hard=hard)
        if kept is None or is_search(context, number):
            context.backend.delete_folder(number, messages=True, folders=True)
            return
        for below in descendants(context, number):
            if is_search(context, below):
                context.backend.delete_folder(below, messages=True, folders=True)
        kept.delete_folder(number, times.now())


def is_search(context: StoreContext, number: int) -> bool:
    """Whether a folder is a search folder: it holds nothing that would have to be kept (F-040)."""
    values, _ = context.backend.folder(number).load((PR_FOLDER_TYPE,))
    return bool(values.get(PR_FOLDER_TYPE) == FOLDER_SEARCH)


def _purge_folder(folder: FolderObject, entry_id: bytes) -> bool:
    """Let go of a deleted folder that was below `folder`; False when there is none."""
    number, kept = folder.context.ids.read_folder(entry_id), folder.context.backend.retention()
    if kept is None or number not in kept.children(folder.number):
        return False
    kept.purge_folder(number)
    return True


def empty_folder(folder: FolderObject, *, associated: bool, hard: bool) -> Completion:
    """Remove messages and subfolders of `folder`; associated ones only if wanted (F-066). `NoSupport` for a search
    folder, whose results are others' messages.
    """
    if folder.is_search:
        raise NoSupport("a search folder has nothing of its own to remove", hint="delete_messages, or delete_folder")
    context = folder.context
    backend, ids = context.backend, context.ids
    numbers = list(backend.messages(folder.number))
    if associated:
        numbers += backend.messages(folder.number, associated=True)
    with backend.transaction():
        gone = set(_delete(folder, numbers, hard=hard))
    left = [ids.message(number) for number in numbers if number not in gone]
    for number in backend.children(folder.number):
        left += delete_folder(folder, ids.folder(number), messages=True, folders=True, hard=hard).left_out
    if hard:
        _purge_all(folder, associated=associated)
    return Completion(tuple(left))


def _purge_all(folder: FolderObject, *, associated: bool) -> None:
    """Let go of everything that is kept in `folder`."""
    kept = folder.context.backend.retention()
    if kept is None:
        return
    for number in kept.children(folder.number):
        kept.purge_folder(number)
    numbers = kept.messages(folder.number)
    kept.purge_messages(numbers + kept.messages(folder.number, associated=True) if associated else numbers)


def _has_messages(folder: FolderObject, number: int, *, deep: bool) -> bool:
    backend = folder.context.backend
    tree: Iterable[int] = (number, *descendants(folder.context, number)) if deep else (number,)
    return any(backend.messages(one) or backend.messages(one, associated=True) for one in tree)
