"""A store's file looked over: its pages, everything in it, and the files beside it.

    for finding in check_store(path):
        print(finding)

Nothing changes by `check_store`, not even where the file is of an older version; `repair_store` makes good what can be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mapix.interfaces.care import Finding
from mapix.properties.errors import CorruptStore, MapiError, NoAccess, NotFound
from mapix.providers.sqlstore.blobs import content_hash
from mapix.providers.sqlstore.check import UNREADABLE, findings, repaired
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.sqlite.backend import known_files, sweep
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import ERRORS, translated
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.sqlite.migrate import APPLICATION_ID, newest, prepare, version_of
from mapix.providers.sqlstore.sqlite.misfits import mend_orders, misfits
from mapix.providers.sqlstore.sqlite.schemacheck import mend, without_triggers, wrong_parts
from mapix.providers.sqlstore.sqlite.twins import part_twins

__all__ = ["DAMAGED", "Finding", "check_store", "repair_store"]

DAMAGED: Final = "damaged file"
"""The kind of findings that tell of broken pages."""

_ORPHAN: Final = "file of no large value"
_OF_FILES: Final = (_ORPHAN, UNREADABLE)
_HELD: Final = "SELECT hash FROM blob WHERE id = ? AND id NOT IN (SELECT blob FROM garbage)"
_HEAD: Final = 100
_OF_INDEX: Final = re.compile("missing from index|wrong # of entries in index|non-unique entry in index")


def check_store(path: Path) -> list[Finding]:
    """What is wrong with the store in a file.

    `NotFound`, `Version` and `NoAccess` for a file that cannot be looked at, `CorruptStore` for one that is no store.
    A store of an older version stays one: a copy of it is brought up to date and looked over.
    """
    try:
        with _opened(path) as database:
            if version_of(database) == newest():
                return check_database(database)
            with _updated_copy(database) as copy:
                return check_database(copy)
    except CorruptStore as error:
        if not _was_store(path):
            raise
        return [Finding(DAMAGED, 0, str(error))]


def repair_store(path: Path) -> list[Finding]:
    """Make good what is wrong with the store in a file; what was found, marked where it no longer is."""
    try:
        with _opened(path) as database:
            prepare(database, None)
            return repair_database(database)
    except CorruptStore as error:
        if not _was_store(path):
            raise
        return [Finding(DAMAGED, 0, str(error))]


def check_database(database: SqliteDatabase) -> list[Finding]:
    """What is wrong with an open store. Others make files beside it, and take them away, while it is looked at: what
    seems wrong with one is looked at again while nobody writes.
    """
    found = findings(database, _LOOKS)
    if not database.readonly and any(each.kind in _OF_FILES for each in found):
        with suppress(MapiError), database.write():
            return [each for each in found if each.kind not in _OF_FILES or _is_so(database, each)]
    return found


def repair_database(database: SqliteDatabase) -> list[Finding]:
    """Make good what is wrong with an open store, which nobody else repairs meanwhile. A file with broken pages is left
    as it is: see `salvage`.
    """
    if database.readonly:
        raise NoAccess("a file that cannot be written to is not repaired", value=str(database.path))

    def first() -> None:
        try:
            mend(database)
            mend_orders(database)
            without_triggers(database)
            part_twins(database)
        except ERRORS as error:
            raise translated(error, database.path) from error

    def last() -> None:
        mend(database)
        database.run("REINDEX")
        database.files.sweep(known_files(database))

    if any(finding.kind == DAMAGED for finding in _pages(database)):
        return check_database(database)
    found = repaired(database, _LOOKS, first, last)
    sweep(database)
    return found


def _is_so(database: SqliteDatabase, finding: Finding) -> bool:
    """Whether something is wrong with a file still."""
    if finding.kind == _ORPHAN:
        return finding.detail in database.files.orphans(known_files(database))
    held = database.row(_HELD, (finding.number,))
    try:
        return held is not None and content_hash(database, finding.number) != held[0]
    except MapiError:
        return True


@contextmanager
def _opened(path: Path) -> Iterator[SqliteDatabase]:
    if not path.exists():
        raise NotFound("there is no store at this place", value=str(path))
    database = SqliteDatabase(path, readonly=not os.access(path, os.W_OK))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _updated_copy(database: SqliteDatabase) -> Iterator[SqliteDatabase]:
    """A store of an older version as one of this version, for as long as it is looked at."""
    beside = database.path.parent if os.access(database.path.parent, os.W_OK) else None
    with TemporaryDirectory(dir=beside, prefix=f"{database.path.name}.check") as place:
        copy = SqliteDatabase(Path(place) / "store.mapix", create=True, full=False)
        try:
            copy.files = LargeFiles(database.path)
            _copy_pages(database, copy)
            prepare(copy, None)
            yield copy
        finally:
            copy.close()


def _copy_pages(database: SqliteDatabase, copy: SqliteDatabase) -> None:
    try:
        database.connection.backup(copy.connection)
    except ERRORS as error:
        raise translated(error, database.path) from error


def _was_store(path: Path) -> bool:
    """Whether a file says at its beginning that it is a store."""
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4, "big")


def _pages(database: Database) -> Iterator[Finding]:
    """What the database says of its own file."""
    try:
        said = [text for (text,) in database.rows("PRAGMA integrity_check")]
    except CorruptStore as error:
        said = [str(error)]
    for text in said:
        if text != "ok":
            yield Finding("index not like its table" if _OF_INDEX.search(text) else DAMAGED, 0, text)
    for table, row, parent, _ in database.rows("PRAGMA foreign_key_check"):
        yield Finding("broken link", row or 0, f"a row of {table} names a {parent} that is not there")


def _schema(database: Database) -> Iterator[Finding]:
    """Tables, indexes and triggers that are not those of the scripts."""
    if isinstance(database, SqliteDatabase):
        try:
            for _, detail in wrong_parts(database.connection):
                yield Finding("schema not as it was made", 0, detail)
        except ERRORS as error:
            raise translated(error, database.path) from error


def _misfits(database: Database) -> Iterator[Finding]:
    """Cells that hold what cannot stand there."""
    if isinstance(database, SqliteDatabase):
        try:
            for _, number, detail in misfits(database.connection):
                yield Finding("value of another kind", number, detail)
        except ERRORS as error:
            raise translated(error, database.path) from error


def _files(database: Database) -> Iterator[Finding]:
    """Files beside the store that nothing in it refers to."""
    if isinstance(database, SqliteDatabase):
        for name in database.files.orphans(known_files(database)):
            yield Finding(_ORPHAN, 0, name)


_LOOKS: Final = (_pages, _schema, _misfits, _files)
