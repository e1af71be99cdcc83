"""The tree of a directory whose links are not to be trusted, walked without recursion and without coming back.

What can be reached is kept once, where it is reached first; what cannot is left out, with a defect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.formats.cfb.layout import ENTRY_SIZE, NOSTREAM, ROOT, STORAGE, STREAM, UNUSED

if TYPE_CHECKING:
    from mapix.formats.cfb.structure import Structure


def walked(structure: Structure) -> tuple[dict[int, list[int]], bytearray]:
    """The children of every storage that can be reached, in order, and the types of what can be reached."""
    walk = _Walk(structure)
    walk.run()
    return walk.kids, walk.reached


def in_order(left: list[int], right: list[int], top: int) -> list[int]:
    """The entries of one tree of siblings whose links are sound, from the smallest to the largest."""
    found: list[int] = []
    waiting: list[int] = []
    number = top
    while True:
        while number != NOSTREAM:
            waiting.append(number)
            number = left[number]
        if not waiting:
            return found
        number = waiting.pop()
        found.append(number)
        number = right[number]


class _Walk:
    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.kids: dict[int, list[int]] = {}
        self.reached = bytearray(structure.count)
        self.seen = bytearray(structure.count)

    def run(self) -> None:
        """Walk from the root on, storage by storage."""
        types = self.structure.types
        if types[0] != ROOT:
            self._note(0, "the first entry is not a root", types[0])
        self.seen[0] = 1
        self.reached[0] = ROOT
        storages = [0]
        for storage in storages:
            kids = self.kids[storage] = [kid for kid in self._siblings(storage) if self._usable(kid)]
            storages.extend(kid for kid in kids if self.reached[kid] == STORAGE)
        lost = sum(1 for kind, found in zip(types, self.seen, strict=True) if kind != UNUSED and not found)
        if lost:
            self.structure.defects.note("directory", "entries hang nowhere", value=lost)

    def _siblings(self, storage: int) -> list[int]:
        """What hangs below a storage, in order."""
        found: list[int] = []
        waiting: list[int] = []
        number = self._visit(storage, self.structure.child[storage])
        while True:
            while number != NOSTREAM:
                waiting.append(number)
                number = self._visit(number, self.structure.left[number])
            if not waiting:
                return found
            number = waiting.pop()
            found.append(number)
            number = self._visit(number, self.structure.right[number])

    def _visit(self, source: int, number: int) -> int:
        """`number`, if it is a link that leads to something new."""
        if number == NOSTREAM:
            return number
        if number >= self.structure.count:
            self._note(source, "a link leads out of the directory", number)
            return NOSTREAM
        if self.seen[number]:
            self._note(source, "a link leads to an entry that hangs elsewhere", number)
            return NOSTREAM
        self.seen[number] = 1
        return number

    def _usable(self, number: int) -> bool:
        kind = self.structure.types[number]
        if kind not in (STORAGE, STREAM, ROOT):
            self._note(number, "an entry of unknown type", kind)
            return False
        self.reached[number] = STREAM if kind == STREAM else STORAGE
        if kind == ROOT:
            self._note(number, "a second root, taken for a storage", kind)
        if kind == STREAM and self.structure.child[number] != NOSTREAM:
            self._note(number, "a stream with children", self.structure.child[number])
        length = int.from_bytes(self.structure.directory[number * ENTRY_SIZE + 64 : number * ENTRY_SIZE + 66], "little")
        if not 2 <= length <= 64 or length % 2:
            self._note(number, "the length of a name cannot be", length)
        return True

    def _note(self, number: int, what: str, value: object) -> None:
        self.structure.defects.note(f"directory entry {number}", what, value=value)
