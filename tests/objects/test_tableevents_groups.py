"""What the sinks of a table hear of headings, of the rows under them, and of rows that show once a value."""

import pytest
from tests.objects.tablebench import ADDED, GONE, MODIFIED, WORD, Bench, by_name, by_word, put_words

from mapix.interfaces.notify import TableEvent
from mapix.properties.restriction import Property, Relop
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_CONTENT_COUNT, PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROW_TYPE, PR_ROWID


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


def words_told(bench: Bench) -> list[tuple[TableEvent, int | None, str | None]]:
    cells = [(one.table_event, dict(one.row)) for one in bench.told()]
    return [(event, row.get(PR_ROWID), row.get(WORD)) for event, row in cells]


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
