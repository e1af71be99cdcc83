"""Tables over sources of rows: reading, columns, what a page costs, status, errors, and the end."""

from typing import Any

import pytest
from tests.objects.smalltables import NAME, NAME8, NUMBER, UNKNOWN, WORDS, at, data, numbers, table

from mapix.interfaces.table import Bookmark, Page, TableType, query_all_rows
from mapix.objects.stores.life import Life
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import (
    InvalidObject,
    InvalidParameter,
    MapiError,
    TableTooBig,
    UnableToAbort,
)
from mapix.properties.flags import TBLSTAT_COMPLETE
from mapix.properties.restriction import (
    Property,
    Relop,
)
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_INSTANCE_KEY, PR_NULL


def test_a_fresh_table_stands_before_its_first_row() -> None:
    assert table().query_position() == (0, 0, 20)
    assert numbers(table().query_rows(3)) == [0, 1, 2]


def test_rows_before_the_cursor_come_in_table_order_and_leave_it_where_it_was() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 10)
    assert numbers(view.query_rows(-5)) == [5, 6, 7, 8, 9]
    assert at(view) == 10


def test_without_advance_the_cursor_stands_on_the_first_row_read() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 10)
    assert numbers(view.query_rows(-5, advance=False)) == [5, 6, 7, 8, 9]
    assert at(view) == 5
    assert numbers(view.query_rows(2, advance=False)) == [5, 6]
    assert at(view) == 5


def test_reading_backwards_stops_at_the_first_row() -> None:
    view = table()
    assert view.query_rows(-5) == []
    view.seek_row(Bookmark.BEGINNING, 3)
    assert numbers(view.query_rows(-5)) == [0, 1, 2]


def test_asking_for_no_rows_is_an_invalid_parameter() -> None:
    with pytest.raises(InvalidParameter):
        table().query_rows(0)


def test_the_end_of_a_table_is_no_rows() -> None:
    view = table()
    assert len(view.query_rows(100)) == 20
    assert view.query_rows(1) == []
    assert view.query_position() == (20, 20, 20)


def test_the_position_in_an_empty_table_has_a_denominator() -> None:
    assert table(0).query_position() == (0, 0, 1)


def test_more_rows_than_a_caller_can_take_are_refused_not_cut() -> None:
    assert query_all_rows(table(), [NUMBER], Property(Relop.LT, NUMBER, 2), limit=2) == [(0,), (1,)]
    with pytest.raises(TableTooBig):
        query_all_rows(table(), limit=19)


# columns


def test_a_fresh_table_shows_the_default_columns() -> None:
    view = data().view()
    assert view.query_columns() == [NUMBER, NAME]
    assert view.query_rows(1) == [(0, "n00")]
    assert set(view.query_columns(available=True)) == {NUMBER, NAME, PR_INSTANCE_KEY}


def test_columns_keep_the_order_asked_for_and_missing_values_their_place() -> None:
    view = table()
    view.set_columns([NAME, UNKNOWN, PR_NULL, NUMBER, NUMBER.with_type(PropType.UNICODE), NAME])
    assert view.query_rows(1) == [("n00", None, None, 0, None, "n00")]
    assert view.query_columns() == [NAME, UNKNOWN, PR_NULL, NUMBER, NUMBER.with_type(PropType.UNICODE), NAME]


def test_setting_columns_moves_nothing() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 4)
    mark = view.create_bookmark()
    view.set_columns([NAME])
    assert view.query_rows(1) == [("n04",)]
    assert view.seek_row(mark, 1) == 1
    assert view.query_rows(1) == [("n05",)]


def test_a_table_of_placeholders_still_has_rows() -> None:
    view = table(2)
    view.set_columns([PR_NULL, PR_NULL])
    assert view.query_rows(5) == [(None, None), (None, None)]


