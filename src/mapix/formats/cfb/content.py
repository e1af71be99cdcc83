"""The bytes of one stream that can be changed: in memory while small, in sectors of the file from 4096 bytes on.

Sectors that are committed, or that another transaction sees as well, are not written again: what changes goes to fresh
ones. Writes that follow one another are gathered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from mapix.formats.cfb.chains import Runs
from mapix.formats.cfb.layout import CUTOFF
from mapix.formats.cfb.pieces import Run, merged, part
from mapix.formats.cfb.sectors import Extents
from mapix.formats.storageerrors import MediumFull

if TYPE_CHECKING:
    from mapix.formats.cfb.volume import Volume

GATHERED: Final = 1 << 18
"""Bytes of writes that are put together."""

PIECE: Final = 1 << 20
"""Bytes that are copied at once."""


class Content:
    """The bytes of a stream. `base` reads those of a small one that has not been touched."""

    __slots__ = (
        "__weakref__",
        "_ends",
        "_gathered",
        "_gathered_at",
        "base",
        "dirty",
        "memory",
        "runs",
        "size",
        "volume",
    )

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        self.size = 0
        self.memory: bytearray | None = bytearray()
        self.base: Extents | None = None
        self.runs: list[Run] | None = None
        self.dirty = True
        self._ends: list[int] | None = None
        self._gathered = bytearray()
        self._gathered_at = 0
        volume.live.add(self)

    def copy(self) -> Content:
        """The same bytes, to be changed on their own."""
        self.flush()
        twin = Content(self.volume)
        twin.size = self.size
        if self.runs is None:
            twin.memory = bytearray(self.read_at(0, self.size))
        else:
            self.disown()
            twin.memory, twin.runs = None, [Run(run.first, run.count, False) for run in self.runs]
        return twin

    def disown(self) -> None:
        """From now on somebody else relies on the sectors."""
        for run in self.runs or ():
            run.owned = False

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes, fewer at the end."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        if self.memory is not None:
            return bytes(self.memory[offset : offset + size])
        if self.runs is None:
            assert self.base is not None
            return self.base.read_at(offset, size)
        self.flush()
        pieces = [self.volume.place.read_at(at, count) for at, count in self._places(offset, size)]
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return data + bytes(size - len(data))

    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere, growing by zeros where needed."""
        if not data:
            return
        if offset > self.size:
            self.set_size(offset)
        end = max(self.size, offset + len(data))
        if self._is_small(end):
            memory = self._in_memory()
            memory[offset : offset + len(data)] = data
            self.size = len(memory)
        else:
            self._to_sectors()
            self._gather(offset, data)
            self.size = end
        self.dirty = True

    def set_size(self, size: int) -> None:
        """Cut, or grow by zeros. Raises: MediumFull."""
        if size >> self.volume.shift > self.volume.space.most:
            raise MediumFull("no file of this kind has as much room", value=size, hint="version 4")
        if size < self.size:
            self._cut(size)
        elif self._is_small(size):
            self._in_memory().extend(bytes(size - self.size))
            self.size = size
        else:
            self._to_sectors()
            while self.size < size:
                count = min(size - self.size, PIECE)
                self._gather(self.size, bytes(count))
                self.size += count
        self.dirty = True

    def flush(self) -> None:
        """Put what was gathered into sectors."""
        if self._gathered:
            self._write(self._gathered_at, self._gathered)
            self._gathered = bytearray()

    def settle(self) -> None:
        """Put everything into sectors, and give back those that a write took in vain that failed."""
        self.flush()
        if self.runs is not None and self._ends_of()[-1] > -(-self.size >> self.volume.shift):
            self._cut(self.size)

    def pieces(self) -> Iterator[bytes]:
        """All bytes, piece by piece."""
        for offset in range(0, self.size, PIECE):
            yield self.read_at(offset, PIECE)

    def sectors(self) -> Runs:
        """The sectors it lies in."""
        return [(run.first, run.count) for run in self.runs or ()]

    def rewrite(self, *, tight: bool = False) -> None:
        """Move the bytes to fresh sectors."""
        old = self.copy()
        self.runs, self._ends = [], None
        for offset in range(0, self.size, PIECE):
            data = old.read_at(offset, PIECE)
            self._append(data + bytes(-len(data) % (1 << self.volume.shift)), tight)
        self.dirty = True

    def _is_small(self, size: int) -> bool:
        return size < CUTOFF and self.runs is None

    def _in_memory(self) -> bytearray:
        if self.memory is None:
            self.memory = bytearray() if self.base is None else bytearray(self.base.read_at(0, self.size))
            self.base = None
        return self.memory

    def _to_sectors(self) -> None:
        if self.runs is None:
            data = bytes(self._in_memory())
            self.memory, self.runs, self._ends = None, [], None
            if data:
                self._gather(0, data)

    def _gather(self, offset: int, data: bytes) -> None:
        if offset != self._gathered_at + len(self._gathered) or len(self._gathered) + len(data) > GATHERED:
            self.flush()
            self._gathered_at = offset
        if len(data) >= GATHERED:
            self._write(offset, data)
            self._gathered_at = offset + len(data)
        else:
            self._gathered += data

    def _write(self, offset: int, data: bytes | bytearray) -> None:
        """Put bytes into sectors, whole ones: what lies around them in the first and last one is kept."""
        shift = self.volume.shift
        assert self.runs is not None
        first, last = offset >> shift, (offset + len(data) - 1) >> shift
        have = self._ends_of()[-1] if self.runs else 0
        before, behind = offset - (first << shift), ((last + 1) << shift) - offset - len(data)
        head = self._sector(first)[:before] if before and first < have else bytes(before)
        tail = self._sector(last)[-behind:] if behind and last < have else bytes(behind)
        whole = b"".join((head, data, tail)) if before or behind else bytes(data)
        inside = max(min(last + 1, have) - first, 0) << shift
        if inside:
            self._overwrite(first, whole[:inside])
        if inside < len(whole):
            self._append(whole[inside:] if inside else whole)

    def _sector(self, number: int) -> bytes:
        shift = self.volume.shift
        place = next(self._sectors_between(number, number + 1))[1]
        data = self.volume.place.read_at((place + 1) << shift, 1 << shift)
        return data + bytes((1 << shift) - len(data))

    def _append(self, data: bytes, tight: bool = False) -> None:
        shift, runs = self.volume.shift, self.runs
        assert runs is not None
        done = 0
        behind = runs[-1].first + runs[-1].count - 1 if runs else -1
        for first, count in self.volume.space.take(-(-len(data) >> shift), behind=behind, tight=tight):
            self.volume.write(first, data[done : done + (count << shift)])
            done += count << shift
            if runs and runs[-1].owned and runs[-1].first + runs[-1].count == first:
                runs[-1].count += count
            else:
                runs.append(Run(first, count, True))
        self._ends = None

    def _overwrite(self, first: int, data: bytes) -> None:
        """Put whole sectors where there are some already: into these if they are owned, else into fresh ones."""
        shift = self.volume.shift
        fresh: list[Run] = []
        done = 0
        pieces = list(self._sectors_between(first, first + (len(data) >> shift)))
        for owned, place, count in pieces:
            piece = data[done : done + (count << shift)]
            if owned:
                self.volume.write(place, piece)
                fresh.append(Run(place, count, True))
            else:
                fresh.extend(self._fresh(piece, fresh))
            done += count << shift
        self._splice(first, fresh)

    def _fresh(self, data: bytes, before: list[Run]) -> list[Run]:
        shift = self.volume.shift
        behind = before[-1].first + before[-1].count - 1 if before else -1
        runs = self.volume.space.take(len(data) >> shift, behind=behind)
        done = 0
        for first, count in runs:
            self.volume.write(first, data[done : done + (count << shift)])
            done += count << shift
        return [Run(first, count, True) for first, count in runs]

    def _splice(self, first: int, fresh: list[Run]) -> None:
        """Put runs in the place of those that are there from sector `first` on."""
        until = first + sum(run.count for run in fresh)
        assert self.runs is not None
        before = part(self.runs, 0, first)
        behind = part(self.runs, until, self._ends_of()[-1])
        self.runs = merged([*before, *fresh, *behind])
        self._ends = None

    def _cut(self, size: int) -> None:
        self.flush()
        if self.runs is None:
            del self._in_memory()[size:]
        elif size < CUTOFF:
            data = self.read_at(0, size)
            self._drop(self.runs)
            self.runs, self.memory = None, bytearray(data)
        else:
            keep = -(-size >> self.volume.shift)
            dropped = part(self.runs, keep, self._ends_of()[-1])
            self.runs = part(self.runs, 0, keep)
            self._drop(dropped)
        self._ends = None
        self.size = size

    def _drop(self, runs: list[Run]) -> None:
        self.volume.space.free([(run.first, run.count) for run in runs if run.owned])

    def _ends_of(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(run.count for run in self.runs or ()))
        return self._ends

    def _sectors_between(self, first: int, until: int) -> Iterator[tuple[bool, int, int]]:
        """Whether owned, where, and how many, for each piece of a range of the stream's sectors."""
        ends, runs = self._ends_of(), self.runs or []
        place = bisect_right(ends, first)
        while first < until:
            run = runs[place]
            into = first - (ends[place] - run.count)
            count = min(until, ends[place]) - first
            yield run.owned, run.first + into, count
            first, place = first + count, place + 1

    def _places(self, offset: int, size: int) -> Iterator[tuple[int, int]]:
        """Where in the file, and how many bytes, for each piece of a range of the stream's bytes."""
        shift = self.volume.shift
        first, until = offset >> shift, ((offset + size - 1) >> shift) + 1
        into = offset - (first << shift)
        for _, sector, count in self._sectors_between(first, until):
            taken = min((count << shift) - into, size)
            yield ((sector + 1) << shift) + into, taken
            size, into = size - taken, 0
