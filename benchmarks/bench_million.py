"""A folder of a million messages in a file: see `big_folder`. `MAPIX_BENCH_ROWS` changes how many."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bench_store import folder_of, open_store
from benchmarks.big_folder import MIDDLE, SMALL, Bare, indexed, measured, rows_wanted
from benchmarks.copies import COPIED, Place, backend_of, copying, seeded
from benchmarks.harness import Result, seconds
from mapix.interfaces.store import MsgStore
from mapix.providers.sqlstore.backend import SqlBackend

ROWS = rows_wanted(1_000_000)
_COUNTER = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {})"


def run() -> list[Result]:
    """All measurements."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "million.mapix"
        with open_store(path) as store:
            places = {size: filled(store, size) for size in sorted({SMALL, MIDDLE, ROWS})}
            took = indexed(store)
        opened = seconds(lambda: opening(path), rounds=5)
        with open_store(path) as store:
            results = measured(store, BareSqlite(path), places)
        return [
            Result("indexing the short texts of a message", took / sum(places)),
            Result(f"open a store with a folder of {ROWS:,}", opened, 1.0, 1.0),
            *results,
        ]


class BareSqlite(Bare):
    """`sqlite3` on a store's file."""

    value = "value"
    part = "instr({}, ?) > 0"

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA cache_size = -16000")

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """See `Bare.rows`."""
        return self.connection.execute(sql, params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = ()) -> Callable[[int], list[Any]]:
        """See `Bare.stream`."""
        return self.connection.execute(sql, params).fetchmany

    def text(self, value: str) -> str:
        """See `Bare.text`."""
        return value


def opening(path: Path) -> None:
    """Opening a store and its root."""
    with open_store(path) as store:
        folder_of(store)


def filled(store: MsgStore, size: int) -> Place:
    """A new folder with copies of a few messages."""
    backend = backend_of(store)
    with store.transaction():
        place, numbers = seeded(store, size)
        with backend.database.lock:
            _copy(backend, numbers, size - COPIED)
    return place


def _copy(backend: SqlBackend, numbers: list[int], wanted: int) -> None:
    run, rows = backend.database.run, backend.database.rows
    columns = [name for (name,) in rows("SELECT name FROM pragma_table_info('message') WHERE name <> 'id'")]
    run("CREATE TEMP TABLE copied (id INTEGER PRIMARY KEY, place INTEGER)")
    for place, number in enumerate(numbers):
        run("INSERT INTO copied VALUES (?, ?)", (number, place))
    base = rows("UPDATE store SET last_number = last_number + ? RETURNING last_number", (wanted + COPIED,))[0][0]
    counter = _COUNTER.format(wanted // COPIED + 1)
    for sql in copying(columns, str(base - wanted), values="value"):
        run(f"{counter} {sql}", (wanted,))
    run("DROP TABLE copied")
