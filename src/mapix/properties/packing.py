"""Whole rows of properties as compact bytes that tell their own shape, made for speed.

    >>> from mapix.properties.tag import PropTag
    >>> row = {PropTag(0x0C150003): 1, PropTag(0x3001001F): "Bill"}
    >>> unpack_props(pack_props(row)) == row
    True

Layout, version 1, little-endian: version (1 byte), count (2), the tags (4 each); then one slot a property, in the same
order: numbers as they are, anything else its length (4); then the bytes of those others, in order. Text is UTF-8. The
rows of one table share tags, so what follows from the tags alone is worked out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from struct import Struct
from struct import error as struct_error
from typing import Any, Final

from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.tag import PropTag
from mapix.properties.value import whole
from mapix.properties.valuetypes import Boolean, Number, Text, ValueType, value_type

VERSION: Final = 1

_HEAD: Final = Struct("<BH")
_SHAPES_KEPT: Final = 512
_MOST_PROPERTIES: Final = 0xFFFF


def pack_props(row: Mapping[PropTag, Any]) -> bytes:
    """The properties of `row` as bytes, in their order; large values are read.

    Raises BadValue for a value that is not of its tag's type, and for more than 65535 properties.
    """
    shape = _shape(tuple(row))
    try:
        return shape.pack(row.values())
    except (struct_error, TypeError, AttributeError, OverflowError):
        return shape.pack(_checked(row))


def unpack_props(data: bytes) -> dict[PropTag, Any]:
    """The properties that `pack_props` wrote; CorruptData for anything else."""
    try:
        version, count = _HEAD.unpack_from(data)
        if version != VERSION:
            raise CorruptData("packed properties of an unknown version", value=version)
        return _shape_of(bytes(data[: _HEAD.size + 4 * count])).unpack(data)
    except (struct_error, UnicodeDecodeError):
        raise CorruptData("these are not packed properties", value=data) from None


class _Shape:
    """What follows from the tags of a row: the bytes of its head, its slots, and how the others are written."""

    def __init__(self, tags: tuple[int, ...]) -> None:
        if len(tags) > _MOST_PROPERTIES:
            raise BadValue("too many properties for one row", value=len(tags))
        self.tags = tuple(map(PropTag, tags))
        self.head = _HEAD.pack(VERSION, len(tags)) + Struct(f"<{len(tags)}I").pack(*tags)
        kinds = [value_type(tag.type) for tag in self.tags]
        self.slots = Struct("<" + "".join(map(_slot, kinds)))
        self.writers = list(map(_writer, kinds))
        self.readers = [(at, _reader(kind)) for at, kind in enumerate(kinds) if not isinstance(kind, Number)]
        self.start = len(self.head) + self.slots.size

    def pack(self, values: Iterable[Any]) -> bytes:
        """The row, whose values stand in the order of the tags."""
        slots: list[Any] = []
        others = [self.head, b""]
        for write, value in zip(self.writers, values, strict=True):
            if write is None:
                slots.append(value)
            else:
                data = write(value)
                slots.append(len(data))
                others.append(data)
        others[1] = self.slots.pack(*slots)
        return b"".join(others)

    def unpack(self, data: bytes) -> dict[PropTag, Any]:
        """The row back; CorruptData when its lengths do not add up to its bytes."""
        values = list(self.slots.unpack_from(data, len(self.head)))
        position = self.start
        for at, read in self.readers:
            end = position + values[at]
            values[at] = read(data[position:end])
            position = end
        if position != len(data):
            raise CorruptData("these are not packed properties", value=data)
        return dict(zip(self.tags, values, strict=True))


_shape = lru_cache(maxsize=_SHAPES_KEPT)(_Shape)


@lru_cache(maxsize=_SHAPES_KEPT)
def _shape_of(head: bytes) -> _Shape:
    """The shape that a row's first bytes tell."""
    tags = Struct(f"<{(len(head) - _HEAD.size) // 4}I").unpack_from(head, _HEAD.size)
    shape = _Shape(tags)
    if shape.head != head or len(set(tags)) != len(tags):
        raise CorruptData("these are not packed properties", value=head)
    return shape


def _slot(kind: ValueType) -> str:
    """The letter of a slot in the language of `struct`."""
    if isinstance(kind, Boolean):
        return "?"
    return kind.kind if isinstance(kind, Number) else "I"


def _writer(kind: ValueType) -> Callable[[Any], bytes] | None:
    """How a value outside the slots is written; None for those inside."""
    if isinstance(kind, Number):
        return None
    return _encode if isinstance(kind, Text) else kind.dump


def _reader(kind: ValueType) -> Callable[[bytes], Any]:
    return _decode if isinstance(kind, Text) else kind.load


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _checked(row: Mapping[PropTag, Any]) -> list[Any]:
    """The values with the large ones read; BadValue for the first that is not of its type."""
    values = [whole(tag, value) for tag, value in row.items()]
    for tag, value in zip(row, values, strict=True):
        value_type(tag & 0xFFFF).dump(value)
    return values
