"""A stream of a compound file that is open to be edited (IStream): a cursor over the bytes of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.formats.cfb.items import StreamItem
from mapix.formats.cfb.modes import can_read
from mapix.formats.cfb.opened import OpenElement
from mapix.formats.storage import ElementType, Stat, StorageStream
from mapix.formats.storageerrors import AccessDenied, InvalidFunction, InvalidParameter

if TYPE_CHECKING:
    from mapix.formats.cfb.docstorage import DocStorage


class DocStream(OpenElement, StorageStream):
    """A stream. What is written is at once what its storage has; the storage's commit makes it last."""

    def __init__(self, storage: DocStorage, item: StreamItem, mode: int, place: int = 0) -> None:
        super().__init__(item, mode)
        self._storage, self._item, self._place = storage, item, place
        storage.below.add(self)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from the cursor on, all the rest when negative. Raises: AccessDenied, Reverted."""
        item = self._usable()
        if not can_read(self._mode):
            raise AccessDenied("it was opened to be written only", value=item.name)
        rest = item.content.size - self._place
        data = item.content.read_at(self._place, rest if size < 0 else min(size, rest))
        self._place += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Put `data` at the cursor, growing the stream; how many bytes. Raises: AccessDenied, MediumFull, Reverted."""
        content = self._writable().own()
        content.write_at(self._place, data)
        self._place += len(data)
        self._storage.touched()
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        """Move the cursor (origin 0 start, 1 cursor, 2 end); the new place. Raises: InvalidFunction, Reverted."""
        item = self._usable()
        if origin not in (0, 1, 2):
            raise InvalidFunction("an origin is 0, 1 or 2", value=origin)
        place = (0, self._place, item.content.size)[origin] + offset
        if place < 0:
            raise InvalidFunction("a place before the start", value=place)
        self._place = place
        return place

    def set_size(self, size: int) -> None:
        """Cut the stream, or make it longer by zeros; the cursor stays. Raises: AccessDenied, MediumFull, Reverted."""
        if size < 0:
            raise InvalidParameter("a size is not negative", value=size)
        self._writable().own().set_size(size)
        self._storage.touched()

    def commit(self, flags: int = 0) -> None:
        """Hand on what is gathered; its storage's commit makes it last."""
        self._usable().content.flush()

    def revert(self) -> None:
        """Nothing: streams are not transacted on their own."""
        self._usable()

    def stat(self) -> Stat:
        """Name, size and mode."""
        item = self._usable()
        return Stat(item.name, ElementType.STREAM, item.content.size, mode=self._mode)

    def clone(self) -> DocStream:
        """Another cursor at the same place over the same bytes."""
        return DocStream(self._storage, self._usable(), self._mode, self._place)

    def close(self) -> None:
        """Release it; twice is harmless."""
        self.invalidate("it is closed")

    def _usable(self) -> StreamItem:
        self.check_usable()
        return self._item

    def _writable(self) -> StreamItem:
        self.check_writable()
        return self._item
