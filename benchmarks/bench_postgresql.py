"""A mailbox of a PostgreSQL database: a big folder, texts, saving, and what another process hears of it.

A server of its own runs for as long as this takes; it waits for the disk at every commit. The store is an ordinary
user's, whose rows the database keeps apart from those of others; the floor is `psycopg` as the same user.
`MAPIX_BENCH_ROWS` changes how many messages the biggest folder has; many take many minutes, and some kilobytes each.
Beyond a hundred thousand the texts of the big folder are not indexed, and no more are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import bench_notify
from benchmarks.bench_store import TABLES, folder_of, in_groups, save
from benchmarks.bench_texts import (
    SEARCHES,
    ByHand,
    Search,
    span_of,
)
from benchmarks.big_folder import MIDDLE, SMALL, indexed, measured, rows_wanted
from benchmarks.copies import COPIED, Place, backend_of, seeded
from benchmarks.harness import Result, seconds, side_by_side
from benchmarks.postgresql_folder import BarePostgresql, columns_of, filled, filled_with_texts
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.stores.storeobject import StoreObject
from mapix.providers.sqlstore.textparts import SHORT, Needle, grams_of
from mapix.testing.support import BenchSupport

ROWS = rows_wanted(20_000)
TEXTS = min(ROWS, MIDDLE)
SAVED = {1: 500, 100: 2_000}
USER, OF_TEXTS = "bench", "texts"


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
        results += [*folders(user, hand), *texts(user, hand)]
        hand.close()
    return results


def folders(dsn: str, hand: BarePostgresql) -> list[Result]:
    """What is measured of big folders; their texts are indexed where that does not take minutes."""
    with open_store(dsn) as store:
        places = {size: filled(store, hand, size) for size in sorted({SMALL, min(MIDDLE, ROWS), ROWS})}
        if ROWS <= MIDDLE:
            indexed(store)
        raw = BarePostgresql(dsn, backend_of(store).database.store_object)
    hand.settle()
    opened = seconds(lambda: opening(dsn), rounds=5)
    with open_store(dsn) as store:
        found = measured(store, raw, places)
    raw.close()
    return [Result(f"open a mailbox with a folder of {ROWS:,}", opened, 1.0, 1.0), *found]


def texts(dsn: str, hand: BarePostgresql) -> Iterator[Result]:
    """What is measured of texts, in a mailbox of their own."""
    with open_store(dsn, OF_TEXTS) as store:
        place = filled_with_texts(store, hand, TEXTS)
        yield Result("indexing the short texts of a message", indexed(store) / TEXTS)
        raw = BarePostgresql(dsn, backend_of(store).database.store_object)
    hand.settle()
    with open_store(dsn, OF_TEXTS) as store:
        for search in SEARCHES:
            yield from searched(store, raw, place, search)
    raw.close()


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
            names = ", ".join(name for name in columns_of(raw, table) if name != owner)
            found.append(raw.rows(f"SELECT {names} FROM {table} WHERE {owner} = ?", (number,)))
        return found


def _insert(raw: BarePostgresql, table: str) -> bytes:
    owner = {"message": "id", "property": "object", "recipient": "message"}[table]
    names = [owner, *(name for name in columns_of(raw, table) if name != owner)]
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

    return both(store, raw, place, search, floor, TEXTS)
