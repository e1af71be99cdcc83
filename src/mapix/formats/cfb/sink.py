"""Sectors written one after another, with the FAT that tells of them.

What fits is kept in memory and written in one piece, the header first; what does not is written as it comes, and the
header last, so that a file half written is none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import count as count_from
from itertools import islice
from typing import IO, Final

from mapix.formats.cfb.header import Header
from mapix.formats.cfb.layout import (
    DIFSECT,
    ENDOFCHAIN,
    FATSECT,
    FREESECT,
    HEADER_DIFAT,
    RANGE_LOCK,
)
from mapix.formats.cfb.sectors import packed
from mapix.formats.storageerrors import MediumFull

HELD: Final = 1 << 20
"""Bytes that are kept before they are written."""

LARGEST_V3: Final = (1 << 31) - 1
"""Files of version 3 end before 2 GiB ([MS-CFB] 2.6.1)."""


class TooLarge(MediumFull):
    """More than fits into a file of version 3."""


class SectorSink:
    """Writes a file from its first sector to its last."""

    def __init__(self, target: IO[bytes], version: int) -> None:
        self.shift = 9 if version == 3 else 12
        self.version = version
        self.fat = array("I")
        self._target = target
        self._base: int | None = None
        self._held: list[bytes] = [bytes(1 << self.shift)]
        self._size = 1 << self.shift
        self._locks = (RANGE_LOCK >> self.shift) - 1 if version == 4 else -1

    def chain(self, pieces: Iterable[bytes]) -> tuple[int, int]:
        """Write a chain; its first sector (ENDOFCHAIN when it is empty) and its bytes."""
        start, length, rest = len(self.fat), 0, b""
        unit = 1 << self.shift
        for piece in pieces:
            length += len(piece)
            data = rest + piece if rest else piece
            whole = len(data) & -unit
            rest = data[whole:]
            self._extend(start, data[:whole] if rest else data)
        if rest:
            self._extend(start, rest + bytes(-len(rest) & (unit - 1)))
        if not length:
            return ENDOFCHAIN, 0
        self.fat[-1] = ENDOFCHAIN
        return start + (start == self._locks), length

    def finish(self, header: Header) -> None:
        """Write the FAT behind everything, then the header."""
        fats, difats = self._tables()
        header.fat_sectors, header.difat_sectors = len(fats), len(difats)
        header.difat = tuple(fats[:HEADER_DIFAT])
        header.difat_start = difats[0] if difats else ENDOFCHAIN
        marks = dict.fromkeys(fats, FATSECT) | dict.fromkeys(difats, DIFSECT)
        last = max(marks)
        self.fat.extend(marks.get(number, ENDOFCHAIN) for number in range(len(self.fat), last + 1))
        self.fat.extend([FREESECT] * (-len(self.fat) & ((1 << self.shift - 2) - 1)))
        self._emit(packed(self.fat))
        self._emit(self._difat(fats[HEADER_DIFAT:], difats))
        self._close(header.pack())

    def _extend(self, start: int, data: bytes) -> None:
        """Go on with the chain that began at `start`."""
        count = len(data) >> self.shift
        here = len(self.fat)
        if count and here <= self._locks < here + count:
            before = self._locks - here
            self.fat.extend(range(here + 1, here + before + 1))
            if len(self.fat) > start:
                self.fat[-1] = self._locks + 1
            self.fat.append(ENDOFCHAIN)
            here, count = self._locks + 1, count - before
        self.fat.extend(range(here + 1, here + count + 1))
        self._emit(data)

    def _tables(self) -> tuple[list[int], list[int]]:
        """Numbers for the sectors of the FAT and of the DIFAT, enough to tell of themselves too."""
        per_sector = 1 << (self.shift - 2)
        fats = difats = 0
        while True:
            total = len(self.fat) + fats + difats + 1
            wanted = -(-total // per_sector)
            more = -(-max(wanted - HEADER_DIFAT, 0) // (per_sector - 1))
            if (wanted, more) == (fats, difats):
                break
            fats, difats = max(wanted, fats), max(more, difats)
        behind = (number for number in count_from(len(self.fat)) if number != self._locks)
        return list(islice(behind, fats)), list(islice(behind, difats))

    def _difat(self, fats: list[int], difats: list[int]) -> bytes:
        each = (1 << (self.shift - 2)) - 1
        pieces = array("I")
        for place, after in enumerate([*difats[1:], ENDOFCHAIN][: len(difats)]):
            listed = fats[place * each : (place + 1) * each]
            pieces.extend([*listed, *[FREESECT] * (each - len(listed)), after])
        return packed(pieces)

    def _emit(self, data: bytes) -> None:
        """Put whole sectors behind the others, around the one that belongs to locks."""
        before = (self._locks << self.shift) + (1 << self.shift) - self._size
        if self.version == 4 and 0 <= before < len(data):
            self._put(data[:before])
            self._put(bytes(1 << self.shift))
            data = data[before:]
        self._put(data)

    def _put(self, data: bytes) -> None:
        self._size += len(data)
        if self.version == 3 and self._size > LARGEST_V3:
            raise TooLarge("a file of version 3 ends before 2 GiB", value=self._size, hint="version 4")
        if self._base is not None:
            self._target.write(data)
            return
        self._held.append(data)
        if self._size > HELD:
            self._base = self._target.tell()
            self._target.write(b"".join(self._held))
            self._held.clear()

    def _close(self, header: bytes) -> None:
        if self._base is None:
            self._held[0] = header + bytes((1 << self.shift) - len(header))
            self._target.write(b"".join(self._held))
            return
        self._target.seek(self._base)
        self._target.write(header)
        self._target.seek(self._base + self._size)
