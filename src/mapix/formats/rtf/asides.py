"""Notes and boxes of RTF while they are read: what is no part of the text around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mapix.formats.rtf.looks import Cell

if TYPE_CHECKING:
    from mapix.formats.rtf.walk import Walk

DEEPEST: Final = 4
"""Asides in one another; what is deeper is a part of the deepest."""


class _Aside(NamedTuple):
    """An aside that is open: the depth of its group, and where the walk was."""

    depth: int
    note: bool
    is_open: bool
    bordered: bool
    cells: list[Cell]
    cell: Cell


class Asides:
    """The notes and boxes that are open, and the numbers of notes."""

    def __init__(self) -> None:
        self._open: list[_Aside] = []
        self._notes = 0
        self._marked = self._marked_back = 0

    @property
    def depth(self) -> int:
        """How deep the group of the innermost one lies; 0 for none."""
        return self._open[-1].depth if self._open else 0

    @property
    def in_note(self) -> bool:
        """Whether what is read belongs to a note."""
        return any(aside.note for aside in self._open)

    def begin(self, walk: Walk, depth: int, *, note: bool) -> bool:
        """One begins in a group; False where it is only a part of what is around it, as a note in a note is."""
        if len(self._open) >= DEEPEST or (note and self.in_note) or depth <= self.depth:
            return False
        self._open.append(_Aside(depth, note, walk.is_open, walk.bordered, walk.cells, walk.cell))
        self._notes += note
        walk.is_open, walk.bordered, walk.cells, walk.cell = False, False, [], Cell()
        return True

    def end(self, walk: Walk) -> bool:
        """The innermost one is whole; whether it is a note."""
        _, note, walk.is_open, walk.bordered, walk.cells, walk.cell = self._open.pop()
        return note

    def mark(self) -> tuple[int, bool]:
        """The number of a note where its mark stands, and whether it stands there for the first time."""
        if self.in_note:
            fresh, self._marked_back = self._marked_back < self._notes, self._notes
            return self._notes, fresh
        number = self._notes + 1
        fresh, self._marked = self._marked < number, number
        return number, fresh
