"""The property rows of an object: read, written, copied.

Objects are messages, attachments and folders by their number, and the store, which is object 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.providers.sqlstore.blobs import SMALL, Fresh, StoredLarge, is_large, keep, prepare
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.hot import FLAGS
from mapix.providers.sqlstore.statements import SQL
from mapix.providers.sqlstore.values import loaded, stored, stored_text

STORE_OBJECT: Final = 0

_CONVERTED: Final = frozenset((PropType.UNICODE, PropType.BOOLEAN, PropType.FLOAT, PropType.DOUBLE, PropType.APPTIME))
_AS_THEY_ARE: Final = frozenset((int, bool, bytes))
_MOST_CELLS: Final = 4 * 64
_REPLACE: Final = SQL["property_replace"]
_SIZES: Final = (1, 2, 4, 8, 16, 32)

StoredRow = tuple[int, int, Any, int | None, int | None]
"""Identifier, type, value, blob, size of the blob."""


def prepared(database: Database, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
    """`values` with the large ones hashed: what can be done before a transaction begins."""
    large = [tag for tag, value in values.items() if value.__class__ not in SMALL and is_large(value)]
    return {**values, **{tag: prepare(database, tag, values[tag]) for tag in large}} if large else values


def values_of(database: Database, rows: Sequence[StoredRow]) -> dict[PropTag, Any]:
    """The properties that rows hold; large ones as `StoredLarge`."""
    found: dict[PropTag, Any] = {}
    for prop_id, kind, value, blob, size in rows:
        if blob is not None:
            value = StoredLarge(database, blob, size or 0)
        elif kind in _CONVERTED or kind & MV_FLAG:
            value = loaded(kind, value)
        found[PropTag(prop_id << 16 | kind)] = value
    return found


def insert_values(database: Database, number: int, values: Mapping[PropTag, Any]) -> None:
    """Write the prepared `values` of an object that has none yet."""
    _write(database, number, values, "")


def change_values(
    database: Database, number: int, values: Mapping[PropTag, Any], deleted: Collection[int] = ()
) -> None:
    """Set the prepared `values` of an object, and remove identifiers."""
    if deleted:
        database.many(SQL["property_delete"], [(number, prop_id) for prop_id in deleted])
    _write(database, number, values, _REPLACE)


def padded(ids: Sequence[int]) -> tuple[list[int], str] | None:
    """`ids`, some repeated, and placeholders for them: few different statements however many are asked for.

    None when they are so many that reading all is better.
    """
    size = next((size for size in _SIZES if size >= len(ids)), 0)
    return ([*ids, *(ids[0],) * (size - len(ids))], ", ".join("?" * size)) if ids and size else None


def _write(database: Database, number: int, values: Mapping[PropTag, Any], conflict: str) -> None:
    """Write many rows with few statements: a statement costs more than a row."""
    cells: list[Any] = []
    for tag in sorted(values):
        value = values[tag]
        kind = value.__class__
        if kind is str:
            value = stored_text(value)
        elif kind not in _AS_THEY_ARE:
            if kind is Fresh or kind is StoredLarge:
                _write_large(database, number, tag, value)
                continue
            if value is None:
                continue
            value = stored(tag & 0xFFFF, value)
        if tag >> 16 != FLAGS:
            cells += (number, tag >> 16, tag & 0xFFFF, value)
    for start in range(0, len(cells), _MOST_CELLS):
        part = cells[start : start + _MOST_CELLS] if len(cells) > _MOST_CELLS else cells
        database.run(_insert_rows(len(part) // 4, conflict), part)


def _write_large(database: Database, number: int, tag: PropTag, value: Fresh | StoredLarge) -> None:
    database.run(SQL["property_large"], (number, tag >> 16, tag & 0xFFFF, keep(database, value)))


@cache
def _insert_rows(count: int, conflict: str) -> str:
    return f"{SQL['property_insert']} VALUES {', '.join(['(?, ?, ?, ?)'] * count)} {conflict}"
