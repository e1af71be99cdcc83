"""Pieces of a source as what they hold: bytes, values, lists of properties, rows of recipients."""

from __future__ import annotations

from typing import Any

from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.forms import Inner
from mapix.formats.tnef.largeprops import read_large
from mapix.formats.tnef.layout import LARGE
from mapix.formats.tnef.properties import read_list, u32
from mapix.formats.tnef.source import AT_ONCE, FileSource, FileValue
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_OBJ


def value_of(source: bytes | FileSource, start: int, end: int) -> bytes | FileValue:
    """The same as a value, which stays in its file where it is large."""
    if isinstance(source, FileSource) and end - start > LARGE:
        return FileValue(source, start, end - start)
    return source[start:end]


def list_of(source: bytes | FileSource, start: int, end: int, scope: Scope, where: str) -> dict[PropTag, Any]:
    """The properties of a counted list; a message inside is an `Inner`."""
    if isinstance(source, FileSource):
        if end - start > AT_ONCE:
            return read_large(source, start, end, scope, where)
        source, start, end = source.read(start, end - start), 0, end - start
    values, stop = read_list(source, start, end, scope, where)
    if stop < end and any(source[stop:end]):
        scope.note("bytes after the last property", at=where, value=source[stop:end])
    return values


def rows_of(source: bytes | FileSource, start: int, end: int, scope: Scope) -> list[dict[PropTag, Any]]:
    """The rows of a recipient table."""
    data = source[start:end]
    if len(data) < 4:
        scope.note("the recipient table is empty")
        return []
    rows: list[dict[PropTag, Any]] = []
    count, at = u32(data)[0], 4
    for number in range(count):
        if scope.context.room <= 0:
            scope.note("too many recipients", value=1)
            break
        scope.context.room -= 1
        if len(data) - at < 4:
            scope.note("fewer recipients than the count tells", value=(count, number))
            break
        row, at = read_list(data, at, len(data), scope, f"recipient {number}")
        rows.append(plain(row))
    return rows


def plain(values: dict[PropTag, Any]) -> dict[PropTag, Any]:
    """Properties of what can have no message inside: one that claims to is bytes."""
    inner = values.get(PR_ATTACH_DATA_OBJ)
    if inner.__class__ is Inner:
        values[PR_ATTACH_DATA_OBJ] = value_of(inner.source, inner.start, inner.end)
    return values
