"""What the sinks of a table hear: single rows as the view shows them, and nothing of rows it hides."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import PR_CONTENT_COUNT, PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROW_TYPE, PR_ROWID
from mapix.subsystem.notification import NotificationEngine, this_thread_sink

WORDS = PropTag(0x6830101F)
ADDED, GONE, MODIFIED = TableEvent.ROW_ADDED, TableEvent.ROW_DELETED, TableEvent.ROW_MODIFIED
KEY = b"rows"


class Bench:
    """A live table, its sinks, and what one of them heard."""

    def __init__(self, rows: int = 0) -> None:
        self.engine = NotificationEngine()
        self.data = TableData(
            (PR_ROWID, PR_DISPLAY_NAME),
            ({PR_ROWID: number, PR_DISPLAY_NAME: f"n{number % 3}"} for number in range(rows)),
            index=PR_ROWID,
            key=KEY,
            on_change=lambda events: self.engine.notify(KEY, events),
        )
        self.view = self.open()
        self.heard: list[TableNotification] = []

    def open(self) -> TableView:
        engine = self.engine
        view = self.data.view(subscribe=engine.subscribe, unsubscribe=engine.unsubscribe, notify=engine.notify)
        view.set_columns([PR_ROWID, PR_DISPLAY_NAME])
        return view

    def advise(self) -> int:
        return self.view.advise(Event.TABLE_MODIFIED, self.hear)

    def hear(self, batch: Sequence[Notification]) -> None:
        self.heard += [one for one in batch if isinstance(one, TableNotification)]

    def told(self) -> list[TableNotification]:
        """What was heard since the last look."""
        self.engine.dispatch()
        heard, self.heard = self.heard, []
        return heard

    def rows(self) -> list[tuple[TableEvent, Any]]:
        """The same, as events and row numbers."""
        return [(one.table_event, dict(one.row).get(PR_ROWID)) for one in self.told()]

    def put(self, number: int, name: str) -> None:
        self.data.modify_rows([{PR_ROWID: number, PR_DISPLAY_NAME: name}])

    def key(self, number: int) -> bytes:
        key = self.data.query_row(number)[PR_INSTANCE_KEY]
        assert isinstance(key, bytes)
        return key


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench(6)
    yield found
    found.engine.close()


def below(number: int) -> Restriction:
    return Property(Relop.LT, PR_ROWID, number)


def by_name(expanded: int) -> SortOrder:
    return SortOrder((SortKey(PR_DISPLAY_NAME), SortKey(PR_ROWID)), categories=1, expanded=expanded)


# every row of the source


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


# rows under headings


def headings(bench: Bench) -> dict[str, bytes]:
    bench.view.set_columns([PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROW_TYPE])
    bench.view.seek_row(0, 0)
    found = {name: key for name, key, kind in bench.view.query_rows(100) if kind != 1}
    bench.view.set_columns([PR_ROWID, PR_DISPLAY_NAME, PR_CONTENT_COUNT])
    return found


def test_a_row_under_an_open_heading_is_told_and_so_is_the_heading(bench: Bench) -> None:
    """N-033, T-062."""
    bench.view.sort_table(by_name(expanded=1))
    keys = headings(bench)
    bench.advise()
    bench.put(9, "n1")
    heading, row = bench.told()
    assert (heading.table_event, heading.index, heading.prior) == (MODIFIED, keys["n1"], bench.key(3))
    assert heading.row == ((PR_ROWID, None), (PR_DISPLAY_NAME, "n1"), (PR_CONTENT_COUNT, 3))
    assert (row.table_event, row.index, row.prior) == (ADDED, bench.key(9), bench.key(4))


def test_rows_under_a_closed_heading_are_silent(bench: Bench) -> None:
    """N-033, T-067."""
    bench.view.sort_table(by_name(expanded=1))
    keys = headings(bench)
    bench.advise()
    bench.view.collapse_row(keys["n1"])
    assert bench.told() == []
    bench.data.modify_rows([{PR_ROWID: 1, PR_DISPLAY_NAME: "n1", PropTag(0x68400003): 1}])
    assert bench.told() == []
    bench.put(9, "n1")
    assert [(one.table_event, one.index) for one in bench.told()] == [(MODIFIED, keys["n1"])]


def test_opening_and_closing_are_not_told(bench: Bench) -> None:
    """T-067."""
    bench.view.sort_table(by_name(expanded=0))
    keys = headings(bench)
    bench.advise()
    bench.view.expand_row(keys["n2"], 10)
    bench.view.collapse_row(keys["n2"])
    assert bench.told() == []


def test_headings_come_and_go_with_their_rows(bench: Bench) -> None:
    """T-063."""
    bench.view.sort_table(by_name(expanded=0))
    keys = headings(bench)
    bench.advise()
    bench.put(9, "n9")
    (told,) = bench.told()
    assert (told.table_event, told.prior) == (ADDED, keys["n2"])
    bench.put(9, "n0")
    gone, changed = bench.told()
    assert (gone.table_event, gone.index) == (GONE, told.index)
    assert (changed.table_event, changed.index, changed.prior) == (MODIFIED, keys["n0"], None)


def test_a_row_that_moves_between_headings_is_told_by_what_shows(bench: Bench) -> None:
    """N-033."""
    bench.view.sort_table(by_name(expanded=1))
    keys = headings(bench)
    bench.view.collapse_row(keys["n2"])
    bench.advise()
    bench.put(0, "n2")
    told = [(one.table_event, one.index) for one in bench.told()]
    assert told == [(GONE, bench.key(0)), (MODIFIED, keys["n0"]), (MODIFIED, keys["n2"])]


# one row a value

WORD = PropTag(WORDS | MVI_FLAG)


def put_words(bench: Bench, number: int, *words: str) -> None:
    bench.data.modify_rows([{PR_ROWID: number, PR_DISPLAY_NAME: "w", WORDS: words}])


def words_told(bench: Bench) -> list[tuple[TableEvent, int | None, str | None]]:
    cells = [(one.table_event, dict(one.row)) for one in bench.told()]
    return [(event, row.get(PR_ROWID), row.get(WORD)) for event, row in cells]


def by_word(*more: SortKey, **options: int) -> SortOrder:
    return SortOrder((SortKey(WORD), *more), **options)


def test_instances_of_a_row_come_change_and_go_one_by_one(bench: Bench) -> None:
    """N-030, N-032, P-053."""
    bench.view.set_columns([PR_ROWID, WORD])
    bench.view.sort_table(by_word())
    bench.advise()
    put_words(bench, 3, "red", "blue")
    key = bench.key(3)
    gone, blue, red = bench.told()
    assert (gone.table_event, gone.index) == (GONE, key)
    assert (blue.table_event, blue.index, blue.prior) == (ADDED, key + bytes((0, 0, 0, 1)), None)
    assert (red.table_event, red.index, red.prior) == (ADDED, key + bytes(4), blue.index)
    assert red.row == ((PR_ROWID, 3), (WORD, "red"))
    put_words(bench, 3, "red")
    assert words_told(bench) == [(GONE, None, None), (MODIFIED, 3, "red")]
    put_words(bench, 9, "amber", "green")
    assert words_told(bench) == [(ADDED, 9, "amber"), (ADDED, 9, "green")]
    bench.data.delete_rows([9, 2])
    assert words_told(bench) == [(GONE, None, None)] * 3


def test_instances_that_do_not_show_are_silent(bench: Bench) -> None:
    """N-033, P-054."""
    bench.view.set_columns([PR_ROWID, WORD])
    bench.view.restrict(Property(Relop.EQ, WORD, "red"))
    bench.advise()
    put_words(bench, 3, "blue", "green")
    assert bench.told() == []
    put_words(bench, 3, "blue", "red")
    assert words_told(bench) == [(ADDED, 3, "red")]
    put_words(bench, 3, "red", "blue")
    assert words_told(bench) == [(GONE, None, None), (ADDED, 3, "red")]
    put_words(bench, 3)
    assert words_told(bench) == [(GONE, None, None)]


def test_too_many_instances_are_told_as_a_change(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-031."""
    bench.view.set_columns([PR_ROWID, WORD])
    bench.advise()
    put_words(bench, 3, *"abcdefghi")
    assert [one.table_event for one in bench.told()] == [TableEvent.CHANGED]
    monkeypatch.setattr("mapix.objects.tables.tablememory.MOST", 3)
    bench.view.restrict(None)
    put_words(bench, 3, "a")
    assert [one.table_event for one in bench.told()] == [TableEvent.CHANGED]


def test_a_few_rows_with_values_among_many_are_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-030: rows without values stand behind them, and none of those is remembered."""
    monkeypatch.setattr("mapix.objects.tables.tablememory.MOST", 4)
    bench.view.set_columns([PR_ROWID, WORD])
    bench.view.sort_table(by_word(SortKey(PR_ROWID)))
    bench.advise()
    put_words(bench, 3, "red", "blue")
    assert words_told(bench) == [(GONE, None, None), (ADDED, 3, "blue"), (ADDED, 3, "red")]
    bench.put(5, "x")
    assert words_told(bench) == [(MODIFIED, 5, None)]
    put_words(bench, 3)
    assert words_told(bench) == [(GONE, None, None), (GONE, None, None), (ADDED, 3, None)]


# whoever follows what is told has what the table has

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
@settings(deadline=None, max_examples=60)
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
@settings(deadline=None, max_examples=60)
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
