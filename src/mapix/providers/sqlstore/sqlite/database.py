"""One connection to a store's file, by `sqlite3`.

Write-ahead logging lets any number of processes read while one writes; who has to wait does so here.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import RowDecorator
from mapix.properties.errors import Busy, NoAccess, UnableToComplete
from mapix.providers.sqlstore.database import PATIENCE, Database, Params
from mapix.providers.sqlstore.sqlite.connection import connect
from mapix.providers.sqlstore.sqlite.dialect import SQLITE
from mapix.providers.sqlstore.sqlite.failures import ERRORS, is_passing, translated
from mapix.providers.sqlstore.sqlite.functions import register, register_decorator
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.sqlite.log import LateSync, looks
from mapix.providers.sqlstore.sqlite.numbering import check_numbers
from mapix.providers.sqlstore.sqlite.rolelock import RoleLock
from mapix.providers.sqlstore.sqlite.turns import Turns
from mapix.providers.sqlstore.statements import statements
from mapix.providers.sqlstore.watching import Stop

if TYPE_CHECKING:
    from mapix.providers.sqlstore.textindex import TextIndex

_BUSY_MS: Final = 2000
_CACHE_KIB: Final = 16_000
_LOG_PAGES: Final = 4000
"""Pages after which the log is written into the file: a page that changes often is written once for all its changes."""
_LONGEST_LOG: Final = 64 << 20
_MARKS: Final = SQLITE.marks(0)
_SQL: Final = statements(SQLITE.name, _MARKS)


class SqliteDatabase(Database):
    """The file at `path`, opened for reading and, unless `readonly`, for writing. With `create` a file that is missing
    is made.
    """

    dialect = SQLITE
    marks = _MARKS
    sql = _SQL
    files: LargeFiles

    def __init__(self, path: Path, *, readonly: bool = False, create: bool = False, full: bool = True) -> None:
        super().__init__(readonly=readonly, full=full)
        self.path = path
        self.name = str(path)
        self.identity = path
        self._log = Path(f"{path}-wal")
        self.files = LargeFiles(path)
        self._turns = Turns(path.with_name(path.name + "-turn"))
        self._late = LateSync(self._log)
        self._soon = self._reading = False
        self._waits: bool | None = None
        self._counts_on = False
        self.connection = connect(path, readonly=readonly, create=create)
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
            except ERRORS as error:
                found: list[Any] = self._again(error, lambda: self.connection.execute(sql, params).fetchall())
                return found

    def row(self, sql: str, params: Params = ()) -> Any:
        """The first row of a query, None when there is none."""
        with self.lock:
            try:
                return self.connection.execute(sql, params).fetchone()
            except ERRORS as error:
                return self._again(error, lambda: self.connection.execute(sql, params).fetchone())

    def run(self, sql: str, params: Params = ()) -> int:
        """Change something, inside a transaction; how many rows were."""
        try:
            self._check_inside()
            return self.connection.execute(sql, params).rowcount
        except ERRORS as error:
            raise translated(error, self.path) from error

    def insert(self, sql: str, params: Params = ()) -> int:
        """Insert a row, inside a transaction; the number the database gave it."""
        try:
            self._check_inside()
            return self.connection.execute(sql, params).lastrowid or 0
        except ERRORS as error:
            raise translated(error, self.path) from error

    def many(self, sql: str, rows: Iterable[Params]) -> int:
        """The same change for each of `rows`, inside a transaction; how many rows were changed."""
        try:
            self._check_inside()
            return self.connection.executemany(sql, rows).rowcount
        except ERRORS as error:
            raise translated(error, self.path) from error

    def _check_inside(self) -> None:
        """What is changed after SQLite gave the transaction up would stay, whatever becomes of the rest."""
        if not self.connection.in_transaction:
            raise self._lost or UnableToComplete("the transaction was undone", value=self.name)

    # transactions

    def begin(self, sql: str) -> None:
        """See `Database.begin`."""
        self.again(lambda: self.connection.execute(sql))

    def start(self) -> None:
        """See `Database.start`."""
        if self.readonly:
            raise NoAccess("the store is open for reading only", value=str(self.path))
        self._lost, self._reading = None, False
        self.synchronous(full=self.full and not self._soon)
        if not self._turns.take(PATIENCE):
            raise Busy("another process keeps the store for itself", value=str(self.path), hint="again later")
        try:
            self.begin("BEGIN IMMEDIATE")
        except BaseException:
            self._turns.leave()
            raise
        self.transactions += 1

    def ended(self) -> None:
        """See `Database.ended`."""
        self._turns.leave()

    def start_reading(self) -> None:
        """See `Database.start_reading`: its moment is that of the first question, which may have to wait."""
        self.begin("BEGIN")
        self._reading = True

    def end(self, sql: str) -> None:
        """See `Database.end`."""
        try:
            self.connection.execute(sql)
        except ERRORS as error:
            failure = translated(error, self.path)
            if self.connection.in_transaction:
                self.connection.rollback()
            raise failure from error

    @property
    def in_transaction(self) -> bool:
        """See `Database.in_transaction`."""
        with suppress(sqlite3.ProgrammingError):
            return self.connection.in_transaction
        return False

    def rollback(self) -> None:
        """See `Database.rollback`."""
        self.connection.rollback()

    @contextmanager
    def write_soon(self) -> Iterator[None]:
        """See `Database.write_soon`: the log is written out a moment later. The shorter the time between a peer's
        answer and its record, the fewer messages are ever sent twice.
        """
        with self.lock:
            self._soon = quick = self.full and self.depth == 0
            try:
                with self.write():
                    yield
            finally:
                self._soon = False
        if quick:
            self._late.soon()

    def blame(self, error: Exception) -> Exception:
        """See `Database.blame`: a file takes anything in any column."""
        from mapix.providers.sqlstore.sqlite.misfits import blamed

        with self.lock:
            return blamed(self, error)

    def free_to_write(self) -> bool:
        """See `Database.free_to_write`."""
        with self.lock:
            if not super().free_to_write():
                return False
            self.rows("PRAGMA busy_timeout = 0")
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                self.connection.rollback()
            except sqlite3.Error:
                return False
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        return True

    def text_index(self) -> TextIndex:
        """See `Database.text_index`."""
        from mapix.providers.sqlstore.sqlite.textindex import SqliteTextIndex

        return SqliteTextIndex(self)

    def synchronous(self, *, full: bool) -> None:
        """Whether commits wait for the disk from now on; outside transactions only."""
        if full is not self._waits:
            self.rows("PRAGMA synchronous = FULL" if full else "PRAGMA synchronous = NORMAL")
            self._waits = full

    def keep_log(self) -> None:
        """Write ahead into a log, so that readers and a writer are not in each other's way. This changes the file: only
        for one that is ours.
        """
        if not self.readonly:
            self.rows("PRAGMA journal_mode = WAL")
            self.rows(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")

    # others

    def take_numbers(self, highest: int, size: int) -> tuple[int, int]:
        """See `Database.take_numbers`."""
        if not self._counts_on:
            check_numbers(self)
            self._counts_on = True
        (last,) = self.rows(self.sql["numbers_take"], (highest, size))[0]
        return last - size + 1, last

    def news(self) -> object:
        """See `Database.news`."""
        return self.value("PRAGMA data_version")

    def wait_for_news(self, stop: Stop) -> Iterator[None]:
        """See `Database.wait_for_news`: a commit changes the log, which is looked at many times a second."""
        return looks(self._log, stop)

    def state(self) -> object:
        """See `Database.state`."""
        return self.value("PRAGMA data_version"), self.connection.total_changes, self.undoings

    def role(self) -> RoleLock:
        """See `Database.role`."""
        return RoleLock(self.path.with_name(self.path.name + "-spooler"))

    def decorate(self, decorator: RowDecorator) -> None:
        """See `Database.decorate`."""
        register_decorator(self, decorator)

    def close(self) -> None:
        """See `Database.close`; what was left for later goes to the disk."""
        self._late.close()
        with self.lock:
            self.connection.close()
            self._turns.close()

    # inside

    def again(self, call: Callable[[], Any]) -> Any:
        """What `call` returns, tried again while other processes are in the way."""
        try:
            return call()
        except ERRORS as error:
            return self._again(error, call)

    def _again(self, error: Exception, call: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while isinstance(error, sqlite3.Error) and is_passing(error) and time.monotonic() < deadline:
            if self.connection.in_transaction and not self._reading:
                break
            time.sleep(random.uniform(0.002, 0.02))
            try:
                return call()
            except ERRORS as latest:
                error = latest
        assert isinstance(error, ERRORS)
        raise translated(error, self.path) from error

    def _configure(self) -> None:
        self.rows(f"PRAGMA busy_timeout = {_BUSY_MS}")
        pace = f"wal_autocheckpoint = {_LOG_PAGES}"
        for pragma in (
            "foreign_keys = ON",
            "secure_delete = FAST",
            f"cache_size = -{_CACHE_KIB}",
            "temp_store = MEMORY",
            pace,
        ):
            self.rows(f"PRAGMA {pragma}")
        if not self.readonly:
            self.synchronous(full=self.full)
        register(self)
