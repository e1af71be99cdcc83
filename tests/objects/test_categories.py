"""Categories: headings, what is under them, and which of them are open (T-060..T-068)."""

from typing import Any

import pytest

from mapix.interfaces.table import Bookmark
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import CorruptData, InvalidParameter, NotFound, TooComplex, UnableToComplete, UnknownFlags
from mapix.properties.flags import TBL_COLLAPSED_CATEGORY, TBL_EXPANDED_CATEGORY, TBL_LEAF_ROW
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DEPTH,
    PR_IMPORTANCE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_ROW_TYPE,
    PR_ROWID,
    PR_SENDER_NAME,
    PR_SUBJECT,
)

WORDS = PropTag(0x6830101F)


OPEN, CLOSED, LEAF = TBL_EXPANDED_CATEGORY, TBL_COLLAPSED_CATEGORY, TBL_LEAF_ROW
MAIL: list[tuple[str | None, int, int, int]] = [
    ("Ann", 1, 30, 1),
    ("ann", 2, 10, 0),
    ("Bob", 1, 40, 0),
    ("Ann", 2, 20, 1),
    ("Cy", 0, 5, 1),
    (None, 1, 50, 0),
]
BY_SENDER = SortKey(PR_SENDER_NAME)
BY_TIME = SortKey(PR_MESSAGE_DELIVERY_TIME)


def data() -> TableData:
    rows = []
    for number, (sender, importance, time, flags) in enumerate(MAIL):
        row: dict[PropTag, Any] = {PR_ROWID: number, PR_IMPORTANCE: importance, PR_MESSAGE_DELIVERY_TIME: time}
        row |= {PR_MESSAGE_FLAGS: flags, PR_SUBJECT: f"s{number}"}
        rows.append(row if sender is None else row | {PR_SENDER_NAME: sender})
    return TableData((PR_ROWID, PR_SENDER_NAME), rows, index=PR_ROWID)


def table(*keys: SortKey, categories: int = 1, expanded: int = 0, rows: TableData | None = None) -> TableView:
    view = (rows or data()).view()
    view.set_columns([PR_ROW_TYPE, PR_DEPTH, PR_SENDER_NAME, PR_ROWID, PR_INSTANCE_KEY])
    view.sort_table(SortOrder(keys, categories, expanded))
    return view


def shown(view: TableView) -> list[tuple[Any, ...]]:
    """All rows from the start on, without their keys."""
    view.seek_row(Bookmark.BEGINNING, 0)
    return [row[:-1] for row in view.query_rows(100)]


def key(view: TableView, number: int) -> bytes:
    """The key of a row by its number."""
    view.seek_row(Bookmark.BEGINNING, number)
    found = view.query_rows(1, advance=False)[0][-1]
    assert isinstance(found, bytes)
    return found


CLOSED_HEADINGS = [(CLOSED, 0, "Ann", None), (CLOSED, 0, "Bob", None), (CLOSED, 0, "Cy", None), (CLOSED, 0, None, None)]


def test_at_first_only_headings_show() -> None:
    """T-060, T-063, T-064."""
    view = table(BY_SENDER, BY_TIME)
    assert shown(view) == CLOSED_HEADINGS
    assert view.get_row_count() == 4
    assert view.query_position() == (4, 4, 4)


def test_with_every_level_open_everything_shows() -> None:
    """T-060, T-062, T-063."""
    rows = shown(table(BY_SENDER, BY_TIME, expanded=1))
    assert rows[:5] == [
        (OPEN, 0, "Ann", None),
        (LEAF, 1, "ann", 1),
        (LEAF, 1, "Ann", 3),
        (LEAF, 1, "Ann", 0),
        (OPEN, 0, "Bob", None),
    ]
    assert rows[-2:] == [(OPEN, 0, None, None), (LEAF, 1, None, 5)]


