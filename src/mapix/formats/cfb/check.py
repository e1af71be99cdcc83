"""Everything the format asks for that does not hinder reading: looked for by a strict reader, or when asked.

    CompoundFile.open(source).defects                                   # all of them
    CompoundFile.open(source, strictness=Strictness.STRICT)             # the first one is an error

The claims of the header are compared with what there is; every sector belongs to somebody; chains are as long as
streams; the directory is a set of sorted red-black trees, whose entries have what their kind has, and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.formats.cfb.chains import Chains, length_of
from mapix.formats.cfb.layout import (
    CUTOFF,
    DIFSECT,
    ENDOFCHAIN,
    FATSECT,
    FREESECT,
    MINI_SHIFT,
    STORAGE,
    STREAM,
)
from mapix.formats.cfb.treecheck import examine_tree

if TYPE_CHECKING:
    from mapix.formats.cfb.reader import CompoundFile
    from mapix.formats.cfb.structure import Structure


def examine(file: CompoundFile) -> None:
    """Note what is wrong with a file that was opened."""
    structure = file.structure
    _header(structure)
    _fat(structure)
    _lengths(structure)
    _mini(structure)
    _entries(structure)
    examine_tree(file)


def _header(structure: Structure) -> None:
    header, note = structure.header, structure.defects.note
    fixed = (
        ("byte order", header.byte_order, 0xFFFE),
        ("mini sector size", header.mini_shift, MINI_SHIFT),
        ("cutoff size", header.cutoff, CUTOFF),
        ("reserved bytes", header.reserved, bytes(6)),
        ("class", header.clsid, bytes(16)),
        ("number of FAT sectors", header.fat_sectors, len(structure.difat)),
        ("number of mini FAT sectors", header.minifat_sectors, length_of(structure.minifat_runs)),
        ("number of DIFAT sectors", header.difat_sectors, len(structure.difat_sectors)),
        ("number of directory sectors", header.directory_sectors, _directory_sectors(structure)),
    )
    for what, found, right in fixed:
        if found != right:
            note("header", f"the {what} is not {right if isinstance(right, int) else 'zero'}", value=found)


def _directory_sectors(structure: Structure) -> int:
    return length_of(structure.directory_runs) if structure.sectors.shift > 9 else 0


def _fat(structure: Structure) -> None:
    """Every sector in use is in a chain, a table, or belongs to locks; tables are marked."""
    chains, note = structure.chains, structure.defects.note
    table = chains.table
    if structure.sectors.missing:
        note("file", "it ends within a sector", value=structure.sectors.size)
    for mark, what, numbers in ((FATSECT, "FAT", structure.difat), (DIFSECT, "DIFAT", structure.difat_sectors)):
        wrong = [number for number in numbers if number < chains.count and table[number] != mark]
        if wrong:
            note("FAT", f"a sector of the {what} is not marked as one", value=wrong[0])
    lost = unclaimed(chains)
    if lost:
        note("FAT", f"{len(lost)} sectors in use belong to nothing", value=lost[0])
    if structure.beyond:
        note("FAT", "sectors outside the file are in use", value=structure.beyond)


def unclaimed(chains: Chains) -> list[int]:
    """The sectors that are in use but in no chain that was claimed."""
    found, place = [], chains.marks.find(0)
    while place >= 0:
        if chains.table[place] != FREESECT:
            found.append(place)
        place = chains.marks.find(0, place + 1)
    return found


def _lengths(structure: Structure) -> None:
    """Chains of streams are no longer than their bytes."""
    shift = structure.sectors.shift
    for number, runs in structure.runs.items():
        if length_of(runs) != -(-structure.sizes[number] >> shift):
            structure.defects.note(f"stream {number}", "its chain is longer than its size", value=length_of(runs))
    used = -(-structure.sizes[0] >> shift)
    if structure.root_runs and length_of(structure.root_runs) > used:
        structure.defects.note("mini stream", "its chain is longer than its size", value=length_of(structure.root_runs))


def _mini(structure: Structure) -> None:
    """The same of the mini FAT; where all lies straight, that was proved at the door."""
    if structure.mini_runs is None:
        return
    for number, runs in structure.mini_runs.items():
        if length_of(runs) != (structure.sizes[number] + 63) >> MINI_SHIFT:
            structure.defects.note(f"stream {number}", "its chain is longer than its size", value=length_of(runs))
    lost = unclaimed(structure.mini_chains)
    if lost:
        structure.defects.note("mini FAT", f"{len(lost)} sectors in use belong to nothing", value=lost[0])


def _entries(structure: Structure) -> None:
    """Entries have what their kind has, and no more ([MS-CFB] 2.6.1)."""
    note = structure.defects.note
    for number, kind in enumerate(structure.reached):
        where = f"directory entry {number}"
        if kind == STREAM:
            if structure.record(number)[7] != bytes(16):
                note(where, "a stream with a class", value=structure.record(number)[7])
            if any(structure.record(number)[9:11]):
                note(where, "a stream with times")
            if not structure.sizes[number] and structure.starts[number] not in (ENDOFCHAIN, 0):
                note(where, "an empty stream with a sector", value=structure.starts[number])
        elif kind == STORAGE and (structure.starts[number] not in (0, ENDOFCHAIN) or structure.sizes[number]):
            note(where, "a storage with bytes", value=structure.starts[number])
        if kind and structure.sectors.shift == 9 and structure.record(number)[12] >> 32:
            note(where, "the high half of the size is not zero", value=structure.record(number)[12])
