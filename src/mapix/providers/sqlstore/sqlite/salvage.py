"""What can be read of a store's damaged file, written into a new store beside it. The damaged file is never changed.

    salvaged = salvage_store(path)
    print(salvaged.path, salvaged.messages, salvaged.lost)

Messages whose row is lost are made again from their properties, folders from the index of their names; what belongs to
nothing any more is left out. The new store is repaired like any other, and sound.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from mapix.interfaces.care import Finding
from mapix.properties.errors import CorruptStore, MapiError, NotFound
from mapix.providers.sqlstore.blobs import content_hash
from mapix.providers.sqlstore.sqlite.connection import connection_to
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import ERRORS, translated
from mapix.providers.sqlstore.sqlite.filecheck import check_database, repair_database
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.sqlite.migrate import prepare
from mapix.providers.sqlstore.sqlite.probing import readable_rows
from mapix.providers.sqlstore.sqlite.relics import revive

_BATCH: Final = 500
_LEFT_OUT: Final = ("sqlite_", "text_")
_FIRST: Final = ("store", "folder", "message", "attachment", "blob", "chunk", "property", "recipient")


@dataclass(slots=True)
class Salvaged:
    """What became of a damaged store: the new file, how much of everything is in it by table, what was lost, in words,
    and what is still wrong with the new store (nothing, usually).
    """

    path: Path
    rows: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """Messages in folders of the new store."""
        return self.rows.get("message", 0)


def salvage_store(path: Path) -> Salvaged:
    """Write what can be read of the store at `path` into a new one beside it. `CorruptStore` when nothing can be."""
    if not path.exists():
        raise NotFound("there is no store at this place", value=str(path))
    target = _free_name(path)
    part = target.with_name(f"{target.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    found = Salvaged(target)
    try:
        with _damaged(path) as source:
            _write(source, part, found)
        _take_files(path, target)
        _settle(part, target, found)
    finally:
        for suffix in ("", "-wal", "-shm", "-turn"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)
    return found


def _free_name(path: Path) -> Path:
    for number in range(1, 10_000):
        target = path.with_name(f"{path.stem}.salvaged{'' if number == 1 else number}{path.suffix}")
        if not target.exists():
            return target
    raise CorruptStore("there are too many salvaged stores beside this one", value=str(path))


@contextmanager
def _damaged(path: Path) -> Iterator[sqlite3.Connection]:
    """The damaged file, open for reading; with its log where there is one, of which a copy is read."""
    log = Path(f"{path}-wal")
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.salvage") as place:
        mode = "mode=ro&immutable=1"
        if log.exists() and log.stat().st_size:
            copy = Path(place) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, f"{copy}-wal")
            path, mode = copy, "mode=rw"
        try:
            with closing(connection_to(path, mode)) as connection:
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                yield connection
        except ERRORS as error:
            raise translated(error, path) from error


def _write(source: sqlite3.Connection, part: Path, found: Salvaged) -> None:
    database = SqliteDatabase(part, full=False)
    try:
        prepare(database, uuid4().bytes_le)
        database.rows("PRAGMA foreign_keys = OFF")
        with database.write():
            triggers = _without_triggers(database)
            tables = _tables(database)
            known = _tables_of(source)
            for table in sorted(tables, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)):
                if table in known:
                    found.rows[table] = _copy(source, database, table, tables[table], known[table], found.lost)
            found.lost += revive(source, database)
            for sql in triggers:
                database.run(sql)
    finally:
        database.close()


def _without_triggers(database: SqliteDatabase) -> list[str]:
    """Take the triggers away; what makes them again."""
    rows = database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in rows:
        database.run(f"DROP TRIGGER {name}")
    return [sql for _, sql in rows]


def _tables(database: SqliteDatabase) -> dict[str, list[tuple[str, int]]]:
    """The columns of every table of the store, each with its place in the primary key."""
    return _tables_of(database.connection)


def _tables_of(connection: sqlite3.Connection) -> dict[str, list[tuple[str, int]]]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = [name for name in names if not name.startswith(_LEFT_OUT)]
    return {
        name: [(column[1], column[5]) for column in connection.execute(f"PRAGMA table_info({name})")] for name in kept
    }


def _copy(
    source: sqlite3.Connection,
    database: SqliteDatabase,
    table: str,
    wanted: Sequence[tuple[str, int]],
    there: Sequence[tuple[str, int]],
    lost: list[str],
) -> int:
    """Copy what can be read of a table; how many rows."""
    names = {name for name, _ in there}
    columns = [name for name, _ in wanted if name in names]
    keys = [name for name, place in sorted(wanted, key=lambda column: column[1]) if place and name in names]
    before = len(lost)
    database.run(f"DELETE FROM {table}")
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    rows = readable_rows(source, table, columns, keys, lost.append)
    count = 0
    while batch := [row for _, row in zip(range(_BATCH), rows, strict=False)]:
        for row in batch:
            count += _insert(database, insert, row, table, lost)
    del lost[before + 20 :]
    return count


def _insert(database: SqliteDatabase, sql: str, row: tuple[Any, ...], table: str, lost: list[str]) -> int:
    try:
        return database.run(sql, row)
    except MapiError as error:
        lost.append(f"{table}: {error}")
        return 0


def _take_files(path: Path, target: Path) -> None:
    """The giant values belong to the new store, too."""
    source, copy = LargeFiles(path), LargeFiles(target)
    for name in source.names():
        copy.directory.mkdir(mode=0o700, exist_ok=True)
        try:
            os.link(source.directory / name, copy.directory / name)
        except OSError:
            shutil.copyfile(source.directory / name, copy.directory / name)


def _settle(part: Path, target: Path, found: Salvaged) -> None:
    """Make the new store sound, and give it its name."""
    database = SqliteDatabase(part)
    database.files = LargeFiles(target)
    try:
        prepare(database, None)
        found.lost += _drop_unreadable(database)
        repair_database(database)
        found.left = check_database(database)
        for table in found.rows:
            found.rows[table] = database.value(f"SELECT count(*) FROM {table}")
        found.rows["message"] = database.value("SELECT count(*) FROM message WHERE folder IS NOT NULL")
        database.rows("PRAGMA journal_mode = DELETE")
    finally:
        database.close()
    with part.open("rb") as opened:
        os.fsync(opened.fileno())
    part.rename(target)


def _drop_unreadable(database: SqliteDatabase) -> list[str]:
    """Let go of large values that cannot be read to their end; those that changed are known by what they are now."""
    lost = []
    for blob, digest, size in database.rows("SELECT id, hash, size FROM blob"):
        try:
            content = content_hash(database, blob)
            if content == digest:
                continue
            lost.append(f"a large value of {size} bytes is not what it was")
            with database.write():
                database.run("UPDATE blob SET hash = ? WHERE id = ?", (content, blob))
        except MapiError as error:
            lost.append(f"a large value of {size} bytes: {error}")
            with database.write():
                database.run("DELETE FROM property WHERE blob = ?", (blob,))
    return lost
