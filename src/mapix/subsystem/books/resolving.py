"""Finding out who is meant: ResolveName over addresses, one-offs and the containers of the search path (ABK-20..25)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from mapix.interfaces.addrbook import AbContainer, Resolution
from mapix.interfaces.addressui import AddressUI
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
from mapix.subsystem.books.oneoff import from_row, recipient_properties

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
_MOST_QUESTIONS: Final = 10
_MOST_CANDIDATES: Final = 100
_log = logging.getLogger("mapix.subsystem")
Row = dict[PropTag, Any]


def resolve(
    rows: Iterable[Row],
    search: Callable[[], Sequence[AbContainer]],
    ui: AddressUI | None = None,
    title: str = "",
) -> Resolution:
    """Complete rows that have no identifier; `search` gives the containers to look through when they are needed.

    Addresses and one-offs in text resolve by themselves. A row that one container finds ambiguous is not looked for
    in the next. Rows with an identifier and empty rows are left alone. What is still open then `ui` is asked about.
    """
    found = [dict(row) for row in rows]
    states = {index: UNRESOLVED for index, row in enumerate(found) if row and not row.get(PR_ENTRYID)}
    _look(found, states, search)
    if ui is not None:
        for index, state in states.items():
            if state != RESOLVED:
                states[index] = _asked(found[index], search, ui, title)
    return Resolution(
        found,
        [index for index, state in states.items() if state == UNRESOLVED],
        [index for index, state in states.items() if state == AMBIGUOUS],
    )


def _look(rows: Sequence[Row], states: dict[int, int], search: Callable[[], Sequence[AbContainer]]) -> None:
    """Resolve rows by what they say, then by the containers in their order."""
    for index in states:
        states[index] = _by_address(rows[index])
    if UNRESOLVED in states.values():
        for container in search():
            _ask(container, rows, states)


def _asked(row: Row, search: Callable[[], Sequence[AbContainer]], ui: AddressUI, title: str) -> int:
    """Let somebody say who is meant, as often as he spells it anew (ABK-21, step 4)."""
    for _ in range(_MOST_QUESTIONS):
        states = {0: UNRESOLVED}
        _look([row], states, search)
        if states[0] == RESOLVED:
            return RESOLVED
        name = row.get(PR_DISPLAY_NAME) or ""
        people = _candidates(name, search()) if states[0] == AMBIGUOUS else []
        if people:
            place = ui.choose(title, name, people)
            if place is not None and 0 <= place < len(people):
                row.update(people[place])
                return RESOLVED
            return AMBIGUOUS
        answer = ui.spell(title, name)
        if not answer:
            return states[0]
        row[PR_DISPLAY_NAME] = answer
    return UNRESOLVED


def _candidates(name: str, containers: Sequence[AbContainer]) -> list[Row]:
    """Whom a name may mean, of the first container that knows any."""
    for container in containers:
        try:
            table = container.get_contents_table()
            table.set_columns(COLUMNS)
            table.restrict(Property(Relop.EQ, PR_ANR, name))
            rows = table.query_rows(_MOST_CANDIDATES)
        except MapiError:
            continue
        if rows:
            return [_row(each) for each in rows]
    return []


def _row(values: Sequence[Any]) -> Row:
    return {tag: value for tag, value in zip(COLUMNS, values, strict=True) if value is not None}


def _by_address(row: Row) -> int:
    person = from_row(row)
    if person is None:
        return UNRESOLVED
    row.update(recipient_properties(person))
    return RESOLVED


def _ask(container: AbContainer, rows: Sequence[Row], states: dict[int, int]) -> None:
    """Let one container resolve what is still open; one that fails is passed over, as is what it answers of nobody."""
    still = [index for index, state in states.items() if state == UNRESOLVED]
    if not still:
        return
    try:
        try:
            answers = container.resolve_names([rows[index] for index in still], COLUMNS)
        except NoSupport:
            answers = [_by_table(container, rows[index]) for index in still]
    except MapiError:
        return
    if len(answers) != len(still):
        return
    for index, answer in zip(still, answers, strict=True):
        resolved = answer == RESOLVED and rows[index].get(PR_ENTRYID)
        states[index] = RESOLVED if resolved else AMBIGUOUS if answer == AMBIGUOUS else UNRESOLVED


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
    row.update(_row(found[0]))
    return RESOLVED
