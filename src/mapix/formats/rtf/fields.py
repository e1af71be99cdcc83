"""Fields of RTF while they are read: what each says, and whether its result shows something ([MSFT-RTF], fields)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapix.formats.rtf.links import link_of, picture_of, symbol_of

LONGEST_INSTRUCTION: Final = 8192


@dataclass(slots=True)
class _Field:
    """An open field: the depth of its group, its instruction, what it leads to, whether something was shown before."""

    depth: int
    before: bool
    instruction: str = ""
    link: str | None = None


class Fields:
    """The fields that are open. `shown` tells whether the innermost one has shown something."""

    def __init__(self) -> None:
        self.shown = False
        self._open: list[_Field] = []
        self._parts: list[str] = []
        self._said = 0

    @property
    def depth(self) -> int:
        """How deep the group of the innermost field lies; 0 for none."""
        return self._open[-1].depth if self._open else 0

    @property
    def link(self) -> str | None:
        """Where the innermost field leads."""
        return self._open[-1].link if self._open else None

    def begin(self, depth: int) -> None:
        """A field begins in a group."""
        self._open.append(_Field(depth, self.shown))
        self.shown = False

    def say(self, text: str) -> None:
        """A part of an instruction."""
        if self._said < LONGEST_INSTRUCTION:
            self._parts.append(text)
            self._said += len(text)

    def end_instruction(self) -> None:
        """The instruction of the innermost field is whole."""
        if self._open:
            self._open[-1].instruction = "".join(self._parts)
            self._open[-1].link = link_of(self._open[-1].instruction)
        self._parts, self._said = [], 0

    def end(self) -> tuple[str | None, str | None]:
        """The innermost field is whole: the sign, or where the picture is, that it stands for and did not show."""
        field, shown = self._open.pop(), self.shown
        self.shown = shown or field.before
        return (None, None) if shown else (symbol_of(field.instruction), picture_of(field.instruction))
