"""Restrictions on the contents of an address book: what the file can be asked, and what is tried on rows (ABK-25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.objects.restrictions.anr import rewrite
from mapix.objects.restrictions.evaluate import checked
from mapix.properties.errors import MapiError
from mapix.properties.restriction import And, Exist, Or, Property, Relop, Restriction
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_ANR, PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_SEARCH_KEY
from mapix.providers.contacts.book import Book, words_like
from mapix.providers.contacts.ids import Kind, read_id

_BY_IDENTIFIER: Final = (PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY)
_FIRST_MARK: Final = 0x7F00

Parameters = tuple[Any, ...]
Known = tuple[str, Parameters]


@dataclass(slots=True)
class Query:
    """A restriction taken apart: a condition for the file and, None when that says it all, the rest.

    `marks` are the entries that names fit: the rest asks for them by tag. `source` is the restriction as it was.
    """

    sql: str
    parameters: Parameters
    source: Restriction | None
    rest: Restriction | None = None
    marks: Mapping[PropTag, set[int]] = field(default_factory=dict)


def compile_where(book: Book, where: Restriction | None) -> Query:
    """`where` as a query; `TooComplex` for what cannot be evaluated."""
    if where is None:
        return Query("1", (), None)
    known = _exact(book, where)
    if known is not None:
        return Query(*known, where)
    marks: dict[PropTag, set[int]] = {}
    rest = checked(rewrite(where, lambda name: _marked(book, name, marks)))
    return Query(*_narrowed(book, where), where, rest, marks)


def with_marks(values: dict[PropTag, Any], number: int, query: Query) -> dict[PropTag, Any]:
    """The values of an entry, and which names fit it."""
    for tag, numbers in query.marks.items():
        if number in numbers:
            values[tag] = True
    return values


def _exact(book: Book, where: Restriction) -> Known | None:
    """A condition that says the same as `where`; None where the file cannot be asked."""
    match where:
        case Property(relop=Relop.EQ, tag=tag, value=value):
            return _equal(book, PropTag(tag), value)
        case And(children) | Or(children) if children:
            parts = [_exact(book, child) for child in children]
            if all(part is not None for part in parts):
                return _joined(" AND " if isinstance(where, And) else " OR ", [part for part in parts if part])
    return None


def _narrowed(book: Book, where: Restriction) -> Known:
    """A condition that holds wherever `where` does."""
    if isinstance(where, And):
        parts = [part for child in where.children if (part := _exact(book, child)) is not None]
        if parts:
            return _joined(" AND ", parts)
    return "1", ()


def _joined(word: str, parts: list[Known]) -> Known:
    return "(" + word.join(sql for sql, _ in parts) + ")", tuple(value for _, values in parts for value in values)


def _equal(book: Book, tag: PropTag, value: Any) -> Known | None:
    if tag.id == PR_ANR.id:
        sql, parameters = words_like(_text(value))
        return f"number IN ({sql})", parameters
    if tag in _BY_IDENTIFIER and isinstance(value, bytes):
        number = _number_of(book, value)
        return ("0", ()) if number is None else ("number = ?", (number,))
    if tag == PR_SEARCH_KEY and isinstance(value, bytes):
        return "search_key = ?", (value,)
    return None


def _number_of(book: Book, identifier: bytes) -> int | None:
    """Which entry has this identifier; None where none ever has."""
    try:
        kind, number = read_id(book.uid, identifier)
    except MapiError:
        return None
    entry = book.some((number,)).get(number) if kind in (Kind.USER, Kind.LIST) else None
    return number if entry is not None and entry.kind == kind else None


def _marked(book: Book, name: str, marks: dict[PropTag, set[int]]) -> Restriction:
    tag = PropTag((_FIRST_MARK + len(marks)) << 16 | PropType.BOOLEAN)
    marks[tag] = book.numbers_like(name)
    return Exist(tag)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
