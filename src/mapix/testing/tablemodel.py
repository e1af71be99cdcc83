"""The plainest table there can be: a list and a number, to compare real tables with.

    @given(rows(), st.lists(operations()))
    def test_my_table_is_a_list_with_a_cursor(given_rows, given_operations):
        compare_tables(my_table(given_rows), ListTable(COLUMNS, given_rows), given_operations)

Rows are dictionaries by tag in the order of the source's own; whatever a table answers or raises, the list must too.
Headings are opened and closed by their number, which `Numbered` translates for a real table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from mapix.interfaces.table import Bookmark, MapiTable
from mapix.objects.evaluate import matches
from mapix.objects.instances import with_singles
from mapix.properties.errors import InvalidBookmark, InvalidParameter, MapiError, NotFound
from mapix.properties.flags import TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import MV_FLAG, MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_INSTANCE_KEY,
    PR_ROW_TYPE,
    PidTagInstanceNum,
)
from mapix.properties.value import Row
from mapix.testing.categorymodel import Category, categories, divided, in_order, instances, one_of, visible
from mapix.testing.strategies import COLUMNS, category_orders, instance_restrictions, restrictions, sort_orders

MADE = (PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PidTagInstanceNum)
"""Columns that rows and headings have besides."""

Record = Mapping[PropTag, Any]
Operation = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A method's name and its arguments."""


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


class Numbered:
    """A real table whose headings are opened and closed by number; its last column is hidden from the comparison."""

    def __init__(self, table: MapiTable, columns: Sequence[PropTag]) -> None:
        self.table = table
        self.set_columns(columns)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def set_columns(self, columns: Sequence[PropTag]) -> None:
        """The columns, and those that headings are known by."""
        self.table.set_columns([*columns, PR_ROW_TYPE, PR_INSTANCE_KEY])

    def query_rows(self, count: int, *, advance: bool = True) -> list[Row]:
        """See `MapiTable.query_rows`."""
        return [row[:-2] for row in self.table.query_rows(count, advance=advance)]

    def expand(self, number: int, count: int) -> tuple[list[Row], int]:
        """The heading of a number opened."""
        rows, appeared = self.table.expand_row(self._key(number), count)
        return [row[:-2] for row in rows], appeared

    def collapse(self, number: int) -> int:
        """The heading of a number closed."""
        return self.table.collapse_row(self._key(number))

    def _key(self, number: int) -> bytes:
        place, _, _ = self.table.query_position()
        rows = query_everything(self.table)
        self.table.seek_row(Bookmark.BEGINNING, place)
        keys = [key for *_, kind, key in rows if kind in (TBL_EXPANDED_CATEGORY, TBL_COLLAPSED_CATEGORY)]
        assert len({key for *_, key in rows}) == len(rows), "two rows have the same instance key"
        return keys[number % len(keys)] if keys else b"no heading"


def query_everything(table: MapiTable) -> list[Row]:
    """All rows from the start on."""
    table.seek_row(Bookmark.BEGINNING, 0)
    rows: list[Row] = []
    while batch := table.query_rows(100):
        rows += batch
    return rows


def operations(columns: Sequence[PropTag] = COLUMNS, *, layers: bool = False) -> st.SearchStrategy[Operation]:
    """Calls of a table that two tables can be compared by; with `layers`, those of categories and of instances too."""
    counts, marks = st.integers(-4, 4) | st.integers(-20, 20), st.sampled_from((0, 1, 1, 1, 2, 3, 4))
    wanted = restrictions(columns, max_leaves=3)
    found = [
        _calls("query_rows", counts, advance=st.booleans()),
        _calls("seek_row", marks, counts),
        _calls("seek_row", st.just(Bookmark.CURRENT), counts),
        _calls("seek_row_approx", st.integers(-1, 6), st.integers(0, 5)),
        _calls("find_row", wanted, marks, backward=st.booleans()),
        _calls("restrict", st.none() | wanted),
        _calls("sort_table", sort_orders(columns)),
        _calls("free_bookmark", marks),
        st.sampled_from(("create_bookmark", "get_row_count", "query_position", "query_sort_order")).flatmap(_calls),
    ]
    return st.one_of(*found, *(_layered(columns) if layers else ()))


def _layered(columns: Sequence[PropTag]) -> list[st.SearchStrategy[Any]]:
    apart = [PropTag(tag | MVI_FLAG) if tag.is_multi else tag for tag in columns]
    sets = st.lists(st.sampled_from((*columns, *apart, *MADE)), min_size=1, max_size=6)
    headings, counts = st.integers(0, 20), st.integers(0, 6)
    wanted = restrictions((*columns, PR_DEPTH, PR_CONTENT_COUNT), max_leaves=3)
    singles = [tag for tag in (*columns, *apart) if not tag.is_multi or tag.is_instance]
    sorts = _calls("sort_table", category_orders(list(dict.fromkeys(singles))))
    return [
        sorts,
        sorts,
        _calls("set_columns", sets),
        _calls("restrict", st.none() | instance_restrictions(columns)),
        _calls("find_row", wanted, st.sampled_from((0, 1, 2)), backward=st.booleans()),
        _calls("expand", headings, counts),
        _calls("expand", headings, counts),
        _calls("collapse", headings),
    ]


def compare_tables(table: MapiTable | Numbered, model: ListTable, steps: Iterable[Operation]) -> None:
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
