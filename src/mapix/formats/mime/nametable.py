"""The names of one message that is read: an identifier for each named property it gets, shared by what stands inside.

>>> from mapix.properties.named import PS_INTERNET_HEADERS
>>> hex(NameTable().tag(PropertyName(PS_INTERNET_HEADERS, "x-mailer"), PropType.UNICODE))
'0x8000001f'
"""

from __future__ import annotations

from typing import Final

from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType

FIRST: Final = 0x8000
MOST_NAMES: Final = 2_000
"""Named properties that one message may bring; mail from anywhere must not fill a store's mapping."""


class NameTable:
    """Gives identifiers to names. `names` is what `MessageContent` keeps."""

    __slots__ = ("_ids", "names")

    def __init__(self) -> None:
        self.names: dict[int, PropertyName] = {}
        self._ids: dict[tuple[bytes, int | str], int] = {}

    def tag(self, name: PropertyName, kind: PropType) -> PropTag:
        """The tag of a name with a type."""
        number = self._ids.get(name.key)
        if number is None:
            number = FIRST + len(self.names)
            self.names[number] = name
            self._ids[name.key] = number
        return PropTag.of(number, kind)

    @property
    def is_full(self) -> bool:
        """Whether no more names are to come from fields that anybody may invent."""
        return len(self.names) >= MOST_NAMES
