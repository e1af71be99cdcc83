"""The full text index on PostgreSQL: entries are arrays of numbers, one for each trigram, with a GIN index on them.

The numbers differ from mailbox to mailbox, so that one index serves all and finds nobody else's. An entry is replaced
when its message is indexed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.postgresql.database import PostgreSqlDatabase
from mapix.providers.sqlstore.textindex import FEW, State, TextIndex
from mapix.providers.sqlstore.textparts import COLUMNS, Combined, Needle, Wish, grams_of
from mapix.providers.sqlstore.textsource import Entry

_SIGN: Final = 1 << 31


class PostgreSqlTextIndex(TextIndex):
    """One table of entries for all mailboxes and indexes, behind functions that look at one mailbox."""

    database: PostgreSqlDatabase
    whole = True

    def __init__(self, database: PostgreSqlDatabase) -> None:
        super().__init__(database)
        self._ready = False
        self._mine = database.marks["{mine}"]

    def ready(self) -> bool:
        """See `TextIndex.ready`."""
        if not self._ready:
            self._ready = self.database.value(f"SELECT count(*) FROM text_index WHERE {self._mine}") == len(COLUMNS)
        return self._ready

    def make(self) -> bool:
        """See `TextIndex.make`."""
        if not self.ready():
            names = ", ".join(f"('{name}')" for name in COLUMNS)
            self.database.run(f"INSERT INTO text_index (name) VALUES {names} ON CONFLICT DO NOTHING")
        return True

    def clear(self) -> None:
        """See `TextIndex.clear`."""
        self.database.run("SELECT text_forget(true)")
        for table in ("text_pending", "text_giant"):
            self.database.run(f"DELETE FROM {table} WHERE {self._mine}")
        self.database.run(f"UPDATE text_index SET done = 0 WHERE {self._mine}")

    def tidy_entries(self) -> None:
        """See `TextIndex.tidy_entries`."""
        with self.database.write():
            self.database.run("SELECT text_forget(false)")

    def state(self, name: str) -> State:
        """See `TextIndex.state`."""
        pending = f"SELECT 1 FROM text_pending WHERE {self._mine} AND name = '{name}' LIMIT {FEW + 1}"
        fresh = f"SELECT 1 FROM message WHERE {self._mine} AND id > i.done LIMIT {FEW + 1}"
        highest = f"SELECT max(id) FROM message WHERE {self._mine}"
        giant = f"SELECT 1 FROM text_giant WHERE {self._mine} AND name = '{name}'"
        left, behind, giants, used = self.database.row(
            f"SELECT (SELECT count(*) FROM ({pending}) p) + (SELECT count(*) FROM ({fresh}) f),"
            f" done < ({highest}) / 2, EXISTS ({giant}), done > 0 FROM text_index i"
            f" WHERE {self._mine} AND name = '{name}'"
        )
        return State(left, bool(behind), bool(left or giants), bool(used))

    def pending(self, name: str, count: int) -> list[int]:
        """See `TextIndex.pending`."""
        sql = f"SELECT message FROM text_pending WHERE {self._mine} AND name = '{name}' ORDER BY message LIMIT {count}"
        return [number for (number,) in self.database.rows(sql)]

    def fresh(self, name: str, count: int) -> list[int]:
        """See `TextIndex.fresh`."""
        sql = f"SELECT id FROM message WHERE {self._mine} AND id > {self._done(name)} ORDER BY id LIMIT {count}"
        return [number for (number,) in self.database.rows(sql)]

    def put(self, name: str, entries: Iterable[Entry], done: int) -> None:
        """See `TextIndex.put`."""
        self._write(name, (entry for entry in entries if any(entry[1])))
        self.database.run(f"UPDATE text_index SET done = ? WHERE {self._mine} AND name = '{name}'", (done,))

    def put_again(self, name: str, entries: Sequence[Entry], done: Sequence[int]) -> None:
        """See `TextIndex.put_again`."""
        self._write(name, entries)
        sql = f"DELETE FROM text_pending WHERE {self._mine} AND name = '{name}' AND message = ?"
        self.database.many(sql, [(number,) for number in done])

    def note_giants(self, name: str, giants: Sequence[int], looked_at: Sequence[int]) -> None:
        """See `TextIndex.note_giants`."""
        gone = f"DELETE FROM text_giant WHERE {self._mine} AND name = '{name}' AND message = ?"
        for sql, numbers in (
            (gone, looked_at),
            (f"INSERT INTO text_giant (name, message) VALUES ('{name}', ?)", giants),
        ):
            if numbers:
                self.database.many(sql, [(number,) for number in numbers])

    def entries(self, name: str, wish: Wish) -> Leg:
        """See `TextIndex.entries`."""
        numbers = self._together(wish)
        return self._several(name, wish) if numbers is None else _with_grams(name, numbers)

    def few(self, wish: Wish, most: int) -> Leg | None:
        """See `TextIndex.few`: the one NULL that stands for too many is no message's number."""
        numbers = None if wish.index is None or self._states(wish) is None else self._together(wish)
        return None if wish.index is None or numbers is None else _with_grams(wish.index, numbers, most)

    def with_loose(self, name: str, entries: Leg) -> Leg:
        """See `TextIndex.with_loose`: the database adds them itself."""
        return entries

    def _together(self, wish: Wish) -> list[int] | None:
        """The numbers that an entry has all of; None where there is a choice."""
        needles = [wish] if isinstance(wish, Needle) else wish.wishes if wish.every else ()
        found = [self._numbers_of(each) for each in needles if isinstance(each, Needle)]
        return [number for each in found for number in each] if found and len(found) == len(needles) else None

    def _several(self, name: str, wish: Wish) -> Leg:
        assert isinstance(wish, Combined)
        legs = [self.entries(name, each) for each in wish.wishes]
        word = " INTERSECT " if wish.every else " UNION "
        sql = word.join(f"SELECT id FROM ({leg.sql}) e" for leg in legs)
        return Leg(sql, tuple(param for leg in legs for param in leg.params))

    def _numbers_of(self, needle: Needle) -> list[int]:
        return self._coded(needle.part, needle.grams)

    def _coded(self, part: str, grams: Iterable[str]) -> list[int]:
        """Trigrams as the numbers they have in this mailbox."""
        salt = crc32(f"{self.database.mailbox} {part} ".encode())
        return [(crc32(gram.encode(), salt) ^ _SIGN) - _SIGN for gram in grams]

    def _write(self, name: str, entries: Iterable[Entry]) -> None:
        rows = []
        for number, texts in entries:
            found = [self._coded(part, grams_of(text)) for part, text in zip(COLUMNS[name], texts, strict=True)]
            rows.append((number, _array({code for codes in found for code in codes})))
        sql = f"SELECT text_put('{name}', CAST(? AS bigint), CAST(CAST(? AS text) AS integer[]))"
        self.database.many(sql, rows)

    def _done(self, name: str) -> str:
        return f"(SELECT done FROM text_index WHERE {self._mine} AND name = '{name}')"


def _with_grams(name: str, numbers: Iterable[int], most: int | None = None) -> Leg:
    limit = "" if most is None else f", {most}"
    return Leg(f"SELECT text_likely('{name}', CAST(CAST(? AS text) AS integer[]){limit}) AS id", (_array(numbers),))


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"
