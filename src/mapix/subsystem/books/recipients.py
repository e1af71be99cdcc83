"""Recipient rows made ready for sending: ExpandRecips (session 6.2 step 6, SPL-15, ABK-75).

Addresses become one-offs, missing addresses are looked up, personal lists are expanded, and who stands there twice is
marked as taken care of, so that he is sent to once and the list stays as it was written (C9). What cannot be resolved
stays and comes back as a report, which says what stands in PR_REPORT_TEXT: what was wrong when it was submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from mapix.interfaces.addrbook import RECIPIENT_COLUMNS, AddrBook
from mapix.interfaces.container import MapiContainer
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff, is_one_off, search_key
from mapix.properties.errors import MapiError, NotFound, TooBig, UnknownEntryid
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_REPORT_TEXT,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SMTP_ADDRESS,
)
from mapix.subsystem.books.oneoff import from_row, recipient_properties

PERSONAL_LIST = "MAPIPDL"
MOST_MEMBERS = 100_000
"""Whom one list of a message may be sent to, with the lists in it."""

NO_MEMBERS = "the list has no members"
UNREADABLE = "the list cannot be opened"
UNKNOWN = "the address book knows nobody of this name"
SEVERAL = "the address book knows several people of this name"
GONE = "the address book has no such entry any more"

_PEOPLE_KEPT = 512
Row = dict[PropTag, Any]


def expand(rows: Sequence[Row], book: Callable[[], AddrBook]) -> list[Row]:
    """`rows` completed, members of personal lists behind them with row numbers of their own.

    A list without members, and one that cannot be read, stays to be sent to: as nobody can, its sender is told.
    """
    completed = [_completed(dict(row), book) for row in rows]
    number = max((row.get(PR_ROWID, -1) for row in completed), default=-1) + 1
    expanded = list(completed)
    for row in completed:
        if row.get(PR_ADDRTYPE) == PERSONAL_LIST:
            for member in _members(row, book):
                row[PR_RESPONSIBILITY] = True
                expanded.append({**member, PR_ROWID: number, PR_RESPONSIBILITY: False})
                number += 1
            if not row.get(PR_RESPONSIBILITY):
                row.setdefault(PR_REPORT_TEXT, NO_MEMBERS)
    _mark_duplicates(expanded)
    return expanded


def _completed(row: Row, book: Callable[[], AddrBook]) -> Row:
    """A row with identifier, address and search key, as far as they can be known."""
    if not row.get(PR_RESPONSIBILITY):
        row.pop(PR_REPORT_TEXT, None)
    entry_id = row.get(PR_ENTRYID)
    known: Row = {}
    if not entry_id:
        person = from_row(row)
        known = recipient_properties(person) if person is not None else _resolved(row, book)
        if person is not None and not row.get(PR_EMAIL_ADDRESS) and not row.get(PR_SMTP_ADDRESS):
            row[PR_DISPLAY_NAME] = person.name
    elif is_one_off(entry_id):
        known = _told(bytes(entry_id))
    elif not row.get(PR_ADDRTYPE) or not row.get(PR_EMAIL_ADDRESS):
        known = _looked_up(entry_id, book)
    for tag in (*RECIPIENT_COLUMNS, PR_REPORT_TEXT):
        if not row.get(tag) and known.get(tag) is not None:
            row[tag] = known[tag]
    if not row.get(PR_SEARCH_KEY) and row.get(PR_ADDRTYPE) and row.get(PR_EMAIL_ADDRESS):
        row[PR_SEARCH_KEY] = search_key(row[PR_ADDRTYPE], row[PR_EMAIL_ADDRESS])
    return row


@lru_cache(maxsize=_PEOPLE_KEPT)
def _told(entry_id: bytes) -> Row:
    """What a one-off identifier tells of somebody; mail goes to the same people again and again."""
    return recipient_properties(OneOff.load(entry_id), entry_id)


def _resolved(row: Row, book: Callable[[], AddrBook]) -> Row:
    """What the address book says of a bare name: whom it is of, or why that is not known."""
    if not row.get(PR_DISPLAY_NAME):
        return {}
    result = book().resolve_name([{PR_DISPLAY_NAME: row[PR_DISPLAY_NAME]}])
    if result.unresolved or result.ambiguous:
        return {PR_REPORT_TEXT: SEVERAL if result.ambiguous else UNKNOWN}
    return result.rows[0]


def _looked_up(entry_id: bytes, book: Callable[[], AddrBook]) -> Row:
    try:
        return book().open_entry(entry_id).get_props(RECIPIENT_COLUMNS)
    except (NotFound, UnknownEntryid):
        return {PR_REPORT_TEXT: GONE}
    except MapiError as error:
        return {PR_REPORT_TEXT: f"the address book cannot be asked: {error}"}


def _members(row: Row, book: Callable[[], AddrBook]) -> Iterator[Row]:
    """The members of a list and of the lists in it, each list once (ABK-75); `TooBig` for more than can be sent to.

    A list in it that cannot be read is a member itself.
    """
    seen: set[bytes] = set()
    waiting = [iter((row,))]
    count = 0
    while waiting:
        member = next(waiting[-1], None)
        if member is None:
            waiting.pop()
            continue
        if member is not row:
            member = _completed({**member, PR_RECIPIENT_TYPE: row.get(PR_RECIPIENT_TYPE, 1)}, book)
        entry_id = member.get(PR_ENTRYID) or b""
        if member.get(PR_ADDRTYPE) == PERSONAL_LIST:
            if entry_id in seen:
                continue
            if entry_id:
                seen.add(entry_id)
            inside = _direct_members(entry_id, book) if entry_id else None
            if inside is not None:
                waiting.append(iter(inside))
                continue
            member[PR_REPORT_TEXT] = UNREADABLE
            if member is row:
                return
        count += 1
        if count > MOST_MEMBERS:
            raise TooBig("the list has more members than a message can have", value=row.get(PR_DISPLAY_NAME))
        yield member


def _direct_members(entry_id: bytes, book: Callable[[], AddrBook]) -> list[Row] | None:
    """Who stands in a list; None for one that cannot be read."""
    try:
        opened = book().open_entry(entry_id, Access.READ)
        if not isinstance(opened, MapiContainer):
            return None
        rows = query_all_rows(opened.get_contents_table(), RECIPIENT_COLUMNS)
    except MapiError:
        return None
    cells = [zip(RECIPIENT_COLUMNS, row, strict=True) for row in rows]
    return [{tag: value for tag, value in row if value is not None} for row in cells]


def _mark_duplicates(rows: Iterable[Row]) -> None:
    """Of rows to be sent to that name one address, all but the first are taken care of."""
    seen: set[bytes] = set()
    for row in rows:
        key = row.get(PR_SEARCH_KEY)
        if not key or row.get(PR_RESPONSIBILITY):
            continue
        if key in seen:
            row[PR_RESPONSIBILITY] = True
        seen.add(key)
