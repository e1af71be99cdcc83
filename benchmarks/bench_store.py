"""The SQL store against raw `sqlite3`: saving messages through the MAPI objects, and opening a big folder.

The floor writes and reads the same rows with statements of its own, in transactions of the same size and with the same
pragmas, into the same tables; it knows nothing of counts, versions, notifications, named properties or other processes.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.harness import Result, seconds, side_by_side
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.testing.support import BenchSupport

SAVED = 10_000
SMALL, BIG = 10_000, 100_000
LINES = 50

COLUMNS = (
    tags.PR_ENTRYID,
    tags.PR_SUBJECT,
    tags.PR_SENDER_NAME,
    tags.PR_DISPLAY_TO,
    tags.PR_MESSAGE_DELIVERY_TIME,
    tags.PR_MESSAGE_SIZE,
    tags.PR_MESSAGE_FLAGS,
    tags.PR_HASATTACH,
)
BY_TIME = SortOrder((SortKey(tags.PR_MESSAGE_DELIVERY_TIME, Order.DESCEND),))
TIME = 132_000_000_000_000_000

TABLES = ("message", "property", "recipient")


def run() -> list[Result]:
    """All measurements of the store."""
    with TemporaryDirectory() as directory:
        return [*saving(Path(directory)), *opening(Path(directory)), *queueing(Path(directory))]


# messages


def properties(number: int) -> dict[PropTag, Any]:
    """Twelve properties of a message; with those the store adds it has twenty."""
    return {
        tags.PR_SUBJECT: f"RE: Budget of the year {number % 97}",
        tags.PR_MESSAGE_CLASS: "IPM.Note",
        tags.PR_BODY: f"Dear all, this is message number {number}. " * 8,
        tags.PR_SENDER_NAME: f"Sender {number % 53}",
        tags.PR_SENDER_EMAIL_ADDRESS: f"sender{number % 53}@sender.example",
        tags.PR_SENDER_ADDRTYPE: "SMTP",
        tags.PR_MESSAGE_DELIVERY_TIME: TIME + (number * 7919 % 1_000_003) * 10_000_000,
        tags.PR_CLIENT_SUBMIT_TIME: TIME + number,
        tags.PR_IMPORTANCE: 1,
        tags.PR_PRIORITY: 0,
        tags.PR_INTERNET_MESSAGE_ID: f"<{number}@sender.example>",
        tags.PR_SENSITIVITY: 0,
    }


def recipients(number: int) -> list[dict[PropTag, Any]]:
    """Two recipients."""
    return [
        {
            tags.PR_DISPLAY_NAME: f"Person {number % 31} {kind}",
            tags.PR_ADDRTYPE: "SMTP",
            tags.PR_EMAIL_ADDRESS: f"person{number % 31}.{kind}@receiver.example",
            tags.PR_RECIPIENT_TYPE: kind,
        }
        for kind in (1, 2)
    ]


def save(folder: MapiFolder, number: int) -> None:
    """One message through the MAPI objects."""
    message = folder.create_message()
    message.modify_recipients(ModifyRecipients.ADD, recipients(number))
    message.set_props(properties(number))
    message.save_changes()


@contextmanager
def open_store(path: Path) -> Iterator[MsgStore]:
    """A store in a file."""
    store = StoreObject(SqliteBackend(path, create=True), BenchSupport(), provider="BENCH", access=Access.MODIFY)
    try:
        yield store
    finally:
        store.close()


def folder_of(store: MsgStore, entry_id: bytes | None = None) -> MapiFolder:
    """A folder of a store, open for changes."""
    opened = store.open_entry(entry_id, Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


class Floor:
    """The same rows by hand: into tables with the columns and indices that the store has, without its triggers."""

    def __init__(self, path: Path) -> None:
        template = _template()
        self.rows = template.rows
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        for sql in template.schema:
            self.connection.execute(sql)
        self._inserts = [_insert(self.connection, table) for table in TABLES]

    def save(self, number: int) -> None:
        """One message."""
        execute, many = self.connection.execute, self.connection.executemany
        message, props, people = self.rows[number % len(self.rows)]
        into_message, into_property, into_recipient = self._inserts
        key = execute(into_message, (None, *message)).lastrowid
        many(into_property, [(key, *row) for row in props])
        many(into_recipient, [(key, *row) for row in people])


def _insert(connection: sqlite3.Connection, table: str) -> str:
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    return f"INSERT INTO {table} VALUES ({', '.join('?' * width)})"


class _Template(NamedTuple):
    """The tables of a real store, and what it wrote: of every message its row, properties and recipients, without the
    number.
    """

    schema: list[str]
    rows: list[tuple[list[Any], list[Any], list[Any]]]


@cache
def _template() -> _Template:
    with TemporaryDirectory() as directory, open_store(Path(directory) / "template.mapix") as store:
        folder = folder_of(store)
        for each in range(64):
            save(folder, each)
        assert isinstance(store, StoreObject)
        backend = store.context.backend
        assert isinstance(backend, SqliteBackend)
        return _read_template(backend.database.rows)


def _read_template(rows: Callable[..., list[Any]]) -> _Template:
    wanted = ", ".join("?" * len(TABLES))
    made = f"tbl_name IN ({wanted}) AND type <> 'trigger' AND sql NOTNULL"
    schema = [sql for (sql,) in rows(f"SELECT sql FROM sqlite_master WHERE {made} ORDER BY type DESC", TABLES)]
    found = []
    for number, *message in rows("SELECT * FROM message"):
        props = rows("SELECT * FROM property WHERE object = ?", (number,))
        people = rows("SELECT * FROM recipient WHERE message = ?", (number,))
        found.append((message, [row[1:] for row in props], [row[1:] for row in people]))
    return _Template(schema, found)


# saving


def saving(directory: Path) -> list[Result]:
    """Creating and saving, one message a transaction, and a hundred."""
    with open_store(directory / "saving.mapix") as store:
        folder, floor = folder_of(store), Floor(directory / "saving.floor")
        count = len(floor.rows[0][1])
        results = []
        for size in (1, 100):
            ours, theirs = side_by_side(
                lambda size=size: in_groups(store.transaction, lambda n: save(folder, n), size),
                lambda size=size: in_groups(lambda: transaction(floor.connection), floor.save, size),
                rounds=3,
            )
            what = f"save {SAVED:,} messages, each of {count} properties, 2 recipients, {size} a transaction"
            results.append(Result(what, ours, theirs, 3.0))
        floor.connection.close()
    return results


def in_groups(begin: Callable[[], Any], one: Callable[[int], object], size: int, count: int = SAVED) -> None:
    """Messages, `size` a transaction."""
    numbers = iter(range(count))
    while group := list(itertools.islice(numbers, size)):
        with begin():
            for number in group:
                one(number)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One of the floor's."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


# opening


def opening(directory: Path) -> list[Result]:
    """Opening a folder and reading its first rows, sorted by delivery time."""
    with open_store(directory / "opening.mapix") as store:
        floor = Floor(directory / "opening.floor")
        entry_ids = {}
        for size in (SMALL, BIG):
            folder = folder_of(store).create_folder(f"{size} messages")
            with store.transaction(), transaction(floor.connection):
                for number in range(size):
                    save(folder, number)
                    floor.save(number)
            floor.connection.execute("UPDATE message SET folder = ? WHERE folder < 10", (size,))
            entry_ids[size] = folder.get_prop(tags.PR_ENTRYID)
        results = []
        times = {}
        for size, entry_id in entry_ids.items():
            times[size] = side_by_side(
                lambda entry_id=entry_id: [look(store, entry_id) for _ in range(100)],
                lambda size=size: [floor_look(floor.connection, size) for _ in range(100)],
                rounds=9,
            )
            what = f"open a folder of {size}, first {LINES} rows of {len(COLUMNS)} columns by time"
            results.append(Result(what, times[size][0] / 100, times[size][1] / 100, 3.0))
        results.append(Result(f"the same, {BIG} against {SMALL}", times[BIG][0] / 100, times[SMALL][0] / 100, 1.5))
        floor.connection.close()
    return results


def look(store: MsgStore, entry_id: bytes) -> list[Any]:
    """What a client does to show a folder."""
    folder = store.open_entry(entry_id)
    assert isinstance(folder, MapiFolder)
    table = folder.get_contents_table()
    table.set_columns(COLUMNS)
    table.sort_table(BY_TIME)
    rows = table.query_rows(LINES)
    assert len(rows) == LINES
    return rows


def floor_look(connection: sqlite3.Connection, folder: int) -> list[Any]:
    """The same rows by hand."""
    rows = connection.execute(
        "SELECT id, subject, sender_name, display_to, delivery_time, size, flags, has_attach FROM message"
        " WHERE folder = ? AND associated = 0 ORDER BY delivery_time DESC LIMIT 50",
        (folder,),
    ).fetchall()
    assert len(rows) == LINES
    return rows


# the outgoing queue


def queueing(directory: Path) -> list[Result]:
    """Writing down what became of a recipient."""
    from mapix.interfaces.backend import (
        MessageChanges,
    )

    backend = SqliteBackend(directory / "queue.mapix", create=True)
    message = backend.new_message(backend.root, associated=False)
    listed = [{tags.PR_ROWID: number, **row} for number, row in enumerate(recipients(1))]
    message.apply(MessageChanges(properties(1), recipients=listed, submit=True))
    done = {0: {tags.PR_RESPONSIBILITY: True}}

    def record() -> None:
        backend.record(message.number, done, due=0, attempts=1, reason="")

    result = Result("record what became of a recipient", seconds(record, rounds=200))
    backend.close()
    return [result]
