"""What lies in a folder and below: its messages by identifier, its children, everything under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mapix.interfaces.container import MapiFolder
from mapix.properties.errors import MapiError, NoAccess, NotFound

if TYPE_CHECKING:
    from mapix.objects.folders.folderobject import FolderObject
    from mapix.objects.stores.context import StoreContext

_MANY: Final = 50


def find_messages(folder: FolderObject, entry_ids: Sequence[bytes]) -> dict[bytes, int]:
    """Numbers of those messages that lie in the folder, or are results of it, by identifier; the others are absent."""
    numbers = _message_numbers(folder, entry_ids)
    here = folder.context.backend.present(folder.number, numbers.values())
    return {key: number for key, number in numbers.items() if number in here}


def find_kept(folder: FolderObject, entry_ids: Sequence[bytes]) -> dict[bytes, int]:
    """Numbers of those messages that were deleted from the folder and are kept, by identifier (F-090)."""
    kept = folder.context.backend.retention()
    if kept is None:
        return {}
    numbers = _message_numbers(folder, entry_ids)
    if len(numbers) <= _MANY:
        return {key: number for key, number in numbers.items() if kept.message_folder(number) == folder.number}
    here = {*kept.messages(folder.number), *kept.messages(folder.number, associated=True)}
    return {key: number for key, number in numbers.items() if number in here}


def _message_numbers(folder: FolderObject, entry_ids: Sequence[bytes]) -> dict[bytes, int]:
    numbers: dict[bytes, int] = {}
    for entry_id in map(bytes, entry_ids):
        try:
            numbers[entry_id] = folder.context.ids.read_message(entry_id)
        except MapiError:
            continue
    return numbers


def child_of(folder: FolderObject, entry_id: bytes) -> FolderObject:
    """A folder directly below; `NotFound` for any other, `NoAccess` for the root (F-001)."""
    number = folder.context.ids.read_folder(entry_id)
    if number == folder.context.backend.root:
        raise NoAccess("the root folder cannot be moved, copied or deleted (F-001)")
    if folder.context.backend.folder_parent(number) != folder.number:
        raise NotFound("no such folder directly below this one", value=entry_id)
    return folder.sibling(number)


def descendants(context: StoreContext, number: int) -> list[int]:
    """All folders below the folder of a number."""
    found = []
    waiting = list(context.backend.children(number))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += context.backend.children(one)
    return found


def submitted_in(folder: FolderObject, number: int) -> bool:
    """Whether a folder or one below holds a submitted message."""
    backend = folder.context.backend
    queued = backend.queue()
    if not queued:
        return False
    tree = {number, *descendants(folder.context, number)}
    return any(backend.message_folder(row.number) in tree for row in queued)


def same_store(folder: FolderObject, target: MapiFolder) -> int | None:
    """The number of `target` when it lies in the store of `folder`, else None."""
    from mapix.objects.folders.folderobject import FolderObject

    if isinstance(target, FolderObject) and target.context.ids.store_uid == folder.context.ids.store_uid:
        return target.number
    return None
