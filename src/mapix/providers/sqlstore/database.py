"""One connection to a store's file: statements, transactions, waiting for other processes, errors in MAPI's words.

    with database.write():
        database.run(SQL["folder_sort"], (value, number))

All threads share the connection and take turns. A transaction of `write` belongs to its thread until it ends; inner
ones join it, and undo only their own part when they fail. Write-ahead logging lets any number of processes read while
one writes; who has to wait does so here, and nobody above hears of locks.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
)
from mapix.properties.errors import MapiError, NoAccess, UnableToComplete
from mapix.providers.sqlstore.failures import is_passing, is_unwritable, translated
from mapix.providers.sqlstore.transaction import Reading, Writing

PATIENCE: Final = 300.0
"""Seconds that a call waits for other processes before it gives up."""

_BUSY_MS: Final = 2000
_STATEMENTS_KEPT: Final = 512
_CACHE_KIB: Final = 16_000
_LONGEST_LOG: Final = 64 << 20
_ERRORS: Final = (sqlite3.Error, UnicodeError, OverflowError, MemoryError)

Params = Sequence[Any]


class Database:
    """The file at `path`, opened for reading and, unless `readonly`, for writing.

    `full` waits for the disk at every commit, so that what was saved survives power loss; otherwise it survives only
    the death of processes. With `create` a file that is missing is made.

    `transactions` counts those that write. `pending` collects what the one under way has to tell: `on_commit` gets it
    before the end, `on_committed` when it is permanent and other threads may go on; what is undone is taken out, then
    `on_undo` called for what was kept in memory.
    """

    def __init__(self, path: Path, *, readonly: bool = False, create: bool = False, full: bool = True) -> None:
        self.path = path
        self.readonly = readonly
        self.full = full
        self.lock = RLock()
        self.depth = 0
        self.transactions = 0
        self.pending: list[Change] = []
        self.on_commit: Callable[[list[Change]], None] = _nothing
        self.on_committed: Callable[[list[Change]], None] = _nothing
        self.on_undo: list[Callable[[], None]] = []
        self._lost: MapiError | None = None
        self.connection = _connect(path, readonly=readonly, create=create)
        try:
            self._configure()
        except BaseException:
            self.connection.close()
            raise

    # statements

    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        """All rows of a query, as tuples."""
        with self.lock:
            try:
                return self.connection.execute(sql, params).fetchall()
            except _ERRORS as error:
                found: list[Any] = self._again(error, lambda: self.connection.execute(sql, params).fetchall())
                return found

    def row(self, sql: str, params: Params = ()) -> Any:
        """The first row of a query, None when there is none."""
        with self.lock:
            try:
                return self.connection.execute(sql, params).fetchone()
            except _ERRORS as error:
                return self._again(error, lambda: self.connection.execute(sql, params).fetchone())

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first value of the first row, None when there is none."""
        row = self.row(sql, params)
        return None if row is None else row[0]

    def run(self, sql: str, params: Params = ()) -> int:
        """Change something, inside a transaction; how many rows were."""
        try:
            return self.connection.execute(sql, params).rowcount
        except _ERRORS as error:
            raise translated(error, self.path) from error

    def insert(self, sql: str, params: Params = ()) -> int:
        """Insert a row, inside a transaction; the number the database gave it."""
        try:
            return self.connection.execute(sql, params).lastrowid or 0
        except _ERRORS as error:
            raise translated(error, self.path) from error

    def many(self, sql: str, rows: Iterable[Params]) -> int:
        """The same change for each of `rows`, inside a transaction; how many rows were changed."""
        try:
            return self.connection.executemany(sql, rows).rowcount
        except _ERRORS as error:
            raise translated(error, self.path) from error

    # transactions

    def write(self) -> Writing:
        """A transaction that changes the store: all of it is permanent at its end, or nothing."""
        return Writing(self)

    def read(self) -> Reading:
        """Several queries that see the store at one moment."""
        return Reading(self)

    def begin(self, sql: str) -> None:
        """Start a transaction, waiting for other processes."""
        self.again(lambda: self.connection.execute(sql))

    def start(self) -> None:
        """Start a transaction that will write."""
        if self.readonly:
            raise NoAccess("the store is open for reading only", value=str(self.path))
        self._lost = None
        self.begin("BEGIN IMMEDIATE")
        self.transactions += 1

    def end(self, sql: str) -> None:
        """Commit or roll back; when that fails everything is undone."""
        try:
            self.connection.execute(sql)
        except _ERRORS as error:
            failure = translated(error, self.path)
            if self.connection.in_transaction:
                self.connection.rollback()
            raise failure from error

    def undo(self, sql: str, mark: int) -> None:
        """Undo a transaction, or the part of it that began when `mark` changes were pending; the database may have
        done so by itself.
        """
        del self.pending[mark:]
        if self.connection.in_transaction:
            self.end(sql)
        for repair in self.on_undo:
            repair()

    def lose(self, error: BaseException) -> None:
        """Remember that the database gave up the transaction under way because of `error`."""
        if not self.connection.in_transaction:
            self._lost = error if isinstance(error, MapiError) else UnableToComplete("the transaction was undone")

    def check_alive(self) -> None:
        """Raise what ended the transaction under way before its time, if something has."""
        if self._lost is not None:
            raise self._lost

    def synchronous(self, *, full: bool) -> None:
        """Whether commits wait for the disk from now on; outside transactions only."""
        self.connection.execute("PRAGMA synchronous = FULL" if full else "PRAGMA synchronous = NORMAL")

    def keep_log(self) -> None:
        """Write ahead into a log, so that readers and a writer are not in each other's way. This changes the file: only
        for one that is ours.
        """
        if not self.readonly:
            self.rows("PRAGMA journal_mode = WAL")
            self.rows(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        with self.lock:
            self.connection.close()

    # inside

    def again(self, call: Callable[[], Any]) -> Any:
        """What `call` returns, tried again while other processes are in the way."""
        try:
            return call()
        except _ERRORS as error:
            return self._again(error, call)

    def _again(self, error: Exception, call: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while isinstance(error, sqlite3.Error) and is_passing(error) and not self.connection.in_transaction:
            if time.monotonic() > deadline:
                break
            time.sleep(random.uniform(0.002, 0.02))
            try:
                return call()
            except _ERRORS as latest:
                error = latest
        assert isinstance(error, _ERRORS)
        raise translated(error, self.path) from error

    def _configure(self) -> None:
        self.rows(f"PRAGMA busy_timeout = {_BUSY_MS}")
        for pragma in ("foreign_keys = ON", f"cache_size = -{_CACHE_KIB}", "temp_store = MEMORY"):
            self.rows(f"PRAGMA {pragma}")
        if not self.readonly:
            self.synchronous(full=self.full)


def _connect(path: Path, *, readonly: bool, create: bool) -> sqlite3.Connection:
    mode = "mode=ro" if readonly else "mode=rwc" if create else "mode=rw"
    try:
        connection = _connection(path, mode)
        if readonly:
            connection = _readable(connection, path)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    return connection


def _readable(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The connection, or one that needs no files beside the store: its directory may be as read-only as itself.

    What is in the way for a moment is waited for at the next query. A file is taken for one that nobody changes only
    where that is what keeps it from being read.
    """
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        if is_passing(error):
            return connection
        if not is_unwritable(error):
            raise
        log = Path(f"{path}-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection.close()
        connection = _connection(path, "mode=ro&immutable=1")
    return connection


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS_KEPT,
    )


def _nothing(changes: list[Change]) -> None:
    """Nobody wants to know."""
