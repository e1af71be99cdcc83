"""Electronic addresses of contacts: three for mail, three for fax, and the list of those there are.

A property set of five for each ([MS-OXOCNTC] 2.2.1.2): display name, type, address, original display name, original
entry identifier. PidLidAddressBookProviderEmailList and -ArrayType tell which are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from mapix.client.items.base import Item
from mapix.client.recipient import parse
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.entryid import OneOff
from mapix.properties.errors import InvalidParameter
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address of a contact. `name` is what is shown, by default `Name (address)`; `type` is SMTP nearly always."""

    address: str
    name: str = ""
    type: str = "SMTP"

    def __str__(self) -> str:
        return self.address

    @classmethod
    def of(cls, value: str | EmailAddress) -> EmailAddress:
        """From `ann@example.org`, or `Ann <ann@example.org>`; `InvalidParameter` for what is no address."""
        if isinstance(value, EmailAddress):
            return value
        person = parse(value, "to")[0]
        return cls(person.address, person.name)


class Parts(NamedTuple):
    """The properties of one electronic address."""

    display_name: PropertyName
    type: PropertyName
    address: PropertyName
    original_name: PropertyName
    original_id: PropertyName


def _parts(prefix: str) -> Parts:
    words = ("DisplayName", "AddressType", "EmailAddress", "OriginalDisplayName", "OriginalEntryId")
    return Parts(*(getattr(n, f"PidLid{prefix}{word}") for word in words))


EMAILS: Final = tuple(_parts(f"Email{number}") for number in (1, 2, 3))
FAXES: Final[Mapping[PropTag, tuple[int, Parts]]] = {
    t.PR_BUSINESS_FAX_NUMBER: (3, _parts("Fax2")),
    t.PR_HOME_FAX_NUMBER: (4, _parts("Fax3")),
    t.PR_PRIMARY_FAX_NUMBER: (5, _parts("Fax1")),
}
"""Fax numbers, which bit says that there is one, and the address of each ([MS-OXOCNTC] 2.2.1.2.11)."""


def read_emails(item: Item) -> list[EmailAddress]:
    """The addresses for mail that are there, in order."""
    found = [[item._value(name) or "" for name in parts[:3]] for parts in EMAILS]
    return [EmailAddress(address, name, kind or "SMTP") for name, kind, address in found if address]


def write_emails(item: Item, addresses: Sequence[EmailAddress]) -> None:
    """Set all three, those that are not told are removed.

    Raises: InvalidParameter for more than three.
    """
    if len(addresses) > len(EMAILS):
        raise InvalidParameter("a contact has three e-mail addresses at most", value=[str(one) for one in addresses])
    for number, parts in enumerate(EMAILS):
        item._put(_email(parts, addresses[number]) if number < len(addresses) else dict.fromkeys(parts))


def note_addresses(item: Item, shown: str) -> None:
    """Show the contact's name with addresses that are shown without one, make the fax addresses of the numbers, and
    tell which addresses there are (2.2.1.2.11, 2.2.1.2.12).
    """
    there = [number for number, parts in enumerate(EMAILS) if item._value(parts.address)]
    for number, email in zip(there, read_emails(item), strict=True):
        if email.name in ("", email.address) and shown not in ("", email.address):
            item._put(_email(EMAILS[number], replace(email, name=f"{shown} ({email.address})")))
    for tag, (bit, parts) in FAXES.items():
        number = item.get(tag)
        item._put(_fax(parts, number, shown) if number else dict.fromkeys(parts))
        there += [bit] if number else []
    bits = sum(1 << bit for bit in there)
    item._put(
        {
            n.PidLidAddressBookProviderEmailList: tuple(there) or None,
            n.PidLidAddressBookProviderArrayType: bits if there else None,
        }
    )


def _email(parts: Parts, email: EmailAddress) -> dict[PropertyName, Any]:
    name = email.name or email.address
    entry_id = OneOff(name, email.type, email.address).dump()
    return dict(zip(parts, (name, email.type, email.address, email.address, entry_id), strict=True))


def _fax(parts: Parts, number: str, shown: str) -> dict[PropertyName, Any]:
    address = f"{shown}@{number}"
    entry_id = OneOff(shown, "FAX", address).dump()
    return dict(zip(parts, (shown or number, "FAX", address, shown, entry_id), strict=True))
