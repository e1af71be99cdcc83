"""Categories in SQL hold to what reading every row says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.providers.sqlstore.helpers import HOT
from tests.providers.sqlstore.test_rows import COLUMNS, Record, backend, fill

from mapix.objects.tables.grouping import read_groups
from mapix.objects.tables.tableview import TableView
from mapix.properties import tags
from mapix.properties.restriction import Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.testing.strategies import restrictions, rows
from mapix.testing.tablemodel import ListTable, Numbered, compare_tables, operations

__all__ = ["backend"]

GROUPED = (*(tag for tag in (*COLUMNS, *HOT) if not tag.is_multi), tags.PR_MESSAGE_FLAGS)
LAYERED = (*COLUMNS[:5], PropTag(0x8001001F), PropTag(0x6830101F), PropTag(0x68311003), tags.PR_MESSAGE_FLAGS)
QUICK = settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(
    records=rows(GROUPED),
    where=st.none() | restrictions(GROUPED),
    keys=st.lists(st.sampled_from(GROUPED), max_size=3, unique=True),
    extremes=st.lists(st.sampled_from(GROUPED), max_size=2, unique=True),
    greatest=st.booleans(),
)
def test_the_database_groups_rows_as_reading_them_does(
    backend: SqlBackend,
    records: list[Record],
    where: Restriction | None,
    keys: list[PropTag],
    extremes: list[PropTag],
    greatest: bool,
) -> None:
    """T-060, T-061, T-062."""
    contents, _ = fill(backend, records)
    measured = [SortKey(tag, Order.CATEG_MAX if greatest else Order.CATEG_MIN) for tag in extremes]
    found = contents.groups(where, keys, measured)
    plain = read_groups(contents, where, keys, measured)
    if found is not None:
        assert found == plain


def test_most_groups_are_made_by_the_database(backend: SqlBackend) -> None:
    """T-060."""
    contents, _ = fill(backend, [{tags.PR_SENDER_NAME: name} for name in "abBAc"])
    for tag in GROUPED:
        assert contents.groups(None, [tag], [SortKey(tags.PR_MESSAGE_DELIVERY_TIME, Order.CATEG_MAX)]) is not None
    groups = contents.groups(None, [tags.PR_SENDER_NAME], [])
    assert groups is not None
    assert sorted((group.values[0], group.size) for group in groups) == [("a", 2), ("b", 2), ("c", 1)]


def test_the_folders_below_are_grouped_too(backend: SqlBackend) -> None:
    """T-060."""
    _, _ = fill(backend, [])
    for deep in (False, True):
        hierarchy = backend.hierarchy(backend.root, deep=deep)
        groups = read_groups(hierarchy, None, [tags.PR_FOLDER_TYPE], [])
        assert (hierarchy.groups(None, [tags.PR_FOLDER_TYPE], []) or groups) == groups
        assert [group.values for group in groups] == [(1,)]


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(records=rows(LAYERED), steps=st.lists(operations(LAYERED, layers=True), min_size=3, max_size=14))
def test_a_folder_under_headings_is_a_list_too(backend: SqlBackend, records: list[Record], steps: Any) -> None:
    """T-060, T-061, T-062, T-063, T-064, T-065, T-066, P-053, P-054, P-055."""
    contents, _ = fill(backend, [{tags.PR_MESSAGE_FLAGS: 8, **record} for record in records])
    with backend.database.write():
        backend.used.note(LAYERED)  # a store offers what some message has had
    model = ListTable(LAYERED, [{tags.PR_MESSAGE_FLAGS: 8, **record} for record in records])
    table = Numbered(TableView(contents), LAYERED)
    compare_tables(table, model, steps)
    assert table.query_position() == model.query_position()


def test_categories_of_many_messages_read_nothing_but_groups(
    backend: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-060: what is read grows with what shows, not with what is there."""
    contents, _ = fill(backend, [{tags.PR_SENDER_NAME: f"Sender {number % 7}"} for number in range(300)])
    read: list[int] = []
    page = contents.page

    def counting(*arguments: Any) -> Any:
        found = page(*arguments)
        read.append(len(found.keys))
        return found

    monkeypatch.setattr(contents, "page", counting)
    view = TableView(contents)
    view.set_columns([tags.PR_SENDER_NAME, tags.PR_CONTENT_COUNT, tags.PR_INSTANCE_KEY])
    view.sort_table(SortOrder((SortKey(tags.PR_SENDER_NAME), SortKey(tags.PR_SUBJECT)), categories=1))
    headings = view.query_rows(10)
    assert [row[1] for row in headings] == [43] * 6 + [42]
    assert sum(read) == 0
    view.expand_row(headings[3][2], 5)
    assert sum(read) <= 5
