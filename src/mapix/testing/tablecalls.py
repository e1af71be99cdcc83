"""Calls of tables drawn at random, done to two tables that ought to answer and fail alike.

    compare_tables(real_table, ListTable(COLUMNS, rows), drawn_operations)

Headings are opened and closed by their number, which `Numbered` translates for a real table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from mapix.interfaces.table import Bookmark, MapiTable
from mapix.properties.errors import MapiError
from mapix.properties.flags import TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_INSTANCE_KEY,
    PR_ROW_TYPE,
    PidTagInstanceNum,
)
from mapix.properties.value import Row
from mapix.testing.strategies import COLUMNS, category_orders, instance_restrictions, restrictions, sort_orders

MADE = (PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PidTagInstanceNum)
"""Columns that rows and headings have besides."""

Operation = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A method's name and its arguments."""


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


def compare_tables(table: MapiTable | Numbered, model: Any, steps: Iterable[Operation]) -> None:
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
