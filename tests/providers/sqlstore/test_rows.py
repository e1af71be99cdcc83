"""Tables in SQL hold to what memory says: thousands of random restrictions, orders and pages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.providers.sqlstore.helpers import HOT

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.interfaces.prop import ObjectType
from mapix.objects.restrictions.collate import compare
from mapix.objects.restrictions.evaluate import matches
from mapix.objects.stores.entryids import StoreIds
from mapix.objects.tables.tableview import TableView
from mapix.properties import tags
from mapix.properties.restriction import Exist, Not, Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey
from mapix.properties.tag import PropTag, PropType
from mapix.providers.sqlstore import sqlrows as rows_module
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.rows import ContentsRows
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.testing.strategies import COLUMNS, restrictions, rows, sort_orders
from mapix.testing.tablemodel import ListTable, compare_tables, operations

Record = dict[PropTag, Any]

ALL = (*COLUMNS, *HOT)
BELOW = (tags.PR_RECIPIENT_TYPE, tags.PR_DISPLAY_NAME, tags.PR_EMAIL_ADDRESS, PropTag(0x6820001F), PropTag(0x68210102))
QUICK = settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlBackend]:
    store: SqlBackend
    if request.param == "sqlite":
        store = SqliteBackend(tmp_path_factory.mktemp("rows") / "rows.mapix", create=True, full=False)
    else:
        server = request.getfixturevalue("server")
        store = open_named(Place.of(server.dsn()), "rows", create=True, full=False)
    store.decorate(StoreIds(store.provider_uid, store.uid, b"wrapped"))
    yield store
    store.close()


_names = itertools.count()


def fill(store: SqlBackend, records: Sequence[Record]) -> tuple[ContentsRows, list[int]]:
    """A new folder with a message for each record; its contents and their numbers."""
    with store.transaction():
        folder = store.create_folder(store.root, f"folder {next(_names)}", {})
        numbers = []
        for record in records:
            message = store.new_message(folder, associated=False)
            message.apply(MessageChanges(dict(record)))
            numbers.append(message.number)
    return store.contents(folder, associated=False), numbers


def expected(records: Sequence[Record], where: Restriction | None, order: Sequence[SortKey]) -> list[int]:
    """The places of the records that memory says a table shows, in its order."""

    def before(left: int, right: int) -> int:
        for key in order:
            first, second = records[left].get(key.tag), records[right].get(key.tag)
            if first is None or second is None:
                stands = (first is None) - (second is None)
            else:
                stands = compare(first, second, key.tag.type) * (-1 if key.descending else 1)
            if stands:
                return stands
        return left - right

    kept = [place for place, record in enumerate(records) if matches(where, record.get)]
    return sorted(kept, key=cmp_to_key(before))


@QUICK
@given(records=rows(ALL), where=restrictions(ALL), order=sort_orders(ALL))
def test_a_restricted_and_sorted_table_shows_what_memory_says(
    backend: SqlBackend, records: list[Record], where: Restriction, order: Any
) -> None:
    contents, numbers = fill(backend, records)
    wanted = [numbers[place] for place in expected(records, where, order.keys)]
    page = contents.page(where, order.keys, None, 100, ALL)
    assert [key[-1] for key in page.keys] == wanted
    assert contents.count(where) == len(wanted)
    by_number = dict(zip(numbers, records, strict=True))
    shown = [tuple(by_number[number].get(tag) for tag in ALL) for number in wanted]
    assert page.rows == shown


@QUICK
@given(records=rows(ALL), where=st.none() | restrictions(ALL), order=sort_orders(ALL), size=st.integers(1, 5))
def test_pages_in_both_directions_join_without_seam(
    backend: SqlBackend, records: list[Record], where: Restriction | None, order: Any, size: int
) -> None:
    contents, numbers = fill(backend, records)
    wanted = [numbers[place] for place in expected(records, where, order.keys)]
    assert [key[-1] for key in walk(contents, where, order.keys, size)] == wanted
    assert [key[-1] for key in walk(contents, where, order.keys, -size)] == wanted[::-1]
    for place, key in enumerate(walk(contents, where, order.keys, size)):
        assert contents.position(where, order.keys, key) == place
        assert contents.key_at(where, order.keys, place) == key
    assert contents.key_at(where, order.keys, len(wanted)) is None


def walk(contents: ContentsRows, where: Restriction | None, order: Sequence[SortKey], size: int) -> list[Any]:
    """All keys of a table, read `size` at a time, from the end when negative."""
    keys: list[Any] = []
    after = None
    while found := contents.page(where, order, after, size, ()).keys:
        keys += found if size > 0 else found[::-1]
        after = keys[-1]
    return keys


@QUICK
@given(
    parts=st.lists(st.tuples(rows(BELOW, max_size=3), rows(BELOW, max_size=2)), max_size=6),
    where=restrictions(COLUMNS[:4], below=BELOW),
)
def test_recipients_and_attachments_are_looked_into_as_memory_does(
    backend: SqlBackend, parts: list[tuple[list[Record], list[Record]]], where: Restriction
) -> None:
    folder = backend.create_folder(backend.root, f"folder {next(_names)}", {})
    wanted = []
    for recipients, attachments in parts:
        listed = [{tags.PR_ROWID: number, **row} for number, row in enumerate(recipients)]
        message = backend.new_message(folder, associated=False)
        parted = {number: AttachmentChanges(dict(row)) for number, row in enumerate(attachments)}
        message.apply(MessageChanges({}, recipients=listed, attachments=parted))
        below = {tags.PR_MESSAGE_RECIPIENTS: listed, tags.PR_MESSAGE_ATTACHMENTS: attachments}
        if matches(where, {}.get, lambda tag, below=below: [row.get for row in below[tag]]):
            wanted.append(message.number)
    page = backend.contents(folder, associated=False).page(where, (), None, 100, ())
    assert [key[-1] for key in page.keys] == wanted


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(records=rows(), steps=st.lists(operations(), max_size=12))
def test_a_view_of_a_folder_is_a_list_with_a_cursor(backend: SqlBackend, records: list[Record], steps: Any) -> None:
    contents, _ = fill(backend, records)
    view = TableView(contents)
    view.set_columns(COLUMNS)
    model = ListTable(COLUMNS, records)
    compare_tables(view, model, steps)
    assert view.query_position() == model.query_position()


def test_most_restrictions_leave_no_residual(backend: SqlBackend) -> None:
    contents = backend.contents(backend.root, associated=False)
    drawn: list[bool] = []

    @settings(max_examples=examples(300), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(restrictions(ALL))
    def draw(where: Restriction) -> None:
        drawn.append(contents._predicate(where).residual is None)

    draw()
    assert sum(drawn) / len(drawn) > (0.7 if isinstance(backend, SqliteBackend) else 0.5)


def test_a_row_is_found_by_its_instance_key_without_a_search(backend: SqlBackend) -> None:
    contents, numbers = fill(backend, [{tags.PR_SUBJECT: str(number)} for number in range(20)])
    (row,) = contents.page(None, (), (numbers[6],), 1, (tags.PR_INSTANCE_KEY, tags.PR_ENTRYID, tags.PR_RECORD_KEY)).rows
    for tag, value in zip((tags.PR_INSTANCE_KEY, tags.PR_ENTRYID, tags.PR_RECORD_KEY), row, strict=True):
        where = Property(Relop.EQ, tag, value)
        assert contents._predicate(where) == Predicate("m.id = ?", (numbers[7],))
        assert [key[-1] for key in contents.page(where, (), None, 5, ()).keys] == [numbers[7]]
        others = contents.page(Not(where), (), None, 50, ()).keys
        assert [key[-1] for key in others] == [number for number in numbers if number != numbers[7]]


def test_decorated_columns_can_be_sorted_and_compared(backend: SqlBackend) -> None:
    contents, numbers = fill(backend, [{}] * 4)
    order = [SortKey(tags.PR_INSTANCE_KEY, Order.DESCEND)]
    assert [key[-1] for key in contents.page(None, order, None, 10, ()).keys] == sorted(numbers, reverse=True)
    is_message = Property(Relop.EQ, tags.PR_OBJECT_TYPE, int(ObjectType.MESSAGE))
    assert contents.count(is_message) == 4
    parent = contents.page(None, (), None, 1, (tags.PR_PARENT_ENTRYID,)).rows[0][0]
    assert contents.count(Property(Relop.EQ, tags.PR_PARENT_ENTRYID, parent)) == 4


def test_a_value_of_another_type_is_missing(backend: SqlBackend) -> None:
    text = tags.PR_IMPORTANCE.with_type(PropType.UNICODE)
    contents, _ = fill(backend, [{text: "high"}, {tags.PR_IMPORTANCE: 2}])
    assert contents.page(None, (), None, 5, (tags.PR_IMPORTANCE, text)).rows == [(None, "high"), (2, None)]
    assert contents.count(Exist(tags.PR_IMPORTANCE)) == 1
    assert contents.count(Exist(tags.PR_IMPORTANCE.with_type(PropType.UNSPECIFIED))) == 2


def test_a_walk_that_is_answered_from_kept_keys_follows_changes(backend: SqlBackend) -> None:
    contents, numbers = fill(backend, [{tags.PR_SUBJECT: f"{number:02}"} for number in range(30)])
    order = [SortKey(tags.PR_SUBJECT)]

    def page(after: Any, count: int = 5) -> list[int]:
        return [numbers.index(key[-1]) for key in contents.page(None, order, after, count, COLUMNS).keys]

    def key(place: int) -> Any:
        return contents.key_at(None, order, place)

    assert page(None) == [0, 1, 2, 3, 4]
    fifth = key(4)
    assert contents._kept._list is not None
    assert page(fifth) == [5, 6, 7, 8, 9]
    assert page(fifth, -3) == [1, 2, 3]
    assert page(None, -2) == [28, 29]
    backend.delete_messages([numbers[4], numbers[6]])
    assert page(fifth) == [5, 7, 8, 9, 10]
    assert page(fifth) == [5, 7, 8, 9, 10]
    assert contents.position(None, order, fifth) == 4
    assert contents.key_at(None, order, 99) is None


def test_a_table_of_too_many_rows_keeps_no_keys(backend: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST", 3)
    contents, numbers = fill(backend, [{tags.PR_SUBJECT: str(number)} for number in range(4)])
    order = [SortKey(tags.PR_SUBJECT, Order.DESCEND)]
    assert [key[-1] for key in walk(contents, None, order, 1)] == numbers[::-1]
    assert contents._kept._list is None
