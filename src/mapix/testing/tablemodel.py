"""The plainest table there can be: a list and a number, to compare real tables with.

    @given(rows(), st.lists(operations()))
    def test_my_table_is_a_list_with_a_cursor(given_rows, given_operations):
        compare_tables(my_table(given_rows), ListTable(COLUMNS, given_rows), given_operations)

Rows are dictionaries by tag in the order of the source's own; whatever a table answers or raises, the list must too.
Headings are opened and closed by their number (`tablecalls`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mapix.interfaces.table import Bookmark
from mapix.objects.restrictions.evaluate import matches
from mapix.objects.tables.instances import with_singles
from mapix.properties.errors import InvalidBookmark, InvalidParameter, NotFound
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import MV_FLAG, PropTag
from mapix.properties.value import Row
from mapix.testing.categorymodel import Category, categories, divided, in_order, instances, one_of, visible
from mapix.testing.tablecalls import Numbered, Operation, compare_tables, operations, query_everything

__all__ = ["ListTable", "Numbered", "Operation", "compare_tables", "operations", "query_everything"]

Record = Mapping[PropTag, Any]


class ListTable:
    """A table as a list of rows and the number of the next one; its methods are those of `MapiTable`."""

    def __init__(self, columns: Sequence[PropTag], rows: Iterable[Record]) -> None:
        self.columns = list(columns)
        self.all = list(rows)
        self.wanted: Restriction | None = None
        self.order = SortOrder()
        self.made = int(max(Bookmark))
        self.cursor = 0
        self.marks: dict[int, int] = {}
        self._show()

    def get_row_count(self) -> int:
        """How many rows are shown."""
        return len(self.shown)

    def query_rows(self, count: int, *, advance: bool = True) -> list[Row]:
        """A slice at the cursor (T-035)."""
        if not count:
            raise InvalidParameter
        start, stop = sorted((self.cursor, max(0, min(len(self.shown), self.cursor + count))))
        if advance == (count > 0):
            self.cursor = stop if advance else start
        return self._cells(start, stop)

    def seek_row(self, bookmark: int, count: int) -> int:
        """A sum, clamped (T-025)."""
        start = self._place(bookmark)
        self.cursor = max(0, min(len(self.shown), start + count))
        return self.cursor - start

    def seek_row_approx(self, numerator: int, denominator: int) -> None:
        """A fraction, clamped (T-026)."""
        if denominator <= 0 or numerator < 0:
            raise InvalidParameter
        self.cursor = min(len(self.shown), len(self.shown) * numerator // denominator)

    def query_position(self) -> tuple[int, int, int]:
        """The number (T-027)."""
        return self.cursor, self.cursor, max(1, len(self.shown))

    def find_row(self, restriction: Restriction, bookmark: int = Bookmark.CURRENT, *, backward: bool = False) -> None:
        """One row after the other (T-028)."""
        start = self._place(bookmark)
        for number in reversed(range(start)) if backward else range(start, len(self.shown)):
            if matches(self._singled(restriction), self.shown[number].get):
                self.cursor = number
                return
        raise NotFound

    def restrict(self, restriction: Restriction | None) -> None:
        """All rows, tried again (T-029)."""
        self.wanted = restriction
        self._show()

    def sort_table(self, order: SortOrder) -> None:
        """All rows, ordered again (T-033)."""
        self.order = order
        self._show()

    def set_columns(self, columns: Sequence[PropTag]) -> None:
        """Other cells, and where values are taken apart other rows (P-053, P-057)."""
        before = set(self._taken_apart())
        self.columns = list(columns)
        if set(self._taken_apart()) != before:
            self._show()

    def expand(self, number: int, count: int) -> tuple[list[Row], int]:
        """The heading of a number opened (T-065)."""
        place = self._heading(number)
        category = self.categories[place]
        assert category is not None
        rows = len(self.shown)
        self._turn(category, is_open=True)
        appeared = len(self.shown) - rows
        self.cursor = place + 1 + min(count, appeared)
        return self._cells(place + 1, self.cursor), appeared

    def collapse(self, number: int) -> int:
        """The heading of a number closed (T-066)."""
        category = self.categories[self._heading(number)]
        assert category is not None
        rows = len(self.shown)
        self._turn(category, is_open=False)
        return rows - len(self.shown)

    def query_sort_order(self) -> SortOrder:
        """The order given (T-034)."""
        return self.order

    def create_bookmark(self) -> int:
        """The number of the next row under a new name (T-030)."""
        self.made += 1
        self.marks[self.made] = self.cursor
        return self.made

    def free_bookmark(self, bookmark: int) -> None:
        """The name forgotten (T-031)."""
        if bookmark > max(Bookmark) and self.marks.pop(bookmark, None) is None:
            raise InvalidBookmark

    def _place(self, bookmark: int) -> int:
        places = {0: 0, 1: self.cursor, 2: len(self.shown), **self.marks}
        if bookmark not in places:
            raise InvalidBookmark
        return places[bookmark]

    def _taken_apart(self) -> list[PropTag]:
        tags = (*self.columns, *(key.tag for key in self.order.keys))
        return list(dict.fromkeys(one_of(tag) for tag in tags if tag.is_instance))

    def _singled(self, restriction: Restriction) -> Restriction:
        return with_singles(restriction, {tag: PropTag(tag | MV_FLAG) for tag in self._taken_apart()})

    def _show(self) -> None:
        """All rows, taken apart, tried and ordered again."""
        rows = list(instances(self.all, self._taken_apart()))
        if self.wanted is not None:
            wanted = self._singled(self.wanted)
            rows = [row for row in rows if matches(wanted, row.get)]
        self._division = divided(self.order)
        self._roots = categories(rows, self._division)
        self._flat = [] if self._division.levels else in_order(rows, self._division.rest)
        self._lay_out()
        self.cursor = 0
        self.marks.clear()

    def _lay_out(self) -> None:
        pairs: list[tuple[Record, Category | None]] = [(row, None) for row in self._flat]
        pairs += visible(self._roots, self._division)
        self.shown = [row for row, _ in pairs]
        self.categories = [category for _, category in pairs]

    def _heading(self, number: int) -> int:
        places = [place for place, category in enumerate(self.categories) if category is not None]
        if not places:
            raise NotFound
        return places[number % len(places)]

    def _turn(self, category: Category, *, is_open: bool) -> None:
        """Open or close, and keep cursor and bookmarks on the rows they stood on, or on the next that shows."""
        before = [self._identity(place) for place in range(len(self.shown))]
        category.is_open = is_open
        self._lay_out()
        now = {self._identity(place): place for place in range(len(self.shown))}

        def moved(place: int) -> int:
            return next((now[identity] for identity in before[place:] if identity in now), len(self.shown))

        self.cursor = moved(self.cursor)
        self.marks = {mark: moved(place) for mark, place in self.marks.items()}

    def _identity(self, place: int) -> tuple[int, int]:
        category = self.categories[place]
        return (0, id(category)) if category is not None else (1, id(self.shown[place]))

    def _cells(self, start: int, stop: int) -> list[Row]:
        tags = [one_of(column) if column.is_instance else column for column in self.columns]
        return [tuple(row.get(tag) for tag in tags) for row in self.shown[start:stop]]
