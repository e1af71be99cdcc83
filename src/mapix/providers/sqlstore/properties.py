"""The property rows of an object: read, written, copied.

Objects are messages, attachments and folders by their number, and the store, which is object 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.providers.sqlstore.blobs import Fresh, StoredLarge, is_large, keep, prepare
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.hot import FLAGS
from mapix.providers.sqlstore.statements import SQL
from mapix.providers.sqlstore.values import loaded, stored

STORE_OBJECT: Final = 0

_CONVERTED: Final = frozenset((PropType.UNICODE, PropType.BOOLEAN, PropType.FLOAT, PropType.DOUBLE, PropType.APPTIME))
_SIZES: Final = (1, 2, 4, 8, 16, 32)

StoredRow = tuple[int, int, Any, int | None, int | None]
"""Identifier, type, value, blob, size of the blob."""


def prepared(database: Database, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
    """`values` with the large ones hashed: what can be done before a transaction begins."""
    large = [tag for tag, value in values.items() if is_large(value)]
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
    database.many(SQL["property_insert"], _rows(database, number, values))


def change_values(
    database: Database, number: int, values: Mapping[PropTag, Any], deleted: Collection[int] = ()
) -> None:
    """Set the prepared `values` of an object, and remove identifiers."""
    if deleted:
        database.many(SQL["property_delete"], [(number, prop_id) for prop_id in deleted])
    database.many(SQL["property_upsert"], _rows(database, number, values))


def padded(ids: Sequence[int]) -> tuple[list[int], str] | None:
    """`ids`, some repeated, and placeholders for them: few different statements however many are asked for.

    None when they are so many that reading all is better.
    """
    size = next((size for size in _SIZES if size >= len(ids)), 0)
    return ([*ids, *(ids[0],) * (size - len(ids))], ", ".join("?" * size)) if ids and size else None


def _rows(database: Database, number: int, values: Mapping[PropTag, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for tag, value in values.items():
        prop_id, kind = tag >> 16, tag & 0xFFFF
        if value.__class__ is Fresh or value.__class__ is StoredLarge:
            rows.append((number, prop_id, kind, None, keep(database, value)))
        elif value is not None and prop_id != FLAGS:
            small = stored(kind, value) if kind in _CONVERTED or kind & MV_FLAG else value
            rows.append((number, prop_id, kind, small, None))
    return rows
