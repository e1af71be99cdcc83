"""Names resolved in a personal address book of 100,000 entries, against look-ups in the same file with SQL alone.

Whole names, and beginnings of first and last names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.harness import Result, side_by_side
from mapix.interfaces.addrbook import AddrBook
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_EMAIL_ADDRESS
from mapix.providers.contacts.book import Book
from mapix.providers.contacts.ids import Kind
from mapix.subsystem.initialize import Subsystem

PEOPLE, NAMES = 100_000, 1_000
_SYLLABLES = ("an", "be", "cor", "da", "el", "fi", "gus", "ha", "in", "jo", "ka", "lu", "mar", "no", "ol", "pe")
_CELLS = "number, kind, name, address_type, address, search_key"
_BY_NAME = f"SELECT {_CELLS} FROM entry WHERE sorted = ? LIMIT 2"
_BY_WORDS = (
    f"SELECT {_CELLS} FROM entry WHERE number IN"
    " (SELECT DISTINCT w.entry FROM word AS w WHERE w.word >= ? AND w.word < ?"
    " AND EXISTS (SELECT 1 FROM word AS o WHERE o.entry = w.entry AND o.word >= ? AND o.word < ?) LIMIT 2)"
)


def run() -> list[Result]:
    """All measurements of address books."""
    with TemporaryDirectory() as directory:
        home = Path(directory)
        names = _fill(home / "people.mapixbook")
        chosen = Random(5).sample(names, NAMES)
        with Subsystem(home / "home") as system:
            system.admin_profiles().create_profile("Bench")
            services = system.admin_profiles().admin_services("Bench")
            services.create_msg_service("CONTACTS", settings={"path": str(home / "people.mapixbook")})
            with (
                system.logon("Bench", flags=MAPI_NEW_SESSION) as session,
                closing(sqlite3.connect(home / "people.mapixbook")) as file,
            ):
                book = session.open_address_book()
                return [_whole(book, file, chosen), _beginnings(book, file, chosen)]


def _whole(book: AddrBook, file: sqlite3.Connection, names: Sequence[str]) -> Result:
    rows = [{PR_DISPLAY_NAME: name} for name in names]

    def floor() -> None:
        for name in names:
            assert len(file.execute(_BY_NAME, (name.lower(),)).fetchall()) == 1

    ours, raw = side_by_side(lambda: _resolve(book, rows), floor)
    return Result(f"{NAMES} whole names among {PEOPLE}", ours, raw, 4)


def _beginnings(book: AddrBook, file: sqlite3.Connection, names: Sequence[str]) -> Result:
    parts = [name.lower().split() for name in names]
    rows = [{PR_DISPLAY_NAME: f"{first[:-1]} {last}"} for first, last in parts]

    def floor() -> None:
        for first, last in parts:
            bounds = (last, last + "\U0010ffff", first[:-1], first[:-1] + "\U0010ffff")
            assert len(file.execute(_BY_WORDS, bounds).fetchall()) == 1

    ours, raw = side_by_side(lambda: _resolve(book, rows), floor)
    return Result(f"{NAMES} beginnings of names among {PEOPLE}", ours, raw, 4)


def _resolve(book: AddrBook, rows: Sequence[dict[PropTag, str]]) -> None:
    result = book.resolve_name(rows)
    assert not result.unresolved
    assert not result.ambiguous


def _fill(path: Path) -> list[str]:
    """A book of people whose names are all different; the names."""
    chance = Random(4)
    with closing(Book(path, create=True)) as book, book.database.transaction():
        names = []
        for number in range(PEOPLE):
            first = "".join(chance.choices(_SYLLABLES, k=3)).title()
            name = f"{first} {''.join(chance.choices(_SYLLABLES, k=2)).title()}{number}"
            values = {PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: f"p{number}@home.example"}
            book.add(Kind.USER, values)
            names.append(name)
    return names
