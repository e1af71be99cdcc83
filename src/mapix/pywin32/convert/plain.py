"""Plain values: those that have the class their type says, which most are.

Large values, 8-bit text in wide properties and the like are not plain; they go the long way through `values`.
"""

from __future__ import annotations

from typing import Final

from mapix.properties.tag import PropType

LARGEST: Final = 0x7FFFFFFF
"""What is greater in a LONG is shown as a negative number."""

CLASSES: Final[dict[int, type]] = {
    PropType.SHORT: int,
    PropType.LONG: int,
    PropType.FLOAT: float,
    PropType.DOUBLE: float,
    PropType.APPTIME: float,
    PropType.BOOLEAN: bool,
    PropType.LONGLONG: int,
    PropType.STRING8: str,
    PropType.UNICODE: str,
    PropType.SYSTIME: int,
    PropType.CLSID: bytes,
    PropType.BINARY: bytes,
}
"""What plain values of a type are, below the face."""

AS_THEY_ARE: Final = frozenset(
    (
        PropType.SHORT,
        PropType.FLOAT,
        PropType.DOUBLE,
        PropType.BOOLEAN,
        PropType.LONGLONG,
        PropType.UNICODE,
        PropType.BINARY,
    )
)
"""Types whose plain values are shown as they are kept."""