def test_eight_bit_columns_come_in_the_code_page_of_the_table() -> None:
    source = TableData([NAME], [{NAME: "Café", WORDS: ("é", "b")}])
    view = source.view(codepage=1252)
    view.set_columns([NAME8, WORDS.with_type(PropType.MV_STRING8), NAME])
    assert view.query_rows(1) == [(b"Caf\xe9", (b"\xe9", b"b"), "Café")]
    view.restrict(Property(Relop.EQ, NAME8, b"CAF\xc9"))
    view.sort_table(SortOrder((SortKey(NAME8),)))
    assert view.get_row_count() == 1


def test_callers_without_unicode_are_shown_eight_bit_text() -> None:
    """T-008."""
    view = data(1).view(unicode=False)
    assert view.query_columns() == [NUMBER, NAME8]
    assert NAME8 in view.query_columns(available=True)
    assert view.query_rows(1) == [(0, b"n00")]


def test_an_unspecified_column_gets_the_type_that_is_there() -> None:
    view = data(1).view()
    view.set_columns([NAME.with_type(0), UNKNOWN.with_type(0)])
    assert view.query_columns() == [NAME, UNKNOWN.with_type(0)]
    assert view.query_rows(1) == [("n00", None)]
    narrow = data(1).view(unicode=False)
    narrow.set_columns([NAME.with_type(0)])
    assert narrow.query_rows(1) == [(b"n00",)]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ([], InvalidParameter),
        ([NAME.with_type(PropType.ERROR)], InvalidParameter),
    ],
)
def test_columns_that_cannot_be_shown_change_nothing(columns: list[PropTag], error: type[MapiError]) -> None:
    view = table()
    with pytest.raises(error):
        view.set_columns(columns)
    assert view.query_columns() == [NUMBER]


class Counting(TableData):
    """Rows that count how often they are asked for."""

    pages = 0

    def page(self, *question: Any) -> Page:
        self.pages += 1
        return super().page(*question)


def counting(count: int) -> Counting:
    return Counting([NUMBER], [{NUMBER: number} for number in range(count)], index=NUMBER)


def test_the_first_rows_of_a_sorted_table_cost_one_page() -> None:
    rows = counting(100)
    view = rows.view()
    view.set_columns([NUMBER])
    view.sort_table(SortOrder((SortKey(NUMBER, Order.DESCEND),)))
    assert numbers(view.query_rows(50)) == list(range(99, 49, -1))
    assert rows.pages == 1


def test_reading_row_by_row_costs_few_pages() -> None:
    rows = counting(1000)
    view = rows.view()
    assert [view.query_rows(1) for _ in range(1000)] == [[(number,)] for number in range(1000)]
    assert rows.pages < 30


def test_finding_scans_by_pages() -> None:
    rows = counting(5000)
    view = rows.view()
    view.find_row(Property(Relop.EQ, NUMBER, 4000))
    assert rows.pages <= 3
    view.find_row(Property(Relop.EQ, NUMBER, 10), backward=True)
    assert rows.pages <= 7


# status, errors, closing


@pytest.mark.parametrize("table_type", list(TableType))
def test_the_status_tells_the_type_and_that_nothing_is_under_way(table_type: TableType) -> None:
    view = data(table_type=table_type).view()
    assert view.get_status() == (TBLSTAT_COMPLETE, table_type)
    assert view.wait_for_completion(0) == TBLSTAT_COMPLETE
    with pytest.raises(UnableToAbort):
        view.abort()


def test_the_last_error_is_remembered() -> None:
    view = table()
    assert view.get_last_error() is None
    with pytest.raises(InvalidParameter):
        view.query_rows(0)
    info = view.get_last_error()
    assert info is not None
    assert "MAPI_E_INVALID_PARAMETER" in info.text


def test_a_closed_table_is_an_invalid_object() -> None:
    view = table()
    view.close()
    view.close()
    for call in (
        lambda: view.query_rows(1),
        lambda: view.set_columns([NAME]),
        lambda: view.restrict(None),
        lambda: view.get_row_count(),
        lambda: view.create_bookmark(),
        lambda: view.get_status(),
    ):
        with pytest.raises(InvalidObject):
            call()


def test_a_table_ends_with_what_it_belongs_to() -> None:
    life = Life()
    view = table(life=life)
    view.query_rows(1)
    life.end()
    with pytest.raises(InvalidObject):
        view.query_rows(1)
