"""Committing: the new state is put into free sectors, then the header switches to it (see `volume`)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from mapix.formats.cfb.chains import Runs, length_of
from mapix.formats.cfb.content import PIECE, Content
from mapix.formats.cfb.header import Header
from mapix.formats.cfb.items import StorageItem
from mapix.formats.cfb.layout import (
    DIFSECT,
    ENDOFCHAIN,
    FATSECT,
    FREESECT,
    HEADER_DIFAT,
    MINI_SHIFT,
    MINI_SIZE,
    STREAM,
)
from mapix.formats.cfb.records import EMPTY_RECORD, records_of
from mapix.formats.cfb.sectors import Extents, Sectors, packed
from mapix.formats.cfb.volume import Volume

_BLOCK: Final = 1 << 14
"""Numbers of a FAT that are looked at or made at once."""

_FREE: Final = array("I", [FREESECT])

ROUNDS: Final = 5
"""How often a file is packed; each time what is left gets smaller."""


def commit(volume: Volume, root: StorageItem, *, durable: bool = True, consolidate: bool = False) -> None:
    """Make `root` the committed state. `durable` waits for the medium; `consolidate` then closes the gaps.

    Raises: MediumFull, WriteFault; what was committed is untouched then, and what was changed is not lost.
    """
    _commit(volume, root, durable, tight=False)
    for _ in range(ROUNDS if consolidate else 0):
        taken = volume.space.taken
        if not taken.count(0):
            return
        end = len(taken) - taken.count(0)
        for content, runs in volume.kept.items():
            if any(first + count > end for first, count in runs):
                content.rewrite(tight=True)
        before = len(taken)
        _commit(volume, root, durable, tight=True)
        if len(volume.space.taken) >= before:
            return


def _commit(volume: Volume, root: StorageItem, durable: bool, tight: bool) -> None:
    try:
        Committing(volume, root, durable=durable, tight=tight).run()
    except BaseException:
        volume.collect()
        raise


class Committing:
    """One commit of a volume."""

    def __init__(self, volume: Volume, root: StorageItem, *, durable: bool, tight: bool) -> None:
        self.volume, self.durable, self.tight = volume, durable, tight
        self.shift = volume.shift
        self.per_sector = 1 << (self.shift - 2)
        self.fat = volume.fat[:]
        self.changed: set[int] = set()
        self.records = records_of(root, lambda storage: storage.children)
        self.minifat = array("I")
        self.small: list[Content] = []
        self.kept: dict[Content, Runs] = {}
        self.fresh: set[int] = set()
        self.difats: list[int] = []
        self.pending = 0

    def run(self) -> None:
        """Do it all."""
        volume = self.volume
        for runs in volume.tables.values():
            self._unchain(runs)
        self._place_streams()
        tables = {"mini stream": self._mini_stream()}
        self.records[0].start, self.records[0].size = _start(tables["mini stream"]), len(self.minifat) << MINI_SHIFT
        self.minifat.extend([FREESECT] * (-len(self.minifat) % self.per_sector))
        tables["mini FAT"] = self._table([packed(self.minifat)])
        tables["directory"] = self._directory()
        header = Header(version=volume.version, shift=self.shift, signature=(volume.header.signature + 1) & 0xFFFFFFFF)
        header.directory_start, header.minifat_start = _start(tables["directory"]), _start(tables["mini FAT"])
        header.minifat_sectors = length_of(tables["mini FAT"])
        header.directory_sectors = length_of(tables["directory"]) if volume.version == 4 else 0
        fats = self._fat_sectors()
        header.fat_sectors, header.difat_sectors = len(fats), len(self.difats)
        header.difat, header.difat_start = tuple(fats), self.difats[0] if self.difats else ENDOFCHAIN
        self._switch(header)
        self._settle(header, fats, tables)

    def _place_streams(self) -> None:
        """Chains of large contents that are new, changed or gone; places in the mini stream for the others."""
        streams = [record for record in self.records if record.kind == STREAM]
        for record in streams:
            content: Content = record.node.content
            content.settle()
            record.size = content.size
            if content.runs is not None:
                if self.volume.distrusted:
                    content.rewrite()
                self.kept[content] = content.sectors()
                record.start = content.runs[0].first
            elif content.size:
                record.start = self._mini_chain(content.size)
                self.small.append(content)
        before = self.volume.kept
        anew = [content for content in self.kept if content.dirty or content not in before]
        for content, runs in before.items():
            if content not in self.kept or content.dirty:
                self._unchain(runs)
        for content in anew:
            self._chain(self.kept[content])

    def _mini_chain(self, size: int) -> int:
        start = len(self.minifat)
        self.minifat.extend(range(start + 1, start + ((size + MINI_SIZE - 1) >> MINI_SHIFT)))
        self.minifat.append(ENDOFCHAIN)
        return start

    def _mini_stream(self) -> Runs:
        runs = self._take(-(-len(self.minifat) << MINI_SHIFT >> self.shift))
        self._write(runs, _in_pieces(self.small))
        self._chain(runs)
        return runs

    def _directory(self) -> Runs:
        entries = [record.pack() for record in self.records]
        entries += [EMPTY_RECORD] * (-len(entries) % (1 << (self.shift - 7)))
        return self._table(entries)

    def _table(self, pieces: list[bytes]) -> Runs:
        data = b"".join(pieces)
        runs = self._take(len(data) >> self.shift)
        self._write(runs, [data])
        self._chain(runs)
        return runs

    def _fat_sectors(self) -> list[int]:
        """Where the sectors of the FAT and of the DIFAT are to be: those that differ go to fresh ones.

        To move one changes the FAT again, where it was and where it will be; so until nothing more changes.
        """
        fats, difats = list(self.volume.fat_sectors), self.difats
        self._unchain([(number, 1) for number in self.volume.difat_sectors])
        fresh = self.fresh
        runs = (run for content in self.volume.live for run in content.sectors())
        self.pending = max((first + count for first, count in runs), default=0)
        while len(fats) > self._needed():
            self._mark(fats.pop(), FREESECT)
        if self.tight:
            self.changed.update(range(len(fats)))
        while True:
            while len(fats) < self._needed():
                fresh.add(len(fats))
                fats.append(self._take_one(FATSECT))
            while len(difats) < -(-max(len(fats) - HEADER_DIFAT, 0) // (self.per_sector - 1)):
                difats.append(self._take_one(DIFSECT))
            moving = [place for place in self.changed - fresh if place < len(fats)]
            if not moving and len(fats) >= self._needed():
                break
            for place in moving:
                self._mark(fats[place], FREESECT)
                fats[place] = self._take_one(FATSECT)
                fresh.add(place)
        self.fat.extend(_FREE * (len(fats) * self.per_sector - len(self.fat)))
        del self.fat[len(fats) * self.per_sector :]
        return fats

    def _needed(self) -> int:
        """How many sectors a FAT has that covers everything in use, and what is not yet committed behind it."""
        self._mark_locks()
        used = max(_used(self.fat), self.pending)
        return -(-used // self.per_sector)

    def _mark_locks(self) -> None:
        locks = self.volume.space.locks
        if 0 <= locks < len(self.fat) and self.fat[locks] != ENDOFCHAIN:
            self._mark(locks, ENDOFCHAIN)

    def _switch(self, header: Header) -> None:
        """Write the tables, then the header, and wait for the medium after each."""
        volume, each = self.volume, self.per_sector
        fats, listed = header.difat, header.difat[HEADER_DIFAT:]
        for place in sorted(self.fresh):
            volume.write(fats[place], packed(self.fat[place * each : (place + 1) * each]))
        for place, number in enumerate(self.difats):
            numbers = array("I", listed[place * (each - 1) : (place + 1) * (each - 1)])
            numbers.extend([FREESECT] * (each - 1 - len(numbers)))
            numbers.append(self.difats[place + 1] if place + 1 < len(self.difats) else ENDOFCHAIN)
            volume.write(number, packed(numbers))
        if self.durable:
            volume.place.flush()
        volume.place.write_at(0, header.pack())
        if self.durable:
            volume.place.flush()

    def _settle(self, header: Header, fats: list[int], tables: dict[str, Runs]) -> None:
        """The new state is the committed one: free what only the old one used, and cut the end of the file off."""
        volume = self.volume
        volume.header, volume.fat, volume.tables, volume.kept = header, self.fat, tables, self.kept
        volume.fat_sectors, volume.difat_sectors, volume.distrusted = fats, self.difats, False
        for content in self.kept:
            content.disown()
            content.dirty = False
        self._rebase(tables["mini stream"])
        volume.collect()
        volume.cut()

    def _rebase(self, runs: Runs) -> None:
        """Small contents are read from the new mini stream from now on."""
        sectors = Sectors(None, self.volume.place, 0, self.shift)
        mini = sectors.extents(runs, length_of(runs) << self.shift)
        start = 0
        for content in self.small:
            count = (content.size + MINI_SIZE - 1) >> MINI_SHIFT
            content.base = Extents(mini.read_at, 0, MINI_SHIFT, [(start, count)], content.size)
            content.memory = None
            content.dirty = False
            start += count

    def _take(self, count: int) -> Runs:
        return self.volume.space.take(count, tight=self.tight)

    def _take_one(self, mark: int) -> int:
        number = self._take(1)[0][0]
        self._mark(number, mark)
        return number

    def _write(self, runs: Runs, pieces: Iterable[bytes]) -> None:
        """Write bytes into runs that have room for them; the rest of the last sector is zero."""
        data, source = b"", iter(pieces)
        for first, count in runs:
            at, until = first, first + count
            while at < until:
                wanted = min(until - at, PIECE >> self.shift) << self.shift
                while len(data) < wanted and (piece := next(source, None)) is not None:
                    data += piece
                part, data = data[:wanted], data[wanted:]
                self.volume.write(at, part + bytes(wanted - len(part)))
                at += wanted >> self.shift

    def _chain(self, runs: Runs) -> None:
        fat = self.fat
        for place, (first, count) in enumerate(runs):
            end = first + count
            if first > len(fat):
                fat.extend(_FREE * (first - len(fat)))
            for at in range(first, end, _BLOCK):
                fat[at : min(at + _BLOCK, end)] = array("I", range(at + 1, min(at + _BLOCK, end) + 1))
            fat[end - 1] = runs[place + 1][0] if place + 1 < len(runs) else ENDOFCHAIN
            self.changed.update(range(first // self.per_sector, (end - 1) // self.per_sector + 1))

    def _unchain(self, runs: Runs) -> None:
        for first, count in runs:
            end = min(first + count, len(self.fat))
            if first < end:
                for at in range(first, end, _BLOCK):
                    self.fat[at : min(at + _BLOCK, end)] = _FREE * (min(at + _BLOCK, end) - at)
                self.changed.update(range(first // self.per_sector, (end - 1) // self.per_sector + 1))

    def _mark(self, number: int, mark: int) -> None:
        if number >= len(self.fat):
            self.fat.extend(_FREE * (number + 1 - len(self.fat)))
        self.fat[number] = mark
        self.changed.add(number // self.per_sector)


def _in_pieces(contents: list[Content]) -> Iterator[bytes]:
    """Small contents, each filled up to whole mini sectors."""
    for content in contents:
        yield content.read_at(0, content.size) + bytes(-content.size & (MINI_SIZE - 1))


def _used(fat: array[int]) -> int:
    """How many sectors there are up to the last one in use."""
    end = len(fat)
    while end and fat[max(end - _BLOCK, 0) : end].tobytes().count(b"\xff") == 4 * min(end, _BLOCK):
        end = max(end - _BLOCK, 0)
    while end and fat[end - 1] == FREESECT:
        end -= 1
    return end


def _start(runs: Runs) -> int:
    return runs[0][0] if runs else ENDOFCHAIN
