"""Read and nonread reports as values: what they say, and to whom they go (RP-001, RP-003, RP-007, RP-010)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from mapix.objects.bags.computed import MESSAGE_CLASS_LIMIT
from mapix.properties.correspondents import RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import MapiError
from mapix.properties.flags import MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONTENT_CORRELATOR,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_AUTHOR_NAME,
    PR_ORIGINAL_DELIVERY_TIME,
    PR_ORIGINAL_DISPLAY_BCC,
    PR_ORIGINAL_DISPLAY_CC,
    PR_ORIGINAL_DISPLAY_TO,
    PR_ORIGINAL_SENDER_ENTRYID,
    PR_ORIGINAL_SENDER_NAME,
    PR_ORIGINAL_SENT_REPRESENTING_ENTRYID,
    PR_ORIGINAL_SENT_REPRESENTING_NAME,
    PR_ORIGINAL_SUBJECT,
    PR_ORIGINAL_SUBMIT_TIME,
    PR_PRIORITY,
    PR_READ_RECEIPT_ENTRYID,
    PR_RECEIPT_TIME,
    PR_RECIPIENT_TYPE,
    PR_REPORT_ENTRYID,
    PR_REPORT_NAME,
    PR_REPORT_TAG,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_SUBJECT,
)
from mapix.properties.times import readable, to_datetime
from mapix.properties.value import whole

Props = Mapping[PropTag, Any]


class ReadKind(Enum):
    """What a report of the store's tells; the value ends its message class."""

    READ = "IPNRN"
    NOT_READ = "IPNNRN"


_COPIED: Final = (
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_REPORT_TAG,
    PR_CONTENT_CORRELATOR,
    PR_PRIORITY,
)
_TURNED: Final[Mapping[PropTag, PropTag]] = {
    PR_DISPLAY_TO: PR_ORIGINAL_DISPLAY_TO,
    PR_DISPLAY_CC: PR_ORIGINAL_DISPLAY_CC,
    PR_DISPLAY_BCC: PR_ORIGINAL_DISPLAY_BCC,
    PR_SUBJECT: PR_ORIGINAL_SUBJECT,
    PR_CLIENT_SUBMIT_TIME: PR_ORIGINAL_SUBMIT_TIME,
    PR_MESSAGE_DELIVERY_TIME: PR_ORIGINAL_DELIVERY_TIME,
    PR_MESSAGE_CLASS: PR_ORIG_MESSAGE_CLASS,
    PR_INTERNET_MESSAGE_ID: PR_IN_REPLY_TO_ID,
    SENDER.name: PR_ORIGINAL_SENDER_NAME,
    SENDER.entry_id: PR_ORIGINAL_SENDER_ENTRYID,
    SENT_REPRESENTING.name: PR_ORIGINAL_SENT_REPRESENTING_NAME,
    SENT_REPRESENTING.entry_id: PR_ORIGINAL_SENT_REPRESENTING_ENTRYID,
}
"""Properties of the message and where its report keeps them (RP-007)."""

MOST_SHOWN: Final = 1000
"""Characters of a text that a report shows of the message it is on."""

NEEDED: Final = tuple(
    dict.fromkeys(
        (
            *_COPIED,
            *_TURNED,
            *SENDER,
            *SENT_REPRESENTING,
            *RECEIVED_BY,
            PR_READ_RECEIPT_ENTRYID,
            PR_REPORT_ENTRYID,
            PR_REPORT_NAME,
        )
    )
)
"""What of a message its report is made from."""

_WORDS: Final[Mapping[ReadKind, tuple[str, str]]] = {
    ReadKind.READ: ("Read: ", "Your message was read"),
    ReadKind.NOT_READ: ("Not read: ", "Your message was deleted without being read"),
}


def is_report(message_class: str) -> bool:
    """Whether a message is a report itself: of those none is made (RP-001)."""
    return message_class[:7].upper() == "REPORT."