def test_between_the_first_levels_of_headings_show() -> None:
    """T-060."""
    view = table(BY_SENDER, SortKey(PR_IMPORTANCE), BY_TIME, categories=2, expanded=1)
    view.set_columns([PR_ROW_TYPE, PR_DEPTH, PR_SENDER_NAME, PR_IMPORTANCE, PR_CONTENT_COUNT, PR_INSTANCE_KEY])
    assert shown(view)[:4] == [
        (OPEN, 0, "Ann", None, 3),
        (CLOSED, 1, "Ann", 1, 1),
        (CLOSED, 1, "Ann", 2, 2),
        (OPEN, 0, "Bob", None, 1),
    ]


def test_headings_count_their_rows_and_the_unread_ones() -> None:
    """T-062."""
    view = table(BY_SENDER)
    view.set_columns([PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_SUBJECT])
    assert view.query_rows(9) == [(3, 1, None), (1, 1, None), (1, 0, None), (1, 1, None)]


def test_headings_have_keys_of_their_own_that_stay() -> None:
    """T-003, T-062, X-42."""
    view = table(BY_SENDER, BY_TIME, expanded=1)
    keys = [row[-1] for row in view.query_rows(99)]
    assert len(set(keys)) == len(keys) == 10
    view.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, keys[4]), Bookmark.BEGINNING)
    assert view.query_rows(1)[0][:3] == (OPEN, 0, "Bob")
    again = table(BY_SENDER, BY_TIME)
    assert key(again, 1) == keys[4]


def test_combined_keys_make_one_level() -> None:
    """T-061."""
    view = table(BY_SENDER, SortKey(PR_IMPORTANCE, Order.COMBINE), BY_TIME, categories=2)
    view.set_columns([PR_DEPTH, PR_SENDER_NAME, PR_IMPORTANCE, PR_CONTENT_COUNT])
    assert view.query_rows(9) == [
        (0, "Ann", 1, 1),
        (0, "ann", 2, 2),
        (0, "Bob", 1, 1),
        (0, "Cy", 0, 1),
        (0, None, 1, 1),
    ]


@pytest.mark.parametrize(
    ("order", "direction", "senders"),
    [
        (Order.CATEG_MAX, Order.ASCEND, ["Cy", "Ann", "Bob", None]),
        (Order.CATEG_MAX, Order.DESCEND, [None, "Bob", "Ann", "Cy"]),
        (Order.CATEG_MIN, Order.ASCEND, ["Cy", "Ann", "Bob", None]),
    ],
)
def test_headings_can_be_ordered_by_an_extreme(order: Order, direction: Order, senders: list[Any]) -> None:
    """T-061."""
    view = table(SortKey(PR_SENDER_NAME, direction), SortKey(PR_MESSAGE_DELIVERY_TIME, order), BY_TIME)
    view.set_columns([PR_SENDER_NAME, PR_MESSAGE_DELIVERY_TIME])
    found = view.query_rows(9)
    assert [row[0] for row in found] == senders
    assert dict(found)["Ann"] == (30 if order is Order.CATEG_MAX else 10)


def test_opening_a_heading_gives_its_rows_and_how_many_there_are() -> None:
    """T-065."""
    view = table(BY_SENDER, BY_TIME)
    rows, appeared = view.expand_row(key(view, 0), 2)
    assert ([row[3] for row in rows], appeared) == ([1, 3], 3)
    assert view.query_position() == (3, 3, 7)
    assert view.query_rows(1)[0][3] == 0


def test_without_rows_the_cursor_stands_behind_the_heading() -> None:
    """T-065."""
    view = table(BY_SENDER, BY_TIME)
    assert view.expand_row(key(view, 0), 0) == ([], 3)
    assert view.query_position()[0] == 1
    view.seek_row(Bookmark.END, 0)
    assert view.expand_row(key(view, 0), 5) == ([], 0)
    assert view.query_position()[0] == 1
    with pytest.raises(InvalidParameter):
        view.expand_row(key(view, 0), -1)


