"""Who is meant by a name in this book, and among the members of a list (ABK-24, ABK-25).

A whole name wins over names that begin alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mapix.objects.restrictions.anr import anr_matches
from mapix.objects.restrictions.collate import fold
from mapix.properties.flags import MAPI_AMBIGUOUS, MAPI_RESOLVED, MAPI_UNRESOLVED
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_ENTRYID, PR_SEND_RICH_INFO
from mapix.providers.contacts.book import Book, Entry, Props
from mapix.providers.contacts.rows import COLUMNS

_KNOWN: Final = frozenset(COLUMNS) - {PR_SEND_RICH_INFO}


def resolve_names(book: Book, rows: Sequence[Props], columns: Sequence[PropTag]) -> list[int]:
    """The flags of the rows; those that are resolved have the identifier and the columns."""
    make = book.known if _KNOWN.issuperset(columns) else book.row
    wanted = dict.fromkeys((*columns, PR_ENTRYID))
    flags = []
    for row in rows:
        if row.get(PR_ENTRYID):
            flags.append(MAPI_RESOLVED)
            continue
        found = _meant(book, row.get(PR_DISPLAY_NAME) or "")
        if len(found) == 1:
            values = make(found[0])
            row.update((tag, values[tag]) for tag in wanted if tag in values)
        flags.append(_flag(len(found)))
    return flags


def resolve_among(people: Sequence[Props], rows: Sequence[Props], columns: Sequence[PropTag]) -> list[int]:
    """The same among rows in memory."""
    flags = []
    for row in rows:
        if row.get(PR_ENTRYID):
            flags.append(MAPI_RESOLVED)
            continue
        found = _meant_among(people, row.get(PR_DISPLAY_NAME) or "")
        if len(found) == 1:
            row.update((tag, found[0][tag]) for tag in (*columns, PR_ENTRYID) if tag in found[0])
        flags.append(_flag(len(found)))
    return flags


def _meant(book: Book, name: str) -> list[Entry]:
    name = name.strip()
    exact = book.called(name) if name else []
    return exact or (book.like(name) if name else [])


def _meant_among(people: Sequence[Props], name: str) -> list[Props]:
    exact = [one for one in people if fold(one.get(PR_DISPLAY_NAME, "")) == fold(name.strip())]
    if exact:
        return exact
    return [one for one in people if anr_matches(name, one.get(PR_DISPLAY_NAME, ""), one.get(PR_EMAIL_ADDRESS, ""))]


def _flag(found: int) -> int:
    return MAPI_RESOLVED if found == 1 else MAPI_AMBIGUOUS if found else MAPI_UNRESOLVED
