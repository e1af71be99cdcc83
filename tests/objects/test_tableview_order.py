"""Which rows a table shows and in which order: restricting and sorting."""

from typing import Any

import pytest
from tests.objects.smalltables import BY_NAME, NAME, NAME8, NUMBER, UNKNOWN, WORDS, at, numbers, table

from mapix.interfaces.table import Bookmark
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import (
    TooComplex,
)
from mapix.properties.restriction import (
    And,
    Comment,
    CompareProps,
    Count,
    Not,
    Property,
    Relop,
    Size,
    Sub,
)
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS

MVI = 0x3000


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


def test_a_size_restriction_on_an_eight_bit_tag_measures_that_form() -> None:
    view = table()
    view.restrict(Size(Relop.EQ, NAME8, 4))
    assert view.get_row_count() == 20