def test_opening_an_upper_heading_shows_the_lower_ones() -> None:
    """T-065."""
    view = table(BY_SENDER, SortKey(PR_IMPORTANCE), BY_TIME, categories=2)
    rows, appeared = view.expand_row(key(view, 0), 9)
    assert [row[:2] for row in rows] == [(CLOSED, 1), (CLOSED, 1)]
    assert appeared == 2
    assert view.expand_row(rows[1][-1], 9)[1] == 2
    assert view.collapse_row(key(view, 0)) == 4
    assert view.expand_row(key(view, 0), 0)[1] == 4


def test_closing_a_heading_takes_away_what_is_below() -> None:
    """T-066."""
    view = table(BY_SENDER, BY_TIME, expanded=1)
    view.seek_row(Bookmark.BEGINNING, 2)
    mark = view.create_bookmark()
    heading = key(view, 0)
    view.seek_row(Bookmark.BEGINNING, 3)
    assert view.collapse_row(heading) == 3
    assert view.query_rows(1)[0][:3] == (OPEN, 0, "Bob")
    view.seek_row(mark, 0)
    assert view.position_changed
    assert view.query_rows(1)[0][:3] == (OPEN, 0, "Bob")
    assert view.collapse_row(heading) == 0


@pytest.mark.parametrize("unknown", [b"", b"nobody's", b"\0" * 8])
def test_keys_of_no_heading_are_not_found(unknown: bytes) -> None:
    """T-065, T-066."""
    view = table(BY_SENDER, BY_TIME, expanded=1)
    for found in (unknown, key(view, 1)):
        with pytest.raises(NotFound):
            view.expand_row(found, 1)
        with pytest.raises(NotFound):
            view.collapse_row(found)
    view.sort_table(SortOrder())
    with pytest.raises(NotFound):
        view.expand_row(unknown, 1)


def test_find_looks_at_headings_and_at_rows_that_show() -> None:
    """T-028, T-064."""
    view = table(BY_SENDER, BY_TIME)
    with pytest.raises(NotFound):
        view.find_row(Property(Relop.EQ, PR_ROWID, 3))
    view.expand_row(key(view, 0), 0)
    view.find_row(Property(Relop.EQ, PR_ROWID, 3), Bookmark.BEGINNING)
    assert view.query_position()[0] == 2
    view.find_row(Property(Relop.EQ, PR_ROW_TYPE, CLOSED))
    assert view.query_rows(1, advance=False)[0][2] == "Bob"
    view.find_row(Property(Relop.EQ, PR_SENDER_NAME, "ANN"), Bookmark.CURRENT, backward=True)
    assert view.query_position()[0] == 3
    view.find_row(Property(Relop.GE, PR_CONTENT_COUNT, 3), Bookmark.END, backward=True)
    assert view.query_position()[0] == 0


def test_a_new_order_or_restriction_closes_what_was_opened() -> None:
    """T-068."""
    view = table(BY_SENDER, BY_TIME)
    view.expand_row(key(view, 0), 0)
    view.restrict(Property(Relop.LT, PR_ROWID, 4))
    assert shown(view) == [(CLOSED, 0, "Ann", None), (CLOSED, 0, "Bob", None)]
    view.expand_row(key(view, 0), 0)
    view.sort_table(SortOrder((BY_SENDER,), 1))
    assert view.get_row_count() == 2


def test_which_headings_are_open_can_be_kept() -> None:
    """T-068."""
    view = table(BY_SENDER, BY_TIME)
    view.expand_row(key(view, 1), 0)
    view.expand_row(key(view, 0), 0)
    row = key(view, 2)
    state = view.get_collapse_state(row)
    expected = shown(view)
    other = table(BY_SENDER, BY_TIME)
    mark = other.set_collapse_state(state)
    assert shown(other) == expected
    other.seek_row(mark, 0)
    assert other.query_position()[0] == 2
    other.collapse_row(key(other, 0))
    assert other.seek_row(other.set_collapse_state(state), 0) == 0
    assert shown(other) == expected


