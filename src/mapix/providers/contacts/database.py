"""The file of an address book: opened, made, read, written, and what SQLite says in MAPI's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any, Final

from mapix.properties.errors import Busy, CorruptData, DiskError, MapiError, NoAccess, NotEnoughDisk, NotFound, Version

SCHEMA: Final = 2
_APPLICATION: Final = 0x6D784142
_WAIT_MILLISECONDS: Final = 10_000
_SINCE_2: Final = "TABLE IF NOT EXISTS change"


class Database:
    """An address book's file. `create` makes it, private to its user; `NotFound` without where there is none."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._lock = RLock()
        self._depth = 0
        if not path.exists():
            if not create:
                hint = "put the file back; a new book begins with: mapix service remove CONTACTS, add it again"
                raise NotFound("there is no address book at this place", value=str(path), hint=hint)
            _make_file(path)
        with self._told():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            with self._lock:
                return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise _as_mapi(error, self.path) from error

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Change rows; the number of the row that was inserted last."""
        with self._lock, self._told():
            return self._connection.execute(sql, parameters).lastrowid or 0

    def write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Change many rows."""
        with self._lock, self._told():
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written within, or nothing; within another one it is a part of that."""
        with self._lock:
            if self._depth == 0:
                self.write("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self.write("COMMIT")
            except BaseException:
                if self._depth == 1:
                    self._connection.rollback()
                raise
            finally:
                self._depth -= 1

    def version(self) -> tuple[int, int]:
        """A value that changes with every change, by whomever."""
        with self._lock:
            return self.read("PRAGMA data_version")[0][0], self._connection.total_changes

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        self.read(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
        self.read("PRAGMA foreign_keys = ON")
        self.read("PRAGMA trusted_schema = OFF")
        self.read("PRAGMA journal_mode = WAL")
        with self.transaction():
            version = self.read("PRAGMA user_version")[0][0]
            if version == 0 and not self.read("SELECT 1 FROM sqlite_schema LIMIT 1"):
                self._make(_statements())
                self.write(f"PRAGMA application_id = {_APPLICATION}")
            elif self.read("PRAGMA application_id")[0][0] != _APPLICATION:
                raise CorruptData("this file is no address book", value=str(self.path), hint="another path")
            elif version > SCHEMA:
                raise Version("the address book was made by a newer version of mapix", value=str(self.path))
            elif version < SCHEMA:
                self._make(statement for statement in _statements() if _SINCE_2 in statement)

    def _make(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.write(statement)
        self.write(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _as_mapi(error, self.path) from error


def _statements() -> list[str]:
    text = files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
    plain = "\n".join(line.partition("--")[0] for line in text.splitlines())
    return [statement for statement in map(str.strip, plain.split(";")) if statement]


def _make_file(path: Path) -> None:
    """Another thread's file is not opened: closing it would give up what SQLite locks of it in this process."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
    except PermissionError as error:
        raise NoAccess("the address book cannot be made here", value=str(path), hint="another path") from error
    except OSError as error:
        raise DiskError(f"the address book cannot be made ({error.strerror})", value=str(path)) from error


def _as_mapi(error: sqlite3.Error, path: Path) -> MapiError:
    """What SQLite raised, as a MAPI error."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy("another program is writing to the address book", value=str(path), hint="again in a moment")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return CorruptData(f"the address book is damaged: {error}", value=str(path), hint="a copy of it")
    if code == sqlite3.SQLITE_FULL:
        return NotEnoughDisk("there is no room for the address book", value=str(path), hint="make room")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return NoAccess("the address book cannot be written to", value=str(path))
    return DiskError(f"the address book: {error}", value=str(path))
