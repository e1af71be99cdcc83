"""Duplicates: what is here already when an entry is made or copied (ABK-71, ABK-72).

Strictly a duplicate has the name and the address of another entry; loosely one of the two is enough. A list has no
address: its name decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapix.properties.errors import Collision
from mapix.properties.flags import CREATE_CHECK_DUP_LOOSE, CREATE_CHECK_DUP_STRICT, CREATE_REPLACE
from mapix.providers.contacts.ids import Kind

if TYPE_CHECKING:
    from mapix.providers.contacts.book import Book, Entry


def replaced(book: Book, kind: int, cells: tuple[Any, ...], flags: int) -> Entry | None:
    """The entry that a new one with these columns replaces, None when it is one of its own; `Collision`."""
    if not flags & (CREATE_CHECK_DUP_STRICT | CREATE_CHECK_DUP_LOOSE | CREATE_REPLACE):
        return None
    found = duplicate(book, kind, cells, loose=bool(flags & CREATE_CHECK_DUP_LOOSE))
    if found is not None and not flags & CREATE_REPLACE:
        raise Collision("the address book has this entry already", value=found.name, hint="change that one")
    return found


def duplicate(book: Book, kind: int, cells: tuple[Any, ...], *, loose: bool) -> Entry | None:
    """The first entry of the kind that has the name and the address, or, `loose`, one of them."""
    from mapix.providers.contacts.book import COLUMNS, Entry

    _, folded, _, _, key, _ = cells
    if kind == Kind.LIST:
        where: str = "sorted = ?"
        parameters: tuple[Any, ...] = (folded,)
    else:
        where, parameters = f"(sorted = ? {'OR' if loose else 'AND'} search_key = ?)", (folded, key)
    sql = f"SELECT {COLUMNS} FROM entry WHERE {where} AND kind = ? ORDER BY number LIMIT 1"
    found = book.database.read(sql, (*parameters, kind))
    return Entry(*found[0]) if found else None
