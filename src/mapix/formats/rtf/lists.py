"""Lists of RTF: what signs their items have where the writer left them to the reader ([MSFT-RTF], list tables)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOST: Final = 10_000
_LEVELS: Final = 9
_BULLET, _NONE = 23, 255
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(slots=True)
class _Level:
    """How the items of a level are numbered, and from which number on."""

    kind: int = 0
    start: int = 1


class Lists:
    """The lists that a document defines, and how far they have been counted."""

    def __init__(self) -> None:
        self._lists: dict[int, list[_Level]] = {}
        self._of: dict[int, int] = {}
        self._levels: list[_Level] = []
        self._id = 0
        self._override = False
        self._counts: dict[int, list[int]] = {}

    def word(self, word: bytes, number: int | None) -> None:
        """A control word of the tables of lists."""
        if word in (b"list", b"listoverride"):
            self._override, self._levels = word == b"listoverride", []
        elif word == b"listlevel" and len(self._levels) < _LEVELS:
            self._levels.append(_Level())
        elif word in (b"levelnfc", b"levelnfcn") and self._levels:
            self._levels[-1].kind = number or 0
        elif word == b"levelstartat" and self._levels:
            self._levels[-1].start = min(max(number or 0, 0), 32_767)
        elif word == b"listid":
            self._id = number or 0
            if not self._override and len(self._lists) < _MOST:
                self._lists[self._id] = self._levels
        elif word == b"ls" and len(self._of) < _MOST:
            self._of[number or 0] = self._id

    def marker(self, number: int, level: int) -> str:
        """The sign of the next item of a list; empty where nothing is known of it."""
        identity = self._of.get(number, 0)
        levels = self._lists.get(identity, [])
        if level >= len(levels) or levels[level].kind == _NONE:
            return ""
        counts = self._counts.setdefault(identity, [])
        del counts[level + 1 :]
        while len(counts) < level:
            counts.append(levels[len(counts)].start)
        if len(counts) == level:
            counts.append(levels[level].start)
        else:
            counts[level] += 1
        return _sign(levels[level].kind, counts[level])


def _sign(kind: int, number: int) -> str:
    if kind == _BULLET:
        return "\u2022"
    if kind in (1, 2) and 0 < number < 4000:
        text = _roman(number)
    elif kind in (3, 4) and 0 < number <= 26:
        text = chr(ord("a") + number - 1)
    else:
        text = str(number)
    return (text.upper() if kind in (1, 3) else text) + "."


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text
