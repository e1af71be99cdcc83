"""What is measured of a big folder, on every kind of store: opening, scrolling, restricting, sorting, reading it all.

Each is compared with the statement that answers the same question, run by the bare driver (`Bare`) on the same
database. `copies` makes the folders.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.bench_store import BY_TIME, COLUMNS, LINES, look
from benchmarks.copies import Place, backend_of
from benchmarks.harness import Result, side_by_side
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import Bookmark, MapiTable
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags as t
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.restriction import Bitmask, Content, Fuzzy, Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.textparts import SHORT

SMALL, MIDDLE = 10_000, 100_000
FOUR = (t.PR_ENTRYID, t.PR_SUBJECT, t.PR_MESSAGE_DELIVERY_TIME, t.PR_MESSAGE_SIZE)
SHOWN = "id, subject, sender_name, display_to, delivery_time, size, flags, has_attach"
_AT_ONCE = 500
_TIMES = 5
_HERE = "folder = ? AND associated = 0"


class Bare(ABC):
    """The bare driver on the database of a store. `value` is the column of `property` that texts are in, `part` the
    condition that a column has a part.
    """

    value: str
    part: str

    @abstractmethod
    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """All rows of a statement, whose parameters are question marks."""

    @abstractmethod
    def stream(self, sql: str, params: Sequence[Any] = ()) -> Callable[[int], list[Any]]:
        """The rows of a statement, so many at a time."""

    @abstractmethod
    def text(self, value: str) -> Any:
        """A text as the store has it."""


def rows_wanted(default: int) -> int:
    """How many messages the biggest folder has: `MAPIX_BENCH_ROWS`."""
    return int(os.environ.get("MAPIX_BENCH_ROWS", str(default)))


def measured(store: MsgStore, raw: Bare, places: dict[int, Place]) -> list[Result]:
    """All measurements on folders of these sizes."""
    biggest = max(places)
    sorted_size = min(MIDDLE, biggest)
    return [
        *showing(store, raw, places),
        *unread(store, raw, places[biggest]),
        *restricting(store, raw, places[biggest], biggest),
        *sorting(store, raw, places[sorted_size], sorted_size),
        *reading(store, raw, places[biggest], biggest),
    ]


def indexed(store: MsgStore) -> float:
    """Bring the index of short texts up to date, as a store at rest does by itself; seconds."""
    index = backend_of(store).database.text_index()
    assert index is not None
    started = time.perf_counter()
    assert index.settle(SHORT)
    return time.perf_counter() - started


# opening and scrolling


def showing(store: MsgStore, raw: Bare, places: dict[int, Place]) -> list[Result]:
    """The first rows by time, and those after a row far down."""
    first, far = {}, {}
    biggest = max(places)
    for size in (SMALL, biggest):
        place = places[size]
        first[size] = side_by_side(
            lambda place=place: [look(store, place.entry_id) for _ in range(_TIMES)],
            lambda place=place: [first_rows(raw, place.number) for _ in range(_TIMES)],
        )
        entry_id, key = row_at(store, raw, place, size // 2)
        far[size] = side_by_side(
            lambda place=place, entry_id=entry_id: [scroll(store, place, entry_id) for _ in range(_TIMES)],
            lambda place=place, key=key: [rows_after(raw, place.number, key) for _ in range(_TIMES)],
        )
    results = []
    for what, times in ((f"first {LINES} rows by time", first), ("the same after the row in the middle", far)):
        ours, floor = times[biggest]
        results.append(Result(f"{biggest:,} messages: {what}", ours / _TIMES, floor / _TIMES, 3.0))
        results.append(Result(f"{what}, {biggest:,} against {SMALL:,}", ours / _TIMES, times[SMALL][0] / _TIMES, 1.5))
    return results


def first_rows(raw: Bare, folder: int) -> list[Any]:
    """The first rows by hand."""
    sql = f"SELECT {SHOWN} FROM message WHERE {_HERE} ORDER BY delivery_time DESC NULLS LAST LIMIT {LINES}"
    return raw.rows(sql, (folder,))


def rows_after(raw: Bare, folder: int, key: tuple[int, int]) -> list[Any]:
    """The rows after one by hand."""
    sql = (
        f"SELECT {SHOWN} FROM message WHERE {_HERE} AND delivery_time <= ? AND (delivery_time < ? OR id > ?)"
        f" ORDER BY delivery_time DESC NULLS LAST, id LIMIT {LINES}"
    )
    found = raw.rows(sql, (folder, key[0], *key))
    assert len(found) == LINES
    return found


def row_at(store: MsgStore, raw: Bare, place: Place, index: int) -> tuple[bytes, tuple[int, int]]:
    """The entry identifier of the row at an index by time, and its key by hand."""
    sql = f"SELECT delivery_time, id FROM message WHERE {_HERE} ORDER BY 1 DESC NULLS LAST, 2 LIMIT 1 OFFSET ?"
    (key,) = raw.rows(sql, (place.number, index))
    assert isinstance(store, StoreObject)
    return store.context.ids.message(key[1]), key


def scroll(store: MsgStore, place: Place, entry_id: bytes) -> None:
    """What a client does to show the page after a message."""
    table = contents(store, place, COLUMNS)
    table.sort_table(BY_TIME)
    table.find_row(Property(Relop.EQ, t.PR_ENTRYID, entry_id), Bookmark.BEGINNING)
    table.seek_row(Bookmark.CURRENT, 1)
    assert len(table.query_rows(LINES)) == LINES


def contents(store: MsgStore, place: Place, columns: tuple[PropTag, ...]) -> MapiTable:
    """A folder's table."""
    folder = store.open_entry(place.entry_id)
    assert isinstance(folder, MapiFolder)
    table = folder.get_contents_table()
    table.set_columns(columns)
    return table


