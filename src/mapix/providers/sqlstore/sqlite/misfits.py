"""Cells that hold what cannot stand there: a file takes anything in any column, and damage turns one kind into another.

    for table, number, detail in misfits(database.connection):
        ...

What columns hold is what the schema declares; text may be bytes, where it has halves of characters. Values of
properties are of the kind that their type says (`mapix.providers.sqlstore.values`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from mapix.properties.errors import MapiError
from mapix.properties.tag import MV_FLAG, PropType
from mapix.providers.sqlstore.values import FLOAT_TYPES, STRUCTURES, sure

MOST: Final = 50
"""Misfits of one table that are told."""

NOT_OURS: Final = ("sqlite_", "text_short", "text_body")
"""How the names of tables begin that the database itself keeps."""

_CLASSES: Final = {"INTEGER": (int,), "TEXT": (str, bytes), "BLOB": (bytes,)}
_KINDS: Final = {"INTEGER": "'integer'", "TEXT": "'text', 'blob'", "BLOB": "'blob'"}
_NUMBERS: Final = frozenset(("folder", "message", "attachment"))
_WHOLE: Final = "2, 3, 6, 10, 20, 64"
_FLOATS: Final = ", ".join(map(str, FLOAT_TYPES))
_FITS: Final = f"""CASE
    WHEN type = {int(PropType.SHORT)} THEN typeof(value) = 'integer' AND value BETWEEN -32768 AND 65535
    WHEN type IN (3, 10) THEN typeof(value) = 'integer' AND value BETWEEN -2147483648 AND 4294967295
    WHEN type IN ({_WHOLE}, {int(PropType.BOOLEAN)}) THEN typeof(value) = 'integer'
    WHEN type IN ({_FLOATS}) THEN typeof(value) IN ('real', 'integer', 'blob')
    WHEN type = {int(PropType.UNICODE)} THEN typeof(value) IN ('text', 'blob')
    ELSE typeof(value) = 'blob' END"""
_VALUES: Final = (
    "SELECT object, 'property ' || tag_text(id, type) || ' holds ' || typeof(value) FROM property"
    f" WHERE NOT (id BETWEEN 0 AND 65535 AND type BETWEEN 0 AND 65535)"
    f" OR (blob IS NULL AND value IS NOT NULL AND NOT ({_FITS})) LIMIT {MOST}"
)
_PACKED: Final = (
    "SELECT object, id, type, value FROM property WHERE blob IS NULL AND typeof(value) = 'blob'"
    f" AND (type & {MV_FLAG} OR type IN ({', '.join(map(str, STRUCTURES))}, {int(PropType.UNICODE)}, {_FLOATS}))"
)

Column = tuple[str, str, int]
"""Name, declared type, place in the primary key or 0."""


def columns_of(connection: sqlite3.Connection) -> dict[str, list[Column]]:
    """The columns of the tables of a store by their names."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: [(row[1], row[2], row[5]) for row in connection.execute(f'PRAGMA table_info("{name}")')]
        for name in names
        if not name.startswith(NOT_OURS)
    }


def misfits(connection: sqlite3.Connection) -> Iterator[tuple[str, int, str]]:
    """Table, the number in the first column (0 where that is none), and what stands there."""
    for table, columns in columns_of(connection).items():
        first = columns[0][0]
        for name, declared, _ in columns:
            wrong = _wrong(table, name, declared)
            if wrong:
                sql = f"SELECT {first}, typeof({name}) FROM {table} WHERE {wrong} LIMIT {MOST}"
                for number, kind in connection.execute(sql):
                    yield table, number if isinstance(number, int) else 0, f"{table}.{name} holds {kind}"
    for number, detail in connection.execute(_VALUES):
        yield "property", number if isinstance(number, int) else 0, detail
    for number, prop_id, kind, value in connection.execute(_PACKED):
        try:
            sure(kind, value)
        except MapiError as error:
            yield "property", number, f"property 0x{prop_id:04X}{kind:04X}: {error}"


def fits(row: tuple[Any, ...], columns: list[Column]) -> str:
    """What is wrong with a row of these columns, in words; nothing where it fits."""
    for value, (name, declared, _) in zip(row, columns, strict=True):
        classes = _CLASSES.get(declared)
        if value is not None and classes is not None and not isinstance(value, classes):
            return f"{name} is {type(value).__name__}"
    return ""


def _wrong(table: str, name: str, declared: str) -> str:
    """The condition of a cell that does not fit; empty where anything does."""
    kinds = _KINDS.get(declared)
    if kinds is None:
        return ""
    wrong = f"typeof({name}) NOT IN ({kinds}, 'null')"
    return f"{wrong} OR {name} < 1" if name == "id" and table in _NUMBERS else wrong