def test_a_row_that_does_not_show_gives_a_bookmark_on_the_first() -> None:
    """T-068."""
    view = table(BY_SENDER, BY_TIME)
    view.seek_row(view.set_collapse_state(view.get_collapse_state(b"gone")), 0)
    assert view.query_position()[0] == 0


def test_a_state_belongs_to_its_order_and_restriction() -> None:
    """T-068."""
    state = table(BY_SENDER, BY_TIME).get_collapse_state(b"row")
    for view in (table(BY_SENDER), table(BY_TIME)):
        with pytest.raises(UnableToComplete):
            view.set_collapse_state(state)
    view = table(BY_SENDER, BY_TIME)
    view.restrict(Property(Relop.LT, PR_ROWID, 4))
    with pytest.raises(UnableToComplete):
        view.set_collapse_state(state)


@pytest.mark.parametrize("state", [b"", b"x" * 60, b"mapix\0\0\1"])
def test_other_bytes_are_no_state(state: bytes) -> None:
    """T-068."""
    with pytest.raises(CorruptData):
        table(BY_SENDER).set_collapse_state(state)
    with pytest.raises(InvalidParameter):
        table(BY_SENDER).get_collapse_state(b"")
    with pytest.raises(UnknownFlags):
        table(BY_SENDER).get_collapse_state(b"row", 1)


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (SortOrder((BY_SENDER,), 2), InvalidParameter),
        (SortOrder((BY_SENDER,), 1, 2), InvalidParameter),
        (SortOrder((BY_SENDER,), -1), InvalidParameter),
        (SortOrder((SortKey(PR_CONTENT_UNREAD),), 1), InvalidParameter),
        (SortOrder((SortKey(PR_SENDER_NAME, Order.COMBINE),), 1), TooComplex),
        (SortOrder((SortKey(PR_SENDER_NAME, Order.CATEG_MAX),), 1), TooComplex),
        (SortOrder((BY_SENDER, BY_TIME, SortKey(PR_IMPORTANCE, Order.CATEG_MIN)), 1), TooComplex),
        (SortOrder((BY_SENDER, SortKey(PR_ROWID, Order.CATEG_MIN), SortKey(PR_ROWID, Order.CATEG_MAX)), 1), TooComplex),
        (SortOrder((SortKey(WORDS),), 1), TooComplex),
        (SortOrder((BY_SENDER, SortKey(WORDS, Order.CATEG_MIN)), 1), TooComplex),
    ],
)
def test_categories_that_cannot_be(order: SortOrder, error: type[Exception]) -> None:
    """T-033, T-060, T-061."""
    view = table(BY_SENDER)
    view.set_columns([WORDS, PR_SENDER_NAME, PR_CONTENT_UNREAD])
    with pytest.raises(error):
        view.sort_table(order)
    assert view.query_sort_order() == SortOrder((BY_SENDER,), 1)
    assert view.get_row_count() == 4


def test_headings_follow_their_rows() -> None:
    """T-063: a category exists only while it has rows."""
    rows = data()
    view = table(BY_SENDER, BY_TIME, rows=rows)
    view.expand_row(key(view, 1), 0)
    rows.delete_rows([2])
    assert shown(view) == [CLOSED_HEADINGS[0], *CLOSED_HEADINGS[2:]]
    rows.modify_rows([{PR_ROWID: 7, PR_SENDER_NAME: "Bob"}])
    assert shown(view)[1:3] == [(OPEN, 0, "Bob", None), (LEAF, 1, "Bob", 7)]


def test_sorting_by_nothing_gives_up_categories() -> None:
    """T-033, T-034."""
    view = table(BY_SENDER)
    assert view.query_sort_order() == SortOrder((BY_SENDER,), 1)
    view.sort_table(SortOrder())
    assert [row[3] for row in shown(view)] == [0, 1, 2, 3, 4, 5]
