"""Rows that damage took, made again from what is left of them: the indexes that knew them, and their properties."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from uuid import uuid4

from mapix.objects.restrictions.collate import fold
from mapix.properties.flags import FOLDER_GENERIC, FOLDER_ROOT, MSGFLAG_READ
from mapix.properties.tags import PR_ATTACH_METHOD, PR_MESSAGE_CLASS, PR_SEARCH_KEY
from mapix.properties.times import now
from mapix.providers.sqlstore.folder import name_key
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import ERRORS
from mapix.providers.sqlstore.sqlite.migrate import ROOT, ROOT_NAME
from mapix.providers.sqlstore.sqlite.misfits import MOST_NUMBER
from mapix.providers.sqlstore.sqlite.probing import readable_rows

_ORPHANS: Final = (
    f"SELECT DISTINCT object FROM property WHERE object BETWEEN 1 AND {MOST_NUMBER - 1}"
    " AND object NOT IN (SELECT id FROM message)"
    " AND object NOT IN (SELECT id FROM attachment) AND object NOT IN (SELECT id FROM folder)"
)
_CELLS: Final = (int, bytes, type(None))
_HAS: Final = "SELECT 1 FROM property WHERE object = ? AND id IN (?, ?)"
_NEW_ATTACHMENT: Final = "INSERT OR IGNORE INTO attachment (id, message, number) VALUES (?, ?, ?)"
_NEW_FOLDER: Final = (
    "INSERT OR IGNORE INTO folder (id, parent, name, name_key, folder_type, creation_time, modification_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class Revived(NamedTuple):
    """What was lost, in words, and the messages of which nothing is left."""

    words: list[str]
    gone: list[int]


def revive(source: sqlite3.Connection, database: SqliteDatabase) -> Revived:
    """Make rows again, inside a transaction."""
    gone: list[int] = []
    told = [*_store(database), *_attachments(source, database)]
    told += [*_messages(source, database, gone), *_folders(source, database)]
    return Revived(told, gone)


def _store(database: SqliteDatabase) -> Iterator[str]:
    """A root folder, and the row of the store."""
    root = database.value("SELECT id FROM folder WHERE parent IS NULL ORDER BY id LIMIT 1")
    if root is None:
        yield "the root folder"
        moment, root = now(), ROOT
        row = (ROOT, None, ROOT_NAME, fold(ROOT_NAME).encode(), FOLDER_ROOT, moment, moment)
        database.run(_NEW_FOLDER, row)
    if database.value("SELECT root FROM store") is None:
        yield "the store's own row: it has another identity now"
        database.run(database.sql["store_insert"], (uuid4().bytes_le, root, root))
    if database.value("SELECT 1 FROM folder WHERE id = (SELECT root FROM store)") is None:
        yield "which folder is the root"
        database.run("UPDATE store SET root = ?", (root,))


def _attachments(source: sqlite3.Connection, database: SqliteDatabase) -> Iterator[str]:
    """Attachments that their index knows."""
    known = _index(source, "attachment", ("id", "message", "number"), ("message", "number"), "attachment_number")
    there = {number for (number,) in database.rows("SELECT id FROM attachment")}
    for number, message, place in known:
        if number not in there and isinstance(message, int) and isinstance(place, int):
            yield f"the row of attachment {place} of message {message}, made again"
            database.run(_NEW_ATTACHMENT, (number, message, place))


def _messages(source: sqlite3.Connection, database: SqliteDatabase, gone: list[int]) -> Iterator[str]:
    """Messages that have properties still; their flags are lost, they count as read."""
    known = _index(source, "message", ("id", "folder", "associated"), ("folder", "associated", "id"), "message_place")
    places = {number: (folder, associated) for number, folder, associated in known}
    root = database.value("SELECT root FROM store")
    for (number,) in database.rows(_ORPHANS):
        if database.value(_HAS, (number, PR_MESSAGE_CLASS.id, PR_SEARCH_KEY.id)) is None:
            if database.value(_HAS, (number, PR_ATTACH_METHOD.id, PR_ATTACH_METHOD.id)) is not None:
                yield f"an attachment ({number}) of nobody knows which message"
            continue
        folder, associated = places.get(number, (root, 0))
        if not isinstance(folder, int) or not isinstance(associated, int):
            folder, associated = root, 0
        yield f"the row of message {number}, made again"
        database.run(
            "INSERT INTO message (id, folder, associated, flags) VALUES (?, ?, ?, ?)",
            (number, folder, associated, MSGFLAG_READ),
        )
    left = {number for (number,) in database.rows("SELECT id FROM message")}
    gone += sorted(places.keys() - left)
    yield from (f"message {number}" for number in gone)


def _folders(source: sqlite3.Connection, database: SqliteDatabase) -> Iterator[str]:
    """Folders that messages or other folders are in; the index of their names knows those in small letters."""
    names = ("id", "parent", "name_key")
    known = {row[0]: row[1:] for row in _index(source, "folder", names, ("parent", "name_key"), "folder_sibling")}
    root, moment = database.value("SELECT root FROM store"), now()
    wanted = database.rows(
        "SELECT folder FROM message WHERE folder IS NOT NULL UNION SELECT parent FROM folder WHERE parent IS NOT NULL"
        " EXCEPT SELECT id FROM folder"
    )
    for number in (found for (found,) in wanted if isinstance(found, int) and 0 < found < MOST_NUMBER):
        parent, key = known.get(number, (root, b""))
        parent = parent if isinstance(parent, int) else root
        key = key if isinstance(key, bytes) else b""
        name = key.decode("utf-8", "replace") if key else f"Recovered {number}"
        yield f"the row of folder {number}, made again as {name!r}"
        database.run(_NEW_FOLDER, (number, parent, name, name_key(name), FOLDER_GENERIC, moment, moment))


def _index(
    source: sqlite3.Connection, table: str, columns: tuple[str, ...], keys: tuple[str, ...], index: str
) -> Iterator[tuple[Any, ...]]:
    """What an index knows of the rows of its table, without looking at the table."""
    try:
        for row in readable_rows(source, table, columns, keys, lambda where: None, f"INDEXED BY {index}"):
            if isinstance(row[0], int) and 0 < row[0] < MOST_NUMBER and all(isinstance(cell, _CELLS) for cell in row):
                yield row
    except ERRORS:
        return
