"""Blocks of Markdown put one below the other, in quotes and lists, with the empty lines that they need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DEEPEST: Final = 12
"""Quotes and lists in one another; what is deeper stands in the deepest one."""


@dataclass(slots=True, eq=False)
class Container:
    """A quote, or an item of a list: what its first line begins with, and the others."""

    marker: str
    rest: str
    tight: bool = False
    used: bool = False


class Blocks:
    """The text in the making."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[Container] = []
        self._last: tuple[Container, ...] = ()

    def enter(self, container: Container) -> None:
        """What comes stands in a quote or an item."""
        self._open.append(container)

    def leave(self) -> None:
        """The innermost one ends."""
        if self._open:
            self._open.pop()

    def add(self, lines: list[str]) -> None:
        """A block."""
        shown = tuple(self._open[:DEEPEST])
        fresh = next((each for each in shown if not each.used), None)
        if self._out and not (fresh is not None and fresh.tight):
            common = [one for one, other in zip(shown, self._last, strict=False) if one is other]
            self._out.append("".join(each.rest for each in common).rstrip())
        self._last = shown
        for line in lines:
            prefix = "".join(each.rest if each.used else each.marker for each in shown)
            for each in shown:
                each.used = True
            self._out.append((prefix + line) if line else prefix.rstrip())

    def text(self) -> str:
        """Everything."""
        return "\n".join(self._out)


def fenced(text: str) -> list[str]:
    """Lines of code between fences that are not in it."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return [fence, *(line.rstrip() for line in lines), fence]


def table(rows: list[list[str]], *, headed: bool) -> list[str]:
    """A table; one without a head gets an empty one, for there is none without."""
    width = max(map(len, rows), default=0)
    head, body = (rows[0], rows[1:]) if headed else ([""] * width, rows)
    lines = [head + [""] * (width - len(head)), ["---"] * width, *body]
    return [f"| {' | '.join(line)} |" for line in lines]
