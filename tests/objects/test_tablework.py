"""Calls of a table that go on elsewhere, or are put off (T-038..T-040)."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.interfaces.table import Page, RowKey, TableType
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import (
    Busy,
    DiskError,
    InvalidObject,
    InvalidParameter,
    TimedOut,
    TooComplex,
    UnableToAbort,
    UnknownFlags,
)
from mapix.properties.flags import (
    TBL_ASYNC,
    TBL_BATCH,
    TBLSTAT_COMPLETE,
    TBLSTAT_RESTRICT_ERROR,
    TBLSTAT_RESTRICTING,
    TBLSTAT_SETCOL_ERROR,
    TBLSTAT_SETTING_COLS,
    TBLSTAT_SORT_ERROR,
    TBLSTAT_SORTING,
)
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ROWID
from mapix.subsystem.notification import NotificationEngine

BACKWARDS = SortOrder((SortKey(PR_ROWID, Order.DESCEND),))
BY_NAME = SortOrder((SortKey(PR_DISPLAY_NAME),), categories=1)
FEW = Property(Relop.LT, PR_ROWID, 3)


class Slow(TableData):
    """Rows that are counted only when they may be; what is counted may be out of reach."""

    def __init__(self) -> None:
        rows = [{PR_ROWID: number, PR_DISPLAY_NAME: f"n{number % 2}"} for number in range(6)]
        super().__init__((PR_ROWID, PR_DISPLAY_NAME), rows, index=PR_ROWID, key=b"slow", table_type=TableType.DYNAMIC)
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False
        self.reached = threading.Event()

    def count(self, where: Restriction | None) -> int:
        self._wait()
        return super().count(where)

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        self._wait()
        return super().page(where, order, after, count, columns)

    def _wait(self) -> None:
        self.reached.set()
        assert self.gate.wait(60)
        if self.broken:
            raise DiskError("the rows cannot be read")


class Bench:
    """A table over slow rows, and what its sink heard."""

    def __init__(self) -> None:
        self.rows = Slow()
        self.engine = NotificationEngine()
        engine = self.engine
        self.view = self.rows.view(subscribe=engine.subscribe, unsubscribe=engine.unsubscribe, notify=engine.notify)
        self.view.set_columns([PR_ROWID])
        self.heard: list[TableNotification] = []
        self.view.advise(Event.TABLE_MODIFIED, self.hear)

    def hear(self, batch: Sequence[Notification]) -> None:
        self.heard += [one for one in batch if isinstance(one, TableNotification)]

    def events(self) -> list[TableEvent]:
        assert self.engine.wait(60)
        self.engine.dispatch()
        found, self.heard = self.heard, []
        return [one.table_event for one in found]


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench()
    yield found
    found.rows.gate.set()
    found.engine.close()


def numbers(view: TableView) -> list[Any]:
    view.seek_row(0, 0)
    return [row[0] for row in view.query_rows(100)]


CALLS = [
    ("sort_table", BACKWARDS, TBLSTAT_SORTING, TableEvent.SORT_DONE, [5, 4, 3, 2, 1, 0]),
    ("sort_table", BY_NAME, TBLSTAT_SORTING, TableEvent.SORT_DONE, [None, None]),
    ("restrict", FEW, TBLSTAT_RESTRICTING, TableEvent.RESTRICT_DONE, [0, 1, 2]),
    ("set_columns", [PR_DISPLAY_NAME], TBLSTAT_SETTING_COLS, TableEvent.SETCOL_DONE, ["n0", "n1"] * 3),
]


@pytest.mark.parametrize(("name", "argument", "status", "done", "rows"), CALLS)
def test_a_call_goes_on_elsewhere_and_is_told_when_it_is_done(
    bench: Bench, name: str, argument: Any, status: int, done: TableEvent, rows: list[Any]
) -> None:
    """T-021, T-039, T-040, N-034."""
    bench.rows.gate.clear()
    getattr(bench.view, name)(argument, TBL_ASYNC)
    assert bench.view.get_status() == (status, TableType.DYNAMIC)
    with pytest.raises(TimedOut):
        bench.view.wait_for_completion(0.01)
    bench.rows.gate.set()
    assert bench.view.wait_for_completion(60) == TBLSTAT_COMPLETE
    assert bench.view.get_status() == (TBLSTAT_COMPLETE, TableType.DYNAMIC)
    assert numbers(bench.view) == rows
    assert bench.events() == [done]


def test_other_calls_are_refused_meanwhile(bench: Bench) -> None:
    """T-022, T-024, T-029, T-033, T-036, T-040, T-068."""
    view = bench.view
    bench.rows.gate.clear()
    view.sort_table(BACKWARDS, TBL_ASYNC)
    for call in (
        lambda: view.query_rows(1),
        view.get_row_count,
        view.query_columns,
        view.query_sort_order,
        view.query_position,
        view.create_bookmark,
        lambda: view.free_bookmark(0),
        lambda: view.seek_row(0, 0),
        lambda: view.seek_row_approx(0, 1),
        lambda: view.find_row(FEW),
        lambda: view.restrict(None),
        lambda: view.sort_table(SortOrder()),
        lambda: view.set_columns([PR_ROWID]),
        lambda: view.sort_table(SortOrder(), TBL_ASYNC),
        lambda: view.expand_row(b"key", 0),
        lambda: view.collapse_row(b"key"),
        lambda: view.get_collapse_state(b"key"),
        lambda: view.set_collapse_state(b"state"),
    ):
        with pytest.raises(Busy):
            call()
    view.unadvise(view.advise(Event.TABLE_MODIFIED, print))
    assert view.get_last_error() is not None
    bench.rows.gate.set()
    assert view.wait_for_completion() == TBLSTAT_COMPLETE
    assert view.query_sort_order() == BACKWARDS


def test_what_is_aborted_leaves_the_table_as_it_was(bench: Bench) -> None:
    """T-038."""
    bench.view.restrict(FEW)
    bench.rows.gate.clear()
    bench.rows.reached.clear()
    bench.view.sort_table(BACKWARDS, TBL_ASYNC)
    assert bench.rows.reached.wait(60)
    bench.view.abort()
    assert bench.view.get_status()[0] == TBLSTAT_COMPLETE
    assert bench.view.wait_for_completion(0) == TBLSTAT_COMPLETE
    bench.rows.gate.set()
    assert numbers(bench.view) == [0, 1, 2]
    assert bench.view.query_sort_order() == SortOrder()
    with pytest.raises(UnableToAbort):
        bench.view.abort()


def test_what_has_finished_cannot_be_aborted(bench: Bench) -> None:
    """T-038."""
    bench.view.sort_table(BACKWARDS, TBL_ASYNC)
    bench.view.wait_for_completion(60)
    with pytest.raises(UnableToAbort):
        bench.view.abort()


@pytest.mark.parametrize(
    ("name", "argument", "status"),
    [
        ("sort_table", BACKWARDS, TBLSTAT_SORT_ERROR),
        ("restrict", FEW, TBLSTAT_RESTRICT_ERROR),
        ("set_columns", [PR_DISPLAY_NAME], TBLSTAT_SETCOL_ERROR),
    ],
)
def test_a_failure_elsewhere_is_a_status_and_is_told(bench: Bench, name: str, argument: Any, status: int) -> None:
    """T-021, N-031."""
    bench.rows.broken = True
    getattr(bench.view, name)(argument, TBL_ASYNC)
    assert bench.view.wait_for_completion(60) == status
    assert bench.view.get_status()[0] == status
    bench.engine.wait(60)
    bench.engine.dispatch()
    (told,) = bench.heard
    assert (told.table_event, told.scode) == (TableEvent.ERROR, DiskError.hresult)
    last = bench.view.get_last_error()
    assert last is not None
    assert last.context == DiskError.hresult
    bench.rows.broken = False
    assert numbers(bench.view) == [0, 1, 2, 3, 4, 5]
    bench.view.restrict(FEW)
    assert bench.view.get_status()[0] == TBLSTAT_COMPLETE


def test_what_cannot_be_is_refused_at_once(bench: Bench) -> None:
    """T-029, T-033: nothing is under way then."""
    with pytest.raises(TooComplex):
        bench.view.sort_table(SortOrder((SortKey(PropTag(0x68400003)),)), TBL_ASYNC)
    with pytest.raises(InvalidParameter):
        bench.view.set_columns([], TBL_ASYNC)
    with pytest.raises(UnknownFlags):
        bench.view.restrict(None, 4)
    assert bench.view.get_status()[0] == TBLSTAT_COMPLETE


def test_a_closed_table_gives_up_what_is_under_way(bench: Bench) -> None:
    """T-031."""
    bench.rows.gate.clear()
    bench.view.sort_table(BACKWARDS, TBL_ASYNC)
    bench.view.close()
    bench.rows.gate.set()
    with pytest.raises(InvalidObject):
        bench.view.query_rows(1)


def test_a_call_that_is_put_off_takes_effect_when_rows_are_needed(bench: Bench) -> None:
    """T-040."""
    view = bench.view
    reads: list[int] = []
    page, bench.rows.page = bench.rows.page, lambda *given: reads.append(1) or page(*given)  # type: ignore[assignment,func-returns-value,method-assign]
    view.restrict(FEW, TBL_BATCH)
    view.sort_table(BACKWARDS, TBL_BATCH)
    view.set_columns([PR_DISPLAY_NAME, PR_ROWID], TBL_BATCH)
    assert reads == []
    assert view.query_rows(9) == [("n0", 2), ("n1", 1), ("n0", 0)]
    view.restrict(None, TBL_BATCH)
    assert view.get_row_count() == 6


def test_its_errors_appear_where_rows_are_needed(bench: Bench) -> None:
    """T-040."""
    bench.view.sort_table(SortOrder((SortKey(PropTag(0x68400003)),)), TBL_BATCH)
    with pytest.raises(TooComplex):
        bench.view.query_rows(1)
    assert numbers(bench.view) == [0, 1, 2, 3, 4, 5]
