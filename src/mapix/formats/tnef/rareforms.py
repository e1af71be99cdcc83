"""Properties of a TNEF list that are rarer, or damaged: several values, objects, structures, types nobody defined."""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Callable
from struct import Struct
from typing import Any, Final, Protocol

from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.forms import FIXED, MANY, MANY_FIXED, PLAIN, STRUCTURED, Inner
from mapix.formats.tnef.layout import IID_MESSAGE
from mapix.properties.errors import CorruptData
from mapix.properties.tag import MVI_FLAG, PropTag, PropType
from mapix.properties.tags import PR_ATTACH_DATA_OBJ
from mapix.properties.valuekinds import Raw
from mapix.properties.valuetypes import value_type

u32: Final = Struct("<I").unpack_from
_BINARY: Final = int(PropType.BINARY)
_UNICODE: Final = int(PropType.UNICODE)
_STRING8: Final = int(PropType.STRING8)


class CutError(Exception):
    """The list ends in the middle of a value."""


class UnreadableError(Exception):
    """Nobody knows where the value ends."""


class List(Protocol):
    """What is known of the list that is read."""

    data: bytes
    end: int
    scope: Scope
    where: str

    def put(self, tag: int, value: Any) -> None:
        """One property."""

    def note(self, what: str, value: object = None) -> None:
        """Remember a defect of the list."""


def read_rare(reading: List, at: int, tag: int) -> int:
    """The value of a property of any type, which begins at a place; where it ends."""
    kind, room = tag & 0xFFFF, reading.end - at
    if kind == PropType.NULL:
        reading.put(tag, None)
        return at
    fixed = FIXED.get(kind)
    if fixed is not None:
        if room < fixed.size:
            raise CutError
        value = (
            reading.data[at : at + 2] != b"\0\0" if kind == PropType.BOOLEAN else fixed.unpack_from(reading.data, at)[0]
        )
        reading.put(tag, value)
        return at + fixed.size
    if room < 4:
        raise CutError
    many = MANY_FIXED.get(kind)
    return _sized(reading, at, tag) if many is None else _many_fixed(reading, at, tag, many)


def _many_fixed(reading: List, at: int, tag: int, form: Struct) -> int:
    """Several values of one size."""
    count = u32(reading.data, at)[0]
    size = count * form.size
    at += 4
    if size > reading.end - at:
        raise CutError
    _take(reading, count)
    reading.put(tag, tuple([one for (one,) in form.iter_unpack(reading.data[at : at + size])]))
    return int(at + size)


def _take(reading: List, count: int) -> None:
    """Make room for several values; what there is none for is kept unread."""
    if count > reading.scope.context.room:
        reading.note("too many values", count)
        raise UnreadableError
    reading.scope.context.room -= count


def _sized(reading: List, at: int, tag: int) -> int:
    """Values with a length each."""
    kind = tag & 0xFFFF
    count = u32(reading.data, at)[0]
    if kind not in MANY and kind not in PLAIN:
        _check_object(reading, at, kind, count)
    items, at = _items(reading, at + 4, count, tag)
    if kind in MANY:
        read = _reader(reading, kind & 0x0FFF, tag)
        reading.put(tag, tuple([read(reading.data[start:stop]) for start, stop in items]))
        return at
    if count != 1:
        reading.note("a single value has another count", (PropTag(tag), count))
    if items:
        _put(reading, tag, *items[0])
    return at


def _check_object(reading: List, at: int, kind: int, count: int) -> None:
    """Values of types of no certain form are taken for one with a length, where that can be."""
    room = reading.end - at - 8
    if kind == PropType.OBJECT and count == 1 and room >= 0:
        return
    if count != 1 or room < 0 or u32(reading.data, at + 4)[0] > room:
        raise CutError if kind == PropType.OBJECT else UnreadableError


def _items(reading: List, at: int, count: int, tag: int) -> tuple[list[tuple[int, int]], int]:
    """Where each of several values begins and ends."""
    found: list[tuple[int, int]] = []
    fits = count * 4 <= reading.end - at
    if fits and count > 1:
        _take(reading, count)
    for _ in range(count):
        if reading.end - at < 4:
            raise CutError
        size = u32(reading.data, at)[0]
        at += 4
        if size > reading.end - at:
            reading.note("a value is longer than its list", PropTag(tag))
        if fits:
            found.append((at, min(at + size, reading.end)))
        at += size + (-size & 3)
    return found, at


def _put(reading: List, tag: int, start: int, stop: int) -> None:
    """A single value, of whatever type."""
    kind = tag & 0xFFFF
    if kind == PropType.OBJECT:
        reading.put(tag, _object(reading.data, start, stop, tag))
        return
    raw = reading.data[start:stop]
    if kind & MVI_FLAG == MVI_FLAG and not isinstance(value_type(kind), Raw):
        # cells of tables have such types, values none (P-054)
        reading.note("the type is none of a value", PropTag(tag))
        reading.put(tag & 0xFFFF0000 | _BINARY, raw)
        return
    if kind not in STRUCTURED:
        reading.put(tag, _reader(reading, kind, tag)(raw))
        return
    try:
        reading.put(tag, value_type(kind).load(raw))
    except (CorruptData, RecursionError) as error:
        reading.note("the bytes are no value of the type", str(error))
        reading.put(tag & 0xFFFF0000 | _BINARY, raw)


def _reader(reading: List, kind: int, tag: int) -> Callable[[bytes], Any]:
    """How a value of bytes or text is read."""
    if kind == _UNICODE:
        return lambda raw: wide(raw, reading.scope, reading.where)
    if kind == _STRING8:
        return lambda raw: reading.scope.text(raw, tag >> 16, reading.where)
    return lambda raw: raw


def _object(data: bytes, start: int, stop: int, tag: int) -> bytes | Inner:
    """A message inside, or the bytes of another object; those of an attachment without the identifier of what they
    are, which follows from them.
    """
    if tag != PR_ATTACH_DATA_OBJ or stop - start < 16:
        return data[start:stop]
    if data[start : start + 16] == IID_MESSAGE:
        return Inner(data, start + 16, stop)
    return data[start + 16 : stop]


def wide(raw: bytes, scope: Scope, where: str) -> str:
    """UTF-16LE without its terminator."""
    if raw[-2:] == b"\0\0" and not len(raw) & 1:
        raw = raw[:-2]
    if len(raw) & 1:
        scope.note("text ends in half a letter", at=where)
        raw = raw[: len(raw) & ~1]
    return utf_16_le_decode(raw, "surrogatepass", True)[0]
