"""How the values of each property type are written: one small class a type, in a registry by type code.

    >>> value_type(0x0003).dump(2)
    b'\\x02\\x00\\x00\\x00'

Single values are laid out as in [MS-OXCDATA] 2.11.1, text without its terminator, booleans in 16 bits (P-023).
Multiple values of a fixed size stand one after another; the others are a 32-bit count and, for each, a 32-bit length
and its bytes ([MS-OXCFXICS] 2.2.4.1). Types nobody defined are bytes and stay untouched (P-026).

Reading hostile bytes raises `CorruptData` and nothing else; writing a value of the wrong kind raises `BadValue`.
"""

from __future__ import annotations

from typing import Final

from mapix.properties.tag import MV_FLAG, MVI_FLAG, PropType
from mapix.properties.valuekinds import (
    Boolean,
    Deeds,
    Guid,
    MultiFixed,
    MultiVariable,
    Narrow,
    Null,
    Number,
    Raw,
    Rule,
    Text,
    ValueType,
)

__all__ = ["Boolean", "Number", "Text", "ValueType", "value_type"]


def _single_types() -> list[ValueType]:
    numbers = {
        PropType.SHORT: "h",
        PropType.LONG: "i",
        PropType.FLOAT: "f",
        PropType.DOUBLE: "d",
        PropType.CURRENCY: "q",
        PropType.APPTIME: "d",
        PropType.ERROR: "i",
        PropType.LONGLONG: "q",
        PropType.SYSTIME: "q",
    }
    raw = (PropType.BINARY, PropType.OBJECT, PropType.SVREID)
    return [
        *(Number(code, kind) for code, kind in numbers.items()),
        *map(Raw, raw),
        Boolean(PropType.BOOLEAN, "h"),
        Narrow(PropType.STRING8),
        Text(PropType.UNICODE),
        Guid(PropType.CLSID),
        Rule(PropType.SRESTRICTION),
        Deeds(PropType.ACTIONS),
        Null(PropType.NULL),
    ]


def _registry() -> dict[int, ValueType]:
    types = {int(element.code): element for element in _single_types()}
    for code in PropType:
        if code & MV_FLAG:
            element = types[code & ~MVI_FLAG]
            types[int(code)] = (MultiFixed if element.size else MultiVariable)(code, element)
    return types


_TYPES: Final = _registry()


def value_type(code: int) -> ValueType:
    """How values of type `code` are written: `Raw` for codes nobody defined.

    A multi-value instance (0x3xxx) has the class of its single values: cells of such columns hold one value (P-054).
    """
    found = _TYPES.get(code & ~MVI_FLAG if code & MVI_FLAG == MVI_FLAG else code)
    return found or Raw(code)