# restricting


def unread(store: MsgStore, raw: Bare, place: Place) -> list[Result]:
    """Unread messages: the first of them by time, and how many."""
    table, wanted = contents(store, place, COLUMNS), Bitmask(t.PR_MESSAGE_FLAGS, MSGFLAG_READ, nonzero=False)
    by_time = contents(store, place, COLUMNS)
    by_time.sort_table(BY_TIME)
    condition = f"{_HERE} AND flags & 1 = 0"
    ordered = f"SELECT {SHOWN} FROM message WHERE {condition} ORDER BY delivery_time DESC NULLS LAST LIMIT {LINES}"
    first = side_by_side(
        lambda: restricted(by_time, wanted).query_rows(LINES),
        lambda: raw.rows(ordered, (place.number,)),
    )
    count = side_by_side(
        lambda: restricted(table, wanted).get_row_count(),
        lambda: raw.rows(f"SELECT count(*) FROM message WHERE {condition}", (place.number,)),
    )
    return [Result(f"unread: first {LINES}", *first, 3.0), Result("unread: count", *count, 3.0)]


def restricted(table: MapiTable, where: Restriction) -> MapiTable:
    """An open table with a restriction."""
    table.restrict(where)
    return table


def restricting(store: MsgStore, raw: Bare, place: Place, size: int) -> list[Result]:
    """How many messages satisfy conditions of several kinds."""
    here = "m.folder = ? AND m.associated = 0"
    hot = f"SELECT count(*) FROM message m WHERE {here} AND m.size > ?"
    cold = (
        f"SELECT count(*) FROM message m JOIN property p ON p.object = m.id AND p.id = {t.PR_SENDER_ADDRTYPE.id}"
        f" WHERE {here} AND p.{raw.value} = ?"
    )
    begun = "m.normalized_subject_key >= ? AND m.normalized_subject_key < ?"
    start = f"SELECT count(*) FROM message m WHERE {here} AND {begun}"
    inside = f"SELECT count(*) FROM message m WHERE {here} AND {raw.part.format('m.subject_key')}"
    case = Fuzzy.IGNORECASE
    asked: list[tuple[str, Restriction, str, tuple[Any, ...]]] = [
        ("a hot column", Property(Relop.GT, t.PR_MESSAGE_SIZE, 1000), hot, (1000,)),
        ("a cold property", Content(t.PR_SENDER_ADDRTYPE, "SMTP", Fuzzy.FULLSTRING), cold, (raw.text("SMTP"),)),
        (
            "the beginning of the subject",
            Content(t.PR_NORMALIZED_SUBJECT, "budget of the year 5", Fuzzy.PREFIX | case),
            start,
            (b"budget of the year 5", b"budget of the year 6"),
        ),
        ("part of the subject", Content(t.PR_SUBJECT, "year 17", Fuzzy.SUBSTRING | case), inside, (b"year 17",)),
    ]
    results, table = [], contents(store, place, COLUMNS)
    for what, where, sql, params in asked:
        count = restricted(table, where).get_row_count()
        assert count == raw.rows(sql, (place.number, *params))[0][0], what
        ours, floor = side_by_side(
            lambda where=where: restricted(table, where).get_row_count(),
            lambda sql=sql, params=params: raw.rows(sql, (place.number, *params)),
            rounds=3,
        )
        results.append(Result(f"restrict {size:,} by {what}: {count:,} rows", ours, floor, 3.0))
    return results


# sorting and reading


def sorting(store: MsgStore, raw: Bare, place: Place, size: int) -> list[Result]:
    """By a property that has no index, to the last row."""
    order = SortOrder((SortKey(t.PR_INTERNET_MESSAGE_ID, Order.ASCEND),))
    sql = (
        "SELECT m.id, m.subject, m.delivery_time, m.size FROM message m LEFT JOIN property p ON p.object = m.id"
        f" AND p.id = {t.PR_INTERNET_MESSAGE_ID.id} WHERE m.folder = ? AND m.associated = 0"
        f" ORDER BY p.{raw.value}, m.id"
    )

    def ours() -> None:
        table = contents(store, place, (*FOUR, t.PR_INTERNET_MESSAGE_ID))
        table.sort_table(order)
        table.set_columns(FOUR)
        assert drained(table) == size

    times = side_by_side(ours, lambda: exhausted(raw.stream(sql, (place.number,))), rounds=3)
    return [Result(f"sort {size:,} rows by a property without an index, read all", *times, 3.0)]


def reading(store: MsgStore, raw: Bare, place: Place, size: int) -> list[Result]:
    """Every row of the folder."""
    sql = f"SELECT id, subject, delivery_time, size FROM message WHERE {_HERE}"
    before = resident()

    def ours() -> None:
        assert drained(contents(store, place, FOUR)) == size

    times = side_by_side(ours, lambda: exhausted(raw.stream(sql, (place.number,))), rounds=3)
    grown = resident() - before
    return [
        Result(f"iterate {len(FOUR)} columns over {size:,} rows", *times, 5.0),
        Result("resident memory grown meanwhile, of 100 MB (not a time)", grown / 100e6, 1.0, 1.0),
    ]


def drained(table: MapiTable) -> int:
    """How many rows come, read some hundred at a time."""
    return sum(map(len, iter(lambda: table.query_rows(_AT_ONCE), [])))


def exhausted(more: Callable[[int], list[Any]]) -> int:
    """How many rows come by hand, read some hundred at a time."""
    return sum(map(len, iter(lambda: more(_AT_ONCE), [])))


def resident() -> int:
    """The most memory this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
