"""The plainest table there can be: a list and a number, to compare real tables with.

    @given(rows(), st.lists(operations()))
    def test_my_table_is_a_list_with_a_cursor(given_rows, given_operations):
        compare_tables(my_table(given_rows), ListTable(COLUMNS, given_rows), given_operations)

Rows are dictionaries by tag in the order of the source's own; whatever a table answers or raises, the list must too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from hypothesis import strategies as st

from mapix.interfaces.table import Bookmark, MapiTable
from mapix.objects.collate import compare
from mapix.objects.evaluate import matches
from mapix.properties.errors import InvalidBookmark, InvalidParameter, MapiError, NotFound
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.value import Row
from mapix.testing.strategies import COLUMNS, restrictions, sort_orders

Record = Mapping[PropTag, Any]
Operation = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A method's name and its arguments."""


class ListTable:
    """A table as a list of rows and the number of the next one; its methods are those of `MapiTable`."""

    def __init__(self, columns: Sequence[PropTag], rows: Iterable[Record]) -> None:
        self.columns = columns
        self.all = list(rows)
        self.shown = list(self.all)
        self.wanted: Restriction | None = None
        self.order = SortOrder()
        self.cursor = 0
        self.marks: dict[int, int] = {}
        self.made = int(max(Bookmark))

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
        return [tuple(row.get(column) for column in self.columns) for row in self.shown[start:stop]]

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
            if matches(restriction, self.shown[number].get):
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

    def _show(self) -> None:
        self.shown = [row for row in self.all if matches(self.wanted, row.get)]
        self.shown.sort(key=cmp_to_key(self._before))
        self.cursor = 0
        self.marks.clear()

    def _before(self, first: Record, second: Record) -> int:
        for key in self.order.keys:
            left, right = first.get(key.tag), second.get(key.tag)
            if left is None or right is None:
                stands = (left is None) - (right is None)
            else:
                stands = compare(left, right, key.tag.type) * (-1 if key.descending else 1)
            if stands:
                return stands
        return 0


def operations(columns: Sequence[PropTag] = COLUMNS) -> st.SearchStrategy[Operation]:
    """Calls of a table that two tables can be compared by."""
    counts, marks = st.integers(-4, 4) | st.integers(-20, 20), st.sampled_from((0, 1, 1, 1, 2, 3, 4))
    wanted = restrictions(columns, max_leaves=3)
    return st.one_of(
        _calls("query_rows", counts, advance=st.booleans()),
        _calls("seek_row", marks, counts),
        _calls("seek_row", st.just(Bookmark.CURRENT), counts),
        _calls("seek_row_approx", st.integers(-1, 6), st.integers(0, 5)),
        _calls("find_row", wanted, marks, backward=st.booleans()),
        _calls("restrict", st.none() | wanted),
        _calls("sort_table", sort_orders(columns)),
        _calls("free_bookmark", marks),
        st.sampled_from(("create_bookmark", "get_row_count", "query_position", "query_sort_order")).flatmap(_calls),
    )


def compare_tables(table: MapiTable, model: ListTable, steps: Iterable[Operation]) -> None:
    """Do the same to both; AssertionError where they answer or fail differently."""
    for number, (name, arguments, options) in enumerate(steps):
        expected = _outcome(getattr(model, name), arguments, options)
        found = _outcome(getattr(table, name), arguments, options)
        assert found == expected, f"step {number}, {name}{arguments}: {found}, not {expected}"
        place = table.query_position()
        assert place == model.query_position(), f"after step {number}, {name}{arguments}: at {place}"


def _calls(name: str, *arguments: st.SearchStrategy[Any], **options: st.SearchStrategy[Any]) -> Any:
    return st.tuples(st.just(name), st.tuples(*arguments), st.fixed_dictionaries(options))


def _outcome(call: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    try:
        return call(*arguments, **options)
    except MapiError as error:
        return type(error)
