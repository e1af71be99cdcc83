"""Column sets of SQL tables: what to select, and how to make rows of what comes.

Columns that follow from an object's number are not selected but made here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mapix.interfaces.prop import ObjectType
from mapix.interfaces.store import RowDecorator
from mapix.properties.tag import PropTag
from mapix.properties.value import Row
from mapix.providers.sqlstore.expressions import Expressions
from mapix.providers.sqlstore.values import loader

NOTHING = "NULL"


class ColumnPlan:
    """How the columns `tags` of objects of one kind are read."""

    def __init__(
        self, kind: ObjectType, tags: tuple[PropTag, ...], rows: Expressions, decorator: RowDecorator | None
    ) -> None:
        made = decorator.columns() if decorator is not None else frozenset()
        self.sql = "".join(f", {NOTHING if tag.id in made else rows.value(tag) or NOTHING}" for tag in tags)
        self._loaders = [
            (place, load)
            for place, tag in enumerate(tags)
            if tag.id not in made and (load := loader(tag.type)) is not None
        ]
        self._makers = _makers(kind, tags, decorator, made)

    def rows(self, found: Sequence[Row], start: int) -> list[Row]:
        """The rows of a statement that selects number and parent first, and the columns from place `start` on."""
        if not self._loaders and not self._makers:
            return [row[start:] for row in found]
        return [self._row(row, start) for row in found]

    def _row(self, row: Row, start: int) -> Row:
        cells: list[Any] = list(row[start:])
        for place, load in self._loaders:
            if cells[place] is not None:
                cells[place] = load(cells[place])
        number, parent = row[:2]
        for place, make in self._makers:
            cells[place] = make(number, parent)
        return tuple(cells)


def _makers(
    kind: ObjectType, tags: tuple[PropTag, ...], decorator: RowDecorator | None, made: frozenset[int]
) -> list[tuple[int, Callable[[int, int], Any]]]:
    if decorator is None:
        return []
    value, code = decorator.value, int(kind)

    def maker(prop_id: int) -> Callable[[int, int], Any]:
        return lambda number, parent: value(prop_id, code, number, parent)

    return [(place, maker(tag.id)) for place, tag in enumerate(tags) if tag.id in made]
