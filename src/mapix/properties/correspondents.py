"""The correspondents of a message: who sent it, for whom, who received it; each a set of properties that go together.

    >>> SENDER.filled("Ann", "ann@example.com")[PR_SENDER_EMAIL_ADDRESS]
    'ann@example.com'

Sources: PR_SENDER_* and its relatives of M-002, SPL-51.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mapix.properties.entryid import OneOff, search_key
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_RCVD_REPRESENTING_ADDRTYPE,
    PR_RCVD_REPRESENTING_EMAIL_ADDRESS,
    PR_RCVD_REPRESENTING_ENTRYID,
    PR_RCVD_REPRESENTING_NAME,
    PR_RCVD_REPRESENTING_SEARCH_KEY,
    PR_RCVD_REPRESENTING_SMTP_ADDRESS,
    PR_RECEIVED_BY_ADDRTYPE,
    PR_RECEIVED_BY_EMAIL_ADDRESS,
    PR_RECEIVED_BY_ENTRYID,
    PR_RECEIVED_BY_NAME,
    PR_RECEIVED_BY_SEARCH_KEY,
    PR_RECEIVED_BY_SMTP_ADDRESS,
    PR_SEARCH_KEY,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_ENTRYID,
    PR_SENDER_NAME,
    PR_SENDER_SEARCH_KEY,
    PR_SENDER_SMTP_ADDRESS,
    PR_SENT_REPRESENTING_ADDRTYPE,
    PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    PR_SENT_REPRESENTING_ENTRYID,
    PR_SENT_REPRESENTING_NAME,
    PR_SENT_REPRESENTING_SEARCH_KEY,
    PR_SENT_REPRESENTING_SMTP_ADDRESS,
    PR_SMTP_ADDRESS,
)


class Correspondent(NamedTuple):
    """The properties that tell one correspondent of a message."""

    name: PropTag
    address_type: PropTag
    address: PropTag
    entry_id: PropTag
    search_key: PropTag
    smtp_address: PropTag

    def filled(self, name: str, address: str, address_type: str = "SMTP") -> dict[PropTag, Any]:
        """All properties for somebody outside any address book (a one-off, ABK-60)."""
        shown = name or address
        values: dict[PropTag, Any] = {
            self.name: shown,
            self.address_type: address_type,
            self.address: address,
            self.entry_id: OneOff(shown, address_type, address).dump(),
            self.search_key: search_key(address_type, address),
        }
        return values | ({self.smtp_address: address} if address_type == "SMTP" and address else {})

    def is_set(self, props: Mapping[PropTag, Any]) -> bool:
        """Whether `props` tell this correspondent."""
        return bool(props.get(self.address) or props.get(self.entry_id) or props.get(self.smtp_address))

    def smtp(self, props: Mapping[PropTag, Any]) -> str:
        """The SMTP address of the correspondent in `props`, "" when there is none."""
        if found := props.get(self.smtp_address):
            return str(found)
        return str(props.get(self.address, "")) if props.get(self.address_type, "").upper() == "SMTP" else ""

    def taken_from(self, props: Mapping[PropTag, Any], other: Correspondent) -> dict[PropTag, Any]:
        """This correspondent's properties with the values `other` has in `props`."""
        pairs = zip(self, other, strict=True)
        return {mine: props[theirs] for mine, theirs in pairs if theirs in props}


SENDER: Final = Correspondent(
    PR_SENDER_NAME,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_ENTRYID,
    PR_SENDER_SEARCH_KEY,
    PR_SENDER_SMTP_ADDRESS,
)
"""Who hands the message over."""

SENT_REPRESENTING: Final = Correspondent(
    PR_SENT_REPRESENTING_NAME,
    PR_SENT_REPRESENTING_ADDRTYPE,
    PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    PR_SENT_REPRESENTING_ENTRYID,
    PR_SENT_REPRESENTING_SEARCH_KEY,
    PR_SENT_REPRESENTING_SMTP_ADDRESS,
)
"""In whose name it is sent."""

RECEIVED_BY: Final = Correspondent(
    PR_RECEIVED_BY_NAME,
    PR_RECEIVED_BY_ADDRTYPE,
    PR_RECEIVED_BY_EMAIL_ADDRESS,
    PR_RECEIVED_BY_ENTRYID,
    PR_RECEIVED_BY_SEARCH_KEY,
    PR_RECEIVED_BY_SMTP_ADDRESS,
)
"""Who got it."""

RCVD_REPRESENTING: Final = Correspondent(
    PR_RCVD_REPRESENTING_NAME,
    PR_RCVD_REPRESENTING_ADDRTYPE,
    PR_RCVD_REPRESENTING_EMAIL_ADDRESS,
    PR_RCVD_REPRESENTING_ENTRYID,
    PR_RCVD_REPRESENTING_SEARCH_KEY,
    PR_RCVD_REPRESENTING_SMTP_ADDRESS,
)
"""For whom it was got."""

RECIPIENT: Final = Correspondent(
    PR_DISPLAY_NAME, PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_ENTRYID, PR_SEARCH_KEY, PR_SMTP_ADDRESS
)
"""Whom it goes to: a row of its recipients."""
