"""A card that is a whole message as a contact: text/vcard as IPM.Contact ([MS-OXVCARD], [MS-OXOCNTC])."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.calendarfields import tagged
from mapix.formats.mime.tree import Node
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.entryid import OneOff
from mapix.properties.errors import MapiError
from mapix.properties.flags import ATTACH_BY_VALUE

if TYPE_CHECKING:
    from mapix.formats.mime.reading import Reading
    from mapix.formats.vcard import Card

CARD_TYPES: Final = ("text/vcard", "text/x-vcard", "text/directory")
CONTACT: Final = "IPM.Contact"
MOST_BYTES: Final = 4 << 20
PHOTO: Final = "ContactPicture.jpg"
_WORK_IS_MAILED: Final = 2

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

WORK: Final = (
    (t.PR_POST_OFFICE_BOX, n.PidLidWorkAddressPostOfficeBox),
    (t.PR_STREET_ADDRESS, n.PidLidWorkAddressStreet),
    (t.PR_LOCALITY, n.PidLidWorkAddressCity),
    (t.PR_STATE_OR_PROVINCE, n.PidLidWorkAddressState),
    (t.PR_POSTAL_CODE, n.PidLidWorkAddressPostalCode),
    (t.PR_COUNTRY, n.PidLidWorkAddressCountry),
)
"""The place of work: the tags that a card has it by, and the names that a contact has it by."""

_OF_ADDRESS: Final = frozenset((t.PR_EMAIL_ADDRESS, t.PR_ADDRTYPE, t.PR_CONTACT_EMAIL_ADDRESSES))


def contact_item(node: Node, content: MessageContent, reading: Reading) -> bool:
    """Make `content` the contact on the only card of `node`; several cards stay the file that they are."""
    from mapix.formats.vcard import from_vcards

    data = node.data(reading.defects)
    try:
        parsed = from_vcards(data, whole=True)
    except MapiError as error:
        reading.defects.note("text/vcard", "is no card", value=error.text)
        return False
    cards = parsed.value if len(data) <= MOST_BYTES else []
    if len(cards) != 1 or cards[0].members is not None:
        return False
    for defect in parsed.defects:
        reading.defects.note(f"text/vcard: {defect.where}", defect.what, value=defect.found.strip("'") or None)
    (card,) = cards
    values = card.values
    if note := values.pop(t.PR_COMMENT, ""):
        content.properties[t.PR_BODY] = note.replace("\n", "\r\n")
    content.properties.update((tag, value) for tag, value in values.items() if tag not in _OF_ADDRESS)
    content.properties.update(tagged(_addresses(values), reading.names))
    content.properties[t.PR_MESSAGE_CLASS] = CONTACT
    content.properties[t.PR_SUBJECT] = content.get(t.PR_SUBJECT) or values.get(t.PR_DISPLAY_NAME, "")
    content.properties.update(tagged(_besides(card), reading.names))
    content.attachments = content.attachments[1:]
    if card.photo:
        content.attachments.append(AttachmentContent(_photo(card.photo)))
    return True


def _besides(card: Card) -> dict[Any, Any]:
    """What a contact has by names of its own: the place of work, categories, the picture."""
    found: dict[Any, Any] = {name: card.values.get(tag) for tag, name in WORK}
    found[n.PidNameKeywords] = card.categories or None
    found[n.PidLidInstantMessagingAddress] = card.instant or None
    found[n.PidLidHasPicture] = True if card.photo else None
    found[n.PidLidPostalAddressId] = _WORK_IS_MAILED if any(found[name] for _, name in WORK) else None
    return found


def _photo(data: bytes) -> dict[Any, Any]:
    """The picture as the attachment that it is ([MS-OXOCNTC] 2.2.1.8.3)."""
    return {
        t.PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        t.PR_ATTACH_LONG_FILENAME: PHOTO,
        t.PR_ATTACH_FILENAME: PHOTO,
        t.PR_ATTACH_DATA_BIN: data,
        t.PR_ATTACHMENT_CONTACTPHOTO: True,
        t.PR_ATTACHMENT_HIDDEN: True,
    }


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
