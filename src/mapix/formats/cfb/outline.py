"""Small files that are sound, read quickly: what `structure` finds out about every file, as far as reading needs it.

`outline_of(data)` looks at the whole file at the door as well: the tables and the directory lie apart from one another
and end where they should, and every entry in use hangs in the tree of the root once. How the bytes of a stream lie is
looked at when it is read. Where anything is odd there is no outline, or an answer is None: the thorough way is asked
then, and tells the same of everything else, for what a stream reads depends on its own chain only.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice, repeat
from struct import Struct
from typing import Final

from mapix.formats.cfb.layout import (
    CUTOFF,
    ENDOFCHAIN,
    ENTRY_SIZE,
    HEADER_DIFAT,
    HEADER_SIZE,
    MAGIC,
    MINI_SHIFT,
    NOSTREAM,
    ROOT,
    STORAGE,
    STREAM,
)
from mapix.formats.cfb.sectors import packed, words

_SHIFT: Final = 9
_SIZE: Final = 1 << _SHIFT
_PER_SECTOR: Final = _SIZE >> 2
_DIFAT: Final = 76
"""Where the sectors of the FAT are listed in the header."""
_MOST: Final = HEADER_DIFAT * _PER_SECTOR
"""Sectors of a file whose FAT is listed in the header."""

_HEADER: Final = Struct("<8s18xHxxH16xI8xI4xI").unpack_from
"""Of the header: magic, version, shift, and where directory, mini FAT and DIFAT begin."""
_END: Final = b"\xfe\xff\xff\xff"
_FREE: Final = b"\xff\xff\xff\xff" * HEADER_DIFAT
_NEXT: Final = packed(array("I", range(1, _MOST + 1)))
"""A table in which every sector is followed by the next one."""
_TYPES: Final = bytes((0, STORAGE, STREAM, ROOT))


class Outline:
    """What is read of one small file. Lists go by the number of a directory entry.

    `kids` has the children of each storage that has any, in no order, `below` those that are storages.
    """

    __slots__ = (
        "_base",
        "_count",
        "_fat",
        "_mentioning",
        "_mini",
        "_mini_count",
        "_minifat",
        "_table",
        "below",
        "child",
        "data",
        "directory",
        "kids",
        "left",
        "right",
        "sizes",
        "starts",
        "types",
    )

    def __init__(self, data: bytes, count: int, fat: bytes) -> None:
        self.data, self._count, self._fat, self._table = data, count, fat, words(fat)
        self._mentioning: dict[bytes, set[int]] = {}

    def load(self, fats: Sequence[int], directory_start: int, minifat_start: int) -> bool:
        """Read tables and directory; whether all is as it should be."""
        chain = self._chain(directory_start)
        if not chain:
            return False
        minifat = () if minifat_start == ENDOFCHAIN else self._chain(minifat_start)
        self.directory = directory = self._join(chain)
        numbers = words(directory)
        self.starts, self.sizes = starts, sizes = numbers[29::32], numbers[30::32]
        root = self._chain(starts[0]) if sizes[0] and starts[0] != ENDOFCHAIN else ()
        if minifat is None or root is None or sizes[0] > len(root) << _SHIFT or sum(sizes) > 2 * len(self.data):
            return False
        taken = {*fats, *chain, *minifat, *root}
        if len(taken) != len(fats) + len(chain) + len(minifat) + len(root):
            return False
        self._load_mini(minifat, root)
        self.types = directory[66::ENTRY_SIZE]
        self.left, self.right, self.child = numbers[17::32].tolist(), numbers[18::32].tolist(), numbers[19::32]
        return self._load_tree()

    def stream(self, number: int) -> bytes | None:
        """The whole of a stream; None where its chain is shorter, or comes back to itself."""
        size = self.sizes[number]
        if size >= CUTOFF:
            return self._large(self.starts[number], size)
        if not size:
            return b""
        start = self.starts[number]
        last = start + (size - 1 >> MINI_SHIFT)
        if last < self._mini_count and (
            start == last or self._minifat[start << 2 : last << 2] == _NEXT[start << 2 : last << 2]
        ):
            place = self._base + (start << MINI_SHIFT)
            return self._mini[place : place + size]
        return self._crooked(start, size)

    def mentioning(self, data: bytes) -> set[int]:
        """The entries that have these bytes in them; asked once more, they are not looked for again."""
        found = self._mentioning.get(data)
        if found is None:
            found = self._mentioning[data] = set()
            at = self.directory.find(data)
            while at >= 0:
                found.add(at >> 7)
                at = self.directory.find(data, (at | 127) + 1)
        return found

    def _load_mini(self, minifat: Sequence[int], root: Sequence[int]) -> None:
        self._minifat = self._join(minifat)
        self._mini_count = min(len(self._minifat) >> 2, len(root) << (_SHIFT - MINI_SHIFT))
        self._mini, self._base = self._join(root), 0

    def _load_tree(self) -> bool:
        """Whether all entries in use hang below the root, each once."""
        types, left, right = self.types, self.left, self.right
        if types[0] != ROOT or types.count(ROOT) != 1 or types.translate(None, _TYPES):
            return False
        self.kids: dict[int, list[int]] = {}
        self.below: dict[int, list[int]] = {}
        most = len(types)
        storages, seen = [0], [0]
        for storage in storages:
            top = self.child[storage]
            if top == NOSTREAM:
                continue
            kids, known = [top], len(storages)
            add = kids.append
            try:
                for kid in islice(kids, most):
                    if (link := left[kid]) != NOSTREAM:
                        add(link)
                    if (link := right[kid]) != NOSTREAM:
                        add(link)
                    if types[kid] != STREAM:
                        if types[kid] != STORAGE:
                            return False
                        storages.append(kid)
            except IndexError:
                return False
            seen += kids
            if len(seen) > most:
                return False
            self.kids[storage], self.below[storage] = kids, storages[known:]
        return len(set(seen)) == len(seen) == most - types.count(0)

    def _chain(self, start: int) -> Sequence[int] | None:
        """The sectors of a whole chain; None where it leaves the file or comes back to itself."""
        end = self._fat.find(_END, start << 2)
        if end >= 0 and not end & 3 and self._fat[start << 2 : end] == _NEXT[start << 2 : end]:
            return range(start, (end >> 2) + 1) if end >> 2 < self._count else None
        found: list[int] = []
        table, most, add = self._table, self._count, found.append
        for _ in repeat(None, most):
            if start >= most:
                break
            add(start)
            start = table[start]
        return found if start == ENDOFCHAIN else None

    def _large(self, start: int, size: int) -> bytes | None:
        """A stream in sectors of its own."""
        last = start + (size - 1 >> _SHIFT)
        if last < self._count and self._fat[start << 2 : last << 2] == _NEXT[start << 2 : last << 2]:
            place = (start + 1) << _SHIFT
            return self.data[place : place + size]
        sectors = _followed(self._table, start, (size + _SIZE - 1) >> _SHIFT, self._count)
        return None if sectors is None else self._join(sectors)[:size]

    def _crooked(self, start: int, size: int) -> bytes | None:
        """A stream in the mini stream that does not lie in one piece."""
        sectors = _followed(words(self._minifat), start, (size + 63) >> MINI_SHIFT, self._mini_count)
        if sectors is None:
            return None
        places = [self._base + (number << MINI_SHIFT) for number in sectors]
        return b"".join([self._mini[place : place + 64] for place in places])[:size]

    def _join(self, sectors: Sequence[int]) -> bytes:
        data = self.data
        if type(sectors) is range:
            return data[(sectors[0] + 1) << _SHIFT : (sectors[-1] + 2) << _SHIFT]
        return b"".join([data[(number + 1) << _SHIFT : (number + 2) << _SHIFT] for number in sectors])


def outline_of(data: bytes) -> Outline | None:
    """The outline of a file of version 3 in memory; None where it is too large for one, or anything about it is odd."""
    count = (len(data) >> _SHIFT) - 1
    if not 0 < count <= _MOST or len(data) & (_SIZE - 1):
        return None
    magic, version, shift, directory, minifat, difat = _HEADER(data)
    if magic != MAGIC or version != 3 or shift != _SHIFT or difat < count:
        return None
    listed = _DIFAT + 4 * -(-count // _PER_SECTOR)
    fats = words(data[_DIFAT:listed])
    if max(fats) >= count or data[listed:HEADER_SIZE] != _FREE[: HEADER_SIZE - listed]:
        return None
    fat = b"".join([data[(number + 1) << _SHIFT : (number + 2) << _SHIFT] for number in fats])
    outline = Outline(data, count, fat)
    return outline if outline.load(fats, directory, minifat) else None


def _followed(table: array[int], start: int, count: int, limit: int) -> list[int] | None:
    """The first `count` sectors of a chain; None where it is shorter or comes back to itself."""
    found: list[int] = []
    while start < limit and len(found) < count:
        found.append(start)
        start = table[start]
    return found if len(found) == count == len(set(found)) else None
