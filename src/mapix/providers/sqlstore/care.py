"""The care of a store in whatever database (`mapix.interfaces.care`). What only files have is in `sqlite.care`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mapix.interfaces.care import Compaction, Finding, Progress, StoreStats
from mapix.interfaces.retention import Retention
from mapix.properties.errors import NoSupport
from mapix.providers.sqlstore.check import findings, repaired
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.garbage import Garbage
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.statements import filled

_PURGED_AT_ONCE: Final = 200
_COUNTS: Final = {
    "folders": "SELECT count(*) FROM folder WHERE {mine} AND kept_in IS NULL",
    "search_folders": "SELECT count(*) FROM folder WHERE {mine} AND kept_in IS NULL AND folder_type = 2",
    "messages": "SELECT count(*) FROM message WHERE {mine} AND folder IS NOT NULL",
    "associated": "SELECT count(*) FROM message WHERE {mine} AND folder IS NOT NULL AND associated <> 0",
    "deleted": "SELECT count(*) FROM message WHERE {mine} AND kept_in IS NOT NULL",
    "embedded": "SELECT count(*) FROM message WHERE {mine} AND holder IS NOT NULL",
    "recipients": "SELECT count(*) FROM recipient WHERE {mine}",
    "attachments": "SELECT count(*) FROM attachment WHERE {mine}",
    "properties": "SELECT count(*) FROM property WHERE {mine}",
    "named_properties": "SELECT count(*) FROM named_property WHERE {mine}",
    "queued": "SELECT count(*) FROM queue WHERE {mine}",
    "large_values": "SELECT count(*) FROM blob WHERE {mine}",
    "large_size": "SELECT coalesce(sum(size), 0) FROM blob WHERE {mine}",
    "shared_size": (
        "SELECT coalesce(sum((SELECT size FROM blob b WHERE b.id = property.blob)), 0) FROM property"
        " WHERE {mine} AND blob IS NOT NULL"
    ),
    "stored_size": (
        "SELECT coalesce(sum(length(data)), 0) + coalesce((SELECT sum(size) FROM blob WHERE {mine} AND packing = 3), 0)"
        " FROM chunk WHERE {mine}"
    ),
}


@guarded
class SqlCare:
    """The care of the store that a connection works on. `retention` has what was deleted and is kept."""

    def __init__(self, database: Database, garbage: Garbage, retention: Callable[[], Retention]) -> None:
        self.database: Database = database
        self.garbage = garbage
        self.retention = retention

    def check(self) -> list[Finding]:
        """See `Care.check`."""
        return findings(self.database)

    def repair(self) -> list[Finding]:
        """See `Care.repair`."""
        return repaired(self.database)

    def stats(self) -> StoreStats:
        """See `Care.stats`."""
        with self.database.read():
            found: dict[str, Any] = {
                name: int(self.database.value(filled(sql, self.database.marks))) for name, sql in _COUNTS.items()
            }
        found["shared_size"] = max(0, found["shared_size"] - found["large_size"])
        size, free = self.sizes()
        return StoreStats(**found, size=size or found["stored_size"], free_size=free)

    def sizes(self) -> tuple[int, int]:
        """Bytes that the store takes, and those of them that hold nothing; 0 where that cannot be said."""
        return 0, 0

    def compact(self, *, purge_before: int | None = None) -> Compaction:
        """See `Care.compact`."""
        before = self.sizes()[0]
        purged = 0 if purge_before is None else self._purge(purge_before)
        collected = self.garbage.collect()
        if (texts := self.database.text_index()) is not None:
            texts.tidy()
        self.give_back()
        return Compaction(before, self.sizes()[0], purged, collected)

    def give_back(self) -> None:
        """Give the room of what is gone back to the system, where that is this program's to do."""

    def backup(self, target: Path, *, progress: Progress | None = None) -> None:
        """See `Care.backup`."""
        text = "a mailbox of a database is no file that could be copied"
        raise NoSupport(text, hint="pg_dump saves the whole database, mapix store copy this store into a file")

    def _purge(self, moment: int) -> int:
        """Let go of what was deleted before, some of it at a time."""
        total = 0
        while gone := self.retention().purge_older(moment, _PURGED_AT_ONCE):
            total += gone
        return total
