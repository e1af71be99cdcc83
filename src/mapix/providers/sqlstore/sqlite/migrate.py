"""The schema of a store's file: made when the file is new, brought up to date when it is older.

The scripts of `schema/sqlite` are applied in turn, each once; `PRAGMA user_version` says how far a file is, and `PRAGMA
application_id` that it is a store at all.
"""

from __future__ import annotations

from typing import Final

from mapix.objects.restrictions.collate import fold
from mapix.properties.errors import CorruptStore, NotFound, Version
from mapix.properties.flags import FOLDER_ROOT
from mapix.properties.times import now
from mapix.providers.sqlstore.checksums import checksum
from mapix.providers.sqlstore.migrations import migrations
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

APPLICATION_ID: Final = 0x4D415058
"""`MAPX` in the file's header."""

ROOT: Final = 1
"""The number of the root folder."""

ROOT_NAME: Final = "Root"
_TABLE_COUNT: Final = "SELECT count(*) FROM sqlite_master"


def scripts() -> tuple[str, ...]:
    """The scripts that make the schema, in order."""
    return migrations("sqlite")


def prepare(database: SqliteDatabase, uid: bytes | None) -> bool:
    """Check that the file is a store this version can use, and update it; whether it was made just now.

    An empty file becomes a new store with the identity `uid` (16 bytes), or is `NotFound` when that is None.
    `CorruptStore` for a file that is something else, `Version` for a store of a newer version.
    """
    if _state(database) == (APPLICATION_ID, len(scripts())):
        database.keep_log()
        return False
    if database.readonly:
        _check(database, len(scripts()))
        return False
    if _check(database, 0) == 0:
        database.rows("PRAGMA auto_vacuum = INCREMENTAL")
    database.keep_log()
    with database.write():
        version = _check(database, 0)
        if version == 0 and uid is None:
            raise NotFound("there is no store in this file yet", value=str(database.path))
        for script in scripts()[version:]:
            _apply(database, script)
        database.run(f"PRAGMA application_id = {APPLICATION_ID}")
        database.run(f"PRAGMA user_version = {len(scripts())}")
        if version == 0 and uid is not None:
            _fill(database, uid)
    return version == 0


def version_of(database: SqliteDatabase) -> int:
    """The schema version of a store's file, which is left as it is; raises what `prepare` raises."""
    return _check(database, 1)


def newest() -> int:
    """The schema version of new stores."""
    return len(scripts())


def _state(database: SqliteDatabase) -> tuple[int, int]:
    return database.value("PRAGMA application_id"), database.value("PRAGMA user_version")


def _check(database: SqliteDatabase, oldest: int) -> int:
    """The schema version of the file; 0 for an empty one."""
    application, version = _state(database)
    path = str(database.path)
    if application == 0 and version == 0 and database.value(_TABLE_COUNT) == 0:
        if oldest:
            raise NotFound("there is no store in this file yet", value=path)
        return 0
    if application != APPLICATION_ID:
        raise CorruptStore("the file is a database, but not a store", value=path)
    if version > len(scripts()):
        raise Version(f"a newer version made this store (schema {version})", value=path, hint="a newer mapix")
    if version < oldest:
        raise Version("this store must be updated, which needs write access", value=path, hint="open it for writing")
    return version


def _apply(database: SqliteDatabase, script: str) -> None:
    """Run a script's statements inside the transaction under way."""
    import sqlite3

    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.run(statement)
            statement = ""


def _fill(database: SqliteDatabase, uid: bytes) -> None:
    moment = now()
    database.run(database.sql["store_insert"], (uid, ROOT, ROOT))
    root = (ROOT, None, ROOT_NAME, fold(ROOT_NAME).encode(), FOLDER_ROOT, moment, moment, checksum([]))
    database.run(database.sql["folder_insert"], root)
