"""Lines of plain text put together from flowing words: blanks collapse, paragraphs stand apart, quotes are marked.

What a block's end means is known only when something follows, so it waits until then; a cell of a table takes it back
and goes on in the same line.
"""

from __future__ import annotations

import re
from typing import Final

DEEPEST_QUOTE: Final = 20
WIDEST_INDENT: Final = 40
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Lines:
    """Text in the making. `quotes` is how many `>` a line gets, `pre` whether blanks are kept."""

    def __init__(self) -> None:
        self.quotes = 0
        self.pre = 0
        self._out: list[str] = []
        self._line: list[str] = []
        self._space = False
        self._waiting = 0
        self._blank = True
        self._marker: str | None = None
        self._indent = 0

    def words(self, text: str) -> None:
        """Text that flows; inside `pre` as it stands."""
        if self.pre:
            first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._exact(first)
            for line in rest:
                self.line_break()
                self._exact(line)
            return
        inner = _BLANKS.sub(" ", text)
        bare = inner.strip(" ")
        if not bare:
            self._space = self._space or bool(inner)
            return
        self._begin()
        if self._line and (self._space or inner[0] == " "):
            self._line.append(" ")
        self._line.append(bare)
        self._space = inner[-1] == " "

    def sign(self, text: str) -> None:
        """Something that stands right behind what is there."""
        if text:
            self._begin()
            self._line.append(text)

    def _exact(self, text: str) -> None:
        if text:
            self._begin()
            self._line.append(text)

    def block(self, apart: bool = False) -> None:
        """What comes next starts a line; with `apart` behind an empty one."""
        self._waiting = max(self._waiting, 2 if apart else 1)
        self._space = False

    def line_break(self) -> None:
        """End the line, also an empty one."""
        self._settle()
        self._emit()

    def cell(self) -> None:
        """The next cell of a row: in the same line."""
        if self._line:
            self._waiting = 0
            self._line.append("\t")
        self._space = False

    @property
    def in_cell(self) -> bool:
        """Whether the line ends where a cell began."""
        return bool(self._line) and self._line[-1] == "\t"

    def item(self, marker: str, width: int) -> None:
        """The next line begins with `marker`, in a column `width` characters wide."""
        self.block()
        self._settle()
        self._marker = marker.ljust(width)

    def row(self) -> None:
        """The end of a table's row: what comes next starts a line, and no empty one before it."""
        self._end_line()
        self._waiting = 0
        self._space = False

    def indent(self, by: int) -> None:
        """Move the left border."""
        self._end_line()
        self._indent += by

    def quote(self, by: int) -> None:
        """Go into a quote, or out of it; the empty line between is no part of the quote."""
        if by > 0:
            self._settle()
        self._end_line()
        self.quotes += by

    def mark(self) -> tuple[int, int]:
        """Where the text is now, for `since`."""
        return len(self._out), len(self._line)

    def since(self, mark: tuple[int, int]) -> str | None:
        """What has been written to the line since `mark`; None where other lines have."""
        return "".join(self._line[mark[1] :]).strip() if len(self._out) == mark[0] else None

    def text(self) -> str:
        """Everything, lines ended by CR LF, without empty lines at the beginning and the end."""
        self._settle()
        self._end_line()
        lines = self._out
        while lines and not lines[-1].strip("> "):
            lines.pop()
        return "\r\n".join(lines).replace("\xa0", " ").replace("\xad", "").replace("\0", "")

    def _begin(self) -> None:
        self._settle()
        if self._space and self.pre and self._line:
            self._line.append(" ")
            self._space = False

    def _settle(self) -> None:
        """Do what the end of a block wants, now that something follows."""
        waiting, self._waiting = self._waiting, 0
        if waiting:
            self._end_line()
        if waiting == 2 and not self._blank:
            self._emit()

    def _end_line(self) -> None:
        if self._line:
            self._emit()

    def _emit(self) -> None:
        line = "".join(self._line).rstrip(" \t")
        self._line.clear()
        self._space = False
        if not line and not self._out:
            return
        self._out.append(self._prefixed(line))
        self._blank = not line

    def _prefixed(self, line: str) -> str:
        left = min(self._indent, WIDEST_INDENT)
        marker, self._marker = (self._marker, None) if line else (None, self._marker)
        start = " " * left if marker is None else " " * max(left - len(marker), 0) + marker
        quoted = ">" * min(self.quotes, DEEPEST_QUOTE)
        whole = (start + line).rstrip()
        return f"{quoted} {whole}" if quoted and whole else quoted or whole
