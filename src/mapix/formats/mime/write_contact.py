"""A contact as the card that mail and other programs have of it ([MS-OXVCARD] 2.1.3).

Notes, picture and categories stand in the card, so that a contact which is mail is one card and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapix.formats.mime.bodies import bodies_of, text_of_html
from mapix.formats.mime.read_contact import ADDRESSES, CONTACT, WORK
from mapix.formats.mime.values import text_of
from mapix.formats.mime.writing import Writing
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import LargeValue

LARGEST_PHOTO: Final = 1 << 20
LONGEST_NOTE: Final = 1 << 19
_MAIL_GOES_HOME: Final = (1, 3)
"""PidLidPostalAddressId of mail that does not go to the place of work ([MS-OXOCNTC] 2.2.1.3.9)."""


def is_contact(content: MessageContent) -> bool:
    """Whether a message is a contact."""
    name = (text_of(content.properties, t.PR_MESSAGE_CLASS) or "").upper()
    return name == CONTACT.upper() or name.startswith(CONTACT.upper() + ".")


def card_bytes(writing: Writing) -> bytes:
    """The card of a contact, as version 3.0, which everybody reads."""
    from mapix.formats.vcard import Card, to_vcards

    props = writing.content.properties
    values: dict[Any, Any] = {tag: value for tag, value in props.items() if tag >> 16 < 0x8000}
    values |= _work_of(writing, props)
    addresses = [writing.value(props, names[0], PropType.UNICODE) for names in ADDRESSES]
    found = [each for each in addresses if each]
    if found:
        kind = writing.value(props, ADDRESSES[0][1], PropType.UNICODE) or "SMTP"
        values |= {t.PR_EMAIL_ADDRESS: found[0], t.PR_ADDRTYPE: kind, t.PR_CONTACT_EMAIL_ADDRESSES: tuple(found[1:])}
    values.setdefault(t.PR_DISPLAY_NAME, text_of(props, t.PR_SUBJECT) or (found or [""])[0])
    if note := note_of(writing.content):
        values[t.PR_COMMENT] = note
    card = Card(
        values,
        photo=photo_of(writing.content),
        categories=tuple(writing.value(props, n.PidNameKeywords, PropType.MV_UNICODE) or ()),
        instant=writing.value(props, n.PidLidInstantMessagingAddress, PropType.UNICODE) or "",
    )
    return to_vcards([card], "3.0")


def note_of(content: MessageContent) -> str:
    """The notes on a contact, which are its body; nothing where they are too long for a card."""
    bodies = bodies_of(content)
    text = bodies.text or ("" if bodies.html is None else text_of_html(bodies))
    text = text.replace("\r\n", "\n").strip()
    return text if len(text) <= LONGEST_NOTE else ""


def photo_of(content: MessageContent) -> bytes:
    """The picture of a contact; nothing where it has none, or one too large for a card."""
    found = (each.properties.get(t.PR_ATTACH_DATA_BIN) for each in content.attachments if is_photo(each))
    value = next(found, None)
    if isinstance(value, LargeValue):
        return b""
    return value if isinstance(value, bytes) and len(value) <= LARGEST_PHOTO else b""


def is_photo(attachment: AttachmentContent) -> bool:
    """Whether an attachment is the picture of its contact ([MS-OXOCNTC] 2.2.1.8.3)."""
    return bool(attachment.properties.get(t.PR_ATTACHMENT_CONTACTPHOTO))


def _work_of(writing: Writing, props: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """The place of work by the tags of a card, which are those of the address that mail goes to otherwise."""
    found = {tag: writing.value(props, name, PropType.UNICODE) for tag, name in WORK}
    goes = writing.value(props, n.PidLidPostalAddressId, PropType.LONG)
    return found if any(found.values()) or goes in _MAIL_GOES_HOME else {}
