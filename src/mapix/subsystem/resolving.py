"""Finding out who is meant: ResolveName over addresses, one-offs and the containers of the search path (ABK-20..25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mapix.interfaces.addrbook import AbContainer, Resolution
from mapix.properties.errors import MapiError, NoSupport
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ANR,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
    PR_SEARCH_KEY,
    PR_TRANSMITABLE_DISPLAY_NAME,
)
from mapix.subsystem.oneoff import from_row, recipient_properties

COLUMNS = (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
    PR_DISPLAY_TYPE,
    PR_SEARCH_KEY,
    PR_TRANSMITABLE_DISPLAY_NAME,
)
"""What a resolved row gets: enough to send without asking again (ABK-24, ABK-81)."""

UNRESOLVED, AMBIGUOUS, RESOLVED = 0, 1, 2
Row = dict[PropTag, Any]


def resolve(rows: Iterable[Row], search: Callable[[], Sequence[AbContainer]]) -> Resolution:
    """Complete rows that have no identifier; `search` gives the containers to look through when they are needed.

    Addresses and one-offs in text resolve by themselves. A row that one container finds ambiguous is not looked for
    in the next. Rows with an identifier and empty rows are left alone.
    """
    found = [dict(row) for row in rows]
    states = {index: UNRESOLVED for index, row in enumerate(found) if row and not row.get(PR_ENTRYID)}
    for index in states:
        states[index] = _by_address(found[index])
    if UNRESOLVED in states.values():
        for container in search():
            _ask(container, found, states)
    return Resolution(
        found,
        [index for index, state in states.items() if state == UNRESOLVED],
        [index for index, state in states.items() if state == AMBIGUOUS],
    )


def _by_address(row: Row) -> int:
    person = from_row(row)
    if person is None:
        return UNRESOLVED
    row.update(recipient_properties(person))
    return RESOLVED


def _ask(container: AbContainer, rows: Sequence[Row], states: dict[int, int]) -> None:
    """Let one container resolve what is still open; one that fails is passed over."""
    still = [index for index, state in states.items() if state == UNRESOLVED]
    if not still:
        return
    try:
        answers = container.resolve_names([rows[index] for index in still], COLUMNS)
    except NoSupport:
        answers = [_by_table(container, rows[index]) for index in still]
    except MapiError:
        return
    states.update(zip(still, answers, strict=True))


def _by_table(container: AbContainer, row: Row) -> int:
    """Look a name up in a contents table: one row is the one meant (ABK-21, step 3)."""
    name = row.get(PR_DISPLAY_NAME)
    if not name:
        return UNRESOLVED
    try:
        table = container.get_contents_table()
        table.set_columns(COLUMNS)
        table.restrict(Property(Relop.EQ, PR_ANR, name))
        found = table.query_rows(2)
    except MapiError:
        return UNRESOLVED
    if len(found) != 1:
        return AMBIGUOUS if found else UNRESOLVED
    row.update({tag: value for tag, value in zip(COLUMNS, found[0], strict=True) if value is not None})
    return RESOLVED
