"""Who changed what in an address book lately, so that other processes with the book open can tell their tables.

    journal = Journal(database)
    journal.note(TableEvent.ROW_ADDED, kind, number)    # in the transaction of the change
    journal.news()                                      # what others did since, None where that is too much to tell

The last changes are kept, and looking costs one question that SQLite answers without reading the file.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from mapix.interfaces.notify import MOST_ROW_EVENTS, TableEvent

if TYPE_CHECKING:
    from mapix.providers.contacts.database import Database

KEPT: Final = 1_000
"""Changes that are kept at least."""

_TIDY_EVERY: Final = 100


class Change(NamedTuple):
    """One entry that is other than it was: added, changed or gone."""

    event: TableEvent
    kind: int
    number: int


class Journal:
    """The journal of one open book; `note` and `news` may be called on different threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = os.urandom(8)
        self._guard = Lock()
        self._at = database.version()[0]
        self._seen = self._last()

    def note(self, event: TableEvent, kind: int, number: int) -> None:
        """Write down a change of one's own; to be called within its transaction."""
        row = self._database.write(
            "INSERT INTO change (writer, event, kind, number) VALUES (?, ?, ?, ?)", (self._writer, event, kind, number)
        )
        if row % _TIDY_EVERY == 0:
            self._database.write("DELETE FROM change WHERE id <= ?", (row - KEPT,))

    def news(self) -> list[Change] | None:
        """What others changed since the last call, each entry once; None where it is not known in detail."""
        with self._guard:
            at = self._database.version()[0]
            if at == self._at:
                return []
            self._at = at
            sql = "SELECT id, writer, event, kind, number FROM change WHERE id > ? ORDER BY id LIMIT ?"
            rows = self._database.read(sql, (self._seen, KEPT + 1))
            whole = not rows or (rows[0][0] == self._seen + 1 and len(rows) <= KEPT)
            self._seen = (rows[-1][0] if rows else self._seen) if whole else self._last()
        found = _each_once([Change(TableEvent(row[2]), *row[3:]) for row in rows if row[1] != self._writer])
        return found if whole and len(found) <= MOST_ROW_EVENTS else None

    def _last(self) -> int:
        found: int = self._database.read("SELECT coalesce(max(id), 0) FROM change")[0][0]
        return found


def _each_once(changes: list[Change]) -> list[Change]:
    """Several changes of one entry as one, as it looks to somebody who saw none of them; nothing for what came and
    went.
    """
    found: dict[int, Change] = {}
    for change in changes:
        former = found.pop(change.number, None)
        if former is None:
            found[change.number] = change
        elif change.event is not TableEvent.ROW_DELETED:
            found[change.number] = former
        elif former.event is not TableEvent.ROW_ADDED:
            found[change.number] = change
    return list(found.values())
