"""What will be written, in pieces whose sizes are known: bytes, and large values that are read when their turn comes.

Checksums are made on the way, for those of attributes around others cover the checksums inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import BinaryIO, Final

from mapix.formats.tnef.layout import ATTACHMENT, ATTRIBUTE, MESSAGE, OF_ATTACHMENTS, checksum
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.value import LargeValue

_STEP: Final = 1 << 18
_LONGEST: Final = 0xFFFFFFFF


class _Mark(Enum):
    """Where the data of an attribute begins and ends."""

    BEGIN = 1
    END = 2


_BEGIN: Final = _Mark.BEGIN
_END: Final = _Mark.END


class Pieces:
    """Bytes to come, `size` of them."""

    __slots__ = ("_items", "size")

    def __init__(self, first: bytes | LargeValue = b"") -> None:
        self._items: list[bytes | LargeValue | _Mark] = []
        self.size = 0
        self.add(first)

    def add(self, data: bytes | LargeValue) -> None:
        """Something more at the end."""
        size = len(data) if isinstance(data, bytes) else data.size
        if size:
            self._items.append(data)
            self.size += size

    def extend(self, other: Pieces) -> None:
        """Everything of another at the end."""
        self._items += other._items
        self.size += other.size

    def attribute(self, number: int, data: Pieces) -> None:
        """An attribute with its checksum. Raises: BadValue for more than 4 GiB."""
        if data.size > _LONGEST:
            raise BadValue("an attribute has at most 4 GiB", value=data.size)
        level = ATTACHMENT if number in OF_ATTACHMENTS else MESSAGE
        self.add(ATTRIBUTE.pack(level, number, data.size))
        self._items += (_BEGIN, *data._items, _END)
        self.size += data.size + 2

    def write(self, target: BinaryIO) -> None:
        """Put everything out. Raises: CorruptData for a value that is shorter or longer than it tells."""
        total = 0
        begun: list[int] = []
        for item in self._items:
            if item is _BEGIN:
                begun.append(total)
                continue
            data = ((total - begun.pop()) & 0xFFFF).to_bytes(2, "little") if item is _END else item
            for piece in _bytes_of(data):
                total += checksum(piece)
                target.write(piece)


def _bytes_of(item: bytes | LargeValue | _Mark) -> Iterator[bytes]:
    if isinstance(item, bytes):
        yield item
        return
    assert not isinstance(item, _Mark)
    left = item.size
    with item.open() as reader:
        while left > 0 and (piece := reader.read(min(_STEP, left))):
            left -= len(piece)
            yield piece
        if left or reader.read(1):
            raise CorruptData("a value has another size than it tells", value=item.size)
