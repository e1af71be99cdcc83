"""What a file is made of, found out once when it is opened: tables, directory, and who has which sectors.

Nothing the header or a directory entry claims is believed. What is told of a chain or of a size is what the file
really holds; what differs from the claims is a defect. Time and memory are in proportion to the file.
"""

from __future__ import annotations

from array import array
from itertools import compress
from typing import Any, Final

from mapix.formats.cfb.chains import Chains, Runs, breaks_of, length_of, straight_chains
from mapix.formats.cfb.defects import CfbDefects
from mapix.formats.cfb.header import Header
from mapix.formats.cfb.layout import (
    CUTOFF,
    ENDOFCHAIN,
    ENTRY,
    ENTRY_SIZE,
    FREESECT,
    MINI_SHIFT,
    NOSTREAM,
    RANGE_LOCK,
    ROOT,
    STORAGE,
    STREAM,
)
from mapix.formats.cfb.sectors import Sectors, words
from mapix.formats.cfb.tree import walked
from mapix.formats.storageerrors import DocfileCorrupt

SHARED: Final = 4
"""How many times the file streams may share sectors with others before these are cut: it is no file any more then."""

_NAME_LENGTHS = bytes(range(0, 65, 2))
_TYPES = bytes((0, STORAGE, STREAM, ROOT))
_ONLY_STREAMS = bytes(kind if kind == STREAM else 0 for kind in range(256))


