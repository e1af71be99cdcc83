"""Sizes of messages held against what is in them: properties, recipients and attachments together (A-024).

A message that tells no size was put there by who has no use for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from operator import add
from typing import Final

from mapix.interfaces.care import Finding
from mapix.objects.bags.savedprops import size_entry, size_of_all, size_of_recipient
from mapix.properties.codec import unpack_props
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropType
from mapix.properties.tags import PR_ATTACH_SIZE, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.guarding import STUMBLES
from mapix.providers.sqlstore.properties import change_values, values_of
from mapix.providers.sqlstore.seals import farther
from mapix.providers.sqlstore.statements import filled

WRONG_SIZE: Final = "message of another size"

_MESSAGES: Final = "SELECT id, size FROM message WHERE {mine} AND id > ? AND size IS NOT NULL ORDER BY id LIMIT 500"
_VALUES: Final = (
    "SELECT p.object, p.id, p.type, p.blob, b.size, {value} FROM property p LEFT JOIN blob b ON b.id = p.blob"
    f" WHERE p.object BETWEEN ? AND ? AND p.id <> {PR_MESSAGE_SIZE.id}"
)
_RECIPIENTS: Final = "SELECT message, properties FROM recipient r WHERE message BETWEEN ? AND ?"
_ATTACHMENTS: Final = (
    "SELECT a.message, p.id, p.type, p.blob, NULL, {value} FROM attachment a JOIN property p ON p.object = a.id"
    f" WHERE p.id = {PR_ATTACH_SIZE.id} AND p.type = {PropType.LONG} AND a.message BETWEEN ? AND ?"
)

_FLAGS: Final = size_of_all({PR_MESSAGE_FLAGS: 0})
_NOTHING: Final[tuple[int, float]] = (_FLAGS, _FLAGS)
"""The flags are a column."""


def wrong_sizes(database: Database) -> Iterator[Finding]:
    """Messages that tell another size than they have."""
    for number, told, right in _wrong(database):
        yield Finding(WRONG_SIZE, number, f"{told} bytes are told, {right} are there")


def repair_sizes(database: Database) -> None:
    """Have them tell the size they have, inside a transaction."""
    for number, _, right in list(_wrong(database)):
        change_values(database, number, {PR_MESSAGE_SIZE: right})
        database.run("UPDATE message SET size = ? WHERE id = ?", (right, number))


def _wrong(database: Database) -> Iterator[tuple[int, int, int]]:
    """The messages whose sizes are wrong: number, size told, size there. What cannot be read others tell of."""
    at = 0
    while page := database.rows(filled(_MESSAGES, database.marks), (at,)):
        sums = _sums(database, page[0][0], page[-1][0])
        for number, told in page:
            right, most = sums.get(number, _NOTHING)
            right = size_entry(right)[1]
            if not right <= told <= most:
                yield number, told, right
        (at,) = farther((at,), page[-1][:1])


def _sums(database: Database, first: int, last: int) -> dict[int, tuple[int, float]]:
    """The bytes of messages from one number to another, and what they were with what transports note of recipients,
    which versions before counted; without a limit where something cannot be read.
    """
    found: dict[int, tuple[int, float]] = defaultdict(lambda: _NOTHING)
    for number, sizes in _parts(database, first, last):
        found[number] = tuple(map(add, found[number], sizes))
    return found


def _parts(database: Database, first: int, last: int) -> Iterator[tuple[int, tuple[int, float]]]:
    """What each property, recipient and attachment counts for, by message."""
    span, marks = (first, last), database.marks
    for number, *row in database.rows(filled(_VALUES, marks), span):
        yield number, _size(partial(_values_size, database, row))
    for number, packed in database.rows(_RECIPIENTS, span):
        yield number, _size_of_recipient(packed)
    for number, *row in database.rows(filled(_ATTACHMENTS, marks), span):
        yield number, _size(partial(_told, database, row))


def _values_size(database: Database, row: Sequence[object]) -> int:
    return size_of_all(values_of(database, (row,)))


def _told(database: Database, row: Sequence[object]) -> int:
    """The size that an attachment tells."""
    return sum(values_of(database, (row,)).values())


def _size(count: Callable[[], int]) -> tuple[int, float]:
    try:
        return (size := count()), size
    except (MapiError, *STUMBLES):
        return 0, inf


def _size_of_recipient(packed: bytes) -> tuple[int, float]:
    try:
        row = unpack_props(packed)
    except (MapiError, *STUMBLES):
        return 0, inf
    return size_of_recipient(row), size_of_all(row)
