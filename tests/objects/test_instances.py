"""Tables that show one row a value."""

import pytest

from mapix.interfaces.table import Bookmark
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_INSTANCE_KEY,
    PR_ROWID,
    PidTagInstanceNum,
)

WORDS = PropTag(0x6830101F)
EACH_WORD = PropTag(WORDS | MVI_FLAG)


def words() -> TableView:
    rows = [
        {PR_ROWID: 0, WORDS: ("red", "blue")},
        {PR_ROWID: 1},
        {PR_ROWID: 2, WORDS: ("blue",), PropTag(0x68311003): (7, 8)},
    ]
    view = TableData((PR_ROWID, WORDS), rows, index=PR_ROWID).view()
    view.set_columns([EACH_WORD, PR_ROWID, PidTagInstanceNum, WORDS, PR_INSTANCE_KEY])
    return view


def test_a_column_of_instances_shows_one_row_a_value() -> None:
    """P-052, P-053, P-054."""
    found = words().query_rows(9)
    assert [row[:4] for row in found] == [
        ("red", 0, 0, ("red", "blue")),
        ("blue", 0, 1, ("red", "blue")),
        (None, 1, None, None),
        ("blue", 2, 0, ("blue",)),
    ]
    assert len({row[-1] for row in found}) == 4


def test_several_columns_of_instances_show_every_combination() -> None:
    """P-053."""
    view = words()
    view.set_columns([PR_ROWID, EACH_WORD, PropTag(0x68313003)])
    assert view.query_rows(9) == [(0, "red", None), (0, "blue", None), (1, None, None), (2, "blue", 7), (2, "blue", 8)]


@pytest.mark.parametrize("tag", [EACH_WORD, PropTag(0x6830201F), PropTag(0x6830001F), PropTag(0x6830301E)])
def test_restrictions_on_instances_choose_among_them(tag: PropTag) -> None:
    """P-054, P-055."""
    view = words()
    view.restrict(Property(Relop.EQ, tag, b"Blue" if tag & 0xFF == 0x1E else "Blue"))
    assert [row[:3] for row in view.query_rows(9)] == [("blue", 0, 1), ("blue", 2, 0)]


def test_restrictions_on_the_whole_property_choose_rows() -> None:
    """P-055, X-13."""
    view = words()
    view.restrict(Property(Relop.EQ, WORDS, "red"))
    assert [row[:2] for row in view.query_rows(9)] == [("red", 0), ("blue", 0)]


def test_without_such_a_column_a_restriction_multiplies_nothing() -> None:
    """P-055."""
    view = words()
    view.set_columns([PR_ROWID])
    view.restrict(Property(Relop.EQ, EACH_WORD, "blue"))
    assert view.query_rows(9) == [(0,), (2,)]


def test_a_sort_key_of_instances_takes_rows_apart_too() -> None:
    """P-052."""
    view = words()
    view.set_columns([PR_ROWID])
    view.sort_table(SortOrder((SortKey(EACH_WORD), SortKey(PR_ROWID))))
    assert view.query_rows(9) == [(0,), (2,), (0,), (1,)]


def test_messages_stand_under_each_of_their_words() -> None:
    """P-053, T-060."""
    view = words()
    view.set_columns([EACH_WORD, PR_CONTENT_COUNT, PR_ROWID])
    view.sort_table(SortOrder((SortKey(EACH_WORD), SortKey(PR_ROWID)), 1, 1))
    assert view.query_rows(9) == [
        ("blue", 2, None),
        ("blue", None, 0),
        ("blue", None, 2),
        ("red", 1, None),
        ("red", None, 0),
        (None, 1, None),
        (None, None, 1),
    ]


def test_columns_that_change_the_rows_take_bookmarks_with_them() -> None:
    """P-057, T-022."""
    view = words()
    view.seek_row(Bookmark.BEGINNING, 2)
    mark = view.create_bookmark()
    view.set_columns([PR_ROWID, EACH_WORD])
    assert view.seek_row(mark, 0) == 0
    view.set_columns([PR_ROWID])
    assert view.query_position() == (0, 0, 3)
    with pytest.raises(Exception, match="bookmark"):
        view.seek_row(mark, 0)
