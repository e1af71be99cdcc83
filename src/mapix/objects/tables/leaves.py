"""The rows under headings, read from the source when they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.rows import RowKey, RowSource
from mapix.objects.restrictions.conditions import both
from mapix.objects.tables.grouping import place_of
from mapix.objects.tables.headings import Heading, Path
from mapix.objects.tables.sorting import Sorting
from mapix.properties.restriction import Exist, Not, Or, Property, Relop, Restriction
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

_AT_ONCE: Final = 64
"""Headings whose rows are read in one question."""

Item = tuple[RowKey, Row]


class LeafReader:
    """Reads rows of `source` under headings with some columns; `made` are columns the same in every one of them.

    A row's key is its heading's path and its own key in the order of categories and rows together.
    """

    def __init__(
        self,
        source: RowSource,
        where: Restriction | None,
        sorting: Sorting,
        columns: Sequence[PropTag],
        made: Mapping[PropTag, Any],
    ) -> None:
        self._source = source
        self._where = where
        self._order = sorting.keys
        self._tags = tuple(key.tag for key in sorting.category_keys)
        self._columns = tuple(columns)
        self._made = [(place, made[tag]) for place, tag in enumerate(columns) if tag in made]

    def some(self, heading: Heading, after: RowKey | None, count: int, where: Restriction | None = None) -> list[Item]:
        """Up to `count` rows beyond a key, before it when negative, in table order; those that satisfy `where`, too."""
        page = self._source.page(both(self._under(heading), where), self._order, after, count, self._columns)
        return [((heading.path, key), row) for key, row in zip(page.keys, map(self._shown, page.rows), strict=True)]

    def whole(self, headings: Sequence[Heading]) -> dict[Path, list[Item]]:
        """All rows of some headings; many headings cost few questions."""
        found: dict[Path, list[Item]] = {heading.path: [] for heading in headings}
        for start in range(0, len(headings), _AT_ONCE):
            self._collect(headings[start : start + _AT_ONCE], found)
        return found

    def position(self, heading: Heading, key: RowKey) -> int:
        """How many rows under a heading stand before one."""
        return self._source.position(self._under(heading), self._order, key)

    def key_at(self, heading: Heading, index: int) -> RowKey | None:
        """The key of a row by its number under a heading."""
        key_at = getattr(self._source, "key_at", None)
        if key_at is not None:
            key = key_at(self._under(heading), self._order, index)
        else:
            keys = self._source.page(self._under(heading), self._order, None, index + 1, ()).keys
            key = keys[index] if index < len(keys) else None
        return None if key is None else (heading.path, key)

    def _collect(self, headings: Sequence[Heading], found: dict[Path, list[Item]]) -> None:
        paths = {place_of(heading.values, self._tags): heading.path for heading in headings}
        if len(headings) == 1:
            where = self._under(headings[0])
        else:
            where = both(self._where, Or(tuple(self._condition(heading) for heading in headings)))
        count = sum(heading.count for heading in headings)
        page = self._source.page(where, self._order, None, count, (*self._columns, *self._tags))
        width = len(self._columns)
        for key, row in zip(page.keys, page.rows, strict=True):
            path = paths.get(place_of(row[width:], self._tags))
            if path is not None:
                found[path].append(((path, key), self._shown(row[:width])))

    def _under(self, heading: Heading) -> Restriction | None:
        return both(self._where, self._condition(heading))

    def _condition(self, heading: Heading) -> Restriction:
        """What rows under a heading have in common."""
        pairs = zip(self._tags, heading.values, strict=True)
        parts = [Not(Exist(tag)) if value is None else Property(Relop.EQ, tag, value) for tag, value in pairs]
        joined = both(*parts)
        assert joined is not None
        return joined

    def _shown(self, row: Row) -> Row:
        if not self._made:
            return row
        cells = list(row)
        for place, value in self._made:
            cells[place] = value
        return tuple(cells)
