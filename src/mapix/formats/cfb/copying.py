"""Items of a compound file copied into any storage, to any depth without recursion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from mapix.formats.cfb.content import PIECE
from mapix.formats.cfb.items import Item, StorageItem, StreamItem
from mapix.formats.storage import ElementType, Mode, Storage
from mapix.formats.storageerrors import FileNotFound

_WRITE: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE


def copy_kids(
    source: StorageItem, kids: Sequence[Item], target: Storage, without: Collection[ElementType] = ()
) -> None:
    """Put the class, the state and `kids` of a storage into another; what has the same name there is merged."""
    waiting: list[tuple[StorageItem, Sequence[Item], Storage]] = [(source, kids, target)]
    opened: list[Storage] = []
    try:
        while waiting:
            item, kids, into = waiting.pop()
            into.set_class(item.clsid)
            into.set_state_bits(item.state_bits, 0xFFFFFFFF)
            for kid in kids:
                if isinstance(kid, StreamItem):
                    if ElementType.STREAM not in without:
                        copy_stream(kid, into, kid.name, Mode.CREATE)
                elif ElementType.STORAGE not in without:
                    opened.append(_merged_storage(into, kid.name))
                    waiting.append((kid, kid.children, opened[-1]))
    finally:
        for storage in reversed(opened):
            storage.close()


def copy_storage(item: StorageItem, target: Storage, name: str) -> None:
    """Copy a storage under a name that must be free. Raises: FileAlreadyExists."""
    with target.create_storage(name, _WRITE) as into:
        copy_kids(item, item.children, into)
        into.set_element_times(None, created=item.created, modified=item.modified)


def copy_stream(item: StreamItem, target: Storage, name: str, create: int) -> None:
    """Copy a stream; `create` is `Mode.CREATE` where it may replace something, else 0. Raises: FileAlreadyExists."""
    with target.create_stream(name, _WRITE | create) as into:
        for offset in range(0, item.content.size, PIECE):
            into.write(item.content.read_at(offset, PIECE))


def _merged_storage(target: Storage, name: str) -> Storage:
    """The storage of that name in the target, a new one where there is none."""
    try:
        return target.open_storage(name, _WRITE)
    except FileNotFound:
        return target.create_storage(name, _WRITE | Mode.CREATE)
