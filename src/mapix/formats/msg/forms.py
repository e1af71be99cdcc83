"""How values of each property type stand in a .msg file, and how they are read ([MS-OXMSG] 2.1, 2.4.2).

Fixed ones stand in the property stream, eight bytes wide. Others have a stream of their own, whose size the entry
tells. Several values of a fixed size share one stream; several texts or binaries have one each, and a stream of their
lengths. Values of types nobody defined are the bytes of their stream, or the eight bytes of their entry (P-026).
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropType
from mapix.properties.valuetypes import value_type


def _number(letter: str) -> Callable[[bytes], Any]:
    unpack = Struct(f"<{letter}").unpack_from
    return lambda raw: unpack(raw)[0]


FIXED: Final[dict[int, Callable[[bytes], Any]]] = {
    PropType.NULL: lambda raw: None,
    PropType.SHORT: _number("h"),
    PropType.LONG: _number("i"),
    PropType.FLOAT: _number("f"),
    PropType.DOUBLE: _number("d"),
    PropType.CURRENCY: _number("q"),
    PropType.APPTIME: _number("d"),
    PropType.ERROR: _number("i"),
    PropType.BOOLEAN: lambda raw: raw[:2] != b"\0\0",
    PropType.LONGLONG: _number("q"),
    PropType.SYSTIME: _number("q"),
}
"""How the values that stand in the property stream are read, by type."""

TEXT: Final = int(PropType.UNICODE)
TEXT8: Final = int(PropType.STRING8)
TEXTS: Final = frozenset((TEXT, TEXT8))
MV_TEXTS: Final = frozenset((int(PropType.MV_UNICODE), int(PropType.MV_STRING8)))
MV_ITEMS: Final = MV_TEXTS | {int(PropType.MV_BINARY)}
"""Types whose values have a stream each."""
PLAIN: Final = frozenset((int(PropType.BINARY), int(PropType.SVREID), int(PropType.OBJECT)))
"""Types whose values are the bytes of their stream."""
STRUCTURED: Final = frozenset(
    int(code)
    for code in PropType
    if code not in FIXED and code not in TEXTS | MV_ITEMS | PLAIN and code != PropType.UNSPECIFIED
)
"""Types whose one stream `valuetypes` reads: GUIDs, structures, and several values of a fixed size."""
KNOWN: Final = FIXED.keys() | TEXTS | MV_ITEMS | PLAIN | STRUCTURED


def length_size(kind: int) -> int:
    """The bytes of one entry of a stream of lengths ([MS-OXMSG] 2.1.4.2.1)."""
    return 8 if kind == PropType.MV_BINARY else 4


def wide_text(data: bytes) -> tuple[str, bool]:
    """UTF-16LE without the terminator that some writers leave in, and whether there was no half letter."""
    if data[-2:] == b"\0\0" and not len(data) & 1:
        data = data[:-2]
    try:
        return data.decode("utf-16-le", "surrogatepass"), True
    except UnicodeDecodeError:
        return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass"), False


def narrow_bytes(data: bytes) -> bytes:
    """8-bit text without its terminator."""
    return data[:-1] if data[-1:] == b"\0" else data


def structured(kind: int, data: bytes) -> Any:
    """The value of a stream of a type of `STRUCTURED`; CorruptData where it is not one."""
    try:
        return value_type(kind).load(data)
    except RecursionError:
        raise CorruptData("a structure nested too deeply", value=data[:64]) from None


def fixed_bytes(kind: int, value: Any) -> bytes:
    """A value of a type of `FIXED` as eight bytes; BadValue."""
    return value_type(kind).dump(value).ljust(8, b"\0")
