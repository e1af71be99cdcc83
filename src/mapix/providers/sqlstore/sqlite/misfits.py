"""Cells that hold what cannot stand there: a file takes anything in any column, and damage turns one kind into another.

    for table, number, detail in misfits(database.connection):
        ...

What columns hold is what the schema declares; text may be bytes, where it has halves of characters. Values of
properties are of the kind that their type says (`mapix.providers.sqlstore.values`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.objects.tables import sortbytes
from mapix.properties.errors import CorruptStore, MapiError
from mapix.properties.restrictionbytes import load_restriction
from mapix.properties.tag import MV_FLAG, PropType
from mapix.providers.sqlstore.guarding import STUMBLES
from mapix.providers.sqlstore.names import read_name
from mapix.providers.sqlstore.sqlite.failures import ERRORS, translated
from mapix.providers.sqlstore.values import FLOAT_TYPES, NEVER_LARGE, STRUCTURES, loaded_text, sure

if TYPE_CHECKING:
    from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

MOST: Final = 50
"""Misfits of one table that are told."""

NOT_OURS: Final = ("sqlite_", "text_short", "text_body")
"""How the names of tables begin that the database itself keeps."""

_CLASSES: Final = {"INTEGER": (int,), "TEXT": (str, bytes), "BLOB": (bytes,)}
_KINDS: Final = {"INTEGER": "'integer'", "TEXT": "'text', 'blob'", "BLOB": "'blob'"}
_NUMBERS: Final = frozenset(("folder", "message", "attachment"))
MOST_NUMBER: Final = 1 << 62
"""Beyond the numbers of all objects."""

_UID: Final = 16
_WHOLE: Final = "2, 3, 6, 10, 20, 64"
_FLOATS: Final = ", ".join(map(str, FLOAT_TYPES))
_FITS: Final = f"""CASE
    WHEN type = {int(PropType.SHORT)} THEN typeof(value) = 'integer' AND value BETWEEN -32768 AND 65535
    WHEN type IN (3, 10) THEN typeof(value) = 'integer' AND value BETWEEN -2147483648 AND 4294967295
    WHEN type IN ({_WHOLE}, {int(PropType.BOOLEAN)}) THEN typeof(value) = 'integer'
    WHEN type IN ({_FLOATS}) THEN typeof(value) IN ('real', 'integer', 'blob')
    WHEN type = {int(PropType.UNICODE)} THEN typeof(value) IN ('text', 'blob')
    ELSE typeof(value) = 'blob' END"""
_NONE: Final = (
    "NOT (id BETWEEN 0 AND 65535 AND type BETWEEN 0 AND 65535)"
    f" OR (blob IS NULL AND value IS NOT NULL AND NOT ({_FITS}))"
    f" OR (blob IS NOT NULL AND type IN ({', '.join(map(str, sorted(NEVER_LARGE)))}))"
)
_VALUES: Final = (
    "SELECT object, 'property ' || printf('0x%04X%04X', id, type) || ' holds ' || typeof(value) FROM property"
    f" WHERE {_NONE} LIMIT {MOST}"
)
_DROP: Final = f"DELETE FROM property WHERE {_NONE}"
_PACKED: Final = (
    "SELECT object, id, type, value FROM property WHERE blob IS NULL AND typeof(value) = 'blob'"
    f" AND (type & {MV_FLAG} OR type IN ({', '.join(map(str, STRUCTURES))}, {int(PropType.UNICODE)}, {_FLOATS}))"
)

_ORDER: Final = "its saved order"
_READ: Final = (
    (
        sortbytes.load,
        "SELECT id, contents_sort FROM folder WHERE contents_sort IS NOT NULL",
        _ORDER,
        "UPDATE folder SET contents_sort = NULL WHERE id = ?",
    ),
    (
        load_restriction,
        "SELECT folder, restriction FROM search",
        "what it looks for",
        "DELETE FROM search WHERE folder = ?",
    ),
)


class Column(NamedTuple):
    """A column: its declared type, its place in the primary key or 0, and whether it must hold something."""

    name: str
    declared: str
    place: int
    required: bool


def columns_of(connection: sqlite3.Connection) -> dict[str, list[Column]]:
    """The columns of the tables of a store by their names."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: [
            Column(row[1], row[2], row[5], bool(row[3])) for row in connection.execute(f'PRAGMA table_info("{name}")')
        ]
        for name in names
        if not name.startswith(NOT_OURS)
    }


