"""A store's file looked over: its pages, everything in it, and the files beside it.

    for finding in check_store(path):
        print(finding)

Nothing changes by `check_store`, not even where the file is of an older version; `repair_store` makes good what can be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mapix.interfaces.care import Finding
from mapix.properties.errors import CorruptStore, NoAccess, NotFound
from mapix.providers.sqlstore.check import findings, repaired
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.sqlite.backend import known_files, sweep
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import ERRORS, translated
from mapix.providers.sqlstore.sqlite.migrate import prepare
from mapix.providers.sqlstore.sqlite.misfits import misfits

__all__ = ["DAMAGED", "Finding", "check_store", "repair_store"]

DAMAGED: Final = "damaged file"
"""The kind of findings that tell of broken pages."""

_OF_INDEX: Final = re.compile("missing from index|wrong # of entries in index|non-unique entry in index")


def check_store(path: Path) -> list[Finding]:
    """What is wrong with the store in a file.

    `NotFound`, `Version` and `NoAccess` for a file that cannot be looked at, `CorruptStore` for one that is no store.
    """
    with _opened(path) as database:
        return check_database(database)


def repair_store(path: Path) -> list[Finding]:
    """Make good what is wrong with the store in a file; what was found, marked where it no longer is."""
    with _opened(path) as database:
        return repair_database(database)


def check_database(database: SqliteDatabase) -> list[Finding]:
    """What is wrong with an open store."""
    return findings(database, (_pages, _misfits, _files))


def repair_database(database: SqliteDatabase) -> list[Finding]:
    """Make good what is wrong with an open store, which nobody else repairs meanwhile. A file with broken pages is left
    as it is: see `salvage`.
    """
    if database.readonly:
        raise NoAccess("a file that cannot be written to is not repaired", value=str(database.path))

    def last() -> None:
        database.run("REINDEX")
        database.files.sweep(known_files(database))

    if any(finding.kind == DAMAGED for finding in _pages(database)):
        return check_database(database)
    found = repaired(database, (_pages, _misfits, _files), last)
    sweep(database)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[SqliteDatabase]:
    if not path.exists():
        raise NotFound("there is no store at this place", value=str(path))
    database = SqliteDatabase(path, readonly=not os.access(path, os.W_OK))
    try:
        prepare(database, None)
        yield database
    finally:
        database.close()


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
            yield Finding("file of no large value", 0, name)
