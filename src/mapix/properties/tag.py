"""Property tags: an identifier and a type in one unsigned 32-bit number.

    >>> tag = PropTag(0x0037001F)
    >>> tag.id == 0x0037 and tag.type == PropType.UNICODE
    True
    >>> tag.with_type(PropType.STRING8) == 0x0037001E
    True

Sources: P-001..P-004, P-020, P-021, P-052; [MS-OXCDATA] 2.11.1.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

MV_FLAG = 0x1000
MV_INSTANCE = 0x2000
MVI_FLAG = MV_FLAG | MV_INSTANCE
PT_PTR = 0x0103
"""A pointer into the memory of a process (P-020): never a type of a value that is kept."""


class PropType(IntEnum):
    """Property type codes (P-020). A tag's type may be a code that is not here; see `PropTag.type`."""

    UNSPECIFIED = 0x0000
    NULL = 0x0001
    SHORT = 0x0002
    LONG = 0x0003
    FLOAT = 0x0004
    DOUBLE = 0x0005
    CURRENCY = 0x0006
    APPTIME = 0x0007
    ERROR = 0x000A
    BOOLEAN = 0x000B
    OBJECT = 0x000D
    LONGLONG = 0x0014
    STRING8 = 0x001E
    UNICODE = 0x001F
    SYSTIME = 0x0040
    CLSID = 0x0048
    SVREID = 0x00FB
    SRESTRICTION = 0x00FD
    ACTIONS = 0x00FE
    BINARY = 0x0102
    MV_SHORT = 0x1002
    MV_LONG = 0x1003
    MV_FLOAT = 0x1004
    MV_DOUBLE = 0x1005
    MV_CURRENCY = 0x1006
    MV_APPTIME = 0x1007
    MV_LONGLONG = 0x1014
    MV_STRING8 = 0x101E
    MV_UNICODE = 0x101F
    MV_SYSTIME = 0x1040
    MV_CLSID = 0x1048
    MV_BINARY = 0x1102


_TYPE_NAMES = {int(member): member.name for member in PropType}
_STRING_TYPES = frozenset((0x1E, 0x1F, 0x101E, 0x101F))

SECURE_IDS = frozenset(range(0x67F0, 0x6800))
"""The identifiers of hidden profile properties (P-006)."""


class PropTag(int):
    """One property tag; compares and hashes as the number it is (P-001)."""

    __slots__ = ()

    @classmethod
    def of(cls, prop_id: int, prop_type: int) -> PropTag:
        """The tag of identifier `prop_id` (16 bits) and type `prop_type` (16 bits); PROP_TAG of the headers."""
        return cls((prop_id & 0xFFFF) << 16 | prop_type & 0xFFFF)

    @property
    def id(self) -> int:
        """The identifier, 0..0xFFFF."""
        return self >> 16

    @property
    def type(self) -> int:
        """The type code as a plain number: unknown codes are carried, never refused."""
        return self & 0xFFFF

    @property
    def base_type(self) -> int:
        """The type of one value: multi-value and instance bits cleared (P-054)."""
        return self & 0xFFFF & ~MVI_FLAG

    @property
    def is_multi(self) -> bool:
        """Whether the value is a sequence of values (P-021); those of foreign types never are."""
        return bool(self & MV_FLAG) and (self & 0xFFFF & ~MV_INSTANCE) in _TYPE_NAMES

    @property
    def is_instance(self) -> bool:
        """Whether a table shows one row per value of this column (P-052, P-053)."""
        return self & MVI_FLAG == MVI_FLAG

    @property
    def is_string(self) -> bool:
        """Whether the value is text in either width, single or multiple."""
        return (self & 0xFFFF) in _STRING_TYPES

    @property
    def is_named(self) -> bool:
        """Whether the identifier stands for a property name of a store's mapping (P-003)."""
        return 0x8000 <= self >> 16 <= 0xFFFE

    @property
    def is_secure(self) -> bool:
        """Whether the property is one of the hidden profile properties 0x67F0..0x67FF (P-006)."""
        return self >> 16 in SECURE_IDS

    @property
    def is_transmittable(self) -> bool:
        """Whether a transport carries the property beyond this machine (P-004)."""
        number = self >> 16
        return number < 0x0E00 or number >= 0x8000 or 0x1000 <= number < 0x6000 or 0x6800 <= number < 0x7C00

    def with_type(self, prop_type: int) -> PropTag:
        """The same identifier with another type; CHANGE_PROP_TYPE of the headers."""
        return PropTag(self & 0xFFFF0000 | prop_type & 0xFFFF)

    def unicode(self) -> PropTag:
        """The tag with a text type turned into its wide form, any other tag as it is (P-153)."""
        return PropTag(self | 1) if self.is_string else self

    def __repr__(self) -> str:
        from mapix.properties.tagnames import name_of

        return f"<{name_of(self)} 0x{int(self):08X} {type_name(self.type)}>"

    def __str__(self) -> str:
        return f"0x{int(self):08X}"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return PropTag, (int(self),)


def is_foreign(code: int) -> bool:
    """Whether a type code is one nobody defined, whose values are carried as bytes (P-026).

    Not foreign are forms that the known types do not have (P-021), such as several booleans, and those of columns.
    """
    base = code & ~MV_FLAG
    return not code & MV_INSTANCE and base not in _TYPE_NAMES and base != PT_PTR


def type_name(code: int) -> str:
    """`PT_UNICODE` for 0x1F; `PT_0x7F00` for a code nobody defined."""
    return f"PT_{_TYPE_NAMES[code]}" if code in _TYPE_NAMES else f"PT_0x{code:04X}"