def misfits(connection: sqlite3.Connection) -> Iterator[tuple[str, int, str]]:
    """Table, the number in the first column (0 where that is none), and what stands there."""
    for table, columns in columns_of(connection).items():
        first = columns[0].name
        for column in columns:
            wrong = _wrong(table, column)
            if wrong:
                sql = f"SELECT {first}, typeof({column.name}) FROM {table} WHERE {wrong} LIMIT {MOST}"
                for number, kind in connection.execute(sql):
                    yield table, number if isinstance(number, int) else 0, f"{table}.{column.name} holds {kind}"
            if column.declared == "TEXT":
                yield from _no_texts(connection, table, first, column.name)
    for number, what, _ in _unread(connection):
        yield "folder", number, f"{what} cannot be read"
    for number, detail in connection.execute(_VALUES):
        yield "property", number if isinstance(number, int) else 0, detail
    for number, prop_id, kind, detail in _unpacked(connection):
        yield "property", number, f"property 0x{prop_id:04X}{kind:04X}: {detail}"


def blamed(database: SqliteDatabase, error: Exception) -> Exception:
    """See `Database.blame`."""
    try:
        found = next(misfits(database.connection), None)
    except ERRORS as failure:
        return translated(failure, database.path)
    if found is None:
        return error
    return CorruptStore(f"the store is damaged ({found[2]})", value=str(database.path), hint="mapix store check")


def unfit(table: str, row: Sequence[Any], columns: Sequence[Column]) -> str:
    """What is wrong with a row of these columns, in words; nothing where it fits."""
    for value, (name, declared, _, required) in zip(row, columns, strict=True):
        classes = _CLASSES.get(declared)
        if value is None and required:
            return f"{name} holds nothing"
        if value is not None and classes is not None and not isinstance(value, classes):
            return f"{name} holds {type(value).__name__}"
        if declared == "TEXT" and isinstance(value, bytes) and not _is_text(value):
            return f"{name} holds no text"
        if name == "id" and table in _NUMBERS and not 0 < value < MOST_NUMBER:
            return f"{name} is {value}"
        if name == "uid" and len(value) != _UID:
            return f"{name} is of {len(value)} bytes"
    return ""


def drop_misfits(database: SqliteDatabase) -> list[str]:
    """Let go of properties that are none, inside a transaction; what they were, in words."""
    told = [f"object {number}: {detail}" for number, detail in database.rows(_VALUES)]
    database.run(_DROP)
    for number, prop_id, kind, detail in list(_unpacked(database.connection)):
        told.append(f"object {number}: property 0x{prop_id:04X}{kind:04X}: {detail}")
        database.run("DELETE FROM property WHERE object = ? AND id = ?", (number, prop_id))
    for folder, what, sql in list(_unread(database.connection)):
        told.append(f"{what} ({folder})")
        database.run(sql, (folder,))
    return told


def _no_texts(connection: sqlite3.Connection, table: str, first: str, name: str) -> Iterator[tuple[str, int, str]]:
    """Bytes in a column of texts that are none."""
    for number, data in connection.execute(f"SELECT {first}, {name} FROM {table} WHERE typeof({name}) = 'blob'"):
        if not _is_text(data):
            yield table, number if isinstance(number, int) else 0, f"{table}.{name} holds no text"


def _is_text(data: bytes) -> bool:
    try:
        loaded_text(data)
    except MapiError:
        return False
    return True


def mend_orders(database: SqliteDatabase) -> None:
    """Let go of the saved orders of folders that cannot be read, inside a transaction: nothing is lost by that."""
    for folder, what, sql in list(_unread(database.connection)):
        if what == _ORDER:
            database.run(sql, (folder,))


def _unpacked(connection: sqlite3.Connection) -> Iterator[tuple[int, int, int, str]]:
    """Values that cannot be unpacked: object, identifier, type, and why."""
    for number, prop_id, kind, value in connection.execute(_PACKED):
        try:
            sure(kind, value)
        except MapiError as error:
            yield number, prop_id, kind, str(error)


def _unread(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Names of properties, saved orders of folders and what they look for that cannot be read; what lets go of that."""
    for row in connection.execute("SELECT id, guid, number, name FROM named_property").fetchall():
        try:
            read_name(*row[1:])
        except MapiError:
            yield row[0], "the name of a property", "DELETE FROM named_property WHERE id = ?"
    for load, query, what, sql in _READ:
        for number, packed in connection.execute(query):
            try:
                load(memoryview(packed).tobytes())
            except (MapiError, *STUMBLES):
                yield number, what, sql


def _wrong(table: str, column: Column) -> str:
    """The condition of a cell that does not fit; empty where anything does."""
    name, kinds = column.name, _KINDS.get(column.declared)
    if kinds is None:
        return ""
    allowed = "" if column.required else ", 'null'"
    wrong = f"typeof({name}) NOT IN ({kinds}{allowed})"
    if name == "id" and table in _NUMBERS:
        wrong += f" OR {name} NOT BETWEEN 1 AND {MOST_NUMBER - 1}"
    return f"{wrong} OR length({name}) <> {_UID}" if name == "uid" else wrong
