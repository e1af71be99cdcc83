"""Postal addresses: the parts, the address composed of them, and the one that mail goes to ([MS-OXOCNTC] 2.2.1.3).

>>> str(PostalAddress("12 Mill Lane", "Oxford", "", "OX1 1AA", "United Kingdom")).splitlines()
['12 Mill Lane', 'Oxford  OX1 1AA', 'United Kingdom']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self, overload

from mapix.client.items.base import Item, Key
from mapix.properties import named_tags as n
from mapix.properties import tags as t


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address; `country_code` is that of ISO 3166 in two letters."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    post_office_box: str = ""
    country_code: str = ""

    def __str__(self) -> str:
        """The whole address, a line a line."""
        place = ", ".join(filter(None, (self.city, self.state)))
        lines = (self.street, self.post_office_box, "  ".join(filter(None, (place, self.postal_code))), self.country)
        return "\r\n".join(filter(None, lines))


class Parts(NamedTuple):
    """The properties of one address, in the order of `PostalAddress`, and that of the whole."""

    street: Key
    city: Key
    state: Key
    postal_code: Key
    country: Key
    post_office_box: Key
    country_code: Key
    whole: Key


HOME: Final = Parts(
    t.PR_HOME_ADDRESS_STREET,
    t.PR_HOME_ADDRESS_CITY,
    t.PR_HOME_ADDRESS_STATE_OR_PROVINCE,
    t.PR_HOME_ADDRESS_POSTAL_CODE,
    t.PR_HOME_ADDRESS_COUNTRY,
    t.PR_HOME_ADDRESS_POST_OFFICE_BOX,
    n.PidLidHomeAddressCountryCode,
    n.PidLidHomeAddress,
)
WORK: Final = Parts(
    n.PidLidWorkAddressStreet,
    n.PidLidWorkAddressCity,
    n.PidLidWorkAddressState,
    n.PidLidWorkAddressPostalCode,
    n.PidLidWorkAddressCountry,
    n.PidLidWorkAddressPostOfficeBox,
    n.PidLidWorkAddressCountryCode,
    n.PidLidWorkAddress,
)
OTHER: Final = Parts(
    t.PR_OTHER_ADDRESS_STREET,
    t.PR_OTHER_ADDRESS_CITY,
    t.PR_OTHER_ADDRESS_STATE_OR_PROVINCE,
    t.PR_OTHER_ADDRESS_POSTAL_CODE,
    t.PR_OTHER_ADDRESS_COUNTRY,
    t.PR_OTHER_ADDRESS_POST_OFFICE_BOX,
    n.PidLidOtherAddressCountryCode,
    n.PidLidOtherAddress,
)
MAILING: Final = Parts(
    t.PR_STREET_ADDRESS,
    t.PR_LOCALITY,
    t.PR_STATE_OR_PROVINCE,
    t.PR_POSTAL_CODE,
    t.PR_COUNTRY,
    t.PR_POST_OFFICE_BOX,
    n.PidLidAddressCountryCode,
    t.PR_POSTAL_ADDRESS,
)
"""The address that mail goes to: a copy of one of the others."""


class Postal:
    """One postal address of an item as an attribute; None where there is none."""

    def __init__(self, parts: Parts, doc: str = "") -> None:
        self.parts = parts
        self.__doc__ = doc

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Item, owner: type) -> PostalAddress | None: ...
    def __get__(self, instance: Item | None, owner: type) -> Self | PostalAddress | None:
        if instance is None:
            return self
        found = PostalAddress(*(instance._value(key) or "" for key in self.parts[:-1]))
        return found if str(found) or found.country_code else None

    def __set__(self, instance: Item, value: PostalAddress | None) -> None:
        put_address(instance, self.parts, value)
        instance._changed.update(self.parts)


def put_address(item: Item, parts: Parts, address: PostalAddress | None) -> None:
    """Set all properties of an address, or remove them."""
    values: dict[Any, Any] = dict.fromkeys(parts)
    if address is not None:
        told = (getattr(address, name) or None for name in Parts._fields[:-1])
        values = dict(zip(parts, (*told, str(address) or None), strict=True))
    item._put(values)
