"""Whether the siblings of each storage hang in a sorted red-black tree ([MS-CFB] 2.6.4)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mapix.formats.cfb.layout import BLACK, ENTRY_SIZE, NOSTREAM, RED, STREAM
from mapix.formats.cfb.names import LONGEST, checked, order
from mapix.formats.storageerrors import InvalidName

if TYPE_CHECKING:
    from mapix.formats.cfb.reader import CompoundFile


def examine_tree(file: CompoundFile) -> None:
    """Note names that cannot be, siblings out of order, and trees that are out of balance."""
    structure = file.structure
    if any(colour not in (RED, BLACK) for colour in _colours(file)):
        structure.defects.note("directory", "a colour that is neither red nor black")
    for number, kind in enumerate(structure.reached):
        if kind in (0, STREAM):
            continue
        names = list(file.names(number))
        where = f"directory entry {number}"
        keys = [order(name) for name in names]
        bad = next((right for left, right in pairwise(range(len(keys))) if keys[left] >= keys[right]), None)
        if bad is not None:
            structure.defects.note(where, "what is in it is not sorted", value=names[bad])
        _examine_names(file, where, names)
        if structure.kids is None and any(_red_below_red(file, kid) for kid in file.names(number).values()):
            structure.defects.note(where, "a red entry below a red one")


def _examine_names(file: CompoundFile, where: str, names: list[str]) -> None:
    for name in names:
        try:
            checked(name)
        except InvalidName:
            file.structure.defects.note(where, f"a name that cannot be (1 to {LONGEST} units, no / \\ : !)", value=name)


def unbalanced(file: CompoundFile) -> list[int]:
    """The storages whose ways down have different numbers of black entries.

    The format allows that, so it is no defect; what is written here has none.
    """
    left, right, child = file.structure.left, file.structure.right, file.structure.child
    heights: dict[int, int] = {NOSTREAM: 0}
    found = []
    for storage, kind in enumerate(file.structure.reached):
        if kind in (0, STREAM) or child[storage] == NOSTREAM:
            continue
        for number in _bottom_up(left, right, child[storage]):
            if heights[left[number]] != heights[right[number]]:
                found.append(storage)
                break
            heights[number] = heights[left[number]] + (_colours(file)[number] == BLACK)
    return found


def _red_below_red(file: CompoundFile, number: int) -> bool:
    structure = file.structure
    red = file.structure.directory[number * ENTRY_SIZE + 67] == RED
    kids = (structure.left[number], structure.right[number])
    return red and any(structure.directory[kid * ENTRY_SIZE + 67] == RED for kid in kids if kid != NOSTREAM)


def _bottom_up(left: list[int], right: list[int], top: int) -> list[int]:
    found = [top]
    for number in found:
        found.extend(kid for kid in (left[number], right[number]) if kid != NOSTREAM)
    return found[::-1]


def _colours(file: CompoundFile) -> bytes:
    return file.structure.directory[67::ENTRY_SIZE]
