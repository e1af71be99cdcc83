"""A folder of a million messages: opening, scrolling, restricting, sorting, and reading it all.

Each is compared with the statement that answers the same question, run by the bare driver on the same file. The rows
are copies of 64 messages that the store saved, with times and flags of their own. `MAPIX_BENCH_ROWS` changes how many.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.bench_store import BY_TIME, COLUMNS, LINES, TIME, folder_of, look, open_store, save
from benchmarks.harness import Result, seconds, side_by_side
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import Bookmark, MapiTable
from mapix.objects.storeobject import StoreObject
from mapix.properties import tags as t
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.restriction import Bitmask, Content, Fuzzy, Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.backend import SqlBackend

ROWS = int(os.environ.get("MAPIX_BENCH_ROWS", "1000000"))
SMALL, MIDDLE = 10_000, 100_000
COPIED = 64
FOUR = (t.PR_ENTRYID, t.PR_SUBJECT, t.PR_MESSAGE_DELIVERY_TIME, t.PR_MESSAGE_SIZE)
_AT_ONCE = 500

_COUNTER = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)"


class Place(NamedTuple):
    """A folder, as MAPI and as SQL know it."""

    entry_id: bytes
    number: int


def run() -> list[Result]:
    """All measurements."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "million.mapix"
        with open_store(path) as store:
            places = {size: filled(store, size) for size in sorted({SMALL, MIDDLE, ROWS})}
        opened = seconds(lambda: opening(path), rounds=5)
        raw = sqlite3.connect(path)
        raw.execute("PRAGMA cache_size = -16000")
        with open_store(path) as store:
            return [
                Result(f"open a store with a folder of {ROWS:,}", opened, 1.0, 1.0),
                *showing(store, raw, places),
                *unread(store, raw, places[ROWS]),
                *restricting(store, raw, places[ROWS]),
                *sorting(store, raw, places[MIDDLE]),
                *reading(store, raw, places[ROWS]),
            ]


def opening(path: Path) -> None:
    """Opening a store and its root."""
    with open_store(path) as store:
        folder_of(store)


def filled(store: MsgStore, size: int) -> Place:
    """A new folder with copies of a few messages."""
    backend = backend_of(store)
    entry_id: bytes = folder_of(store).create_folder(f"{size} messages").get_prop(t.PR_ENTRYID)
    number = int.from_bytes(entry_id[-8:], "little")
    with store.transaction():
        folder = folder_of(store, entry_id)
        for each in range(COPIED):
            save(folder, each)
        numbers = backend.messages(number)
        with backend.database.lock:
            _copy(backend, number, numbers, size - COPIED)
    return Place(entry_id, number)


def backend_of(store: MsgStore) -> SqlBackend:
    """The backend under a store."""
    assert isinstance(store, StoreObject)
    backend = store.context.backend
    assert isinstance(backend, SqlBackend)
    return backend


