"""Objects that a damaged file gives one number: all but one of them get numbers of their own.

Nobody knows any more to whom the properties belong that stand under that number, so each keeps them all. A folder keeps
the number before a message, a message before an attachment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapix.providers.sqlstore.database import Database

_TWINS: Final = (
    ("attachment", "SELECT id FROM attachment WHERE id IN (SELECT id FROM message UNION SELECT id FROM folder)"),
    ("message", "SELECT id FROM message WHERE id IN (SELECT id FROM folder)"),
)
_HIGHEST: Final = (
    "SELECT max((SELECT coalesce(max(last_number), 0) FROM store), (SELECT coalesce(max(id), 0) FROM folder),"
    " (SELECT coalesce(max(id), 0) FROM message), (SELECT coalesce(max(id), 0) FROM attachment))"
)
_REFER: Final = {
    "attachment": (("message", "holder"),),
    "message": (("attachment", "message"), ("recipient", "message"), ("queue", "message")),
}
_ALSO_ITS: Final = (
    "INSERT OR REPLACE INTO property (object, id, type, value, blob)"
    " SELECT ?, id, type, value, blob FROM property WHERE object = ?"
)


def part_twins(database: Database) -> None:
    """Give a number of its own to everything that shares one, inside a transaction."""
    database.run("PRAGMA defer_foreign_keys = ON")
    fresh = _fresh_numbers(database)
    for table, sql in _TWINS:
        for (number,) in database.rows(sql):
            _renumber(database, table, number, next(fresh))


def _fresh_numbers(database: Database) -> Iterator[int]:
    number = int(database.value(_HIGHEST))
    while True:
        number += 1
        yield number


def _renumber(database: Database, table: str, old: int, new: int) -> None:
    database.run(f"UPDATE {table} SET id = ? WHERE id = ?", (new, old))
    for referring, column in _REFER[table]:
        database.run(f"UPDATE {referring} SET {column} = ? WHERE {column} = ?", (new, old))
    database.run(_ALSO_ITS, (new, old))
