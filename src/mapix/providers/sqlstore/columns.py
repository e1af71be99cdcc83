"""Column sets of SQL tables: what to select, and how to make rows of what comes.

Columns that follow from an object's number are not selected but made here. Work goes column by column, which costs less
than row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Page
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import Row
from mapix.providers.sqlstore.expressions import Expressions
from mapix.providers.sqlstore.values import loaded_text, loader

_NOTHING: Final = "NULL"
_PLAIN_TEXT: Final = frozenset((str, type(None)))

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
        self._texts = [place for place, code in read if code == PropType.UNICODE]
        self._loaders = [
            (place, load) for place, code in read if code != PropType.UNICODE and (load := loader(code)) is not None
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
        for place in self._texts:
            if not _PLAIN_TEXT.issuperset(map(type, shown[place])):
                shown[place] = tuple(map(loaded_text, shown[place]))
        for place, load in self._loaders:
            shown[place] = tuple([None if value is None else load(value) for value in shown[place]])
        for place, make in self._makers:
            shown[place] = tuple(make(numbers, parents))
        return Page(places, list(zip(*shown, strict=True)))


def _maker(decorator: RowDecorator, prop_id: int, kind: ObjectType) -> Maker:
    values, code = decorator.values, int(kind)
    return lambda numbers, parents: values(prop_id, code, numbers, parents)
