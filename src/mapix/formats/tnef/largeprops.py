"""Lists of properties too large for memory: large values stay in the file, all others are read one by one."""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

from mapix.formats.tnef.context import MOST_THINGS, Scope
from mapix.formats.tnef.forms import FIXED, MANY, MANY_FIXED, Inner, name_size
from mapix.formats.tnef.layout import IID_MESSAGE, LARGE
from mapix.formats.tnef.properties import read_properties, u32
from mapix.formats.tnef.rareforms import wide
from mapix.formats.tnef.source import MOST_AT_ONCE, FileSource, FileValue
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_ATTACH_DATA_OBJ

_HEAD: Final = 4 + 24
"""Bytes that tell of how many the name of a property is."""
_pair: Final = Struct("<II").unpack_from
_TEXT8: Final = int(PropType.STRING8)
_TEXT: Final = int(PropType.UNICODE)


def read_large(source: FileSource, at: int, end: int, scope: Scope, where: str) -> dict[PropTag, Any]:
    """A counted list in a file."""
    values: dict[PropTag, Any] = {}
    count = u32(source.read(at, 4))[0]
    at += 4
    for done in range(count):
        if end - at < 4:
            scope.note("fewer properties than the count tells", at=where, value=(count, done))
            break
        if scope.context.room <= 0:
            scope.note("too many properties", at=where, value=count)
            break
        body = _body(source, at, end)
        size, kind = _extent(source, at, body, end)
        if size is None:
            stop = _large(source, at, body, end, scope, where, values)
        elif size > MOST_AT_ONCE:
            scope.note("a property too large for memory was left out", at=where, value=size)
            stop = min(at + size, end)
        else:
            stop = min(at + size, end)
            rest = source.read(at, stop - at)
            found, _ = read_properties(rest, 0, len(rest), scope, where, 1)
            for tag, value in found.items():
                if kind == _TEXT8:
                    values.setdefault(tag, value)
                else:
                    values[tag] = value
        at = stop
    return values


def _body(source: FileSource, at: int, end: int) -> int:
    """Where the value of a property begins."""
    head = source.read(at, min(_HEAD, end - at))
    return at + 4 + (name_size(head[4:]) if u32(head)[0] >> 31 and len(head) == _HEAD else 0)


def _extent(source: FileSource, at: int, body: int, end: int) -> tuple[int | None, int]:
    """How many bytes a property has, and its type; None for one with a large value."""
    kind = u32(source.read(at, 4))[0] & 0xFFFF
    if kind in FIXED:
        return body - at + FIXED[kind].size, kind
    if kind == PropType.NULL:
        return body - at, kind
    head = source.read(body, 8) if body + 8 <= end else b""
    if len(head) < 8:
        return end - at, kind
    count, size = _pair(head)
    if kind in MANY_FIXED:
        return body - at + 4 + count * MANY_FIXED[kind].size, kind
    if kind in MANY or count != 1:
        return _extent_of_many(source, body + 4, end, count) - at, kind
    return (None if size > LARGE and body - at <= MOST_AT_ONCE else body - at + 8 + size + (-size & 3)), kind


def _extent_of_many(source: FileSource, at: int, end: int, count: int) -> int:
    """Where several values end."""
    for number in range(count):
        if end - at < 4 or number >= MOST_THINGS:
            return end
        size = u32(source.read(at, 4))[0]
        at += 4 + size + (-size & 3)
    return at


def _large(
    source: FileSource, at: int, body: int, end: int, scope: Scope, where: str, values: dict[PropTag, Any]
) -> int:
    """A property with a large value, and where it ends."""
    size = _pair(source.read(body, 8))[1]
    start = body + 8
    stop = start + size
    if stop > end:
        scope.note("a value is longer than its list", at=where)
    head = source.read(at, body - at)
    empty = head + b"\1\0\0\0" + bytes(4)
    if head[:2] == b"\x0d\0":
        empty = head[:4] + b"\x01\0\0\0" + bytes(4)
    found, _ = read_properties(empty, 0, len(empty), scope, where, 1)
    for tag in found:
        if size > MOST_AT_ONCE and _must_be_whole(source, tag, head, min(stop, end)):
            scope.note("a text too large for memory was left out", at=where, value=(tag, size))
            continue
        value = _value(source, tag, head[:2] == b"\x1e\0", start, min(stop, end), scope, where)
        if head[:2] == b"\x1e\0":
            values.setdefault(tag, value)
        else:
            values[tag] = value
    return min(int(stop + (-size & 3)), end)


def _value(source: FileSource, tag: PropTag, narrow: bool, start: int, stop: int, scope: Scope, where: str) -> Any:
    if narrow:
        return scope.text(source.read(start, stop - start), tag.id, where)
    if tag.type == _TEXT:
        return _text(source, start, stop, scope, where)
    if tag == PR_ATTACH_DATA_OBJ:
        if source.read(start, 16) == IID_MESSAGE:
            return Inner(source, start + 16, stop)
        return FileValue(source, start + 16, stop - start - 16)
    return FileValue(source, start, stop - start)


def _must_be_whole(source: FileSource, tag: PropTag, head: bytes, stop: int) -> bool:
    """Whether a value is text that cannot be read in pieces: of 8 bits, or ended as none should be."""
    return head[:2] == b"\x1e\0" or (tag.type == _TEXT and source.read(stop - 2, 2) != b"\0\0")


def _text(source: FileSource, start: int, stop: int, scope: Scope, where: str) -> Any:
    """Text that stays in the file, unless its end is not what it should be."""
    ended = source.read(max(start, stop - 4), 4)
    if (stop - start) & 1 or ended[-2:] != b"\0\0":
        return wide(source.read(start, stop - start), scope, where)
    return FileValue(source, start, stop - start - 2)