def report_class(message_class: str | None, ending: str) -> str:
    """The class of a report on a message (SPL-65); one that leaves no room for that is cut."""
    base = (message_class or "IPM")[: MESSAGE_CLASS_LIMIT - len(f"REPORT..{ending}")].rstrip(".")
    return f"REPORT.{base}.{ending}"


def text_in(message: Props, tag: PropTag, most: int | None = None) -> str:
    """A text of a message, read where the store hands out large values in pieces; "" where there is none. Longer than
    `most` characters it is cut.
    """
    text = str(whole(tag, message.get(tag) or ""))
    return text if most is None or len(text) <= most else text[:most] + "…"


def reader_of_report(message: Props) -> dict[PropTag, Any] | None:
    """The recipient row of who gets a read report on `message`: whom it names, else its sender; None for nobody."""
    entry_id = message.get(PR_READ_RECEIPT_ENTRYID) or message.get(PR_REPORT_ENTRYID)
    if entry_id:
        return _row(entry_id, message.get(PR_REPORT_NAME, ""))
    for role in (SENDER, SENT_REPRESENTING):
        if role.is_set(message):
            return _row_of_sender(message, role.entry_id, role.name, role.address_type, role.address)
    return None


def _row(entry_id: bytes, name: str) -> dict[PropTag, Any]:
    row: dict[PropTag, Any] = {PR_ENTRYID: entry_id, PR_DISPLAY_NAME: name, PR_RECIPIENT_TYPE: MAPI_TO}
    if is_one_off(entry_id):
        try:
            found = OneOff.load(entry_id)
        except MapiError:
            return row
        row |= {PR_ADDRTYPE: found.address_type, PR_EMAIL_ADDRESS: found.address, PR_DISPLAY_NAME: name or found.name}
    return row


def _row_of_sender(
    message: Props, entry_id: PropTag, name: PropTag, address_type: PropTag, address: PropTag
) -> dict[PropTag, Any]:
    pairs = ((PR_ENTRYID, entry_id), (PR_DISPLAY_NAME, name), (PR_ADDRTYPE, address_type), (PR_EMAIL_ADDRESS, address))
    return {mine: message[theirs] for mine, theirs in pairs if theirs in message} | {PR_RECIPIENT_TYPE: MAPI_TO}


def report_props(kind: ReadKind, message: Props, moment: int, me: Props) -> dict[PropTag, Any]:
    """The properties of a report on `message` (RP-007). `moment` is FILETIME, `me` PR_SENDER_* of who makes it: where
    nobody says, who received the message.
    """
    about, said = _WORDS[kind]
    values = {there: message[here] for here, there in _TURNED.items() if here in message}
    values |= {tag: message[tag] for tag in _COPIED if tag in message}
    values |= dict(me) or SENDER.taken_from(message, RECEIVED_BY)
    text = f"{said} on {to_datetime(moment):%Y-%m-%d %H:%M:%S} UTC.\r\n"
    author = message.get(SENT_REPRESENTING.name) or message.get(SENDER.name)
    return values | {
        PR_MESSAGE_CLASS: report_class(message.get(PR_MESSAGE_CLASS), kind.value),
        PR_SUBJECT: about + text_in(message, PR_SUBJECT),
        PR_BODY: text + _about(message),
        PR_REPORT_TEXT: text,
        PR_REPORT_TIME: moment,
        PR_RECEIPT_TIME: moment,
        PR_MESSAGE_DELIVERY_TIME: moment,
        PR_DELETE_AFTER_SUBMIT: True,
        **({PR_ORIGINAL_AUTHOR_NAME: author} if author else {}),
    }


def _about(message: Props) -> str:
    """The message the report is on, for people."""
    lines = [("Subject", text_in(message, PR_SUBJECT, MOST_SHOWN)), ("To", text_in(message, PR_DISPLAY_TO, MOST_SHOWN))]
    if (sent := readable(message.get(PR_CLIENT_SUBMIT_TIME))) is not None:
        lines.append(("Sent", f"{sent:%Y-%m-%d %H:%M:%S} UTC"))
    return "\r\nThe message:\r\n\r\n" + "".join(f"  {label}: {text}\r\n" for label, text in lines)
