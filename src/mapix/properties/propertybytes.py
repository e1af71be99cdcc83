"""Tagged property values inside rules and restrictions: a tag and its value, one after another ([MS-OXCDATA] 2.11.4).

They carry their own lengths, unlike the values of `valuetypes`, which are told where they end. Counts of bytes have 16
bits in standard rules and in remote operations, 32 bits in extended rules (`wide`; [MS-OXCDATA] 2.11.1.1). Text ends
with a NUL. Reading hostile bytes raises `CorruptData`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Any, Final

from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.valuetypes import value_type

DEEPEST: Final = 100
"""How many restrictions may lie inside one another."""

_TAG: Final = Struct("<I")
_WIDE_TEXT: Final = int(PropType.UNICODE)
_TEXTS: Final = {_WIDE_TEXT: b"\0\0", int(PropType.STRING8): b"\0"}
_BY_CLASS: Final[dict[type, int]] = {
    str: PropType.UNICODE,
    bytes: PropType.BINARY,
    bool: PropType.BOOLEAN,
    int: PropType.LONGLONG,
    float: PropType.DOUBLE,
}


class Writer:
    """Bytes that grow; `wide` counts have 32 bits."""

    def __init__(self, *, wide: bool) -> None:
        self.wide = wide
        self.parts: list[bytes] = []

    def put(self, data: bytes) -> None:
        """Bytes as they are."""
        self.parts.append(data)

    def number(self, value: int, size: int) -> None:
        """A little-endian number of `size` bytes; negative ones wrap around. `BadValue` for one that does not fit."""
        try:
            self.put((value % (1 << 8 * size) if value < 0 else value).to_bytes(size, "little"))
        except OverflowError:
            raise BadValue(f"a number of {size} bytes", value=value) from None

    def count(self, value: int) -> None:
        """How many bytes or things follow."""
        self.number(value, 4 if self.wide else 2)

    def counted(self, data: bytes) -> None:
        """Bytes after their count."""
        self.count(len(data))
        self.put(data)

    def tagged(self, tag: int, value: Any) -> None:
        """A tag and its value; a value that is not of the tag's type goes under a type of its own kind."""
        tag = _fitting(PropTag(tag), value)
        self.put(_TAG.pack(tag))
        self._value(tag & 0xFFFF, value)

    def joined(self) -> bytes:
        """All of it."""
        return b"".join(self.parts)

    def _value(self, kind: int, value: Any) -> None:
        if kind & MV_FLAG and _is_known(kind):
            self.number(len(value), 4)
            for one in value:
                self._value(kind & ~MV_FLAG, one)
        elif kind == PropType.SRESTRICTION:
            from mapix.properties.restrictionbytes import write_restriction

            write_restriction(self, value)
        elif kind == PropType.ACTIONS:
            from mapix.properties.actionbytes import write_actions

            write_actions(self, value)
        else:
            self._single(kind, value_type(kind).dump(value))

    def _single(self, kind: int, data: bytes) -> None:
        end = _TEXTS.get(kind)
        if kind == PropType.BOOLEAN:
            self.put(data[:1])
        elif end is not None:
            if _end_of_text(data, 0, end) < len(data):
                raise BadValue("text within a rule has no NUL", value=data)
            self.put(data + end)
        elif value_type(kind).size or kind == PropType.NULL:
            self.put(data)
        else:
            self.counted(data)


class Reader:
    """A place in bytes; `wide` counts have 32 bits. What is not there is `CorruptData`."""

    def __init__(self, data: bytes, *, wide: bool) -> None:
        self.data = bytes(data)
        self.wide = wide
        self.at = 0
        self._depth = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self.at + size
        if end > len(self.data):
            raise CorruptData("a rule or restriction is cut short", value=self.data)
        found = self.data[self.at : end]
        self.at = end
        return found

    def number(self, size: int) -> int:
        """The next number of `size` bytes, unsigned."""
        return int.from_bytes(self.take(size), "little")

    def count(self) -> int:
        """How many bytes or things follow; there must be as many bytes left."""
        found = self.number(4 if self.wide else 2)
        if found > len(self.data) - self.at:
            raise CorruptData("a rule or restriction counts more than it has", value=found)
        return found

    def counted(self) -> bytes:
        """Bytes after their count."""
        return self.take(self.count())

    def tag(self) -> PropTag:
        """A property tag."""
        return PropTag(self.number(4))

    def tagged(self) -> tuple[PropTag, Any]:
        """A tag and its value."""
        tag = self.tag()
        return tag, self._value(tag.type)

    def descend(self) -> None:
        """Something that may lie inside itself begins here; `CorruptData` when it does so too often."""
        self._depth += 1
        if self._depth > DEEPEST + 1:
            raise CorruptData("rules or restrictions are nested too deeply", value=DEEPEST)

    def ascend(self) -> None:
        """It ends here."""
        self._depth -= 1

    def within(self, data: bytes) -> Reader:
        """Another place, in bytes that lie inside these."""
        inner = Reader(data, wide=self.wide)
        inner._depth = self._depth
        return inner

    def finish(self) -> None:
        """`CorruptData` unless all is read."""
        if self.at != len(self.data):
            raise CorruptData("bytes are left over behind a rule or restriction", value=self.data[self.at :])

    def _value(self, kind: int) -> Any:
        if kind & MV_FLAG and _is_known(kind):
            many = self.number(4)
            if many > len(self.data) - self.at:
                raise CorruptData("a rule or restriction counts more than it has", value=many)
            return tuple(self._value(kind & ~MV_FLAG) for _ in range(many))
        if kind == PropType.SRESTRICTION:
            from mapix.properties.restrictionbytes import read_restriction

            return read_restriction(self)
        if kind == PropType.ACTIONS:
            from mapix.properties.actionbytes import read_actions

            return read_actions(self)
        return self._single(kind)

    def _single(self, kind: int) -> Any:
        end = _TEXTS.get(kind)
        found = value_type(kind)
        if kind == PropType.BOOLEAN:
            return self.number(1) != 0
        if end is not None:
            place = _end_of_text(self.data, self.at, end)
            value = found.load(self.take(place - self.at))
            self.take(len(end))
            return value
        if found.size or kind == PropType.NULL:
            return found.load(self.take(found.size))
        return found.load(self.counted())


def write_row(writer: Writer, row: Mapping[PropTag, Any] | Iterable[tuple[PropTag, Any]]) -> None:
    """Some tagged values, one after another."""
    for tag, value in row.items() if isinstance(row, Mapping) else row:
        writer.tagged(tag, value)


def _end_of_text(data: bytes, start: int, end: bytes) -> int:
    """Where text that begins at `start` ends: at its NUL, or with the bytes."""
    if len(end) == 1:
        found = data.find(end, start)
        return len(data) if found < 0 else found
    for place in range(start, len(data) - 1, 2):
        if data[place : place + 2] == end:
            return place
    return len(data)


def _is_known(kind: int) -> bool:
    return kind in PropType.__members__.values()


def _fitting(tag: PropTag, value: Any) -> PropTag:
    """`tag` where `value` is of its type, else under the type that the value's class tells."""
    try:
        if tag.type != PropType.BOOLEAN or isinstance(value, bool):
            value_type(tag.type).dump(value)
            return tag
    except BadValue:
        pass
    own = value[0] if isinstance(value, tuple) and value else value
    found = _BY_CLASS.get(own.__class__)
    if found is None:
        raise BadValue("a rule or restriction holds no such value", value=value)
    return tag.with_type(found | (MV_FLAG if isinstance(value, tuple) else 0))
