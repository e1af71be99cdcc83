"""The schema of a store's file held against that which the numbered scripts make: its words may be damaged like any
others, and are believed by whoever opens the file.

Triggers and indexes are made anew by `mend`; a table that is not what it was is for `salvage`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any, Final

from mapix.providers.sqlstore.sqlite import migrate
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

_SCHEMA: Final = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
_MADE_LATER: Final = ("text_short", "text_body")

Part = tuple[str, str]
"""Type and name of a table, an index or a trigger."""


def wrong_parts(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """What of the schema is missing, not what it should be, or too much: its name, and what is the matter."""
    found, wanted = _parts(connection), _wanted(migrate.scripts())
    for part in sorted(found.keys() | wanted.keys()):
        if part not in found:
            yield part[1], f"{part[0]} {part[1]} is missing"
        elif part not in wanted:
            yield part[1], f"{part[0]} {part[1]} is not of this schema"
        elif found[part] != wanted[part]:
            yield part[1], f"{part[0]} {part[1]} is not what it was"


def mend(database: SqliteDatabase) -> None:
    """Make triggers and indexes anew that are not what they should be, inside a transaction."""
    found, wanted = _parts(database.connection), _wanted(migrate.scripts())
    for kind, name in sorted(found.keys() | wanted.keys()):
        if kind == "table" or found.get((kind, name)) == wanted.get((kind, name)):
            continue
        database.run(f'DROP {kind} IF EXISTS "{name}"')
        if (kind, name) in wanted:
            database.run(wanted[kind, name])


def without_triggers(database: SqliteDatabase) -> list[str]:
    """Take the triggers away, so that rows that do not fit can be mended; what makes them again."""
    rows = database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for name, _ in rows:
        database.run(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in rows]


def _parts(connection: sqlite3.Connection) -> dict[Part, Any]:
    """The parts of a schema: triggers and indexes by their words, tables by their columns and what these refer to."""
    parts: dict[Part, Any] = {}
    for kind, name, sql in connection.execute(_SCHEMA).fetchall():
        if isinstance(name, str) and not name.startswith(_MADE_LATER):
            parts[str(kind), name] = _table(connection, name) if kind == "table" else sql
    return parts


def _table(connection: sqlite3.Connection, name: str) -> tuple[Any, ...]:
    quoted = name.replace('"', '""')
    return tuple(
        tuple(connection.execute(f'PRAGMA {pragma}("{quoted}")')) for pragma in ("table_xinfo", "foreign_key_list")
    )


@cache
def _wanted(scripts: tuple[str, ...]) -> dict[Part, Any]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            connection.executescript(script)
        return _parts(connection)
