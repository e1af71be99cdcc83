"""Places in a table: seeking, fractions, and finding rows."""

import pytest
from tests.objects.smalltables import BY_NAME, NAME, NUMBER, at, numbers, table

from mapix.interfaces.table import Bookmark
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import (
    InvalidParameter,
    NotFound,
)
from mapix.properties.restriction import (
    Bitmask,
    Content,
    Fuzzy,
    Property,
    Relop,
)
from mapix.properties.tags import PR_INSTANCE_KEY


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
