"""A mailbox of a PostgreSQL database: a big folder, texts, saving, and what another process hears of it.

A server of its own runs for as long as this takes; it waits for the disk at every commit. The store is an ordinary
user's, whose rows the database keeps apart from those of others; the floor is `psycopg` as the same user.
`MAPIX_BENCH_ROWS` changes how many messages the biggest folder has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import bench_notify
from benchmarks.bench_store import TABLES, folder_of, in_groups, save
from benchmarks.bench_texts import (
    MESSAGE_COLUMNS,
    SEARCHES,
    ByHand,
    Search,
    drawn_texts,
    message_row,
    span_of,
    text_values,
)
from benchmarks.big_folder import MIDDLE, SMALL, Bare, indexed, measured, rows_wanted
from benchmarks.copies import COPIED, Place, backend_of, copying, seeded
from benchmarks.harness import Result, seconds, side_by_side
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.storeobject import StoreObject
from mapix.properties import tags as t
from mapix.providers.sqlstore.textparts import SHORT, Needle, grams_of
from mapix.testing.support import BenchSupport

ROWS = rows_wanted(100_000)
SAVED = {1: 500, 100: 2_000}
USER = "bench"
_VALUES = "number, real, data, key"
_KEYS = ", display_name_key, address_type_key, address_key"
_IN_TURN = " ORDER BY n.i, c.place"


def run() -> list[Result]:
    """All measurements; none where there is no PostgreSQL."""
    from tests.fixtures_postgresql import postgresql, reason

    if why := reason():
        print(f"postgresql is left out: {why}")
        return []
    with postgresql(durable=True) as server:
        keeper, user = server.dsn(), server.role(USER)
        server.execute(f"GRANT CREATE ON DATABASE {server.database} TO CURRENT_USER")
        with open_store(keeper, "keeper"):
            hand = BarePostgresql(keeper)
        results = [*saving(user, hand), *notified(user)]
        with open_store(user) as store:
            places = {size: filled(store, hand, size) for size in sorted({SMALL, MIDDLE, ROWS})}
            place = filled_with_texts(store, hand, ROWS)
            took = indexed(store)
            raw = BarePostgresql(user, backend_of(store).database.store_object)
        hand.settle()
        opened = seconds(lambda: opening(user), rounds=5)
        results.append(Result(f"open a mailbox with a folder of {ROWS:,}", opened, 1.0, 1.0))
        with open_store(user) as store:
            results += measured(store, raw, places)
        with open_store(user) as store:
            results.append(Result("indexing the short texts of a message", took / ROWS))
            for search in SEARCHES:
                results += searched(store, raw, place, search)
        for connection in (hand, raw):
            connection.close()
    return results


class BarePostgresql(Bare):
    """`psycopg` in the schema of the stores, on one mailbox for who is no superuser."""

    value = "data"
    part = "position(? IN {}) > 0"

    def __init__(self, dsn: str, mailbox: int = 0) -> None:
        import psycopg

        self.connection = psycopg.connect(dsn, autocommit=True)
        self.run(f"SET search_path = mapix; SET mapix.mailbox = '{mailbox}'")

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """See `Bare.rows`."""
        return self.connection.cursor(binary=True).execute(_marked(sql), params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = ()) -> Callable[[int], list[Any]]:
        """See `Bare.stream`: a cursor of the server's, whose rows do not come all at once."""
        cursor = self.connection.cursor(name="stream", withhold=False)
        self.run("ROLLBACK; BEGIN")
        cursor.execute(_marked(sql), params, binary=True)
        return cursor.fetchmany

    def text(self, value: str) -> bytes:
        """See `Bare.text`."""
        return value.encode()

    def run(self, sql: str) -> None:
        """Statements without parameters."""
        self.connection.execute(sql.encode())

    def settle(self) -> None:
        """What the server does by itself while nobody asks it."""
        self.run("COMMIT")
        self.run("VACUUM ANALYZE")
        self.run("CHECKPOINT")

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


