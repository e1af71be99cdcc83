"""Tables over sources of rows: cursor, columns, bookmarks, errors, notifications."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mapix.interfaces.notify import (
    AdviseSink,
    Event,
    Notification,
    ObjectNotification,
    TableEvent,
    TableNotification,
)
from mapix.interfaces.table import Bookmark, Page, TableType, query_all_rows
from mapix.objects.stores.life import Life
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import (
    InvalidBookmark,
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoSupport,
    NotFound,
    TableTooBig,
    TooComplex,
    UnableToAbort,
)
from mapix.properties.flags import TBLSTAT_COMPLETE
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Property,
    Relop,
    Size,
    Sub,
)
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_INSTANCE_KEY, PR_MESSAGE_RECIPIENTS, PR_NULL

NAME = PropTag(0x3001001F)
NAME8 = PropTag(0x3001001E)
NUMBER = PropTag(0x30000003)
WORDS = PropTag(0x6830101F)
UNKNOWN = PropTag(0x68400003)
MVI = 0x3000

BY_NAME = SortOrder((SortKey(NAME),))


def data(count: int = 20, **options: Any) -> TableData:
    """Rows 0, 1, 2… named n00, n01, n02…"""
    rows = [{NAME: f"n{number:02}", NUMBER: number} for number in range(count)]
    return TableData([NUMBER, NAME], rows, index=NUMBER, **options)


def table(count: int = 20, **options: Any) -> TableView:
    view = data(count).view(**options)
    view.set_columns([NUMBER])
    return view


def numbers(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    return [row[0] for row in rows]


def at(view: TableView) -> int:
    return view.query_position()[0]


# reading


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


# seeking


@pytest.mark.parametrize(
    ("bookmark", "count", "moved", "position"),
    [
        (Bookmark.BEGINNING, 0, 0, 0),
        (Bookmark.BEGINNING, 7, 7, 7),
        (Bookmark.BEGINNING, -1, 0, 0),
        (Bookmark.BEGINNING, 99, 20, 20),
        (Bookmark.CURRENT, 3, 3, 13),
        (Bookmark.CURRENT, -3, -3, 7),
        (Bookmark.CURRENT, -30, -10, 0),
        (Bookmark.CURRENT, 30, 10, 20),
        (Bookmark.END, 0, 0, 20),
        (Bookmark.END, -4, -4, 16),
        (Bookmark.END, 1, 0, 20),
    ],
)
def test_seeking_is_clamped_and_tells_how_far_it_went(bookmark: int, count: int, moved: int, position: int) -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 10)
    assert view.seek_row(bookmark, count) == moved
    assert at(view) == position


@pytest.mark.parametrize(
    ("numerator", "denominator", "position"),
    [(0, 1, 0), (0, 99, 0), (1, 2, 10), (1, 3, 6), (9, 10, 18), (7, 7, 20), (8, 7, 20)],
)
def test_a_fraction_of_the_table_is_counted_from_its_start(numerator: int, denominator: int, position: int) -> None:
    view = table()
    view.seek_row_approx(numerator, denominator)
    assert at(view) == position


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (0, 0), (-1, 2), (1, -2)])
def test_what_is_no_fraction_is_an_invalid_parameter(numerator: int, denominator: int) -> None:
    with pytest.raises(InvalidParameter):
        table().seek_row_approx(numerator, denominator)


# finding


def test_finding_forward_starts_at_the_cursor_and_backward_before_it() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 10)
    here = Property(Relop.EQ, NUMBER, 10)
    view.find_row(here)
    assert at(view) == 10
    with pytest.raises(NotFound):
        view.find_row(here, backward=True)
    view.find_row(Property(Relop.LT, NUMBER, 10), backward=True)
    assert at(view) == 9


def test_a_row_that_is_not_found_leaves_the_cursor() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 10)
    for bookmark in Bookmark:
        with pytest.raises(NotFound):
            view.find_row(Property(Relop.EQ, NUMBER, 99), bookmark)
        assert at(view) == 10


def test_the_row_found_is_the_next_to_be_read() -> None:
    view = table()
    view.find_row(Content(NAME, "N07", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
    assert numbers(view.query_rows(2)) == [7, 8]


def test_finding_starts_at_any_bookmark() -> None:
    view = table()
    view.seek_row(Bookmark.BEGINNING, 5)
    mark = view.create_bookmark()
    even = Bitmask(NUMBER, 1, nonzero=False)
    view.find_row(even, mark)
    assert at(view) == 6
    view.find_row(even, mark, backward=True)
    assert at(view) == 4
    view.find_row(even, Bookmark.END, backward=True)
    assert at(view) == 18
    view.find_row(even, Bookmark.BEGINNING)
    assert at(view) == 0
    for bookmark, backward in ((Bookmark.BEGINNING, True), (Bookmark.END, False)):
        with pytest.raises(NotFound):
            view.find_row(even, bookmark, backward=backward)


def test_only_rows_that_are_shown_are_found() -> None:
    view = table()
    view.restrict(Property(Relop.GE, NUMBER, 5))
    with pytest.raises(NotFound):
        view.find_row(Property(Relop.EQ, NUMBER, 4), Bookmark.BEGINNING)
    view.find_row(Property(Relop.EQ, NUMBER, 6))
    assert at(view) == 1


def test_a_prefix_is_scrolled_to_by_the_order_of_the_table() -> None:
    names = ["delta", "Alpha", "charlie", "Bravo"]
    view = TableData([NAME], [{NAME: name} for name in names]).view()
    view.sort_table(BY_NAME)
    view.find_row(Property(Relop.GE, NAME, "B"))
    assert view.query_rows(9) == [("Bravo",), ("charlie",), ("delta",)]


def test_a_row_is_found_by_its_instance_key() -> None:
    view = table()
    view.set_columns([PR_INSTANCE_KEY, NUMBER])
    keys = [key for key, _ in view.query_rows(20)]
    assert len(set(keys)) == 20
    view.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, keys[12]), Bookmark.BEGINNING)
    assert view.query_rows(1) == [(keys[12], 12)]


# restricting and sorting


def test_restricting_returns_to_the_start_and_replaces_what_was() -> None:
    view = table()
    view.seek_row(Bookmark.END, 0)
    view.restrict(Property(Relop.LT, NUMBER, 5))
    assert view.query_position() == (0, 0, 5)
    view.restrict(Property(Relop.GE, NUMBER, 5))
    assert view.get_row_count() == 15
    view.restrict(None)
    assert view.get_row_count() == 20


def test_the_order_survives_a_restriction_and_the_restriction_an_order() -> None:
    view = table()
    view.sort_table(SortOrder((SortKey(NUMBER, Order.DESCEND),)))
    view.restrict(Property(Relop.LT, NUMBER, 3))
    assert numbers(view.query_rows(9)) == [2, 1, 0]
    view.sort_table(BY_NAME)
    assert numbers(view.query_rows(9)) == [0, 1, 2]


def test_no_keys_drop_the_order() -> None:
    view = table()
    view.sort_table(SortOrder((SortKey(NUMBER, Order.DESCEND),)))
    assert view.query_sort_order() == SortOrder((SortKey(NUMBER, Order.DESCEND),))
    view.sort_table(SortOrder())
    assert view.query_sort_order() == SortOrder()
    assert numbers(view.query_rows(2)) == [0, 1]


@pytest.mark.parametrize("descending", [False, True])
def test_rows_without_a_value_come_last(descending: bool) -> None:
    view = TableData([NAME], [{NUMBER: 1}, {NAME: "b"}, {NAME: "A"}]).view()
    view.set_columns([NAME])
    view.sort_table(SortOrder((SortKey(NAME, Order.DESCEND if descending else Order.ASCEND),)))
    assert view.query_rows(3) == ([("b",), ("A",), (None,)] if descending else [("A",), ("b",), (None,)])


@pytest.mark.parametrize(
    "order",
    [
        SortOrder((SortKey(UNKNOWN),)),
        SortOrder((SortKey(NAME), SortKey(NAME, Order.DESCEND))),
        SortOrder((SortKey(NAME), SortKey(NAME8))),
        SortOrder((SortKey(NAME), SortKey(NUMBER, Order.COMBINE))),
        SortOrder((SortKey(NAME, Order.CATEG_MAX),)),
        SortOrder((SortKey(PropTag(WORDS | MVI)),)),
        SortOrder((SortKey(NAME.with_type(0)),)),
        SortOrder((SortKey(PR_MESSAGE_RECIPIENTS),)),
    ],
)
def test_an_order_that_is_not_to_be_had_leaves_the_old_one(order: SortOrder) -> None:
    view = table()
    view.sort_table(BY_NAME)
    view.seek_row(Bookmark.BEGINNING, 3)
    mark = view.create_bookmark()
    with pytest.raises(TooComplex):
        view.sort_table(order)
    assert view.query_sort_order() == BY_NAME
    assert at(view) == 3
    view.seek_row(mark, 0)


def test_a_column_that_is_shown_can_be_sorted_by_though_no_row_has_it() -> None:
    view = table(3)
    view.set_columns([NUMBER, UNKNOWN])
    view.sort_table(SortOrder((SortKey(UNKNOWN), SortKey(NUMBER, Order.DESCEND))))
    assert numbers(view.query_rows(3)) == [2, 1, 0]


@pytest.mark.parametrize(
    "restriction",
    [
        Property(Relop.MEMBER_OF_DL, NAME, "n"),
        Not(And((CompareProps(Relop.EQ, NAME, NUMBER),))),
        Sub(PR_MESSAGE_RECIPIENTS, And()),
        Comment(Count(3, Not(Sub(PR_MESSAGE_RECIPIENTS, And())) | And())),
    ],
)
def test_a_restriction_that_cannot_be_evaluated_leaves_the_old_one(restriction: Any) -> None:
    view = table()
    view.restrict(Property(Relop.LT, NUMBER, 5))
    view.seek_row(Bookmark.BEGINNING, 2)
    with pytest.raises(TooComplex):
        view.restrict(restriction)
    assert view.query_position() == (2, 2, 5)
    with pytest.raises(TooComplex):
        view.find_row(restriction)


# bookmarks


def test_bookmarks_are_numbered_behind_the_predefined_ones() -> None:
    view = table()
    assert view.create_bookmark() == 3
    assert view.create_bookmark() == 4
    view.free_bookmark(4)
    assert view.create_bookmark() == 5


@pytest.mark.parametrize("change", [lambda view: view.restrict(None), lambda view: view.sort_table(SortOrder())])
def test_restricting_and_sorting_end_all_bookmarks(change: Callable[[TableView], None]) -> None:
    view = table()
    mark = view.create_bookmark()
    change(view)
    for use in (lambda: view.seek_row(mark, 0), lambda: view.find_row(And(), mark), lambda: view.free_bookmark(mark)):
        with pytest.raises(InvalidBookmark):
            use()


def test_predefined_bookmarks_cannot_be_freed_and_unknown_ones_are_invalid() -> None:
    view = table()
    for bookmark in Bookmark:
        view.free_bookmark(bookmark)
    view.seek_row(Bookmark.END, -1)
    for unknown in (3, -1, 1000):
        with pytest.raises(InvalidBookmark):
            view.free_bookmark(unknown)
        with pytest.raises(InvalidBookmark):
            view.seek_row(unknown, 0)
    assert at(view) == 19


def test_a_bookmark_at_the_end_stays_at_the_end() -> None:
    rows = data()
    view = rows.view()
    view.seek_row(Bookmark.END, 0)
    mark = view.create_bookmark()
    rows.insert_row({NUMBER: 50})
    view.seek_row(mark, 0)
    assert at(view) == 21


def test_a_table_may_have_no_bookmarks() -> None:
    with pytest.raises(NoSupport):
        table(bookmarks=False).create_bookmark()


def test_a_bookmark_follows_its_row_when_its_place_changes() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER])
    view.sort_table(BY_NAME)
    view.seek_row(Bookmark.BEGINNING, 5)
    mark = view.create_bookmark()
    rows.modify_rows([{NUMBER: 5, NAME: "z"}])
    view.seek_row(mark, 0)
    assert view.position_changed is False
    assert at(view) == 19
    assert numbers(view.query_rows(1)) == [5]
    view.seek_row(mark, -1)
    assert numbers(view.query_rows(1)) == [19]


def test_a_bookmark_whose_row_is_gone_moves_to_the_next_and_says_so_once() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER])
    view.seek_row(Bookmark.BEGINNING, 5)
    mark = view.create_bookmark()
    rows.delete_rows([5])
    assert view.seek_row(mark, 0) == 0
    assert view.position_changed is True
    assert numbers(view.query_rows(1)) == [6]
    view.seek_row(mark, 0)
    assert view.position_changed is False
    assert numbers(view.query_rows(1)) == [6]


def test_finding_from_a_bookmark_whose_row_is_gone_says_so_too() -> None:
    rows = data()
    view = rows.view()
    view.seek_row(Bookmark.END, -1)
    mark = view.create_bookmark()
    rows.delete_rows([19])
    with pytest.raises(NotFound):
        view.find_row(And(), mark)
    assert view.position_changed is True


def test_a_bookmark_whose_row_is_hidden_by_a_change_moves_on() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER])
    view.restrict(Exist(NAME))
    view.seek_row(Bookmark.BEGINNING, 5)
    mark = view.create_bookmark()
    rows.modify_rows([{NUMBER: 5}])
    view.seek_row(mark, 0)
    assert view.position_changed is True
    assert numbers(view.query_rows(1)) == [6]


# rows that change under the cursor


def test_rows_that_come_and_go_elsewhere_do_not_move_the_cursor() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER])
    view.sort_table(BY_NAME)
    view.query_rows(10)
    rows.insert_row({NUMBER: 100, NAME: "a"})
    rows.delete_rows([3, 4, 15])
    assert view.query_position() == (9, 9, 18)
    assert numbers(view.query_rows(2)) == [10, 11]
    assert numbers(view.query_rows(-3)) == [9, 10, 11]


def test_the_cursor_stays_between_its_neighbours_when_they_go() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER])
    view.query_rows(10)
    rows.delete_rows([9, 10])
    assert numbers(view.query_rows(1)) == [11]
    view.seek_row(Bookmark.CURRENT, -2)
    assert numbers(view.query_rows(1)) == [8]


def test_all_rows_gone_is_an_empty_table() -> None:
    rows = data()
    view = rows.view()
    view.query_rows(10)
    rows.delete_rows()
    assert view.query_rows(3) == []
    assert view.query_rows(-3) == []
    assert view.query_position() == (0, 0, 1)


def test_rows_read_a_few_at_a_time_show_changes_at_once() -> None:
    rows = data()
    view = rows.view()
    view.set_columns([NUMBER, NAME])
    for number in range(6):
        assert view.query_rows(1) == [(number, f"n{number:02}")]
    rows.modify_rows([{NUMBER: 6, NAME: "new"}])
    assert view.query_rows(1) == [(6, "new")]
    rows.delete_rows([7])
    assert numbers(view.query_rows(1)) == [8]


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


# notifications


class Notifier:
    """Registrations by connection, and a way to tell them."""

    def __init__(self) -> None:
        self.sinks: dict[int, tuple[bytes, Event, AdviseSink]] = {}

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        self.sinks[len(self.sinks) + 1] = key, mask, sink
        return len(self.sinks)

    def unsubscribe(self, connection: int) -> None:
        del self.sinks[connection]

    def tell(self, key: bytes, *batch: Notification) -> None:
        for wanted, mask, sink in list(self.sinks.values()):
            heard = [notification for notification in batch if notification.event & mask]
            if wanted == key and heard:
                sink(heard)


@pytest.fixture
def notifier() -> Notifier:
    return Notifier()


@pytest.fixture
def advised(notifier: Notifier) -> TableView:
    return data(key=b"key").view(subscribe=notifier.subscribe, unsubscribe=notifier.unsubscribe)


CHANGED = TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED)
RELOAD = TableNotification(Event.TABLE_MODIFIED, TableEvent.RELOAD)
ADDED = TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_ADDED)
CREATED = ObjectNotification(Event.OBJECT_CREATED, b"id", 5)


@pytest.mark.parametrize(
    ("batch", "heard"),
    [
        ([ADDED], CHANGED),
        ([ADDED, ADDED, ADDED], CHANGED),
        ([CREATED], CHANGED),
        ([ADDED, RELOAD], RELOAD),
    ],
)
def test_what_does_not_name_its_rows_is_one_change_of_the_table(
    notifier: Notifier, advised: TableView, batch: list[Notification], heard: Notification
) -> None:
    """N-031."""
    told: list[Sequence[Notification]] = []
    connection = advised.advise(Event.TABLE_MODIFIED, told.append)
    notifier.tell(b"key", *batch)
    notifier.tell(b"other", *batch)
    assert told == [(heard,)]
    advised.unadvise(connection)
    notifier.tell(b"key", *batch)
    assert told == [(heard,)]
    with pytest.raises(NotFound):
        advised.unadvise(connection)


def test_closing_a_table_ends_its_registrations(notifier: Notifier, advised: TableView) -> None:
    advised.advise(Event.TABLE_MODIFIED, print)
    advised.advise(Event.TABLE_MODIFIED, print)
    advised.close()
    assert not notifier.sinks


@pytest.mark.parametrize("mask", [Event.OBJECT_CREATED, Event.TABLE_MODIFIED | Event.NEW_MAIL, Event(0)])
def test_tables_tell_of_nothing_else(advised: TableView, mask: Event) -> None:
    """T-020."""
    with pytest.raises(InvalidParameter):
        advised.advise(mask, print)


def test_a_table_nobody_tells_of_cannot_be_advised(notifier: Notifier) -> None:
    for view in (data(key=b"key").view(), data().view(subscribe=notifier.subscribe)):
        with pytest.raises(NoSupport):
            view.advise(Event.TABLE_MODIFIED, print)


def test_a_size_restriction_on_an_eight_bit_tag_measures_that_form() -> None:
    view = table()
    view.restrict(Size(Relop.EQ, NAME8, 4))
    assert view.get_row_count() == 20
