"""A store looked over: whether its file is sound, and whether everything in it fits together.

    for finding in check_store(path):
        print(finding)

`repair_store` makes good what can be made good without guessing, and tells what it found. `checks.sql` says most of
what is looked for; the rest, hot columns, recipients and large values, is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from mapix.properties.codec import unpack_props
from mapix.properties.errors import MapiError, NotFound
from mapix.providers.sqlstore.blobs import StoredLarge
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.garbage import Garbage
from mapix.providers.sqlstore.hot import HOT, Hot
from mapix.providers.sqlstore.parts import recipient_columns
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.migrate import prepare
from mapix.providers.sqlstore.statements import load

_MOST: Final = 100
"""Findings of one kind that are told one by one."""

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be: of which kind, the number of the object concerned (0 for none), what is there,
    and whether it has been made good.
    """

    kind: str
    number: int = 0
    detail: str = ""
    repaired: bool = False

    def __str__(self) -> str:
        number = f" {self.number}" if self.number else ""
        return f"{self.kind}{number}: {self.detail}" + (" (repaired)" if self.repaired else "")


def check_store(path: Path) -> list[Finding]:
    """What is wrong with the store in a file; nothing is changed.

    `NotFound`, `Version` and `NoAccess` for a file that cannot be looked at, `CorruptStore` for one that is no store.
    """
    with _Checked(path) as checked:
        return checked.findings()


def repair_store(path: Path) -> list[Finding]:
    """Make good what is wrong with the store in a file; what was found, marked where it no longer is."""
    with _Checked(path) as checked:
        before = checked.findings()
        if not before:
            return []
        try:
            checked.repair()
        except MapiError as error:
            return [*before, Finding("repair was not possible", 0, str(error))]
        left = {(finding.kind, finding.number) for finding in checked.findings()}
    return [replace(finding, repaired=(finding.kind, finding.number) not in left) for finding in before]


class _Checked:
    """A store's file, open to be looked over."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NotFound("there is no store at this place", value=str(path))
        self.database = SqliteDatabase(path)

    def __enter__(self) -> _Checked:
        try:
            prepare(self.database, None)
        except BaseException:
            self.database.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def findings(self) -> list[Finding]:
        """Everything that is wrong; a file that cannot be read to its end is told as far as it can."""
        found: list[Finding] = []
        with self.database.read():
            for look in (_pages, _relations, _hot_columns, _recipients, _large_values):
                try:
                    found += look(self.database)
                except MapiError as error:
                    found.append(Finding("damaged file", 0, str(error)))
        return found

    def repair(self) -> None:
        """Make good what can be."""
        database = self.database
        with database.write():
            for name, sql in _CHECKS.items():
                if " repair" in name:
                    database.run(sql)
            for hot in HOT:
                _repair_hot(database, hot)
            for message, row_id, _, columns in _wrong_recipients(database):
                database.run(_SET_RECIPIENT, (*columns, message, row_id))
            database.run("REINDEX")
        Garbage(database).collect()


_CHECKS: Final = load("checks.sql")
_LOOKS: Final = [name for name in _CHECKS if " repair" not in name]
_SET_RECIPIENT: Final = (
    "UPDATE recipient SET recipient_type = ?, display_name = ?, address_type = ?, address = ?, responsibility = ?"
    " WHERE message = ? AND row_id = ?"
)


def _pages(database: Database) -> Iterator[Finding]:
    """What the database says of its own file."""
    for (text,) in database.rows("PRAGMA integrity_check"):
        if text != "ok":
            yield Finding("damaged file", 0, text)
    for table, row, parent, _ in database.rows("PRAGMA foreign_key_check"):
        yield Finding("broken link", row or 0, f"a row of {table} names a {parent} that is not there")


def _relations(database: Database) -> Iterator[Finding]:
    for name in _LOOKS:
        rows = database.rows(_CHECKS[name])
        yield from (Finding(name, number, str(detail)) for number, detail in rows[:_MOST])
        if len(rows) > _MOST:
            yield Finding(name, 0, f"{len(rows) - _MOST} more of this kind")


def _hot_columns(database: Database) -> Iterator[Finding]:
    """Columns that do not repeat their property rows, and folded copies that are not those of their columns."""
    for hot in HOT:
        column, truth = f"m.{hot.name}", _truth(hot)
        where = f"{column} IS NOT {truth}"
        if hot.folded:
            where += f" OR m.{hot.key} IS NOT fold({_shown(column)})"
        sql = f"SELECT m.id, {_shown(column)}, {_shown(truth)} FROM message m WHERE {where}"
        for number, found, wanted in database.rows(sql):
            yield Finding("column not like its property", number, f"{hot.name} is {found!r}, the property {wanted!r}")


def _repair_hot(database: Database, hot: Hot) -> None:
    truth = _truth(hot)
    database.run(f"UPDATE message AS m SET {hot.name} = {truth} WHERE {hot.name} IS NOT {truth}")
    if hot.folded:
        database.run(f"UPDATE message SET {hot.key} = fold({hot.name}) WHERE {hot.key} IS NOT fold({hot.name})")


def _shown(value: str) -> str:
    """A value as text that can be read in any case, as SQL."""
    return f"mended(CAST({value} AS BLOB))"


def _truth(hot: Hot) -> str:
    """The property that a hot column repeats, as SQL."""
    value = "CASE WHEN p.blob IS NULL THEN p.value ELSE large(p.blob, p.type) END"
    return f"(SELECT {value} FROM property p WHERE p.object = m.id AND p.id = {hot.tag.id} AND p.type = {hot.tag.type})"


def _recipients(database: Database) -> Iterator[Finding]:
    for message, _, problem, _ in _wrong_recipients(database):
        yield Finding("recipient not like its properties", message, problem)


def _wrong_recipients(database: Database) -> list[tuple[int, int, str, list[Any]]]:
    """Recipient rows whose columns do not repeat their properties: message, row, what is wrong, columns as they ought
    to be. Rows that cannot be read are told, and stay.
    """
    wrong = []
    texts = ", ".join(map(_shown, ("display_name", "address_type", "address")))
    sql = f"SELECT message, row_id, properties, recipient_type, {texts}, responsibility FROM recipient"
    for message, row_id, packed, *columns in database.rows(sql):
        try:
            right = recipient_columns(unpack_props(packed))
        except MapiError as error:
            wrong.append((message, row_id, str(error), columns))
            continue
        if right != columns:
            wrong.append((message, row_id, f"row {row_id} shows {columns!r}, not {right!r}", right))
    return wrong


def _large_values(database: Database) -> Iterator[Finding]:
    """Large values whose pieces do not make the content they are known by."""
    sql = "SELECT id, hash, size FROM blob WHERE id NOT IN (SELECT blob FROM garbage)"
    for blob, digest, size in database.rows(sql):
        found, length = sha256(), 0
        try:
            with StoredLarge(database, blob, size).open() as reader:
                while piece := reader.read(_PIECE):
                    found.update(piece)
                    length += len(piece)
        except MapiError as error:
            yield Finding("large value that cannot be read", blob, str(error))
            continue
        if length != size or found.digest() != digest:
            yield Finding("large value that is not what it was", blob, f"{length} of {size} bytes")
