"""What the sinks of a table hear: single rows as the view shows them, and nothing of rows it hides."""

import pytest
from tests.objects.tablebench import ADDED, GONE, MODIFIED, Bench, below

from mapix.interfaces.notify import Event, TableEvent, TableNotification
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ROWID
from mapix.subsystem.threadsink import this_thread_sink


def test_a_new_row_is_told_with_its_cells_and_the_row_before(bench: Bench) -> None:
    """N-030, N-032."""
    bench.view.sort_table(SortOrder((SortKey(PR_DISPLAY_NAME), SortKey(PR_ROWID))))
    bench.advise()
    bench.put(9, "n0")
    (told,) = bench.told()
    assert told.table_event is ADDED
    assert (told.index, told.prior) == (bench.key(9), bench.key(3))
    assert told.row == ((PR_ROWID, 9), (PR_DISPLAY_NAME, "n0"))


def test_the_first_row_has_none_before_it(bench: Bench) -> None:
    """N-032."""
    bench.advise()
    bench.put(0, "changed")
    (told,) = bench.told()
    assert (told.table_event, told.index, told.prior) == (MODIFIED, bench.key(0), None)


def test_a_deleted_row_is_told_by_its_key_alone(bench: Bench) -> None:
    """N-032."""
    bench.advise()
    key = bench.key(4)
    bench.data.delete_rows([4])
    assert bench.told() == [TableNotification(Event.TABLE_MODIFIED, GONE, index=key)]


def test_cells_are_those_of_the_columns_in_force(bench: Bench) -> None:
    """N-032."""
    bench.advise()
    bench.view.set_columns([PR_DISPLAY_NAME, PropTag(0x68400003)])
    bench.put(2, "x")
    (told,) = bench.told()
    assert told.row == ((PR_DISPLAY_NAME, "x"), (PropTag(0x68400003), None))


def test_nothing_is_told_inside_the_call_that_caused_it(bench: Bench) -> None:
    """N-005, X-46."""
    bench.advise()
    bench.put(2, "x")
    assert bench.heard == []
    assert bench.rows() == [(MODIFIED, 2)]


def test_a_batch_tells_of_each_row_once(bench: Bench) -> None:
    """N-006."""
    bench.advise()
    key = bench.key(5)
    for name in ("a", "b", "c"):
        bench.put(1, name)
    bench.put(9, "a")
    bench.put(9, "b")
    bench.data.delete_rows([5])
    bench.put(10, "gone again")
    bench.data.delete_rows([10])
    told = bench.told()
    assert [(one.table_event, one.index) for one in told] == [
        (GONE, key),
        (MODIFIED, bench.key(1)),
        (ADDED, bench.key(9)),
    ]


def test_changed_rows_come_in_view_order(bench: Bench) -> None:
    """N-033."""
    bench.view.sort_table(SortOrder((SortKey(PR_ROWID, Order.DESCEND),)))
    bench.advise()
    for number in (2, 5, 0):
        bench.put(number, "x")
    assert bench.rows() == [(MODIFIED, 5), (MODIFIED, 2), (MODIFIED, 0)]


def test_many_changed_rows_are_one_change(bench: Bench) -> None:
    """T-090, N-031."""
    bench.advise()
    bench.data.modify_rows({PR_ROWID: number, PR_DISPLAY_NAME: "x"} for number in range(9))
    assert [one.table_event for one in bench.told()] == [TableEvent.CHANGED]
    for number in range(9):
        bench.put(number, "y")
    assert [one.table_event for one in bench.told()] == [TableEvent.CHANGED]


def test_all_rows_gone_is_a_reload(bench: Bench) -> None:
    """T-090, N-031."""
    bench.advise()
    bench.data.delete_rows()
    assert [one.table_event for one in bench.told()] == [TableEvent.RELOAD]


def test_a_sink_that_lags_behind_is_told_to_reload() -> None:
    """N-031."""
    bench = Bench(1)
    bench.advise()
    bench.engine.limit = 4
    for number in range(6):
        bench.put(number, "x")
    assert TableEvent.RELOAD in [one.table_event for one in bench.told()]


def test_a_sink_of_one_thread_is_told_there(bench: Bench) -> None:
    """N-005."""
    bench.engine.threaded = True
    bench.view.advise(Event.TABLE_MODIFIED, this_thread_sink(bench.hear))
    bench.put(1, "x")
    assert bench.rows() == [(MODIFIED, 1)]


def test_a_registration_that_has_ended_hears_nothing(bench: Bench) -> None:
    """N-004."""
    bench.view.unadvise(bench.advise())
    bench.put(1, "x")
    assert bench.told() == []


def test_who_owns_the_rows_can_have_one_told(bench: Bench) -> None:
    """T-090."""
    bench.advise()
    bench.data.notify_row(3)
    assert bench.rows() == [(MODIFIED, 3)]


# rows that a restriction hides


def test_hidden_rows_are_silent(bench: Bench) -> None:
    """N-033, T-067."""
    bench.view.restrict(below(3))
    bench.advise()
    bench.put(4, "x")
    bench.put(8, "new")
    bench.data.delete_rows([5])
    assert bench.told() == []


def test_a_row_that_begins_to_satisfy_the_restriction_is_new(bench: Bench) -> None:
    """N-033."""
    bench.view.restrict(Property(Relop.EQ, PR_DISPLAY_NAME, "n0"))
    bench.advise()
    bench.put(4, "n0")
    assert bench.rows() == [(ADDED, 4)]
    bench.put(4, "N0")
    assert bench.rows() == [(MODIFIED, 4)]


def test_a_row_that_ceases_to_satisfy_it_is_gone(bench: Bench) -> None:
    """N-033."""
    bench.view.restrict(Property(Relop.EQ, PR_DISPLAY_NAME, "n0"))
    bench.advise()
    bench.put(3, "n1")
    (told,) = bench.told()
    assert (told.table_event, told.index) == (GONE, bench.key(3))
    bench.data.delete_rows([3])
    assert bench.told() == []


def test_a_restriction_set_after_the_sink_counts(bench: Bench) -> None:
    """N-033."""
    bench.advise()
    bench.view.restrict(below(3))
    bench.put(4, "x")
    bench.put(2, "x")
    assert bench.rows() == [(MODIFIED, 2)]


def test_where_too_many_rows_satisfy_a_restriction_only_new_ones_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """N-031: what a row was before is not known, so the table has changed."""
    monkeypatch.setattr("mapix.objects.tables.tablememory.MOST", 3)
    bench = Bench(6)
    bench.view.restrict(below(100))
    bench.advise()
    bench.put(50, "new")
    bench.put(500, "hidden")
    assert bench.rows() == [(ADDED, 50)]
    bench.put(1, "x")
    assert bench.rows() == [(TableEvent.CHANGED, None)]
