"""A card that is a whole message as a contact: text/vcard as IPM.Contact ([MS-OXVCARD], [MS-OXOCNTC])."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.calendarfields import tagged
from mapix.formats.mime.tree import Node
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff
from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.formats.mime.reading import Reading

CARD_TYPES: Final = ("text/vcard", "text/x-vcard", "text/directory")
CONTACT: Final = "IPM.Contact"
MOST_BYTES: Final = 4 << 20

ADDRESSES: Final = (
    (
        n.PidLidEmail1EmailAddress,
        n.PidLidEmail1AddressType,
        n.PidLidEmail1DisplayName,
        n.PidLidEmail1OriginalDisplayName,
        n.PidLidEmail1OriginalEntryId,
    ),
    (
        n.PidLidEmail2EmailAddress,
        n.PidLidEmail2AddressType,
        n.PidLidEmail2DisplayName,
        n.PidLidEmail2OriginalDisplayName,
        n.PidLidEmail2OriginalEntryId,
    ),
    (
        n.PidLidEmail3EmailAddress,
        n.PidLidEmail3AddressType,
        n.PidLidEmail3DisplayName,
        n.PidLidEmail3OriginalDisplayName,
        n.PidLidEmail3OriginalEntryId,
    ),
)
"""The three places for an address that a contact has."""

_OF_ADDRESS: Final = frozenset((t.PR_EMAIL_ADDRESS, t.PR_ADDRTYPE, t.PR_CONTACT_EMAIL_ADDRESSES))


def contact_item(node: Node, content: MessageContent, reading: Reading) -> bool:
    """Make `content` the contact on the only card of `node`; several cards stay the file that they are."""
    from mapix.formats.vcard import from_vcards

    data = node.data(reading.defects)
    try:
        cards = from_vcards(data).value if len(data) <= MOST_BYTES else []
    except MapiError as error:
        reading.defects.note("text/vcard", "is no card", value=error.text)
        return False
    if len(cards) != 1 or cards[0].members is not None:
        return False
    values = cards[0].values
    content.properties.update((tag, value) for tag, value in values.items() if tag not in _OF_ADDRESS)
    content.properties.update(tagged(_addresses(values), reading.names))
    content.properties[t.PR_MESSAGE_CLASS] = CONTACT
    content.properties[t.PR_SUBJECT] = content.get(t.PR_SUBJECT) or values.get(t.PR_DISPLAY_NAME, "")
    content.attachments = content.attachments[1:]
    return True


def _addresses(values: dict[Any, Any]) -> dict[Any, Any]:
    """The first three addresses of a card, each with what a contact has besides ([MS-OXOCNTC] 2.2.1.2)."""
    first = values.get(t.PR_EMAIL_ADDRESS)
    all_of_them = [*([first] if first else []), *values.get(t.PR_CONTACT_EMAIL_ADDRESSES, ())]
    name = values.get(t.PR_DISPLAY_NAME, "")
    kind = values.get(t.PR_ADDRTYPE, "SMTP")
    found: dict[Any, Any] = {}
    for number, (address, names) in enumerate(zip(dict.fromkeys(all_of_them), ADDRESSES, strict=False)):
        told = kind if number == 0 else "SMTP"
        shown = f"{name} ({address})" if name else address
        entry = OneOff(name or address, told, address).dump()
        found |= dict(zip(names, (address, told, shown, address, entry), strict=True))
    return found
