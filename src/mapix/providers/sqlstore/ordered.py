"""Values as bytes that compare, byte by byte, as the values do (`mapix.objects.restrictions.collate`)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from mapix.objects.restrictions.collate import value_key
from mapix.properties.codec import load
from mapix.properties.tag import MV_FLAG, PropType
from mapix.providers.sqlstore.values import FLOAT_TYPES

_BIG: Final = Struct(">Q")
_DOUBLE: Final = Struct(">d")
_SIGN: Final = 1 << 63
_ALL: Final = (1 << 64) - 1


def ordered(kind: int, data: bytes) -> bytes:
    """Several values of a type, packed, as bytes in their order: value by value, the shorter one first (T-052)."""
    base = kind & ~MV_FLAG
    one = _writer(base)
    return b"".join(b"\1" + one(value) for value in value_key(kind)(load(kind, data)))


def _writer(base: int) -> Callable[[Any], bytes]:
    if base == PropType.UNICODE:
        return lambda text: _ended(text.encode("utf-8", "surrogatepass"))
    if base in FLOAT_TYPES:
        return _float
    if base in (PropType.BINARY, PropType.STRING8):
        return _ended
    return bytes if base == PropType.CLSID else lambda number: _BIG.pack(number + _SIGN)


def _float(number: float) -> bytes:
    bits = int.from_bytes(_DOUBLE.pack(number + 0.0), "big")
    return _BIG.pack(bits ^ _ALL if bits & _SIGN else bits | _SIGN)


def _ended(data: bytes) -> bytes:
    """Bytes of any length, so that what follows them does not count before they end."""
    return data.replace(b"\0", b"\0\xff") + b"\0\0"
