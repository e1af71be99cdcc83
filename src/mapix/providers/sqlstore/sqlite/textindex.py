"""The full text index on SQLite: FTS5 with trigrams, which keeps no text itself.

Such an index cannot forget: a message that is indexed again gets another entry, and what its old one finds is sorted
out by the condition. With a library that has no FTS5 or no trigrams, files are searched without an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.textindex import FEW, State, TextIndex
from mapix.providers.sqlstore.textparts import COLUMNS, Needle, Wish, grams_of
from mapix.providers.sqlstore.textsource import Entry, entries_of

_MAKE: Final = (
    "CREATE VIRTUAL TABLE text_{name} USING fts5({parts}, content = '', columnsize = 0, detail = {detail},"
    " tokenize = 'trigram case_sensitive 1')"
)
_INDEXED: Final = (
    "SELECT id FROM message WHERE id % ? = 0 AND id <= (SELECT done FROM text_index WHERE name = ?)"
    " AND id NOT IN (SELECT message FROM text_pending WHERE name = ?)"
    " AND id NOT IN (SELECT message FROM text_again WHERE name = ?)"
    " AND id NOT IN (SELECT message FROM text_giant WHERE name = ?)"
)
_SAMPLE: Final = 2000
_BATCH: Final = 200
_BEGINNING: Final = 12
_MOST_ENTRIES: Final = 1.3
"""Entries for each message, above which the index is made anew."""

_SPARED: Final = 1000
_OLDEST: Final = (3, 34)
_READY: Final = (
    f"SELECT count(*) = {len(COLUMNS)} AND (SELECT count(*) FROM text_index WHERE name IN ('short', 'body'))"
    f" = {len(COLUMNS)} FROM sqlite_master WHERE name IN ('text_short', 'text_body')"
)
_STATE: Final = (
    f"SELECT (SELECT count(*) FROM (SELECT 1 FROM text_pending p WHERE p.name = i.name LIMIT {FEW + 1}))"
    f" + (SELECT count(*) FROM (SELECT 1 FROM message WHERE id > i.done LIMIT {FEW + 1})),"
    " done < (SELECT max(id) FROM message) / 2,"
    " again > 0 OR EXISTS (SELECT 1 FROM text_giant g WHERE g.name = i.name), done > 0"
    " FROM text_index i WHERE i.name = ?"
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
        for table in ("text_pending", "text_again", "text_giant"):
            self.database.run(f"DELETE FROM {table}")
        self.database.run("UPDATE text_index SET done = 0, again = 0, entries = 0")

    def tidy_entries(self) -> None:
        """See `TextIndex.tidy_entries`: an index that cannot forget is made anew."""
        kept = self.database.value("SELECT count(*) FROM message")
        if self.database.value("SELECT max(entries) FROM text_index") > _MOST_ENTRIES * kept + _SPARED:
            used = [name for name in COLUMNS if self.state(name).used]
            with self.database.write():
                self.clear()
            for name in used:
                self.settle(name)

    def state(self, name: str) -> State:
        """See `TextIndex.state`."""
        left, behind, again, used = self.database.row(_STATE, (name,))
        return State(left, bool(behind), bool(left or again), bool(used))

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
        rows = [(number, *texts) for number, texts in entries if any(texts)]
        self._insert(name, rows)
        sql = "UPDATE text_index SET done = ?, entries = entries + ? WHERE name = ?"
        self.database.run(sql, (done, len(rows), name))

    def put_again(self, name: str, entries: Sequence[Entry], done: Sequence[int]) -> None:
        """See `TextIndex.put_again`."""
        count = self.database.value("SELECT again FROM text_index WHERE name = ?", (name,))
        there = [(-count - place, number, texts) for place, (number, texts) in enumerate(entries, 1) if any(texts)]
        self._insert(name, [(entry, *texts) for entry, _, texts in there])
        self.database.many(
            "INSERT INTO text_again (entry, name, message) VALUES (?, ?, ?)",
            [(entry, name, number) for entry, number, _ in there],
        )
        sql = "UPDATE text_index SET again = again + ?, entries = entries + ? WHERE name = ?"
        self.database.run(sql, (len(entries), len(there), name))
        self.database.many(
            "DELETE FROM text_pending WHERE name = ? AND message = ?", [(name, number) for number in done]
        )

    def note_giants(self, name: str, giants: Sequence[int], looked_at: Sequence[int]) -> None:
        """See `TextIndex.note_giants`."""
        run = self.database.many
        run("DELETE FROM text_giant WHERE name = ? AND message = ?", [(name, number) for number in looked_at])
        run("INSERT INTO text_giant (name, message) VALUES (?, ?)", [(name, number) for number in giants])

    def entries(self, name: str, wish: Wish) -> Leg:
        """See `TextIndex.entries`."""
        return Leg(f"SELECT rowid AS id FROM text_{name} WHERE text_{name} MATCH ?", (_match(name, wish),))

    def unfound(self) -> Iterator[tuple[int, str]]:
        """See `TextIndex.unfound`."""
        step = max(1, self.database.value("SELECT count(*) FROM message") // _SAMPLE)
        for name, parts in COLUMNS.items() if self.ready() else ():
            found = f"SELECT 1 FROM text_{name} WHERE text_{name} MATCH ? AND rowid = ?"
            numbers = [number for (number,) in self.database.rows(_INDEXED, (step, *(name,) * 4))]
            for start in range(0, len(numbers), _BATCH):
                for number, texts in entries_of(self.database, name, numbers[start : start + _BATCH]):
                    for part, text in zip(parts, texts, strict=True):
                        grams = grams_of(text[:_BEGINNING])
                        if grams and not self.database.value(found, (_match(name, Needle(part, grams)), number)):
                            yield number, part

    def with_loose(self, name: str, entries: Leg) -> Leg:
        """See `TextIndex.with_loose`."""
        again = "SELECT message FROM text_again WHERE name = ? AND entry = e.id"
        sql = (
            f"SELECT CASE WHEN e.id < 0 THEN ({again}) ELSE e.id END AS id FROM ({entries.sql}) e"
            " UNION SELECT message FROM text_pending WHERE name = ?"
            " UNION SELECT message FROM text_giant WHERE name = ?"
            " UNION SELECT id FROM message WHERE id > (SELECT done FROM text_index WHERE name = ?)"
        )
        return Leg(sql, (name, *entries.params, name, name, name))

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
