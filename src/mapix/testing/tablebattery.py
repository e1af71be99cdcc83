"""What every table answers, whatever its rows are: the 23 calls of IMAPITable, one after the other.

    look_over(lambda: folder.get_contents_table())

For tables of any provider; `open_table` opens a fresh one each time, over rows that stay as they are meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from mapix.interfaces.notify import Event
from mapix.interfaces.table import Bookmark, MapiTable, TableType
from mapix.properties.errors import (
    InvalidBookmark,
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoSupport,
    NotFound,
    TooComplex,
    UnableToAbort,
    UnknownFlags,
)
from mapix.properties.flags import TBL_ASYNC, TBL_BATCH, TBLSTAT_COMPLETE
from mapix.properties.restriction import Exist, Not, Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_CONTENT_COUNT, PR_INSTANCE_KEY, PR_NULL, PR_ROW_TYPE

OpenTable = Callable[[], MapiTable]

NOWHERE: Final = PropTag(0x67FE0003)
"""A column that no table has."""

_BY_KEY: Final = SortOrder((SortKey(PR_INSTANCE_KEY),))
_EVERYTHING: Final = 10_000
_UNKNOWN_FLAG: Final = 0x40000000


def look_over(open_table: OpenTable, *, bookmarks: bool = True) -> None:
    """Try every call on tables of some kind. Attachment tables have no `bookmarks` (A-025)."""
    for look in (_columns, _cursor, _approximately, _rows, _finding, _restricting, _sorting, _categories, _working):
        table = open_table()
        look(table)
        table.close()
    (_bookmarks if bookmarks else _no_bookmarks)(open_table())
    _advising(open_table())
    _closing(open_table())


def keys_of(table: MapiTable) -> list[bytes]:
    """The instance keys of all rows, in order; the cursor ends behind them."""
    table.set_columns((PR_INSTANCE_KEY,))
    table.seek_row(Bookmark.BEGINNING, 0)
    return [key for (key,) in table.query_rows(_EVERYTHING)]


def _columns(table: MapiTable) -> None:
    """SetColumns, QueryColumns (T-003, T-022, T-023)."""
    assert table.query_columns()
    assert PR_INSTANCE_KEY in table.query_columns(available=True)
    table.set_columns((NOWHERE, PR_NULL, PR_INSTANCE_KEY))
    assert table.query_columns() == [NOWHERE, PR_NULL, PR_INSTANCE_KEY]
    rows = table.query_rows(_EVERYTHING)
    assert [row[:2] for row in rows] == [(None, None)] * len(rows)
    assert all(isinstance(row[2], bytes) for row in rows)
    with pytest.raises(InvalidParameter):
        table.set_columns(())
    calls: tuple[Callable[[], None], ...] = (
        lambda: table.set_columns((PR_INSTANCE_KEY,), _UNKNOWN_FLAG),
        lambda: table.restrict(None, _UNKNOWN_FLAG),
        lambda: table.sort_table(_BY_KEY, _UNKNOWN_FLAG),
    )
    for call in calls:
        with pytest.raises(UnknownFlags):
            call()


def _cursor(table: MapiTable) -> None:
    """SeekRow, QueryPosition, GetRowCount (T-024, T-025, T-027)."""
    count = table.get_row_count()
    assert table.query_position() == (0, 0, max(1, count))
    assert table.seek_row(Bookmark.BEGINNING, count + 5) == count
    assert table.query_position()[0] == count
    assert table.seek_row(Bookmark.CURRENT, -count - 5) == -count
    assert table.seek_row(Bookmark.END, -1) == -min(1, count)
    assert table.query_position()[0] == max(0, count - 1)
    with pytest.raises(InvalidBookmark):
        table.seek_row(77, 0)


def _approximately(table: MapiTable) -> None:
    """SeekRowApprox (T-026)."""
    count = table.get_row_count()
    for numerator, denominator, place in ((1, 1, count), (0, 7, 0), (1, 2, count // 2), (9, 2, count)):
        table.seek_row_approx(numerator, denominator)
        assert table.query_position()[0] == place
    with pytest.raises(InvalidParameter):
        table.seek_row_approx(1, 0)


def _rows(table: MapiTable) -> None:
    """QueryRows (T-035, T-036)."""
    keys = keys_of(table)
    assert len(keys) == len(set(keys)) == table.get_row_count()
    assert table.query_rows(5) == []
    assert [key for (key,) in table.query_rows(-2)] == keys[-2:]
    assert table.query_position()[0] == len(keys)
    assert [key for (key,) in table.query_rows(-1, advance=False)] == keys[-1:]
    assert table.query_position()[0] == max(0, len(keys) - 1)
    table.seek_row(Bookmark.BEGINNING, 0)
    assert [key for (key,) in table.query_rows(1, advance=False)] == keys[:1]
    assert [key for (key,) in table.query_rows(2)] == keys[:2]
    with pytest.raises(InvalidParameter):
        table.query_rows(0)


def _finding(table: MapiTable) -> None:
    """FindRow both ways, GetLastError (T-003, T-028)."""
    keys = keys_of(table)
    for place, key in enumerate(keys):
        wanted = Property(Relop.EQ, PR_INSTANCE_KEY, key)
        table.find_row(wanted, Bookmark.BEGINNING)
        assert table.query_position()[0] == place
        table.find_row(wanted, Bookmark.END, backward=True)
        assert table.query_rows(1) == [(key,)]
    before = table.query_position()
    assert table.get_last_error() is None
    with pytest.raises(NotFound):
        table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, b"no row has this"), Bookmark.BEGINNING)
    assert table.query_position() == before
    assert table.get_last_error() is not None


def _restricting(table: MapiTable) -> None:
    """Restrict (T-029)."""
    keys = keys_of(table)
    table.restrict(Exist(NOWHERE))
    assert (table.get_row_count(), table.query_rows(5)) == (0, [])
    for key in keys:
        table.restrict(Property(Relop.EQ, PR_INSTANCE_KEY, key))
        assert table.query_rows(5) == [(key,)]
        table.restrict(Property(Relop.NE, PR_INSTANCE_KEY, key), TBL_BATCH)
        assert table.get_row_count() == len(keys) - 1
    with pytest.raises(TooComplex):
        table.restrict(Property(Relop.EQ, PR_INSTANCE_KEY, "no bytes"))
    table.restrict(None)
    assert sorted(keys_of(table)) == sorted(keys)


def _sorting(table: MapiTable) -> None:
    """SortTable, QuerySortOrder (T-033, T-034)."""
    keys = keys_of(table)
    for direction in (Order.ASCEND, Order.DESCEND):
        order = SortOrder((SortKey(PR_INSTANCE_KEY, direction),))
        table.sort_table(order)
        assert table.query_sort_order() == order
        assert table.query_position()[0] == 0
        assert keys_of(table) == sorted(keys, reverse=direction is Order.DESCEND)
    with pytest.raises(TooComplex):
        table.sort_table(SortOrder((SortKey(NOWHERE),)))
    table.sort_table(SortOrder())
    assert sorted(keys_of(table)) == sorted(keys)


def _categories(table: MapiTable) -> None:
    """ExpandRow, CollapseRow, GetCollapseState, SetCollapseState (T-060..T-068)."""
    with pytest.raises(NotFound):
        table.expand_row(b"no category", 1)
    with pytest.raises(NotFound):
        table.collapse_row(b"no category")
    count = table.get_row_count()
    table.set_columns((PR_INSTANCE_KEY, PR_ROW_TYPE, PR_CONTENT_COUNT))
    table.sort_table(SortOrder((SortKey(PR_INSTANCE_KEY),), categories=1))
    headings = table.query_rows(_EVERYTHING)
    assert [row[2] for row in headings] == [1] * count
    if not headings:
        return
    key = headings[0][0]
    rows, appeared = table.expand_row(key, 5)
    assert (len(rows), appeared, table.get_row_count()) == (1, 1, count + 1)
    state = table.get_collapse_state(key)
    assert table.collapse_row(key) == 1
    table.free_bookmark(table.set_collapse_state(state))
    assert table.get_row_count() == count + 1
    with pytest.raises(MapiError):
        table.set_collapse_state(b"something else")


def _working(table: MapiTable) -> None:
    """GetStatus, WaitForCompletion, Abort (T-021, T-038, T-039)."""
    status, kind = table.get_status()
    assert status == TBLSTAT_COMPLETE
    assert kind in set(TableType)
    assert table.wait_for_completion(1.0) == TBLSTAT_COMPLETE
    with pytest.raises(UnableToAbort):
        table.abort()
    count = table.get_row_count()
    table.sort_table(_BY_KEY, TBL_ASYNC)
    assert table.wait_for_completion(30.0) == TBLSTAT_COMPLETE
    table.restrict(Not(Exist(NOWHERE)), TBL_ASYNC)
    assert table.wait_for_completion(30.0) == TBLSTAT_COMPLETE
    keys = keys_of(table)
    assert (len(keys), keys) == (count, sorted(keys))


def _bookmarks(table: MapiTable) -> None:
    """CreateBookmark, FreeBookmark (T-030, T-031)."""
    keys = keys_of(table)
    table.seek_row(Bookmark.BEGINNING, len(keys) // 2)
    bookmark = table.create_bookmark()
    table.seek_row(Bookmark.END, 0)
    table.seek_row(bookmark, 0)
    assert [key for (key,) in table.query_rows(1)] == keys[len(keys) // 2 :][:1]
    for predefined in Bookmark:
        table.free_bookmark(predefined)
    table.free_bookmark(bookmark)
    with pytest.raises(InvalidBookmark):
        table.free_bookmark(bookmark)
    table.close()


def _no_bookmarks(table: MapiTable) -> None:
    """CreateBookmark where there are none (A-025)."""
    with pytest.raises(NoSupport):
        table.create_bookmark()
    with pytest.raises(InvalidBookmark):
        table.free_bookmark(77)
    table.close()


def _advising(table: MapiTable) -> None:
    """Advise, Unadvise (T-020)."""
    heard: list[Any] = []
    with pytest.raises(InvalidParameter):
        table.advise(Event.NEW_MAIL, heard.extend)
    try:
        connection = table.advise(Event.TABLE_MODIFIED, heard.extend)
    except NoSupport:
        assert table.get_status()[1] is TableType.SNAPSHOT
    else:
        table.unadvise(connection)
        with pytest.raises(NotFound):
            table.unadvise(connection)
    assert heard == []
    table.close()


def _closing(table: MapiTable) -> None:
    """A table that was released (GEN-9)."""
    table.close()
    table.close()
    calls: tuple[Callable[[], object], ...] = (
        lambda: table.set_columns((PR_INSTANCE_KEY,)),
        table.query_columns,
        table.get_row_count,
        lambda: table.query_rows(1),
        lambda: table.seek_row(Bookmark.BEGINNING, 0),
        lambda: table.seek_row_approx(0, 1),
        table.query_position,
        lambda: table.find_row(Exist(PR_INSTANCE_KEY)),
        lambda: table.restrict(None),
        lambda: table.sort_table(_BY_KEY),
        table.query_sort_order,
        table.create_bookmark,
        lambda: table.free_bookmark(1),
        lambda: table.expand_row(b"", 1),
        lambda: table.collapse_row(b""),
        lambda: table.get_collapse_state(b""),
        lambda: table.set_collapse_state(b""),
        table.get_status,
        table.wait_for_completion,
        table.abort,
        lambda: table.advise(Event.TABLE_MODIFIED, lambda batch: None),
        lambda: table.unadvise(1),
    )
    for call in calls:
        with pytest.raises(InvalidObject):
            call()
    assert table.get_last_error() is not None
