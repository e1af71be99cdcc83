"""Recipients: people a message goes to, from and to recipient rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from mapix.properties import tags as t
from mapix.properties.address import is_address
from mapix.properties.entryid import OneOff, search_key
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag

KINDS = {1: "to", 2: "cc", 3: "bcc"}
_TYPES = {"to": 1, "cc": 2, "bcc": 3}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient: display name, SMTP address, and `to`, `cc` or `bcc`."""

    name: str
    address: str
    kind: str = "to"

    def __str__(self) -> str:
        named = self.name and self.address and self.name != self.address
        return f"{self.name} <{self.address}>" if named else self.address or self.name

    def row(self) -> dict[PropTag, Any]:
        """The recipient as a resolved row (M-082, ABK-81)."""
        name = self.name or self.address
        return {
            t.PR_RECIPIENT_TYPE: _TYPES[self.kind],
            t.PR_DISPLAY_NAME: name,
            t.PR_ADDRTYPE: "SMTP",
            t.PR_EMAIL_ADDRESS: self.address,
            t.PR_SMTP_ADDRESS: self.address,
            t.PR_ENTRYID: OneOff(name, "SMTP", self.address).dump(),
            t.PR_SEARCH_KEY: search_key("SMTP", self.address),
            t.PR_OBJECT_TYPE: 6,
            t.PR_DISPLAY_TYPE: 0,
            t.PR_SEND_RICH_INFO: False,
        }


def parse(people: Iterable[str | Recipient] | str, kind: str) -> list[Recipient]:
    """Recipients of `Name <address>` texts; `InvalidParameter` for one without an address."""
    from email.utils import getaddresses

    found: list[Recipient] = []
    for person in [people] if isinstance(people, str) else people:
        if isinstance(person, Recipient):
            found.append(Recipient(person.name, person.address, kind))
            continue
        parsed = getaddresses([person])
        if not parsed or not all(is_address(address) for _, address in parsed):
            raise InvalidParameter("not an address", value=person, hint="name@example.org, or Name <name@example.org>")
        found += [Recipient(name, address, kind) for name, address in parsed]
    return found


class Addressee(Protocol):
    """Somebody of an address book, who knows himself what his recipient row is."""

    def recipient_row(self, recipient_type: int) -> dict[PropTag, Any]:
        """The row, with this PR_RECIPIENT_TYPE."""


def recipient_rows(people: Iterable[str | Recipient | Addressee] | str, kind: str) -> list[dict[PropTag, Any]]:
    """Recipient rows of addresses in text, and of entries of an address book."""
    rows: list[dict[PropTag, Any]] = []
    for person in ([people] if people else []) if isinstance(people, str) else people:
        if isinstance(person, str | Recipient):
            rows += [one.row() for one in parse([person], kind)]
        else:
            rows.append(person.recipient_row(_TYPES[kind]))
    return rows
