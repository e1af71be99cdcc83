"""A compound file that is edited in place: what is committed, and how something new becomes that.

Why a crash at any instant leaves the old state or the new one, whole:

1. A sector that the committed state uses (data, directory, mini stream, FAT, DIFAT) is never written. What changes is
   put into sectors that the committed FAT calls free, or behind the end of the file.
2. Commit puts the new directory, mini stream, mini FAT, and those FAT and DIFAT sectors that differ, into free sectors
   too, and waits until the medium has them.
3. Then the header is written: 512 bytes within one sector of the medium, which it writes or does not write. It alone
   says where FAT and directory are. Again it is waited for.
4. Only then what the old state used counts as free, and the free end of the file is cut off.

What a crash leaves behind in free sectors is nobody's, and is written over some day.
"""

from __future__ import annotations

from array import array
from typing import Final
from weakref import WeakSet

from mapix.formats.cfb.chains import Runs
from mapix.formats.cfb.check import unclaimed
from mapix.formats.cfb.content import Content
from mapix.formats.cfb.header import Header
from mapix.formats.cfb.items import StorageItem, StreamItem
from mapix.formats.cfb.layout import CUTOFF, RANGE_LOCK, STREAM
from mapix.formats.cfb.names import order
from mapix.formats.cfb.pieces import Run
from mapix.formats.cfb.reader import CompoundFile
from mapix.formats.cfb.sectors import joined
from mapix.formats.cfb.space import Space
from mapix.formats.storage import LockBytes

LARGEST_V3: Final = ((1 << 31) >> 9) - 2
"""Sectors of a file of version 3, which ends before 2 GiB."""


class Volume:
    """The bytes of one compound file, its committed state, and the space for what is next.

    `kept` has the sectors of the large contents of the committed state, `tables` those of everything else;
    `distrusted` says that both may be somebody else's too, so that the next commit puts everything elsewhere;
    `changed` says that there is something to commit.
    """

    def __init__(self, place: LockBytes, version: int = 3) -> None:
        self.place = place
        self.version = version
        self.live: WeakSet[Content] = WeakSet()
        self.changed = False
        self.forget()

    @property
    def shift(self) -> int:
        """Of a sector's size."""
        return 9 if self.version == 3 else 12

    def forget(self) -> None:
        """Begin with no file at all; the first commit writes everything anew."""
        self.header = Header(version=self.version, shift=self.shift)
        self.fat = array("I")
        self.fat_sectors: list[int] = []
        self.difat_sectors: list[int] = []
        self.kept: dict[Content, Runs] = {}
        self.tables: dict[str, Runs] = {}
        self.distrusted = False
        self.space = self._space(bytearray())

    def load(self) -> StorageItem:
        """Read the committed state; its root.

        Raises: InvalidHeader, DocfileCorrupt. A damaged file can be edited: its first commit writes all of it anew.
        """
        with CompoundFile.open(self.place) as file:
            structure = file.structure
            self.version = file.version
            self.header = structure.header
            self.fat = structure.chains.table
            self.fat_sectors, self.difat_sectors = structure.difat, structure.difat_sectors
            self.tables = {
                "directory": structure.directory_runs,
                "mini FAT": structure.minifat_runs,
                "mini stream": structure.root_runs,
                "lost": joined(unclaimed(structure.chains), structure.chains.count),
            }
            self.kept = {}
            root = self._items(file)
            self.distrusted = not structure.is_sound
            if self.distrusted:
                self._distrust(structure.chains.count)
            self.collect()
            return root

    def write(self, sector: int, data: bytes | bytearray) -> None:
        """Put bytes at the start of a sector."""
        self.place.write_at((sector + 1) << self.shift, bytes(data))

    def collect(self) -> None:
        """Free what neither the committed state uses nor any content that is still alive."""
        space = self.space = self._space(bytearray())
        for runs in (*self.kept.values(), *self.tables.values()):
            space.mark(runs)
        space.mark([(number, 1) for number in (*self.fat_sectors, *self.difat_sectors)])
        for content in self.live:
            space.mark(content.sectors())

    def forget_changes(self) -> None:
        """Free what is not committed, and cut it off the file."""
        self.live.clear()
        self.collect()
        self.cut()

    def cut(self) -> None:
        """Cut off the file what is free at its end."""
        self.space.trim()
        wanted = (len(self.space.taken) + 1) << self.shift
        if self.place.size() > wanted:
            self.place.set_size(wanted)

    def _space(self, taken: bytearray) -> Space:
        if self.version == 3:
            return Space(taken, most=LARGEST_V3)
        return Space(taken, locks=(RANGE_LOCK >> self.shift) - 1)

    def _distrust(self, sectors: int) -> None:
        """Rely on nothing: sectors of a damaged file stay taken until a commit has put everything elsewhere."""
        self.fat = array("I")
        self.fat_sectors, self.difat_sectors, self.kept = [], [], {}
        self.tables = {"all that was": [(0, sectors)]}

    def _items(self, file: CompoundFile) -> StorageItem:
        root = StorageItem(file.name_of(0))
        waiting = [(0, root)]
        while waiting:
            number, item = waiting.pop()
            _, item.clsid, item.state_bits, item.created, item.modified = file.describe(number)
            for kid in file.kids(number):
                name, _, state_bits, _, _ = file.describe(kid)
                if file.kind(kid) == STREAM:
                    self._add(item, StreamItem(name, self._content(file, kid), state_bits=state_bits))
                else:
                    below = StorageItem(name)
                    waiting.append((kid, below))
                    self._add(item, below)
        return root

    def _add(self, storage: StorageItem, item: StorageItem | StreamItem) -> None:
        """Add what was read; of a damaged file, two of one name are both kept."""
        length, units = order(item.name)
        while (length, units) in storage.kids:
            units += b"\0"
        storage.kids[(length, units)] = item

    def _content(self, file: CompoundFile, number: int) -> Content:
        content = Content(self)
        content.size, content.dirty = file.size_of(number), False
        if content.size:
            content.memory = None
        runs = file.structure.runs.get(number)
        if runs is None:
            content.base = file.extents(number) if content.size else None
        elif content.size >= CUTOFF:
            content.runs = [Run(first, count, False) for first, count in runs]
            self.kept[content] = runs
        else:
            content.memory = bytearray(file.extents(number).read_at(0, content.size))
            content.dirty = True
        return content