class Structure:
    """The tables of one file. Lists go by the number of a directory entry.

    `runs` has the runs of streams that lie in sectors of their own; `mini_runs` those in the mini stream, None when all
    of these lie in one piece each. `kids` has the children of storages where the links of the tree are not to be
    trusted, else None. `sizes` are what there really is to read; `cut` says that some of them
    are less than was claimed. `is_sound` says that nothing was wrong but, at most, that the file is longer than
    the FAT tells of.
    """

    __slots__ = (
        "beyond",
        "chains",
        "child",
        "count",
        "covered",
        "cut",
        "defects",
        "difat",
        "difat_sectors",
        "directory",
        "directory_runs",
        "header",
        "is_sound",
        "kids",
        "left",
        "mini_chains",
        "mini_room",
        "mini_runs",
        "minifat",
        "minifat_runs",
        "reached",
        "right",
        "root_runs",
        "runs",
        "sectors",
        "sizes",
        "starts",
        "types",
    )

    def __init__(self, sectors: Sectors, header: Header, defects: CfbDefects) -> None:
        self.sectors, self.header, self.defects = sectors, header, defects
        self._load_fat()
        self._load_directory()
        self._load_tree()
        self._load_mini()
        small = self._streams(1, CUTOFF)
        self._claim_streams()
        self._claim_mini_streams(small)
        self.is_sound = len(defects.found) <= (not self.covered)

    def record(self, number: int) -> tuple[Any, ...]:
        """All fields of an entry, as they stand (`layout.ENTRY`)."""
        return ENTRY.unpack_from(self.directory, number * ENTRY_SIZE)

    def _load_fat(self) -> None:
        sectors = self.sectors
        per_sector = 1 << (sectors.shift - 2)
        needed = -(-sectors.count // per_sector)
        self.difat_sectors: list[int] = []
        self.difat = list(self.header.difat)
        self._load_difat()
        free = self.difat.count(FREESECT)
        if FREESECT not in self.difat[: len(self.difat) - free]:
            del self.difat[len(self.difat) - free :]
        while self.difat and self.difat[-1] == FREESECT:
            self.difat.pop()
        table = sectors.read_numbers(self.difat[:needed])
        self.beyond = sum(1 for number in table[sectors.count :] if number != FREESECT)
        self.covered = len(table) >= sectors.count
        if not self.covered:
            self.defects.note("FAT", "it does not cover the file", value=len(table))
            table.extend(array("I", [FREESECT]) * (sectors.count - len(table)))
        del table[sectors.count :]
        self.chains = Chains(table)
        self._mark_tables()

    def _load_difat(self) -> None:
        """The sectors of the FAT that have no room in the header, no more than the file has sectors."""
        sector, count = self.header.difat_start, self.sectors.count
        seen = set()
        while sector < count and sector not in seen and len(self.difat) < count:
            seen.add(sector)
            self.difat_sectors.append(sector)
            numbers = words(self.sectors.read(sector))
            sector = numbers.pop()
            self.difat.extend(numbers)

    def _mark_tables(self) -> None:
        marks = self.chains.marks
        locks = (RANGE_LOCK >> self.sectors.shift) - 1
        if locks < self.chains.count and self.sectors.shift > 9:
            marks[locks] = 1
        for where, numbers in (("FAT", self.difat), ("DIFAT", self.difat_sectors)):
            for number in numbers:
                if number >= self.chains.count:
                    self.defects.note(where, "a sector of it is outside the file", value=number)
                elif marks[number]:
                    self.defects.note(where, "a sector of it is named twice", value=number)
                else:
                    marks[number] = 1

    def _load_directory(self) -> None:
        self.directory_runs, wrong = self.chains.claim(self.header.directory_start)
        if wrong:
            self.defects.note("directory", wrong, value=self.header.directory_start)
        self.directory = directory = self.sectors.read_runs(self.directory_runs)
        if not directory:
            raise DocfileCorrupt("the file has no directory", value=self.header.directory_start)
        numbers = words(directory)
        self.count = len(directory) // ENTRY_SIZE
        self.types = directory[66::ENTRY_SIZE]
        self.left, self.right = numbers[17::32].tolist(), numbers[18::32].tolist()
        self.child, self.starts = numbers[19::32].tolist(), numbers[29::32].tolist()
        self.sizes = numbers[30::32].tolist()
        if self.sectors.shift > 9:
            high = numbers[31::32].tolist()
            self.sizes = [low | top << 32 for low, top in zip(self.sizes, high, strict=True)]

    def _load_tree(self) -> None:
        self.kids: dict[int, list[int]] | None = None
        self.reached: bytes | bytearray = self.types
        if not self._tree_is_sound():
            self.kids, self.reached = walked(self)

    def _tree_is_sound(self) -> bool:
        """Whether every entry in use is linked from exactly one other, and so all hang below the root."""
        types, directory = self.types, self.directory
        unused = types.count(0)
        if types[0] != ROOT or types.count(ROOT) != 1 or types.translate(None, _TYPES):
            return False
        links = self._links(types) if unused else [*self.left, *self.right, *self.child]
        linked = set(links)
        linked.discard(NOSTREAM)
        if not len(linked) == len(links) - links.count(NOSTREAM) == self.count - unused - 1:
            return False
        if linked and (max(linked) >= self.count or min(linked) == 0 or not all(map(types.__getitem__, linked))):
            return False
        lengths = directory[64::ENTRY_SIZE]
        if lengths.translate(None, _NAME_LENGTHS) or lengths.count(0) != unused:
            return False
        return not directory[65::ENTRY_SIZE].strip(b"\0") and self._streams_are_leaves()

    def _links(self, types: bytes) -> list[int]:
        return [*compress(self.left, types), *compress(self.right, types), *compress(self.child, types)]

    def _streams_are_leaves(self) -> bool:
        below = [*compress(self.child, self.types.translate(_ONLY_STREAMS))]
        return below.count(NOSTREAM) == len(below)

    def _load_mini(self) -> None:
        self.minifat_runs: Runs = []
        self.root_runs: Runs = []
        self.mini_room = 0
        self.minifat = array("I")
        if self.header.minifat_start != ENDOFCHAIN:
            self.minifat_runs = self._claimed("mini FAT", self.header.minifat_start)
            self.minifat = words(self.sectors.read_runs(self.minifat_runs))
        if self.sizes[0] and self.starts[0] != ENDOFCHAIN:
            self.root_runs = self._claimed("mini stream", self.starts[0])
            self.mini_room = self.sectors.available(self.root_runs)
        if self.sizes[0] > self.mini_room:
            self.defects.note("mini stream", "it is shorter than its size", value=self.sizes[0])
        del self.minifat[-(-self.mini_room // 64) :]

    def _claimed(self, where: str, start: int) -> Runs:
        runs, wrong = self.chains.claim(start)
        if wrong:
            self.defects.note(where, wrong, value=start)
        return runs

    def _claim_streams(self) -> None:
        self.runs: dict[int, Runs] = {}
        self.cut = False
        shared = 0
        for number in self._streams(CUTOFF, 1 << 64):
            start = self.starts[number]
            runs, wrong = self.chains.claim(start)
            room = self.sectors.available(runs)
            if wrong and room < self.sizes[number] and shared <= SHARED * self.sectors.size >> self.sectors.shift:
                runs = self.chains.shared(start, -(-self.sizes[number] >> self.sectors.shift))
                shared += length_of(runs)
                room = self.sectors.available(runs)
            self._settle(number, room, wrong)
            self.runs[number] = runs

    def _streams(self, least: int, limit: int) -> list[int]:
        """The streams that can be reached, of at least this size and less than the limit."""
        pairs = enumerate(zip(self.reached, self.sizes, strict=True))
        return [number for number, (kind, size) in pairs if kind == STREAM and least <= size < limit]

    def _claim_mini_streams(self, small: list[int]) -> None:
        self.mini_runs: dict[int, Runs] | None = None
        if self.cut or not self._minis_are_straight(small):
            self._claim_crooked(small)

    def _minis_are_straight(self, small: list[int]) -> bool:
        straight = straight_chains(self.minifat, breaks_of(self.minifat))
        if straight is None or len(straight) != len(small):
            return False
        starts, sizes = self.starts, self.sizes
        return straight == {starts[n]: starts[n] + ((sizes[n] - 1) >> MINI_SHIFT) for n in small} and not (
            small and self.mini_room & 63
        )

    def _claim_crooked(self, small: list[int]) -> None:
        self.mini_chains = chains = Chains(self.minifat)
        self.mini_runs = {}
        shared = 0
        for number in small:
            runs, wrong = chains.claim(self.starts[number])
            room = self._mini_available(runs)
            if wrong and room < self.sizes[number] and shared <= SHARED * self.sectors.size >> MINI_SHIFT:
                runs = chains.shared(self.starts[number], (self.sizes[number] + 63) >> MINI_SHIFT)
                shared += length_of(runs)
                room = self._mini_available(runs)
            self._settle(number, room, wrong)
            self.mini_runs[number] = runs

    def _mini_available(self, runs: Runs) -> int:
        length = length_of(runs) << MINI_SHIFT
        if runs and runs[-1][0] + runs[-1][1] == len(self.minifat):
            length -= -self.mini_room & 63
        return length

    def _settle(self, number: int, room: int, wrong: str) -> None:
        if wrong:
            self.defects.note(f"stream {number}", wrong, value=self.starts[number])
        if self.sizes[number] > room:
            self.defects.note(f"stream {number}", "its chain is shorter than its size", value=self.sizes[number])
            self.sizes[number] = room
            self.cut = True
