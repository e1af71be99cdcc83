"""Members of distribution lists: entries of the book, and others by what is known of them (ABK-75).

A list cannot have itself among its members, by whatever way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapix.properties.codec import pack_props, unpack_props
from mapix.properties.errors import Collision, InvalidParameter, NotFound, TooBig
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY
from mapix.providers.contacts.book import COLUMNS, Book, Entry, Props
from mapix.providers.contacts.ids import Kind

MOST_MEMBERS: Final = 100_000
"""Members of one list at most."""

_REACHED: Final = """
    WITH RECURSIVE below (number) AS (
        SELECT ? UNION SELECT member.entry FROM member JOIN below ON member.list = below.number
        WHERE member.entry IS NOT NULL
    )
    SELECT 1 FROM below WHERE number = ?
"""


def members(book: Book, number: int) -> list[Props]:
    """The members of a list as rows, in the order they came; those of the book as they are now."""
    cells = ", ".join(f"e.{name}" for name in COLUMNS.split(", "))
    found = book.database.read(
        f"SELECT m.entry_id, m.properties, {cells} FROM member AS m LEFT JOIN entry AS e ON e.number = m.entry"
        " WHERE m.list = ? ORDER BY m.place",
        (number,),
    )
    return [
        _foreign(entry_id, properties) if entry_id is not None else book.row(Entry(*cells))
        for entry_id, properties, *cells in found
    ]


def add_member(book: Book, number: int, member: int) -> None:
    """Make an entry of the book a member of a list; `Collision` when it is one, `InvalidParameter` for a circle."""
    with book.database.transaction():
        book.find(member)
        if book.database.read(_REACHED, (member, number)):
            raise InvalidParameter("the list would be a member of itself", value=book.find(member).name)
        if book.database.read("SELECT 1 FROM member WHERE list = ? AND entry = ?", (number, member)):
            raise Collision("the list has this member already", value=book.find(member).name)
        _insert(book, number, member, None, None)


def add_foreign(book: Book, number: int, entry_id: bytes, values: Mapping[PropTag, Any]) -> None:
    """Make somebody outside the book a member of a list; `Collision` when he is one."""
    with book.database.transaction():
        if book.database.read("SELECT 1 FROM member WHERE list = ? AND entry_id = ?", (number, entry_id)):
            raise Collision("the list has this member already", value=entry_id)
        _insert(book, number, None, entry_id, pack_props(values))


def remove_member(book: Book, number: int, entry_id: bytes, member: int | None) -> None:
    """Take somebody off a list; `NotFound`."""
    column, value = ("entry", member) if member is not None else ("entry_id", entry_id)
    with book.database.transaction():
        if not book.database.read(f"SELECT 1 FROM member WHERE list = ? AND {column} = ?", (number, value)):
            raise NotFound("the list has no such member", value=entry_id)
        book.database.write(f"DELETE FROM member WHERE list = ? AND {column} = ?", (number, value))


def _insert(book: Book, number: int, member: int | None, entry_id: bytes | None, properties: bytes | None) -> None:
    if book.find(number).kind != Kind.LIST:
        raise InvalidParameter("only distribution lists have members", value=number)
    sql = "SELECT count(*), coalesce(max(place), 0) + 1 FROM member WHERE list = ?"
    ((count, place),) = book.database.read(sql, (number,))
    if count >= MOST_MEMBERS:
        raise TooBig("the list is full", value=count, hint="another list in this one")
    book.database.write(
        "INSERT INTO member (list, place, entry, entry_id, properties) VALUES (?, ?, ?, ?, ?)",
        (number, place, member, entry_id, properties),
    )


def _foreign(entry_id: bytes, properties: bytes) -> Props:
    own = {PR_ENTRYID: entry_id, PR_RECORD_KEY: entry_id, PR_INSTANCE_KEY: entry_id}
    return {**unpack_props(properties), **own}
