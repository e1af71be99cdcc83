"""Bookmarks, and the cursor, over rows that come, go and move."""

from collections.abc import Callable

import pytest
from tests.objects.smalltables import BY_NAME, NAME, NUMBER, at, data, numbers, table

from mapix.interfaces.table import Bookmark
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import (
    InvalidBookmark,
    NoSupport,
    NotFound,
)
from mapix.properties.restriction import (
    And,
    Exist,
)
from mapix.properties.sort import SortOrder


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
