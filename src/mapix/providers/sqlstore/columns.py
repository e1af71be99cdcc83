"""Column sets of SQL tables: what to select, and how to make rows of what comes.

Columns that follow from an object's number are not selected but made here. Work goes column by column, which costs less
than row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Final

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Page
from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropTag
from mapix.properties.value import Row
from mapix.providers.sqlstore.expressions import Expressions
from mapix.providers.sqlstore.values import AS_THEY_ARE, loader, misfit, sure

_NOTHING: Final = "NULL"

Cells = Sequence[Any]
Maker = Callable[[Cells, Cells], list[Any]]


class ColumnPlan:
    """How the columns `tags` of objects of one kind are read. `sql` is their part of the select list."""

    def __init__(
        self, kind: ObjectType, tags: tuple[PropTag, ...], rows: Expressions, decorator: RowDecorator | None
    ) -> None:
        made = decorator.columns() if decorator is not None else frozenset()
        self.sql = "".join(f", {_NOTHING if tag.id in made else rows.value(tag) or _NOTHING}" for tag in tags)
        read = [(place, tag.type) for place, tag in enumerate(tags) if tag.id not in made]
        self._plain = [
            (place, code, frozenset((AS_THEY_ARE[code], NoneType))) for place, code in read if code in AS_THEY_ARE
        ]
        self._loaders = [
            (place, code, load)
            for place, code in read
            if code not in AS_THEY_ARE and (load := loader(code)) is not None
        ]
        self._makers = [
            (place, _maker(decorator, tag.id, kind))
            for place, tag in enumerate(tags)
            if decorator is not None and tag.id in made
        ]

    def page(self, found: Sequence[Row], keys: int) -> Page:
        """The rows of a statement that selects number, parent, `keys` sort keys and then the columns."""
        if not found:
            return Page([], [])
        columns = list(zip(*found, strict=True))
        numbers, parents, shown = columns[0], columns[1], columns[2 + keys :]
        places = list(zip(*columns[2 : 2 + keys], numbers, strict=True))
        if not shown:
            return Page(places, [()] * len(found))
        for place, code, plain in self._plain:
            if not plain.issuperset(map(type, shown[place])):
                shown[place] = tuple([None if value is None else sure(code, value) for value in shown[place]])
        for place, code, load in self._loaders:
            try:
                shown[place] = tuple([None if value is None else load(value) for value in shown[place]])
            except (TypeError, ValueError, CorruptData) as error:
                raise misfit(code) from error
        for place, make in self._makers:
            shown[place] = tuple(make(numbers, parents))
        return Page(places, list(zip(*shown, strict=True)))


def _maker(decorator: RowDecorator, prop_id: int, kind: ObjectType) -> Maker:
    values, code = decorator.values, int(kind)
    return lambda numbers, parents: values(prop_id, code, numbers, parents)
