"""What tells an object and its versions from those of every other store: source keys, change keys, and what a change
knew ([MS-OXCFXICS] 2.2.1.2).

They follow from the store's GUID, the object's number and the version of its last save, so nothing of them is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.properties import tags
from mapix.properties.changekeys import ChangeList, Xid

if TYPE_CHECKING:
    from mapix.objects.bags.rules import Getter
    from mapix.objects.folders.folderobject import FolderObject
    from mapix.objects.messages.messageobject import MessageObject

_VERSION_BITS: Final = 28
_VERSIONS: Final = (1 << _VERSION_BITS) - 1
_LOCAL: Final = (1 << 64) - 1


def change_of(store_uid: bytes, number: int, version: int) -> Xid:
    """The change that made a version of the object `number`: later versions have larger numbers."""
    local = (number << _VERSION_BITS | version & _VERSIONS) & _LOCAL
    return Xid(store_uid, local.to_bytes(8, "big"))


def _source_key(item: Any) -> bytes | None:
    return item.context.ids.source_key(item.number) if item.number else None


def _parent_source_key(folder: FolderObject) -> bytes:
    return folder.context.ids.source_key(folder.context.backend.folder_parent(folder.number))


def _message_change(message: MessageObject) -> Xid | None:
    return change_of(message.context.ids.store_uid, message.number, message._version) if message.number else None


def _folder_change(folder: FolderObject) -> Xid:
    folder._load((tags.PR_FOLDER_TYPE,))
    return change_of(folder.context.ids.store_uid, folder.number, folder._version)


def _key(change: Xid | None) -> bytes | None:
    return None if change is None else change.dump()


def _list(change: Xid | None) -> bytes | None:
    return None if change is None else ChangeList.of(change).dump()


def _committed(message: MessageObject) -> Any:
    """When the store saved it last: of a saved state, whatever waits to be saved."""
    found = message._saved.get(tags.PR_LOCAL_COMMIT_TIME.id)
    return None if found is None else found[1]


MESSAGE: Final[dict[Any, Getter]] = {
    tags.PR_SOURCE_KEY: _source_key,
    tags.PR_PARENT_SOURCE_KEY: lambda message: message.context.ids.source_key(message.folder_number),
    tags.PR_CHANGE_KEY: lambda message: _key(_message_change(message)),
    tags.PR_PREDECESSOR_CHANGE_LIST: lambda message: _list(_message_change(message)),
    tags.PR_LOCAL_COMMIT_TIME: _committed,
}
"""Of messages in folders; absent until the first save."""

FOLDER: Final[dict[Any, Getter]] = {
    tags.PR_SOURCE_KEY: _source_key,
    tags.PR_PARENT_SOURCE_KEY: _parent_source_key,
    tags.PR_CHANGE_KEY: lambda folder: _key(_folder_change(folder)),
    tags.PR_PREDECESSOR_CHANGE_LIST: lambda folder: _list(_folder_change(folder)),
    tags.PR_LOCAL_COMMIT_TIME: lambda folder: folder._value(tags.PR_LAST_MODIFICATION_TIME),
}
"""Of folders."""
