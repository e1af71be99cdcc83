"""The full text index on SQLite: FTS5 with trigrams, which keeps no text itself.

Such an index cannot forget: a message that is indexed again gets another entry, and what its old one finds is sorted
out by the condition. With a library that has no FTS5 or no trigrams, files are searched without an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.textindex import Entry, State, TextIndex
from mapix.providers.sqlstore.textparts import COLUMNS, Needle, Wish

_MAKE: Final = (
    "CREATE VIRTUAL TABLE text_{name} USING fts5({parts}, content = '', columnsize = 0, detail = {detail},"
    " tokenize = 'trigram case_sensitive 1')"
)
_OLDEST: Final = (3, 34)
_READY: Final = f"SELECT count(*) = {len(COLUMNS)} FROM sqlite_master WHERE name IN ('text_short', 'text_body')"
_STATE: Final = (
    "SELECT done, again > 0, (SELECT count(*) FROM (SELECT 1 FROM text_pending p WHERE p.name = i.name LIMIT 10000))"
    " + (SELECT count(*) FROM (SELECT 1 FROM message WHERE id > i.done LIMIT 10000)) FROM text_index i WHERE i.name = ?"
)


class SqliteTextIndex(TextIndex):
    """One virtual table for each index."""

    database: SqliteDatabase

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__(database)
        self._able = sqlite3.sqlite_version_info >= _OLDEST
        self._ready = False

    def ready(self) -> bool:
        """See `TextIndex.ready`."""
        if self._able and not self._ready:
            self._ready = bool(self.database.value(_READY))
        return self._able and self._ready

    def make(self) -> bool:
        """See `TextIndex.make`."""
        if self._able and not self.ready():
            for name, parts in COLUMNS.items():
                detail = "column" if len(parts) > 1 else "none"
                try:
                    self.database.run(_MAKE.format(name=name, parts=", ".join(parts), detail=detail))
                except MapiError:
                    self._able = False
                    raise
        return self._able

    def clear(self) -> None:
        """See `TextIndex.clear`."""
        for name in COLUMNS:
            self.database.run(f"INSERT INTO text_{name} (text_{name}) VALUES ('delete-all')")
        for table in ("text_pending", "text_again"):
            self.database.run(f"DELETE FROM {table}")
        self.database.run("UPDATE text_index SET done = 0, again = 0")

    def state(self, name: str) -> State:
        """See `TextIndex.state`."""
        done, again, left = self.database.row(_STATE, (name,))
        return State(done, left, bool(left or again))

    def highest(self) -> int:
        """See `TextIndex.highest`."""
        return self.database.value("SELECT max(id) FROM message") or 0

    def pending(self, name: str, count: int) -> list[int]:
        """See `TextIndex.pending`."""
        sql = "SELECT message FROM text_pending WHERE name = ? ORDER BY message LIMIT ?"
        return [number for (number,) in self.database.rows(sql, (name, count))]

    def fresh(self, name: str, count: int) -> list[int]:
        """See `TextIndex.fresh`."""
        sql = "SELECT id FROM message WHERE id > (SELECT done FROM text_index WHERE name = ?) ORDER BY id LIMIT ?"
        return [number for (number,) in self.database.rows(sql, (name, count))]

    def put(self, name: str, entries: Iterable[Entry], done: int) -> None:
        """See `TextIndex.put`."""
        self._insert(name, [(number, *texts) for number, texts in entries if any(texts)])
        self.database.run("UPDATE text_index SET done = ? WHERE name = ?", (done, name))

    def put_again(self, name: str, entries: Sequence[Entry], done: Sequence[int]) -> None:
        """See `TextIndex.put_again`."""
        count = self.database.value("SELECT again FROM text_index WHERE name = ?", (name,))
        there = [(-count - place, number, texts) for place, (number, texts) in enumerate(entries, 1) if any(texts)]
        self._insert(name, [(entry, *texts) for entry, _, texts in there])
        self.database.many(
            "INSERT INTO text_again (entry, name, message) VALUES (?, ?, ?)",
            [(entry, name, number) for entry, number, _ in there],
        )
        self.database.run("UPDATE text_index SET again = again + ? WHERE name = ?", (len(entries), name))
        self.database.many(
            "DELETE FROM text_pending WHERE name = ? AND message = ?", [(name, number) for number in done]
        )

    def entries(self, name: str, wish: Wish) -> Leg:
        """See `TextIndex.entries`."""
        return Leg(f"SELECT rowid AS id FROM text_{name} WHERE text_{name} MATCH ?", (_match(name, wish),))

    def with_loose(self, name: str, entries: Leg) -> Leg:
        """See `TextIndex.with_loose`."""
        again = "SELECT message FROM text_again WHERE name = ? AND entry = e.id"
        sql = (
            f"SELECT CASE WHEN e.id < 0 THEN ({again}) ELSE e.id END AS id FROM ({entries.sql}) e"
            " UNION SELECT message FROM text_pending WHERE name = ?"
            " UNION SELECT id FROM message WHERE id > (SELECT done FROM text_index WHERE name = ?)"
        )
        return Leg(sql, (name, *entries.params, name, name))

    def _insert(self, name: str, rows: Sequence[tuple[object, ...]]) -> None:
        parts = COLUMNS[name]
        marks = ", ".join("?" * (1 + len(parts)))
        self.database.many(f"INSERT INTO text_{name} (rowid, {', '.join(parts)}) VALUES ({marks})", rows)


def _match(name: str, wish: Wish) -> str:
    """A wish in the language of FTS5."""
    if isinstance(wish, Needle):
        grams = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in wish.grams)
        return f"({grams})" if len(COLUMNS[name]) == 1 else f"({{{wish.part}}} : ({grams}))"
    word = " AND " if wish.every else " OR "
    return f"({word.join(_match(name, each) for each in wish.wishes)})"
