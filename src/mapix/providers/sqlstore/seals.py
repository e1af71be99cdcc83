"""Objects held against the checksums of their property rows (`checksums`).

    for finding in broken_seals(database):
        print(finding)

What does not fit is told and left as it is: nobody knows which bit it was. Repairing a store takes it as it is by then,
and gives a checksum to what has none yet. A database that has no such checksums has nothing to look at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple
from zlib import crc32

from mapix.interfaces.care import Finding
from mapix.properties.errors import CorruptStore
from mapix.providers.sqlstore.checksums import PropertyRow, checksum
from mapix.providers.sqlstore.database import Database

BROKEN: Final = "properties not as they were saved"
UNSEALED: Final = "no checksum yet"

_TABLES: Final = ("message", "attachment", "folder")
_PAGE: Final = 500
_SEALS: Final = f"SELECT id, checksum FROM {{table}} WHERE id > ? AND {{which}} ORDER BY id LIMIT {_PAGE}"
_ROWS: Final = (
    "SELECT object, id, type, CASE WHEN typeof(value) = 'text' THEN CAST(value AS BLOB) ELSE value END, blob,"
    " typeof(value) = 'text' FROM property WHERE object BETWEEN ? AND ?"
)
_SHOWN: Final = {
    "message": "SELECT mended(CAST(subject AS BLOB)) FROM message WHERE id = ?",
    "attachment": "SELECT 'attachment ' || number || ' of message ' || message FROM attachment WHERE id = ?",
    "folder": "SELECT mended(CAST(name AS BLOB)) FROM folder WHERE id = ?",
}
_OLD: Final = "{table} {shown!r}: look at it, or take it from a backup; mapix store check --repair takes it as it is"


class Broken(NamedTuple):
    """An object whose checksum does not fit, and the one that would."""

    table: str
    number: int
    right: int


def broken_seals(database: Database) -> Iterator[Finding]:
    """Messages, attachments and folders whose properties are not what was saved."""
    for table, number, _ in broken(database):
        shown = database.value(_SHOWN[table], (number,))
        text = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else str(shown or "")
        yield Finding(BROKEN, number, _OLD.format(table=table, shown=text))


def doubtful(database: Database) -> list[int]:
    """The messages of which something is not what was saved: a property, an attachment's, a recipient."""
    found: set[int] = set()
    for table, number, _ in broken(database):
        if table == "attachment":
            found.add(database.value("SELECT message FROM attachment WHERE id = ?", (number,)))
        elif table == "message":
            found.add(number)
    recipients = "SELECT message, properties, checksum FROM recipient WHERE checksum IS NOT NULL"
    found.update(message for message, packed, seal in database.rows(recipients) if crc32(packed) != seal)
    return sorted(found)


def broken(database: Database) -> Iterator[Broken]:
    """Everything whose checksum does not fit."""
    for table in _TABLES:
        for number, found, right in _walk(database, table, "checksum IS NOT NULL"):
            if found != right:
                yield Broken(table, number, right)


def accept(database: Database) -> None:
    """Take what does not fit as it is, inside a transaction."""
    for table, number, right in list(broken(database)):
        database.run(f"UPDATE {table} SET checksum = ? WHERE id = ?", (right, number))


def unsealed(database: Database) -> list[Finding]:
    """How much has no checksum and gets one by `seal_rest`, told as done; nothing where everything has one."""
    if not database.dialect.checksums:
        return []
    tables = (*_TABLES, "recipient")
    counts = [(database.value(f"SELECT count(*) FROM {each} WHERE checksum IS NULL"), each) for each in tables]
    told = ", ".join(f"{each} {count}" for count, each in counts if count)
    return [Finding(UNSEALED, 0, f"of older versions, taken as they are: {told}", repaired=True)] if told else []


def seal_rest(database: Database) -> None:
    """Give a checksum to everything that has none, inside a transaction."""
    for table in _TABLES:
        for number, _, right in _walk(database, table, "checksum IS NULL"):
            database.run(f"UPDATE {table} SET checksum = ? WHERE id = ?", (right, number))
    if database.dialect.checksums:
        database.run(
            "UPDATE recipient SET checksum = crc32(properties) WHERE checksum IS NULL AND typeof(properties) = 'blob'"
        )


def farther(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    """Where a walk through a table goes on; `CorruptStore` where that is no farther than before."""
    if not after > before:
        raise CorruptStore("a table is out of order", value=after)
    return after


def _walk(database: Database, table: str, which: str) -> Iterator[tuple[int, Any, int]]:
    """The objects of a table: number, checksum, and the right one."""
    if not database.dialect.checksums:
        return
    at, sql = 0, _SEALS.format(table=table, which=which)
    while page := database.rows(sql, (at,)):
        held: dict[int, list[PropertyRow]] = {number: [] for number, _ in page}
        for number, prop_id, kind, value, blob, is_text in database.rows(_ROWS, (page[0][0], page[-1][0])):
            if number in held:
                held[number].append((prop_id, kind, _text(value) if is_text else value, blob))
        for number, found in page:
            yield number, found, checksum(sorted(held[number], key=itemgetter(0)))
        (at,) = farther((at,), page[-1][:1])


def _text(data: bytes) -> str | bytes:
    """Text, or the bytes that are none by now."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