def _copy(backend: SqlBackend, folder: int, numbers: list[int], wanted: int) -> None:
    run, rows = backend.database.run, backend.database.rows
    columns = [name for (name,) in rows("SELECT name FROM pragma_table_info('message') WHERE name <> 'id'")]
    new = {
        "delivery_time": f"{TIME} + ((n.i * {COPIED} + c.place) * 7919 % 1000003) * 10000000",
        "flags": f"CASE WHEN (n.i * {COPIED} + c.place) % 50 = 0 THEN m.flags & ~1 ELSE m.flags | 1 END",
    }
    run("CREATE TEMP TABLE copied (id INTEGER PRIMARY KEY, place INTEGER)")
    for place, number in enumerate(numbers):
        run("INSERT INTO copied VALUES (?, ?)", (number, place))
    base = rows("UPDATE store SET last_number = last_number + ? RETURNING last_number", (wanted + COPIED,))[0][0]
    number = f"{base - wanted} + n.i * {COPIED} + c.place"
    shown = ", ".join(new.get(name, f"m.{name}") for name in columns)
    target = f"id, {', '.join(columns)}"
    steps = (
        (f"message ({target})", f"{number}, {shown}", "message m ON m.id = c.id"),
        ("property (object, id, type, value)", f"{number}, p.id, p.type, p.value", "property p ON p.object = c.id"),
        (
            "recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,"
            " properties)",
            f"{number}, r.row_id, r.position, r.recipient_type, r.display_name, r.address_type, r.address,"
            " r.responsibility, r.properties",
            "recipient r ON r.message = c.id",
        ),
    )
    for into, what, joined in steps:
        run(
            f"{_COUNTER} INSERT INTO {into} SELECT {what} FROM n CROSS JOIN copied c JOIN {joined}"
            f" WHERE n.i * {COPIED} + c.place < ? ORDER BY n.i, c.place",
            (wanted // COPIED + 1, wanted),
        )
    run("DROP TABLE copied")


# opening and scrolling


def showing(store: MsgStore, raw: sqlite3.Connection, places: dict[int, Place]) -> list[Result]:
    """The first rows by time, and those after a row far down."""
    first, far = {}, {}
    for size in (SMALL, ROWS):
        place = places[size]
        first[size] = side_by_side(
            lambda place=place: [look(store, place.entry_id) for _ in range(20)],
            lambda place=place: [first_rows(raw, place.number) for _ in range(20)],
        )
        entry_id, key = row_at(store, raw, place, size // 2)
        far[size] = side_by_side(
            lambda place=place, entry_id=entry_id: [scroll(store, place, entry_id) for _ in range(20)],
            lambda place=place, key=key: [rows_after(raw, place.number, key) for _ in range(20)],
        )
    results = []
    for what, times in ((f"first {LINES} rows by time", first), ("the same after the row in the middle", far)):
        ours, floor = times[ROWS]
        results.append(Result(f"{ROWS:,} messages: {what}", ours / 20, floor / 20, 3.0))
        results.append(Result(f"{what}, {ROWS:,} against {SMALL:,}", ours / 20, times[SMALL][0] / 20, 1.5))
    return results


_SHOWN = "id, subject, sender_name, display_to, delivery_time, size, flags, has_attach"


def first_rows(raw: sqlite3.Connection, folder: int) -> list[Any]:
    """The first rows by hand."""
    sql = f"SELECT {_SHOWN} FROM message WHERE folder = ? AND associated = 0 ORDER BY delivery_time DESC LIMIT {LINES}"
    return raw.execute(sql, (folder,)).fetchall()


def rows_after(raw: sqlite3.Connection, folder: int, key: tuple[int, int]) -> list[Any]:
    """The rows after one by hand."""
    sql = (
        f"SELECT {_SHOWN} FROM message WHERE folder = ? AND associated = 0 AND delivery_time <= ?"
        f" AND (delivery_time < ? OR id > ?) ORDER BY delivery_time DESC, id LIMIT {LINES}"
    )
    found = raw.execute(sql, (folder, key[0], *key)).fetchall()
    assert len(found) == LINES
    return found


def row_at(store: MsgStore, raw: sqlite3.Connection, place: Place, index: int) -> tuple[bytes, tuple[int, int]]:
    """The entry identifier of the row at an index by time, and its key by hand."""
    sql = (
        "SELECT delivery_time, id FROM message WHERE folder = ? AND associated = 0 ORDER BY 1 DESC, 2 LIMIT 1 OFFSET ?"
    )
    key = raw.execute(sql, (place.number, index)).fetchone()
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


def unread(store: MsgStore, raw: sqlite3.Connection, place: Place) -> list[Result]:
    """Unread messages: the first of them by time, and how many."""
    wanted = Bitmask(t.PR_MESSAGE_FLAGS, MSGFLAG_READ, nonzero=False)
    condition = "folder = ? AND associated = 0 AND flags & 1 = 0"
    ordered = f"SELECT {_SHOWN} FROM message WHERE {condition} ORDER BY delivery_time DESC LIMIT {LINES}"
    first = side_by_side(
        lambda: restricted(store, place, wanted, BY_TIME).query_rows(LINES),
        lambda: raw.execute(ordered, (place.number,)).fetchall(),
    )
    count = side_by_side(
        lambda: restricted(store, place, wanted).get_row_count(),
        lambda: raw.execute(f"SELECT count(*) FROM message WHERE {condition}", (place.number,)).fetchone(),
    )
    return [Result(f"unread: first {LINES}", *first, 3.0), Result("unread: count", *count, 3.0)]


def restricted(store: MsgStore, place: Place, where: Restriction, order: SortOrder | None = None) -> MapiTable:
    """A folder's table with a restriction."""
    table = contents(store, place, COLUMNS)
    table.restrict(where)
    if order is not None:
        table.sort_table(order)
    return table


def restricting(store: MsgStore, raw: sqlite3.Connection, place: Place) -> list[Result]:
    """How many messages satisfy conditions of several kinds."""
    here = "m.folder = ? AND m.associated = 0"
    hot = f"SELECT count(*) FROM message m WHERE {here} AND m.size > ?"
    cold = (
        f"SELECT count(*) FROM message m JOIN property p ON p.object = m.id AND p.id = {t.PR_SENDER_ADDRTYPE.id}"
        f" WHERE {here} AND p.value = ?"
    )
    begun = "m.normalized_subject_key >= ? AND m.normalized_subject_key < ?"
    start = f"SELECT count(*) FROM message m WHERE {here} AND {begun}"
    inside = f"SELECT count(*) FROM message m WHERE {here} AND instr(m.subject_key, ?) > 0"
    case = Fuzzy.IGNORECASE
    asked: list[tuple[str, Restriction, str, tuple[Any, ...]]] = [
        ("a hot column", Property(Relop.GT, t.PR_MESSAGE_SIZE, 1000), hot, (1000,)),
        ("a cold property", Content(t.PR_SENDER_ADDRTYPE, "SMTP", Fuzzy.FULLSTRING), cold, ("SMTP",)),
        (
            "the beginning of the subject",
            Content(t.PR_NORMALIZED_SUBJECT, "budget of the year 5", Fuzzy.PREFIX | case),
            start,
            (b"budget of the year 5", b"budget of the year 6"),
        ),
        ("part of the subject", Content(t.PR_SUBJECT, "year 17", Fuzzy.SUBSTRING | case), inside, (b"year 17",)),
    ]
    results = []
    for what, where, sql, params in asked:
        count = restricted(store, place, where).get_row_count()
        assert count == raw.execute(sql, (place.number, *params)).fetchone()[0], what
        ours, floor = side_by_side(
            lambda where=where: restricted(store, place, where).get_row_count(),
            lambda sql=sql, params=params: raw.execute(sql, (place.number, *params)).fetchone(),
            rounds=3,
        )
        results.append(Result(f"restrict {ROWS:,} by {what}: {count:,} rows", ours, floor, 3.0))
    return results


# sorting and reading


def sorting(store: MsgStore, raw: sqlite3.Connection, place: Place) -> list[Result]:
    """By a property that has no index, to the last row."""
    order = SortOrder((SortKey(t.PR_INTERNET_MESSAGE_ID, Order.ASCEND),))
    sql = (
        "SELECT m.id, m.subject, m.delivery_time, m.size FROM message m LEFT JOIN property p ON p.object = m.id"
        f" AND p.id = {t.PR_INTERNET_MESSAGE_ID.id} WHERE m.folder = ? AND m.associated = 0 ORDER BY p.value, m.id"
    )

    def ours() -> None:
        table = contents(store, place, (*FOUR, t.PR_INTERNET_MESSAGE_ID))
        table.sort_table(order)
        table.set_columns(FOUR)
        assert drained(table) == MIDDLE

    times = side_by_side(ours, lambda: exhausted(raw.execute(sql, (place.number,)).fetchmany), rounds=3)
    return [Result(f"sort {MIDDLE:,} rows by a property without an index, read all", *times, 3.0)]


def reading(store: MsgStore, raw: sqlite3.Connection, place: Place) -> list[Result]:
    """Every row of the folder."""
    sql = "SELECT id, subject, delivery_time, size FROM message WHERE folder = ? AND associated = 0"
    before = resident()

    def ours() -> None:
        assert drained(contents(store, place, FOUR)) == ROWS

    times = side_by_side(ours, lambda: exhausted(raw.execute(sql, (place.number,)).fetchmany), rounds=3)
    grown = resident() - before
    return [
        Result(f"iterate {len(FOUR)} columns over {ROWS:,} rows", *times, 5.0),
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
