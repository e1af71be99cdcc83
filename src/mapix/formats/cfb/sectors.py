"""The sectors of a file: read by number, from bytes in memory or from a place, and runs of them as one row of bytes."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from mapix.formats.cfb.chains import Runs
from mapix.formats.storage import LockBytes


class Sectors:
    """A file in sectors. Small files are wholly in memory (`data`), of others the `place` is asked.

    `count` is how many sectors the file really has; of the last one `missing` bytes are cut off and read as zeros.
    """

    __slots__ = ("count", "data", "missing", "place", "shift", "size")

    def __init__(self, data: bytes | None, place: LockBytes | None, size: int, shift: int) -> None:
        self.data, self.place, self.size, self.shift = data, place, size, shift
        behind = max(size - (1 << shift), 0)
        self.count = (behind + (1 << shift) - 1) >> shift
        self.missing = (self.count << shift) - behind

    def read(self, first: int, count: int = 1) -> bytes:
        """The bytes of some sectors in a row."""
        return self.read_at((first + 1) << self.shift, count << self.shift)

    def read_at(self, offset: int, size: int) -> bytes:
        """The bytes at a place of the file, zeros behind its end."""
        if self.data is not None:
            data = self.data[offset : offset + size]
        else:
            assert self.place is not None
            data = self.place.read_at(offset, size)
        return data if len(data) == size else data + bytes(size - len(data))

    def read_runs(self, runs: Runs) -> bytes:
        """The bytes of whole runs, in their order."""
        if len(runs) == 1:
            return self.read(*runs[0])
        return b"".join([self.read(first, count) for first, count in runs])

    def available(self, runs: Runs) -> int:
        """How many bytes the runs hold; what the end of the file cuts off does not count."""
        length = sum(count for _, count in runs) << self.shift
        if runs and self.missing and runs[-1][0] + runs[-1][1] == self.count:
            length -= self.missing
        return length

    def extents(self, runs: Runs, size: int) -> Extents:
        """Runs as one row of bytes."""
        return Extents(self.read_at, 1 << self.shift, self.shift, runs, size)

    def read_numbers(self, numbers: list[int]) -> array[int]:
        """The words of sectors, which are read in as few pieces as possible; for one outside the file, FREESECT."""
        found = array("I")
        for first, count in joined(numbers, self.count):
            found.frombytes(self.read(first, count) if first < self.count else b"\xff" * (count << self.shift))
        if _SWAP:
            found.byteswap()
        return found


class Extents:
    """Runs of sectors as one row of bytes, read at places.

    `read_at` reads what holds the sectors, of 2 ** `shift` bytes each, the first of them at `base`.
    """

    __slots__ = ("_base", "_ends", "_read_at", "_runs", "_shift", "size")

    def __init__(self, read_at: Callable[[int, int], bytes], base: int, shift: int, runs: Runs, size: int) -> None:
        self._read_at, self._base, self._shift, self._runs, self.size = read_at, base, shift, runs, size
        self._ends = list(accumulate(count << shift for _, count in runs))

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes, fewer at the end."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        pieces = []
        place = bisect_right(self._ends, offset)
        while size > 0:
            first, count = self._runs[place]
            into = offset - (self._ends[place] - (count << self._shift))
            taken = min(size, self._ends[place] - offset)
            pieces.append(self._read_at(self._base + (first << self._shift) + into, taken))
            offset, size, place = offset + taken, size - taken, place + 1
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def joined(numbers: list[int], most: int) -> Runs:
    """Sector numbers as runs; those from `most` on never join."""
    runs: Runs = []
    for number in numbers:
        if runs and number < most and runs[-1][0] + runs[-1][1] == number:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def words(data: bytes) -> array[int]:
    """Little-endian 32-bit words as numbers."""
    numbers = array("I")
    numbers.frombytes(data)
    if _SWAP:
        numbers.byteswap()
    return numbers


def packed(numbers: array[int]) -> bytes:
    """Numbers as little-endian 32-bit words."""
    if _SWAP:
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


_SWAP = array("I", b"\1\0\0\0")[0] != 1
