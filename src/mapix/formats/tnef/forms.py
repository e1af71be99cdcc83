"""How the values of each type are laid out in a TNEF stream ([MS-OXTNEF] 2.1.3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

from mapix.formats.tnef.source import FileSource
from mapix.properties.tag import PropType

_FORMS: Final = {
    PropType.SHORT: "h2x",
    PropType.LONG: "i",
    PropType.FLOAT: "f",
    PropType.DOUBLE: "d",
    PropType.CURRENCY: "q",
    PropType.APPTIME: "d",
    PropType.ERROR: "i",
    PropType.BOOLEAN: "?3x",
    PropType.LONGLONG: "q",
    PropType.SYSTIME: "q",
    PropType.CLSID: "16s",
}
FIXED: Final = {int(code): Struct(f"<{form}") for code, form in _FORMS.items()}
"""How values of a fixed size are laid out, with their padding."""
MANY_FIXED: Final = {
    code | 0x1000: form for code, form in FIXED.items() if code not in (PropType.BOOLEAN, PropType.ERROR)
}
MANY: Final = frozenset((int(PropType.MV_BINARY), int(PropType.MV_UNICODE), int(PropType.MV_STRING8)))
"""Types of several values of differing size."""
PLAIN: Final = frozenset((int(PropType.BINARY), int(PropType.UNICODE), int(PropType.STRING8)))
STRUCTURED: Final = frozenset((int(PropType.SRESTRICTION), int(PropType.ACTIONS)))


@dataclass(frozen=True, slots=True)
class Inner:
    """A message inside, not read yet: where its stream lies."""

    source: bytes | FileSource
    start: int
    end: int


def name_size(head: bytes) -> int:
    """The bytes of a property's name, of which `head` are the first 24, with padding."""
    if head[16] != 1:
        return 24
    size = int.from_bytes(head[20:24], "little")
    return 24 + size + (-size & 3)
