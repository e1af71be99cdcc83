"""Column sets of SQL tables: what to select, and how to make rows of what comes.

Columns that follow from an object's number are not selected but made here. Work goes column by column, which costs less
than row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Final, NamedTuple

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import Page
from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import Row
from mapix.providers.sqlstore.expressions import Expressions
from mapix.providers.sqlstore.values import AS_THEY_ARE, loader, misfit, sure

_NOTHING: Final = "NULL"
_UNICODE: Final = int(PropType.UNICODE)

Cells = Sequence[Any]
Maker = Callable[[Cells, Cells], Cells]


class KeyPlaces(NamedTuple):
    """Sort keys in a select list of some `width`: `sql` of those that are no columns, `places` of all, and of the
    `first` column.
    """

    sql: str
    places: tuple[int, ...]
    first: int
    width: int


class ColumnPlan:
    """How the columns `tags` of objects of one kind are read. `sql` is their part of the select list; the parent is
    selected only with `of_parent`. With `is_in_row` all are in the object's own row.
    """

    def __init__(
        self, kind: ObjectType, tags: tuple[PropTag, ...], rows: Expressions, decorator: RowDecorator | None
    ) -> None:
        made = decorator.columns() if decorator is not None else frozenset()
        selected = [tag for tag in tags if tag.id not in made]
        expressions = [rows.value(tag) or _NOTHING for tag in selected]
        self.sql = "".join(f", {sql}" for sql in expressions)
        self.is_in_row = not any("SELECT" in sql for sql in expressions)
        self._count = len(expressions)
        self._places = {sql: place for place, sql in enumerate(expressions)}
        self._keys: dict[Sequence[str], KeyPlaces] = {}
        read = [(place, tag.type) for place, tag in enumerate(selected)]
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
        self.of_parent = any(
            decorator.value(tag.id, int(kind), 1, 1) != decorator.value(tag.id, int(kind), 1, 2)
            for tag in tags
            if decorator is not None and tag.id in made
        )

    def begin(self, number: str, parent: str) -> str:
        """The beginning of the select list, of expressions for both."""
        return f"{number}, {parent}" if self.of_parent else number

    def keys(self, keys: tuple[str, ...]) -> KeyPlaces:
        """What is selected of sort keys besides the columns, of which some may be keys, and where all of them stand."""
        found = self._keys.get(keys)
        if found is None:
            begun = 2 if self.of_parent else 1
            apart = [key for key in keys if key not in self._places]
            first = begun + len(apart)
            places = [begun + apart.index(key) if key in apart else first + self._places[key] for key in keys]
            found = self._keys[keys] = KeyPlaces(
                "".join(f", {key}" for key in apart), tuple(places), first, first + self._count
            )
        return found

    def page(self, found: Sequence[Row], keys: int | KeyPlaces) -> Page:
        """The rows of a statement that selects what `begin` says, sort keys (so many of them, or as `keys` says), and
        then the columns.
        """
        if not found:
            return Page([], [])
        columns = list(zip(*found, strict=True))
        begun = 2 if self.of_parent else 1
        numbers, parents = columns[0], columns[begun - 1]
        if isinstance(keys, int):
            values, shown = columns[begun : begun + keys], columns[begun + keys :]
        else:
            values, shown = [columns[place] for place in keys.places], columns[keys.first :]
        places = list(zip(*values, numbers, strict=True))
        for place, code, plain in self._plain:
            if not plain.issuperset(map(type, shown[place])):
                shown[place] = _texts(shown[place]) if code == _UNICODE else _sure(code, shown[place])
        for place, code, load in self._loaders:
            try:
                shown[place] = tuple([None if value is None else load(value) for value in shown[place]])
            except (TypeError, ValueError, CorruptData) as error:
                raise misfit(code) from error
        for place, make in self._makers:
            shown.insert(place, tuple(make(numbers, parents)))
        if not shown:
            return Page(places, [()] * len(found))
        return Page(places, list(zip(*shown, strict=True)))


def _texts(cells: Cells) -> tuple[Any, ...]:
    """Text that the database has as bytes, which is all of it or a damaged or unusual value."""
    try:
        return tuple([None if cell is None else str(cell, "utf-8", "surrogatepass") for cell in cells])
    except (TypeError, ValueError):
        return _sure(_UNICODE, cells)


def _sure(code: int, cells: Cells) -> tuple[Any, ...]:
    return tuple([None if cell is None else sure(code, cell) for cell in cells])


def _maker(decorator: RowDecorator, prop_id: int, kind: ObjectType) -> Maker:
    values, code = decorator.values, int(kind)
    return lambda numbers, parents: values(prop_id, code, numbers, parents)
