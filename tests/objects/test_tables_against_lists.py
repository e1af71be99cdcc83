"""Tables compared with a plain list: whatever is done to both, they answer alike."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.interfaces.table import Bookmark, Page, RowKey, TableType
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.testing.strategies import COLUMNS, rows
from mapix.testing.tablemodel import ListTable, Numbered, Operation, compare_tables, operations


class Plain:
    """A source with nothing but the methods every source has."""

    def __init__(self, data: TableData, table_type: TableType) -> None:
        self.table_type = table_type
        self.data = data

    def default_columns(self) -> Sequence[PropTag]:
        return self.data.default_columns()

    def available_columns(self) -> Sequence[PropTag]:
        return self.data.available_columns()

    def count(self, where: Restriction | None) -> int:
        return self.data.count(where)

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        return self.data.page(where, order, after, count, columns)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        return self.data.position(where, order, key)

    def notification_key(self) -> bytes | None:
        return None


def open_table(kind: str, given_rows: list[dict[PropTag, Any]], columns: Sequence[PropTag] = COLUMNS) -> TableView:
    data = TableData(columns, given_rows)
    if kind == "direct":
        table = data.view()
    else:
        table = TableView(Plain(data, TableType.DYNAMIC if kind == "dynamic" else TableType.SNAPSHOT))
    table.set_columns(columns)
    return table


@pytest.mark.parametrize("kind", ["direct", "snapshot", "dynamic"])
@settings(deadline=None, max_examples=examples(200))
@given(given_rows=rows(max_size=16), steps=st.lists(operations(), min_size=5, max_size=20))
def test_a_table_is_a_list_with_a_cursor(
    kind: str, given_rows: list[dict[PropTag, Any]], steps: list[Operation]
) -> None:
    table, model = open_table(kind, given_rows), ListTable(COLUMNS, given_rows)
    compare_tables(table, model, steps)
    assert table.query_position() == model.query_position()


LAYERED = (*COLUMNS[:5], PropTag(0x8001001F), PropTag(0x6830101F), PropTag(0x68311003), PR_MESSAGE_FLAGS)


@pytest.mark.parametrize("kind", ["direct", "snapshot", "dynamic"])
@settings(deadline=None, max_examples=examples(150))
@given(given_rows=rows(LAYERED, max_size=14), steps=st.lists(operations(LAYERED, layers=True), min_size=5, max_size=20))
def test_a_table_under_headings_or_one_row_a_value_is_a_list_too(
    kind: str, given_rows: list[dict[PropTag, Any]], steps: list[Operation]
) -> None:
    """T-060, T-061, T-062, T-063, T-064, T-065, T-066, P-053, P-054, P-055."""
    table, model = Numbered(open_table(kind, given_rows, LAYERED), LAYERED), ListTable(LAYERED, given_rows)
    compare_tables(table, model, steps)
    assert table.query_position() == model.query_position()


ROWID = PropTag(0x30000003)
numbers = st.integers(0, 12)


@pytest.mark.parametrize("kind", ["direct", "snapshot", "dynamic"])
@settings(deadline=None, max_examples=examples(150))
@given(
    given_numbers=st.sets(numbers, min_size=1),
    chosen=numbers,
    gone=st.sets(numbers, max_size=4),
    new=st.sets(numbers, max_size=4),
    moves=st.lists(st.integers(-3, 3), max_size=3),
    asks=st.booleans(),
)
def test_a_cursor_on_a_row_that_was_found_stays_on_it_whatever_comes_and_goes(
    kind: str, given_numbers: set[int], chosen: int, gone: set[int], new: set[int], moves: list[int], asks: bool
) -> None:
    """T-025, T-028, T-035."""
    data = TableData([ROWID], [{ROWID: number} for number in given_numbers], index=ROWID)
    types = {"dynamic": TableType.DYNAMIC, "snapshot": TableType.SNAPSHOT}
    table = data.view() if kind == "direct" else TableView(Plain(data, types[kind]))
    table.sort_table(SortOrder((SortKey(ROWID),)))
    found = min(given_numbers, key=lambda number: (abs(number - chosen), number))
    table.find_row(Property(Relop.EQ, ROWID, found), Bookmark.BEGINNING)
    if kind != "snapshot":  # the rows of a snapshot stay what they are
        data.delete_rows([number for number in gone if number in given_numbers])
        data.modify_rows([{ROWID: number} for number in new])
        given_numbers = (given_numbers - gone) | new
    left = sorted(given_numbers)
    place = bisect_left(left, found)
    for count in moves:
        target = max(0, min(place + count, len(left)))
        assert table.seek_row(Bookmark.CURRENT, count) == target - place
        place = target
        if asks:
            assert table.query_position()[0] == place
    assert table.query_rows(3) == [(number,) for number in left[place : place + 3]]


@settings(deadline=None, max_examples=examples(50))
@given(given_rows=rows(max_size=40), counts=st.lists(st.integers(1, 9), max_size=30))
def test_rows_read_a_few_at_a_time_are_the_rows(given_rows: list[dict[PropTag, Any]], counts: list[int]) -> None:
    table, read = open_table("direct", given_rows), 0
    for count in counts:
        expected = [tuple(map(row.get, COLUMNS)) for row in given_rows[read : read + count]]
        assert table.query_rows(count) == expected
        read += len(expected)


def test_a_walk_over_many_rows_takes_them_in_steps() -> None:
    rowid = PropTag(0x30000003)
    data = TableData([rowid], [{rowid: number} for number in range(3500)])
    table = TableView(Plain(data, TableType.SNAPSHOT))
    assert table.seek_row(0, 3000) == 3000
    assert table.query_rows(1) == [(3000,)]
    assert table.seek_row(1, -2500) == -2500
    assert table.query_rows(1) == [(501,)]
    assert table.seek_row(2, -9999) == -3500
    assert table.query_position() == (0, 0, 3500)


@pytest.mark.parametrize("start", range(1, 6))
@pytest.mark.parametrize("back", range(1, 7))
def test_a_walk_back_ends_on_the_row_it_was_meant_to(start: int, back: int) -> None:
    rowid = PropTag(0x30000003)
    table = TableView(Plain(TableData([rowid], [{rowid: number} for number in range(5)]), TableType.DYNAMIC))
    table.seek_row(0, start)
    assert table.seek_row(1, -back) == -min(start, back)
    assert table.query_rows(1) == [(max(0, start - back),)]
