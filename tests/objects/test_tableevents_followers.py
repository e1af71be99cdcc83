"""Whoever follows what a table tells has what the table has."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.objects.tablebench import ADDED, GONE, WORD, Bench, below, by_name, by_word, put_words

from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.objects.tables.tableview import TableView
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tags import PR_CONTENT_COUNT, PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROWID

CHANGES = st.tuples(st.integers(0, 9), st.sampled_from(("n0", "n1", "N1", "n2", None)))


class Follower:
    """A list of rows kept up to date by what a table tells alone."""

    def __init__(self, view: TableView) -> None:
        self.view = view
        self.read()
        view.advise(Event.TABLE_MODIFIED, self.hear)

    def read(self) -> None:
        self.view.seek_row(0, 0)
        self.rows = [(row[0], row) for row in self.view.query_rows(1000)]

    def hear(self, batch: Sequence[Notification]) -> None:
        for one in batch:
            assert isinstance(one, TableNotification)
            if one.table_event in (TableEvent.CHANGED, TableEvent.RELOAD):
                self.read()
                continue
            assert one.index is not None
            had = [row for row in self.rows if row[0] == one.index]
            assert bool(had) == (one.table_event is not ADDED), "told of a row as if it were another's"
            self.rows = [row for row in self.rows if row[0] != one.index]
            if one.table_event is not GONE:
                keys = [key for key, _ in self.rows]
                place = 0 if one.prior is None else keys.index(one.prior) + 1
                self.rows.insert(place, (one.index, tuple(value for _, value in one.row)))


VIEWS = [
    (None, SortOrder((SortKey(PR_DISPLAY_NAME), SortKey(PR_ROWID)))),
    (Property(Relop.NE, PR_DISPLAY_NAME, "n1"), SortOrder((SortKey(PR_ROWID, Order.DESCEND),))),
    (None, by_name(expanded=1)),
    (Property(Relop.GE, PR_ROWID, 3), by_name(expanded=0)),
    (below(7), SortOrder((SortKey(PR_DISPLAY_NAME), SortKey(PR_ROWID, Order.CATEG_MAX), SortKey(PR_ROWID)), 1, 1)),
]


@pytest.mark.parametrize("arranged", VIEWS)
@settings(deadline=None, max_examples=examples(60))
@given(batches=st.lists(st.lists(CHANGES, min_size=1, max_size=4), max_size=6), toggled=st.integers(0, 3))
def test_who_follows_the_notifications_has_the_rows(
    arranged: tuple[Restriction | None, SortOrder], batches: list[list[tuple[int, str | None]]], toggled: int
) -> None:
    """N-030, N-031, N-032, N-033."""
    bench = Bench(5)
    bench.view.set_columns([PR_INSTANCE_KEY, PR_ROWID, PR_DISPLAY_NAME, PR_CONTENT_COUNT])
    bench.view.restrict(arranged[0])
    bench.view.sort_table(arranged[1])
    rows = bench.view.query_rows(100)
    if arranged[1].categories and toggled < len(rows) and rows[toggled][-1] is not None:
        key = rows[toggled][0]
        if arranged[1].expanded:
            bench.view.collapse_row(key)
        else:
            bench.view.expand_row(key, 0)
    follower = Follower(bench.view)
    for batch in batches:
        for number, name in batch:
            if name is not None:
                bench.put(number, name)
            elif number in {row[PR_ROWID] for row in filter(None, map(bench.data.enum_row, range(20)))}:
                bench.data.delete_rows([number])
        bench.engine.dispatch()
        bench.view.seek_row(0, 0)
        assert [row for _, row in follower.rows] == bench.view.query_rows(1000)
    bench.engine.close()


WORDS_CHANGED = st.tuples(
    st.integers(0, 7), st.none() | st.lists(st.sampled_from(("red", "Red", "blue", "green")), max_size=3)
)
WORD_VIEWS = [
    (None, by_word()),
    (None, SortOrder((SortKey(WORD, Order.DESCEND), SortKey(PR_ROWID)))),
    (None, SortOrder((SortKey(PR_ROWID, Order.DESCEND),))),
    (Property(Relop.NE, WORD, "red"), by_word(SortKey(PR_ROWID, Order.DESCEND))),
    (below(4), by_word()),
    (None, by_word(SortKey(PR_ROWID), categories=1, expanded=1)),
    (below(6), by_word(SortKey(PR_ROWID), categories=1, expanded=0)),
]


@pytest.mark.parametrize("arranged", WORD_VIEWS)
@settings(deadline=None, max_examples=examples(60))
@given(batches=st.lists(st.lists(WORDS_CHANGED, min_size=1, max_size=3), max_size=6))
def test_who_follows_the_notifications_has_the_instances(
    arranged: tuple[Restriction | None, SortOrder], batches: list[list[tuple[int, list[str] | None]]]
) -> None:
    """N-030, N-031, N-032, N-033, P-053."""
    bench = Bench(3)
    bench.view.set_columns([PR_INSTANCE_KEY, PR_ROWID, WORD, PR_CONTENT_COUNT])
    bench.view.restrict(arranged[0])
    bench.view.sort_table(arranged[1])
    follower = Follower(bench.view)
    for batch in batches:
        for number, words in batch:
            if words is not None:
                put_words(bench, number, *words)
            elif number in {row[PR_ROWID] for row in filter(None, map(bench.data.enum_row, range(20)))}:
                bench.data.delete_rows([number])
        bench.engine.dispatch()
        bench.view.seek_row(0, 0)
        assert [row for _, row in follower.rows] == bench.view.query_rows(1000)
    bench.engine.close()
