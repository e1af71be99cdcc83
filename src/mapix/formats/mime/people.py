"""The people of a message: recipients and roles as addresses, and addresses as their properties.

>>> from mapix.properties.tags import PR_SEARCH_KEY
>>> row = recipient(Address("Bill", "bill@example.com"), 1)
>>> row[PR_SEARCH_KEY], address_of(row).name
(b'SMTP:BILL@EXAMPLE.COM\\x00', 'Bill')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mapix.formats.mime.addresses import Address, smtp_form
from mapix.formats.mime.values import bytes_of, number_of, text_of
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RECIPIENT, SENDER, SENT_REPRESENTING, Correspondent
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.entrylist import dump_entries, load_entries
from mapix.properties.errors import MapiError
from mapix.properties.flags import MAPI_CC, MAPI_SUBMITTED, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_TYPE,
    PR_OBJECT_TYPE,
    PR_RECIPIENT_TYPE,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_SEND_RICH_INFO,
)

MAILUSER: Final = 6
_KIND: Final = 0xFFFFFFFF & ~MAPI_SUBMITTED


def address_of(props: Mapping[PropTag, Any], role: Correspondent = RECIPIENT) -> Address | None:
    """The person of a role; None where nothing tells of one.

    An SMTP address is preferred wherever it stands; what is missing is looked for in a one-off entry identifier, and at
    last in the name.
    """
    name, kind = text_of(props, role.name) or "", (text_of(props, role.address_type) or "").upper()
    address, smtp = text_of(props, role.address) or "", text_of(props, role.smtp_address)
    if smtp and (kind != "SMTP" or not address):
        return Address(name, smtp)
    if address:
        return Address(name, address, kind or "SMTP")
    one_off = _one_off(bytes_of(props, role.entry_id))
    if one_off:
        return Address(name or one_off.name, one_off.address, one_off.address_type.upper() or "SMTP")
    told = name if kind in ("", "SMTP") and _is_address(name) else ""
    return Address(name, told, kind or "SMTP") if name else None


def _is_address(name: str) -> bool:
    """Whether a name is all there is, and says where to: what somebody typed and nobody resolved."""
    form = smtp_form(name)
    return form is not None and form == name


def role_props(address: Address, role: Correspondent) -> dict[PropTag, Any]:
    """The properties that tell of `address` in a role: name, address, one-off identifier, search key (M-002)."""
    return role.filled(address.name, address.address, address.address_type)


def recipient(address: Address, kind: int) -> dict[PropTag, Any]:
    """A whole recipient row of `address`; `kind` is MAPI_TO, MAPI_CC or MAPI_BCC."""
    return role_props(address, RECIPIENT) | {
        PR_RECIPIENT_TYPE: kind,
        PR_OBJECT_TYPE: MAILUSER,
        PR_DISPLAY_TYPE: 0,
        PR_SEND_RICH_INFO: False,
    }


def recipients_of(content: MessageContent, kind: int) -> list[Address]:
    """The recipients a header shows under `kind`: those sent to before (MAPI_SUBMITTED) too, MAPI_P1 never (M-086)."""
    rows = content.recipients
    found = (address_of(row) for row in rows if number_of(row, PR_RECIPIENT_TYPE, MAPI_TO) & _KIND == kind)
    return [address for address in found if address is not None]


def reply_to(content: MessageContent) -> list[Address]:
    """Who answers go to: PR_REPLY_RECIPIENT_ENTRIES, whose entries are of no use here unless they are one-offs."""
    data = bytes_of(content.properties, PR_REPLY_RECIPIENT_ENTRIES)
    if not data:
        return []
    names = (text_of(content.properties, PR_REPLY_RECIPIENT_NAMES) or "").split(";")
    try:
        entries = load_entries(data)
    except MapiError:
        return []
    found = [_one_off(entry) for entry in entries]
    named = names if len(names) == len(found) else [""] * len(found)
    return [
        Address(entry.name or name.strip(), entry.address, entry.address_type.upper() or "SMTP")
        for entry, name in zip(found, named, strict=True)
        if entry is not None
    ]


def reply_props(addresses: Iterable[Address]) -> dict[PropTag, Any]:
    """PR_REPLY_RECIPIENT_ENTRIES and _NAMES: both, of the same length and order."""
    shown = [Address(each.name or each.address, each.address, each.address_type) for each in addresses]
    entries = [OneOff(each.name, each.address_type, each.address).dump() for each in shown]
    return {
        PR_REPLY_RECIPIENT_ENTRIES: dump_entries(entries),
        PR_REPLY_RECIPIENT_NAMES: ";".join(each.name for each in shown),
    }


def visible(content: MessageContent) -> list[Address]:
    """Everybody a header of `content` names."""
    roles = (address_of(content.properties, role) for role in (SENT_REPRESENTING, SENDER))
    shown = (*recipients_of(content, MAPI_TO), *recipients_of(content, MAPI_CC), *reply_to(content))
    return [address for address in (*roles, *shown) if address is not None]


def _one_off(entry_id: bytes | None) -> OneOff | None:
    try:
        return OneOff.load(entry_id) if entry_id and is_one_off(entry_id) else None
    except MapiError:
        return None
