"""The property rows of an object: read, written, copied.

Objects are messages, attachments and folders by their number, and the store, which is object 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

from mapix.properties.errors import CorruptStore
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.blobs import SMALL, Fresh, StoredLarge, is_large, keep, prepare
from mapix.providers.sqlstore.checksums import PropertyRow, checksum, renewed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.hot import FLAGS
from mapix.providers.sqlstore.values import AS_THEY_ARE, LARGE, NEVER_LARGE, misfit, sure

_MOST_ROWS: Final = 64
_LONG: Final = frozenset((str, bytes))
_SIZES: Final = (1, 2, 4, 8, 16, 32)


def prepared(database: Database, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
    """`values` with the large ones hashed: what can be done before a transaction begins."""
    large = [
        tag
        for tag, value in values.items()
        if (kind := value.__class__) not in SMALL and (len(value) >= LARGE if kind in _LONG else is_large(value))
    ]
    return {**values, **{tag: prepare(database, tag, values[tag]) for tag in large}} if large else values


def values_of(database: Database, rows: Sequence[Any]) -> dict[PropTag, Any]:
    """The properties that rows hold; large ones as `StoredLarge`."""
    found: dict[PropTag, Any] = {}
    for prop_id, kind, blob, size, value in database.dialect.joined(rows):
        if blob is not None:
            if kind in NEVER_LARGE:
                raise misfit(kind)
            value = StoredLarge(database, blob, size or 0)
        elif value.__class__ is not AS_THEY_ARE.get(kind):
            value = sure(kind, value)
        found[_tag(prop_id << 16 | kind)] = value
    return found


@lru_cache(maxsize=4096)
def _tag(number: int) -> PropTag:
    return PropTag(number)


def insert_values(database: Database, number: int, values: Mapping[PropTag, Any]) -> int | None:
    """Write the prepared `values` of an object that has none yet; their checksum, None where there are none."""
    cells, large = _write(database, number, values, new=True)
    if not database.dialect.checksums:
        return None
    return checksum(_written(cells, large))


def change_values(
    database: Database,
    number: int,
    values: Mapping[PropTag, Any],
    deleted: Collection[int] = (),
    known: int | None = None,
) -> int | None:
    """Set the prepared `values` of an object, and remove identifiers; its checksum now, of one that had `known`."""
    database.lets_go = True
    held = _held(database, number)
    if deleted:
        database.many(database.sql["property_delete"], [(number, prop_id) for prop_id in deleted])
    cells, large = _write(database, number, values, new=False)
    return None if held is None else renewed(known, held, _written(cells, large), deleted)


def _held(database: Database, number: int) -> list[PropertyRow] | None:
    """The rows of an object that has a checksum and can be read: where not, there is none from now on."""
    if not database.dialect.checksums:
        return None
    try:
        return database.rows(database.sql["property_rows"], (number,))
    except CorruptStore:
        return None


def _written(cells: list[Any], large: list[PropertyRow]) -> list[PropertyRow]:
    """The rows that were written, by identifier."""
    small: list[PropertyRow] = [*zip(cells[1::4], cells[2::4], cells[3::4], repeat(None), strict=False)]
    return sorted(small + large, key=itemgetter(0)) if large else small


def delete_values(database: Database, number: int) -> None:
    """Remove all properties of an object."""
    database.lets_go = True
    database.run(database.sql["property_delete_all"], (number,))


def padded(ids: Sequence[int]) -> tuple[list[int], str] | None:
    """`ids`, some repeated, and placeholders for them: few different statements however many are asked for.

    None when they are so many that reading all is better.
    """
    size = next((size for size in _SIZES if size >= len(ids)), 0)
    return ([*ids, *(ids[0],) * (size - len(ids))], ", ".join("?" * size)) if ids and size else None


def _write(
    database: Database, number: int, values: Mapping[PropTag, Any], *, new: bool
) -> tuple[list[Any], list[PropertyRow]]:
    """Write many rows with few statements: a statement costs more than a row. The cells of small values, and of large
    ones: identifier, type and blob of each.
    """
    cells, tags = _cells(database, number, values)
    large: list[PropertyRow] = [
        (tag >> 16, tag & 0xFFFF, None, _write_large(database, number, tag, values[tag])) for tag in tags
    ]
    width = 3 + len(database.dialect.value_columns)
    most = width * _MOST_ROWS
    conflict = "" if new else database.sql["property_replace"]
    for start in range(0, len(cells), most):
        part = cells[start : start + most] if len(cells) > most else cells
        database.run(_insert_rows(database.sql["property_insert"], width, len(part) // width, conflict), part)
    return cells, large


def _cells(database: Database, number: int, values: Mapping[PropTag, Any]) -> tuple[list[Any], list[PropTag]]:
    """The cells of the rows of small values, one row after the other, and the tags of large values."""
    cells: list[Any] = []
    large: list[PropTag] = []
    cells_of, as_they_are = database.dialect.cells, database.dialect.as_they_are
    for tag, prop_id, code in _places(tuple(values)):
        value = values[tag]
        kind = value.__class__
        if kind in as_they_are or (kind is str and as_they_are and value.isascii()):
            cells += (number, prop_id, code, value)
        elif kind is Fresh or kind is StoredLarge:
            large.append(tag)
        elif value is not None:
            cells += (number, prop_id, code, *cells_of(code, value))
    return cells, large


@lru_cache(maxsize=512)
def _places(tags: tuple[PropTag, ...]) -> list[tuple[PropTag, int, int]]:
    """Tags in their order, with identifier and type, of properties that are rows: messages have few sets of them."""
    return [(tag, tag >> 16, tag & 0xFFFF) for tag in sorted(tags) if tag >> 16 != FLAGS]


def _write_large(database: Database, number: int, tag: PropTag, value: Fresh | StoredLarge) -> int:
    more = database.dialect.large_cells(tag & 0xFFFF, value)
    blob = keep(database, value)
    database.run(database.sql["property_large"], (number, tag >> 16, tag & 0xFFFF, blob, *more))
    return blob


@cache
def _insert_rows(head: str, width: int, count: int, conflict: str) -> str:
    row = f"({', '.join('?' * width)})"
    return f"{head} VALUES {', '.join([row] * count)} {conflict}"
