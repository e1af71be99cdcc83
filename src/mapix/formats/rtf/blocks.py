"""Paragraphs, lists and tables of HTML in the making: what belongs together is nested, without anything calling itself.

Whoever fills it says of each paragraph how deep in tables it stands; what is deeper is closed, what is missing opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.rtf.looks import Cell

DEEPEST: Final = 8
"""How deep tables are nested; what is deeper is put into the deepest one."""

_MOST_SPAN: Final = 1000


@dataclass(slots=True)
class Container:
    """What paragraphs are put into: a page or a cell, with the lists that are open in it."""

    parts: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def item(self, tag: str, start: str, level: int, content: str) -> None:
        """An item of a list; `tag` is `ul` or `ol`, `start` attributes of a list that begins with it."""
        depth = level + 1
        while len(self.lists) > depth or (len(self.lists) == depth and self.lists[-1] != tag):
            self._close_list()
        if len(self.lists) == depth:
            self.parts.append("</li>\r\n")
        while len(self.lists) < depth:
            self.parts.append(f"<{tag}{start}>\r\n" + ("<li>" if len(self.lists) + 1 < depth else ""))
            self.lists.append(tag)
        self.parts.append(f"<li>{content}")

    def close_lists(self) -> None:
        """What comes next is no item."""
        while self.lists:
            self._close_list()

    def _close_list(self) -> None:
        self.parts.append(f"</li></{self.lists.pop()}>\r\n")


@dataclass(slots=True)
class _Field:
    """A cell as it is shown: over how many columns and rows, and the row that it was seen in last."""

    parts: list[str]
    columns: int
    last: int
    rows: int = 1


@dataclass(slots=True)
class _Table:
    rows: list[list[_Field]] = field(default_factory=list)
    above: dict[int, _Field] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    content: Container = field(default_factory=Container)
    bordered: bool = False


class Blocks:
    """A page, and the tables that are open at its end."""

    def __init__(self) -> None:
        self._page = Container()
        self._tables: list[_Table] = []

    def at(self, depth: int) -> Container:
        """What a paragraph in a table of `depth` is put into."""
        self._reach(depth)
        return self._tables[-1].content if self._tables else self._page

    def cell(self, depth: int) -> None:
        """The cell at `depth` is whole."""
        self._reach(max(depth, 1))
        table = self._tables[-1]
        table.content.close_lists()
        table.cells.append(table.content.parts)
        table.content = Container()

    def row(self, depth: int, cells: Sequence[Cell], *, bordered: bool) -> None:
        """The row at `depth` is whole; `cells` tells which of its cells go on with the one before or above."""
        self._reach(max(depth, 1))
        table = self._tables[-1]
        if table.content.parts:
            self.cell(depth)
        table.bordered = table.bordered or bordered
        _end_row(table, cells)

    def html(self) -> str:
        """Everything, all tables closed."""
        self._reach(0)
        self._page.close_lists()
        return "".join(self._page.parts)

    def _reach(self, depth: int) -> None:
        depth = min(depth, DEEPEST)
        while len(self._tables) > depth:
            self._close_table()
        while len(self._tables) < depth:
            self.at(len(self._tables)).close_lists()
            self._tables.append(_Table())

    def _close_table(self) -> None:
        table = self._tables[-1]
        if table.content.parts:
            table.content.close_lists()
            table.cells.append(table.content.parts)
        if table.cells:
            _end_row(table, ())
        self._tables.pop()
        parts = self._tables[-1].content.parts if self._tables else self._page.parts
        border = ' border="1" style="border-collapse:collapse"' if table.bordered else ""
        parts.append(f"<table{border}>\r\n")
        for row in table.rows:
            parts.append("<tr>")
            for each in row:
                parts.append(f'<td{_over("colspan", each.columns)}{_over("rowspan", each.rows)} valign="top">')
                parts.extend(each.parts or ("&nbsp;",))
                parts.append("</td>")
            parts.append("</tr>\r\n")
        parts.append("</table>\r\n")


def _over(name: str, number: int) -> str:
    return f' {name}="{number}"' if number > 1 else ""


def _end_row(table: _Table, cells: Sequence[Cell]) -> None:
    """What was merged is one field; what a merged cell holds nevertheless goes into it."""
    row: list[_Field] = []
    number_of_row, above, table.above = len(table.rows), table.above, {}
    for number, parts in enumerate(table.cells):
        told = cells[number] if number < len(cells) else Cell()
        before = table.above.get(number - 1)
        one = above.get(number) if told.below else None
        if told.joined and before is not None:
            one = before
        elif one is None or one.rows >= _MOST_SPAN:
            one = _Field([], _span(number, cells), number_of_row)
            row.append(one)
        one.rows += one.last < number_of_row
        one.last = number_of_row
        one.parts.extend(parts)
        table.above[number] = one
    table.rows.append(row)
    table.cells = []


def _span(number: int, cells: Sequence[Cell]) -> int:
    """How many cells of a row are one."""
    span = 1
    while number + span < min(len(cells), number + _MOST_SPAN) and cells[number + span].joined:
        span += 1
    return span
