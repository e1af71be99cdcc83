"""Which tables of HTML hold data, and which only arrange a page, as those of newsletters do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapix.formats.html.tokens import Kind, tokens

MOST_COLUMNS: Final = 50
_NO_DATA: Final = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "pre", "blockquote", "hr", "img")
)
_LONGEST_CELL: Final = 1000


@dataclass(slots=True)
class _Seen:
    """What was seen of a table that is open."""

    start: int
    rows: int = 0
    cells: int = 0
    widest: int = 0
    letters: int = 0
    plain: bool = True


def data_tables(html: str) -> frozenset[int]:
    """Where the tables begin that hold data: two columns or more, two rows or more, only words in their cells."""
    found: set[int] = set()
    seen: list[_Seen] = []
    for token in tokens(html):
        if token.kind is Kind.TEXT and seen:
            seen[-1].letters += token.end - token.start
            seen[-1].plain = seen[-1].plain and seen[-1].letters <= _LONGEST_CELL
        elif token.kind is Kind.OPEN and token.name == "table":
            if seen:
                seen[-1].plain = False
            seen.append(_Seen(token.start))
        elif token.kind is Kind.OPEN and seen:
            _look(seen[-1], token.name)
        elif token.kind is Kind.CLOSE and token.name == "table" and seen:
            table = seen.pop()
            if table.plain and table.rows > 1 and 1 < table.widest <= MOST_COLUMNS:
                found.add(table.start)
    return frozenset(found)


def _look(table: _Seen, name: str) -> None:
    if name == "tr":
        table.rows, table.cells = table.rows + 1, 0
    elif name in ("td", "th"):
        table.cells, table.letters = table.cells + 1, 0
        table.widest = max(table.widest, table.cells)
    elif name in _NO_DATA:
        table.plain = False
