"""Probes of PyIMAPITable."""

import sys
from contextlib import suppress
from typing import Any

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import World

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.errors import com_error

SUBJECT = mapitags.PR_SUBJECT_W
TBL_ASYNC = 1
FIRST = ((SUBJECT, "Agenda"),)


def is_agenda(text: str = "Agenda") -> tuple[object, ...]:
    return mapi.RES_PROPERTY, (mapi.RELOP_EQ, SUBJECT, (SUBJECT, text))


@probe("PyIMAPITable.GetLastError")
def a_table_says_what_failed(w: World) -> Call:
    with suppress(com_error):
        w.table.FindRow(is_agenda("Nothing"), 0, 0)
    return call(w.table.GetLastError, mapi.MAPI_E_NOT_FOUND, 0, gives=lambda found: found[1])


@probe("PyIMAPITable.Advise")
def a_table_tells_of_changes(w: World) -> Call:
    return call(w.table.Advise, mapi.fnevTableModified, w.sink, gives=lambda number: number > 0)


@probe("PyIMAPITable.Unadvise")
def a_table_ends_telling(w: World) -> Call:
    return call(w.table.Unadvise, w.table.Advise(mapi.fnevTableModified, w.sink))


@probe("PyIMAPITable.SeekRow")
def the_cursor_moves_back_as_far_as_it_can(w: World) -> Call:
    return call(w.table.SeekRow, mapi.BOOKMARK_END, -5, gives=lambda moved: moved == -2)


@probe("PyIMAPITable.SeekRowApprox")
def the_cursor_moves_to_a_fraction(w: World) -> Call:
    return call(w.table.SeekRowApprox, 1, 2, gives=lambda _: w.table.QueryPosition()[0] == 1)


@probe("PyIMAPITable.GetRowCount")
def rows_are_counted(w: World) -> Call:
    return call(w.table.GetRowCount, 0, gives=lambda count: count == 2)


@probe("PyIMAPITable.QueryRows")
def rows_are_read(w: World) -> Call:
    return call(w.table.QueryRows, 1, 0, gives=lambda rows: rows[0][0] == (SUBJECT, "Agenda") and len(rows) == 1)


@probe("PyIMAPITable.SetColumns")
def columns_are_chosen(w: World) -> Call:
    return call(w.table.SetColumns, (SUBJECT,), 0, gives=lambda _: w.table.QueryRows(1, 0) == (FIRST,))


@probe("PyIMAPITable.GetStatus")
def a_table_is_idle(w: World) -> Call:
    return call(w.table.GetStatus, gives=lambda found: found[0] == 0)


@probe("PyIMAPITable.QueryPosition")
def the_cursor_is_somewhere(w: World) -> Call:
    return call(w.table.QueryPosition, gives=lambda found: found[0] == 0)


@probe("PyIMAPITable.QueryColumns")
def columns_are_told(w: World) -> Call:
    return call(w.table.QueryColumns, 0, gives=lambda found: found == (SUBJECT, mapitags.PR_ENTRYID))


@probe("PyIMAPITable.Abort")
def what_goes_on_elsewhere_is_given_up(w: World) -> Call:
    def abort() -> Any:
        """Abort before the work is done, which is much, while threads take turns often; another try where it was."""
        much = mapi.RES_OR, [is_agenda(f"none {number}") for number in range(300)]
        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            for _ in range(1000):
                w.table.Restrict(much, TBL_ASYNC)
                with suppress(com_error):
                    return w.table.Abort()
        finally:
            sys.setswitchinterval(usual)
        raise AssertionError("the work was always done already")

    return call(abort, gives=lambda _: w.table.GetStatus()[0] == 0)


@probe("PyIMAPITable.FreeBookmark")
def a_bookmark_is_given_up(w: World) -> Call:
    return call(w.table.FreeBookmark, w.table.CreateBookmark())


@probe("PyIMAPITable.CreateBookmark")
def a_bookmark_is_set(w: World) -> Call:
    return call(w.table.CreateBookmark, gives=lambda bookmark: w.table.SeekRow(bookmark, 1) == 1)


@probe("PyIMAPITable.Restrict")
def rows_are_chosen(w: World) -> Call:
    return call(w.table.Restrict, is_agenda(), 0, gives=lambda _: w.table.GetRowCount(0) == 1)


@probe("PyIMAPITable.FindRow")
def a_row_is_found(w: World) -> Call:
    return call(
        w.table.FindRow,
        is_agenda("Budget"),
        mapi.BOOKMARK_BEGINNING,
        0,
        gives=lambda _: w.table.QueryPosition()[0] == 1,
    )


@probe("PyIMAPITable.SortTable")
def rows_are_ordered(w: World) -> Call:
    return call(
        w.table.SortTable,
        ([(SUBJECT, 1)], 0, 0),
        0,
        gives=lambda _: w.table.QueryRows(1, 0)[0][0] == (SUBJECT, "Budget"),
    )