@lru_cache(maxsize=256)
def _marked(sql: str) -> bytes:
    """`sql` with psycopg's placeholders."""
    return sql.replace("?", "%s").encode()


@contextmanager
def open_store(dsn: str, mailbox: str = USER) -> Iterator[MsgStore]:
    """A mailbox, made at the first time."""
    from mapix.providers.sqlstore.postgresql.backend import open_named
    from mapix.providers.sqlstore.postgresql.connection import Place as Database

    backend = open_named(Database.of(dsn), mailbox, create=True)
    store = StoreObject(backend, BenchSupport(), provider="BENCH", access=Access.MODIFY)
    try:
        yield store
    finally:
        store.close()


def opening(dsn: str) -> None:
    """Opening a mailbox and its root."""
    with open_store(dsn) as store:
        folder_of(store)


# saving


class Floor:
    """The same rows by hand: into tables with the columns and indices that the store has, without its triggers."""

    def __init__(self, raw: BarePostgresql, dsn: str) -> None:
        raw.run("CREATE SCHEMA floor")
        for table in TABLES:
            raw.run(f"CREATE TABLE floor.{table} (LIKE mapix.{table} INCLUDING ALL)")
        with open_store(dsn) as store:
            _, numbers = seeded(store, COPIED)
        self._rows = [self._read(raw, number) for number in numbers]
        self.connection, self._number = raw.connection, 1 << 40
        self._sql = [_insert(raw, table) for table in TABLES]
        self.properties = len(self._rows[0][1])

    def save(self, number: int) -> None:
        """One message."""
        (message,), props, people = self._rows[number % len(self._rows)]
        self._number += 1
        with self.connection.cursor(binary=True) as cursor:
            cursor.execute(self._sql[0], (self._number, *message))
            cursor.executemany(self._sql[1], [(self._number, *row) for row in props])
            cursor.executemany(self._sql[2], [(self._number, *row) for row in people])

    @staticmethod
    def _read(raw: BarePostgresql, number: int) -> list[list[Any]]:
        found = []
        for table, owner in zip(TABLES, ("id", "object", "message"), strict=True):
            names = ", ".join(name for name in _columns(raw, table) if name != owner)
            found.append(raw.rows(f"SELECT {names} FROM {table} WHERE {owner} = ?", (number,)))
        return found


def _columns(raw: BarePostgresql, table: str) -> list[str]:
    sql = (
        "SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS regclass) AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum"
    )
    return [name for (name,) in raw.rows(sql, (table,))]


def _insert(raw: BarePostgresql, table: str) -> bytes:
    owner = {"message": "id", "property": "object", "recipient": "message"}[table]
    names = [owner, *(name for name in _columns(raw, table) if name != owner)]
    return f"INSERT INTO floor.{table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})".encode()


def saving(dsn: str, raw: BarePostgresql) -> Iterator[Result]:
    """Creating and saving, one message a transaction, and a hundred."""
    floor = Floor(raw, dsn)
    with open_store(dsn) as store:
        folder = folder_of(store)
        for size, count in SAVED.items():
            ours, theirs = side_by_side(
                lambda size=size, count=count: in_groups(store.transaction, lambda n: save(folder, n), size, count),
                lambda size=size, count=count: in_groups(raw.connection.transaction, floor.save, size, count),
                rounds=3,
            )
            what = f"save {count:,} messages, each of {floor.properties} properties, 2 recipients, {size} a transaction"
            yield Result(what, ours, theirs, 3.0)


# between processes


def notified(dsn: str) -> list[Result]:
    """See `bench_notify`."""
    with TemporaryDirectory() as home:
        return list(bench_notify.measured("PostgreSQL", Path(home), {"dsn": dsn, "mailbox": "heard"}))


# a big folder


