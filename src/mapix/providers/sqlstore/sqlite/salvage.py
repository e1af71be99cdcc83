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
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from mapix.interfaces.care import Finding
from mapix.properties.errors import CorruptStore, MapiError, NotFound
from mapix.providers.sqlstore.blobs import content_hash
from mapix.providers.sqlstore.guarding import STUMBLES
from mapix.providers.sqlstore.pieces import FILE, IN_PIECES
from mapix.providers.sqlstore.seals import doubtful
from mapix.providers.sqlstore.sqlite.connection import connection_to
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import ERRORS, translated
from mapix.providers.sqlstore.sqlite.filecheck import check_database, repair_database
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.sqlite.migrate import prepare
from mapix.providers.sqlstore.sqlite.misfits import Column, columns_of, drop_misfits, unfit
from mapix.providers.sqlstore.sqlite.probing import readable_rows
from mapix.providers.sqlstore.sqlite.relics import revive
from mapix.providers.sqlstore.sqlite.schemacheck import without_triggers

_MOST_TOLD: Final = 20
_LEFT_OUT: Final = ("text_", "change")
_FIRST: Final = ("store", "folder", "message", "attachment", "blob", "chunk", "property", "recipient")


@dataclass(slots=True)
class Tally:
    """Rows of a table: those that the damaged file knows of, be it by an index only, and those of the new store."""

    found: int = 0
    rescued: int = 0

    @property
    def lost(self) -> int:
        """Those that did not come along."""
        return self.found - self.rescued


@dataclass(slots=True)
class Salvaged:
    """What became of a damaged store: the new file, how much of everything was found and rescued by table, what was
    lost, in words, and what is still wrong with the new store (nothing, usually).
    """

    path: Path
    tallies: dict[str, Tally] = field(default_factory=dict)
    messages: int = 0
    """Messages in folders of the new store."""
    doubtful: list[int] = field(default_factory=list)
    """Messages of the new store that are not in everything what was saved, as their checksums say."""
    lost: list[str] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)

    @property
    def rows(self) -> dict[str, int]:
        """How much of everything is in the new store, by table."""
        return {table: tally.rescued for table, tally in self.tallies.items()}


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
                connection.execute("PRAGMA writable_schema = ON")  # a file that was cut short is read as far as it goes
                _check_readable(connection, path)
                yield connection
        except ERRORS as error:
            raise translated(error, path) from error


def _check_readable(connection: sqlite3.Connection, path: Path) -> None:
    """Whether it is known which tables there are: without that nothing else can be read."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        raise CorruptStore("of this store too little is left", value=str(path), hint="a backup of it") from error


def _write(source: sqlite3.Connection, part: Path, found: Salvaged) -> None:
    database = SqliteDatabase(part, full=False)
    try:
        prepare(database, uuid4().bytes_le)
        database.rows("PRAGMA foreign_keys = OFF")
        with database.write():
            triggers = without_triggers(database)
            tables = _tables_of(database.connection)
            known = _tables_of(source)
            for table in sorted(tables, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)):
                if table in known:
                    copied = _copy(source, database, table, tables[table], known[table], found.lost)
                    found.tallies[table] = Tally(copied)
            _revive(source, database, found)
            for sql in triggers:
                database.run(sql)
    finally:
        database.close()


def _tables_of(connection: sqlite3.Connection) -> dict[str, list[Column]]:
    """The columns of the tables that are saved."""
    return {name: columns for name, columns in columns_of(connection).items() if not name.startswith(_LEFT_OUT)}


def _revive(source: sqlite3.Connection, database: SqliteDatabase, found: Salvaged) -> None:
    """Make rows again, and let go of what is no value; what is made counts as found."""
    before = {table: _count(database, table) for table in found.tallies}
    told = revive(source, database)
    for table, tally in found.tallies.items():
        tally.found += _count(database, table) - before[table]
    if (messages := found.tallies.get("message")) is not None:
        messages.found += len(told.gone)
    found.lost += [*told.words, *drop_misfits(database)]


def _count(database: SqliteDatabase, table: str) -> int:
    return int(database.value(f"SELECT count(*) FROM {table}"))


def _copy(
    source: sqlite3.Connection,
    database: SqliteDatabase,
    table: str,
    wanted: Sequence[Column],
    there: Sequence[Column],
    lost: list[str],
) -> int:
    """Copy what can be read of a table and fits; how many rows could be read."""
    names = {column.name for column in there}
    kept = [column for column in wanted if column.name in names]
    columns = [column.name for column in kept]
    keys = [column.name for column in sorted(kept, key=lambda column: column.place) if column.place]
    before = len(lost)
    database.run(f"DELETE FROM {table}")
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    count = 0
    for row in readable_rows(source, table, columns, keys, lost.append) if columns else ():
        count += 1
        if wrong := unfit(table, row, kept):
            lost.append(f"{table}: {wrong}")
        else:
            _insert(database, insert, row, table, lost)
    del lost[before + _MOST_TOLD :]
    return count


def _insert(database: SqliteDatabase, sql: str, row: tuple[Any, ...], table: str, lost: list[str]) -> None:
    try:
        database.run(sql, row)
    except MapiError as error:
        lost.append(f"{table}: {error}")


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
        found.doubtful = doubtful(database)
        repair_database(database)
        found.left = check_database(database)
        for table, tally in found.tallies.items():
            tally.rescued = _count(database, table)
            tally.found = max(tally.found, tally.rescued)
        found.messages = database.value("SELECT count(*) FROM message WHERE folder IS NOT NULL")
        database.rows("PRAGMA journal_mode = DELETE")
    finally:
        database.close()
    with part.open("rb") as opened:
        os.fsync(opened.fileno())
    part.rename(target)


def _find_packing(database: SqliteDatabase) -> None:
    """Large values of which nobody knows how they are packed are packed in the way that gives what they were."""
    known = f"{FILE}, {', '.join(map(str, IN_PIECES))}"
    for blob, digest in database.rows(f"SELECT id, hash FROM blob WHERE packing NOT IN ({known})"):
        for packing in IN_PIECES:
            with database.write(), suppress(MapiError, *STUMBLES):
                database.run("UPDATE blob SET packing = ? WHERE id = ?", (packing, blob))
                if content_hash(database, blob) == digest:
                    break


def _drop_unreadable(database: SqliteDatabase) -> list[str]:
    """Let go of large values that cannot be read to their end; those that changed are known by what they are now."""
    lost = []
    _find_packing(database)
    for blob, digest, size in database.rows("SELECT id, hash, size FROM blob"):
        try:
            content = content_hash(database, blob)
            if content == digest:
                continue
            lost.append(f"a large value of {size} bytes is not what it was")
            with database.write():
                database.run("UPDATE blob SET hash = ? WHERE id = ?", (content, blob))
        except (MapiError, *STUMBLES) as error:
            lost.append(f"a large value of {size} bytes: {error}")
            with database.write():
                database.run("DELETE FROM property WHERE blob = ?", (blob,))
    return lost
