"""The classes of `valuetypes`: how numbers, text, bytes, and structures are written, one or several of them."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from struct import error as struct_error
from typing import Any, Final

from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.tag import type_name
from mapix.properties.value import LargeValue

_COUNT: Final = Struct("<I")


class ValueType:
    """How values of one property type are written. `size` is the bytes of every value, 0 where they differ."""

    size: int = 0

    def __init__(self, code: int) -> None:
        self.code = code

    def dump(self, value: Any) -> bytes:
        """`value` as bytes; BadValue when it is not a value of this type."""
        raise NotImplementedError

    def load(self, data: bytes) -> Any:
        """The value of `data`, all of it; CorruptData when it is not one."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type_name(self.code)}>"

    def _bad(self, value: object) -> BadValue:
        return BadValue(f"not a value of type {type_name(self.code)}", value=value)

    def _corrupt(self, data: bytes) -> CorruptData:
        return CorruptData(f"not the bytes of a {type_name(self.code)}", value=data)


class Number(ValueType):
    """Integers and floats of a fixed size; `kind` is their letter in the language of `struct`."""

    def __init__(self, code: int, kind: str) -> None:
        super().__init__(code)
        self.kind = kind
        self.struct = Struct(f"<{kind}")
        self.size = self.struct.size

    def dump(self, value: Any) -> bytes:
        """Little-endian; BadValue for what does not fit."""
        try:
            return self.struct.pack(value)
        except (struct_error, OverflowError):
            raise self._bad(value) from None

    def load(self, data: bytes) -> Any:
        """The number."""
        try:
            return self.struct.unpack(data)[0]
        except struct_error:
            raise self._corrupt(data) from None


class Boolean(Number):
    """16 bits, of which any makes it true (P-023)."""

    def dump(self, value: Any) -> bytes:
        """1 or 0."""
        return self.struct.pack(bool(value))

    def load(self, data: bytes) -> bool:
        """Whether any bit is set."""
        return bool(super().load(data))


class Raw(ValueType):
    """Bytes that stay as they are: BINARY, OBJECT, and every type without a better class."""

    def dump(self, value: Any) -> bytes:
        """The bytes; a `LargeValue` is read."""
        if isinstance(value, bytes):
            return value
        if isinstance(value, bytearray | memoryview):
            return bytes(value)
        if isinstance(value, LargeValue):
            return _read(value)
        raise self._bad(value)

    def load(self, data: bytes) -> Any:
        """The bytes."""
        return bytes(data)


class Narrow(Raw):
    """STRING8: bytes in the code page of the object they belong to."""


class Guid(Raw):
    """CLSID: 16 bytes in GUID layout."""

    size = 16

    def dump(self, value: Any) -> bytes:
        """The 16 bytes."""
        data = super().dump(value)
        if len(data) != 16:
            raise self._bad(value)
        return data

    def load(self, data: bytes) -> bytes:
        """The 16 bytes."""
        if len(data) != 16:
            raise self._corrupt(data)
        return bytes(data)


class Text(ValueType):
    """UNICODE: UTF-16LE without a terminator; unpaired surrogates are carried."""

    def dump(self, value: Any) -> bytes:
        """The text as UTF-16LE; a `LargeValue` is that already."""
        if isinstance(value, str):
            return value.encode("utf-16-le", "surrogatepass")
        if isinstance(value, LargeValue):
            return _read(value)
        raise self._bad(value)

    def load(self, data: bytes) -> str:
        """The text."""
        try:
            return bytes(data).decode("utf-16-le", "surrogatepass")
        except UnicodeDecodeError:
            raise self._corrupt(data) from None


class Null(ValueType):
    """NULL: a property without a value."""

    def dump(self, value: Any) -> bytes:
        """Nothing, whatever is given."""
        return b""

    def load(self, data: bytes) -> None:
        """None; CorruptData where bytes are."""
        if data:
            raise self._corrupt(data)


class MultiFixed(ValueType):
    """Multiple values of a fixed size, one after another."""

    def __init__(self, code: int, element: ValueType) -> None:
        super().__init__(code)
        self.element = element

    def dump(self, value: Any) -> bytes:
        """Every value in turn."""
        return b"".join(map(self.element.dump, _sequence(self, value)))

    def load(self, data: bytes) -> tuple[Any, ...]:
        """As many values as the bytes hold; CorruptData where some are left over."""
        size, load_one = self.element.size, self.element.load
        if len(data) % size:
            raise self._corrupt(data)
        return tuple(load_one(data[start : start + size]) for start in range(0, len(data), size))


class MultiVariable(ValueType):
    """Multiple values of differing size: a count, then a length and the bytes of each."""

    def __init__(self, code: int, element: ValueType) -> None:
        super().__init__(code)
        self.element = element

    def dump(self, value: Any) -> bytes:
        """Count, lengths and bytes."""
        items = [self.element.dump(item) for item in _sequence(self, value)]
        parts = [_COUNT.pack(len(items))]
        for item in items:
            parts += _COUNT.pack(len(item)), item
        return b"".join(parts)

    def load(self, data: bytes) -> tuple[Any, ...]:
        """The values; CorruptData for counts and lengths that the bytes do not bear out."""
        return tuple(map(self.element.load, self._items(data)))

    def _items(self, data: bytes) -> list[bytes]:
        try:
            (count,) = _COUNT.unpack_from(data)
            items, position = [], 4
            for _ in range(count):
                (length,) = _COUNT.unpack_from(data, position)
                items.append(data[position + 4 : position + 4 + length])
                position += 4 + length
        except struct_error:
            raise self._corrupt(data) from None
        if position != len(data):
            raise self._corrupt(data)
        return items


class Rule(ValueType):
    """SRESTRICTION: a `Restriction`, as the structures of [MS-OXCDATA] 2.12 with counts of 32 bits."""

    def dump(self, value: Any) -> bytes:
        """The structures; bytes that are such structures stay as they are."""
        from mapix.properties.restrictionbytes import dump_restriction

        return dump_restriction(value) if not isinstance(value, bytes) else _borne_out(self, value)

    def load(self, data: bytes) -> Any:
        """The restriction."""
        from mapix.properties.restrictionbytes import load_restriction

        return load_restriction(data)


class Deeds(ValueType):
    """ACTIONS: an `Actions`, as the structures of extended rules ([MS-OXORULE] 2.2.5)."""

    def dump(self, value: Any) -> bytes:
        """The structures; bytes that are such structures stay as they are."""
        from mapix.properties.actionbytes import dump_actions

        return dump_actions(value) if not isinstance(value, bytes) else _borne_out(self, value)

    def load(self, data: bytes) -> Any:
        """The actions."""
        from mapix.properties.actionbytes import load_actions

        return load_actions(data)


def _borne_out(kind: ValueType, data: bytes) -> bytes:
    try:
        kind.load(data)
    except CorruptData:
        raise kind._bad(data) from None
    return data


def _sequence(kind: ValueType, value: Any) -> Sequence[Any]:
    if isinstance(value, tuple | list):
        return value
    raise kind._bad(value)


def _read(value: LargeValue) -> bytes:
    with value.open() as reader:
        return reader.read()