def filled(store: MsgStore, raw: BarePostgresql, size: int) -> Place:
    """A new folder with copies of a few messages, made by hand."""
    with store.transaction():
        place, numbers = seeded(store, size)
    wanted = size - COPIED
    first = _numbers(raw, wanted + COPIED)
    columns = [name for name in _columns(raw, "message") if name != "id"]
    with by_hand(raw):
        raw.run("CREATE TEMP TABLE copied (id bigint PRIMARY KEY, place bigint) ON COMMIT DROP")
        for number, each in enumerate(numbers):
            raw.rows("INSERT INTO copied VALUES (?, ?) RETURNING 1", (each, number))
        counter = f"WITH n (i) AS (SELECT generate_series(0, CAST({wanted // COPIED} AS bigint)))"
        for sql in copying(columns, str(first), values=f"{_VALUES}, mailbox", keys=f"{_KEYS}, mailbox", order=_IN_TURN):
            raw.run(f"{counter} {sql}".replace("?", str(wanted)))
        _count(raw, place)
    return place


def filled_with_texts(store: MsgStore, raw: BarePostgresql, size: int) -> Place:
    """A folder with messages whose subjects differ."""
    entry_id: bytes = folder_of(store).create_folder("texts").get_prop(t.PR_ENTRYID)
    place = Place(entry_id, int.from_bytes(entry_id[-8:], "little"))
    mailbox = backend_of(store).database.store_object
    first = _numbers(raw, size)
    with by_hand(raw), raw.connection.cursor() as cursor:
        texts = drawn_texts()
        raw.run("CREATE TEMP TABLE value (object bigint, id bigint, data bytea) ON COMMIT DROP")
        drawn = [(first + each, *next(texts)) for each in range(size)]
        with cursor.copy(f"COPY message ({MESSAGE_COLUMNS}, mailbox) FROM STDIN".encode()) as copy:
            for one in drawn:
                copy.write_row((*map(_cell, message_row(place.number, *one)), 0, 1, 1, mailbox))
        with cursor.copy(b"COPY value FROM STDIN") as copy:
            for one in drawn:
                for row in text_values(*one):
                    copy.write_row(tuple(map(_cell, row)))
        raw.run(
            f"INSERT INTO property (mailbox, object, id, type, data, key) SELECT {mailbox}, object, id, 31, data,"
            " nullif(convert_to(lower(convert_from(data, 'UTF8')), 'UTF8'), data) FROM value"
        )
        _count(raw, place)
    return place


def _cell(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _numbers(raw: BarePostgresql, count: int) -> int:
    """The first of so many numbers that no object has."""
    first: int = raw.rows("SELECT nextval('number')")[0][0]
    raw.rows("SELECT setval('number', ?)", (first + (count // 32 + 2) * 32,))
    return first


@contextmanager
def by_hand(raw: BarePostgresql) -> Iterator[None]:
    """A transaction in which no trigger fires."""
    with raw.connection.transaction():
        raw.run("SET LOCAL session_replication_role = replica")
        yield


def _count(raw: BarePostgresql, place: Place) -> None:
    """What triggers would have counted."""
    raw.run(
        "UPDATE folder f SET content_count = c.n, unread_count = c.unread FROM (SELECT count(*) AS n,"
        f" count(*) FILTER (WHERE flags & 1 = 0) AS unread FROM message WHERE folder = {place.number}) c"
        f" WHERE f.id = {place.number}"
    )


# texts


def searched(store: MsgStore, raw: BarePostgresql, place: Place, search: Search) -> list[Result]:
    """See `bench_texts.searched`; the floor asks the same index for the same trigrams, in any part of a message."""
    from benchmarks.bench_texts import searched as both

    index = backend_of(store).database.text_index()
    assert index is not None

    def floor(search: Search) -> ByHand:
        if search.span:
            return "message m", "m.subject_begin >= ? AND m.subject_begin < ?", span_of(search.span)
        (grams,) = index.entries(SHORT, Needle("subject", grams_of(search.word))).params
        found = "(SELECT text_found(CAST(CAST(? AS text) AS integer[])) AS id) e"
        return f"{found} JOIN message m ON m.id = e.id", "true", (grams,)

    return both(store, raw, place, search, floor, ROWS)
