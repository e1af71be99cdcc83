"""Property names: a property set and a number or a string, which stores map to identifiers from 0x8000.

    >>> PropertyName(PSETID_Common, 0x8503)
    PropertyName(PSETID_Common, 0x8503)
    >>> PropertyName(PS_INTERNET_HEADERS, "X-Mailer") == PropertyName(PS_INTERNET_HEADERS, "x-mailer")
    True

Only the name means the same everywhere; the identifier holds in one mapping, the one that PR_MAPPING_SIGNATURE tells
(P-231, P-235), and stays for the store's life (X-05). The names the reference lists are in `named_tags`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from mapix.properties.errors import InvalidParameter
from mapix.properties.guid import guid, guid_text

MNID_ID: Final = 0
MNID_STRING: Final = 1

PS_MAPI: Final = guid("{00020328-0000-0000-C000-000000000046}")
PS_PUBLIC_STRINGS: Final = guid("{00020329-0000-0000-C000-000000000046}")
PS_ROUTING_EMAIL_ADDRESSES: Final = guid("{00020380-0000-0000-C000-000000000046}")
PS_ROUTING_ADDRTYPE: Final = guid("{00020381-0000-0000-C000-000000000046}")
PS_ROUTING_DISPLAY_NAME: Final = guid("{00020382-0000-0000-C000-000000000046}")
PS_ROUTING_ENTRYID: Final = guid("{00020383-0000-0000-C000-000000000046}")
PS_ROUTING_SEARCH_KEY: Final = guid("{00020384-0000-0000-C000-000000000046}")
PS_INTERNET_HEADERS: Final = guid("{00020386-0000-0000-C000-000000000046}")
PSETID_Appointment: Final = guid("{00062002-0000-0000-C000-000000000046}")
PSETID_Task: Final = guid("{00062003-0000-0000-C000-000000000046}")
PSETID_Address: Final = guid("{00062004-0000-0000-C000-000000000046}")
PSETID_Common: Final = guid("{00062008-0000-0000-C000-000000000046}")
PSETID_Log: Final = guid("{0006200A-0000-0000-C000-000000000046}")
PSETID_Note: Final = guid("{0006200E-0000-0000-C000-000000000046}")
PSETID_Report: Final = guid("{00062013-0000-0000-C000-000000000046}")
PSETID_Remote: Final = guid("{00062014-0000-0000-C000-000000000046}")
PSETID_Sharing: Final = guid("{00062040-0000-0000-C000-000000000046}")
PSETID_PostRss: Final = guid("{00062041-0000-0000-C000-000000000046}")
PSETID_Meeting: Final = guid("{6ED8DA90-450B-101B-98DA-00AA003F1305}")
PSETID_Messaging: Final = guid("{41F28F13-83F4-4114-A584-EEDB5A6B0BFF}")
PSETID_UnifiedMessaging: Final = guid("{4442858E-A9E3-4E80-B900-317A210CC15B}")
PSETID_AirSync: Final = guid("{71035549-0739-4DCB-9163-00F0580DBBDF}")
PSETID_Attachment: Final = guid("{96357F7F-59E1-47D0-99A7-46515C183B54}")
PSETID_CalendarAssistant: Final = guid("{11000E07-B51B-40D6-AF21-CAA85EDAB1D0}")
PSETID_XmlExtractedEntities: Final = guid("{23239608-685D-4732-9C55-4C95CB4E8E33}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PropertyName:
    """One property name: `guid` is the property set (16 bytes, little-endian GUID layout), `name` a number or a string.

    Names are equal when set and name are; strings compare case by case, except in PS_INTERNET_HEADERS, where case
    does not matter but is kept (P-237). Raises InvalidParameter for a set that is not 16 bytes or a number beyond 32
    bits (P-230).
    """

    guid: bytes
    name: int | str

    def __post_init__(self) -> None:
        if len(self.guid) != 16:
            raise InvalidParameter("a property set is a GUID of 16 bytes", value=self.guid)
        if isinstance(self.name, int) and not 0 <= self.name <= 0xFFFFFFFF:
            raise InvalidParameter("a property name's number has 32 bits", value=self.name)

    @property
    def kind(self) -> int:
        """MNID_ID for a number, MNID_STRING for a string (P-230)."""
        return MNID_STRING if isinstance(self.name, str) else MNID_ID

    @property
    def key(self) -> tuple[bytes, int | str]:
        """What the name is compared and stored under: the set, and the name with case folded where it must be."""
        if isinstance(self.name, str) and self.guid == PS_INTERNET_HEADERS:
            return self.guid, self.name.lower()
        return self.guid, self.name

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, PropertyName) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        name = self.name if isinstance(self.name, str) else None
        shown = repr(name) if name is not None else f"0x{self.name:04X}"
        return f"PropertyName({set_name(self.guid)}, {shown})"


@cache
def property_sets() -> dict[bytes, str]:
    """The property sets of this module, by their bytes."""
    return {value: name for name, value in globals().items() if name.startswith(("PS_", "PSETID_"))}


def set_name(data: bytes) -> str:
    """`PSETID_Common` for a known property set, `guid('{…}')` for another."""
    return property_sets().get(data) or f"guid({guid_text(data)!r})"
