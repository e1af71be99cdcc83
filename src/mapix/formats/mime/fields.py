"""The header of a message, from its properties ([MS-OXCMAIL] 2.1.3)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Final

from mapix.formats.mime.addresses import Address, address_field
from mapix.formats.mime.dates import date_text
from mapix.formats.mime.headers import LONGEST_WORD, field, folded
from mapix.formats.mime.people import address_of, recipients_of, reply_to
from mapix.formats.mime.values import bytes_of, number_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RCVD_REPRESENTING, SENDER, SENT_REPRESENTING
from mapix.properties.entryid import OneOff
from mapix.properties.errors import MapiError
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO, MSGFLAG_UNSENT
from mapix.properties.named_tags import PidLidFlagRequest, PidNameKeywords
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_AUTO_RESPONSE_SUPPRESS,
    PR_BODY_CONTENT_LOCATION,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_CREATION_TIME,
    PR_DEFERRED_DELIVERY_TIME,
    PR_EXPIRY_TIME,
    PR_FLAG_STATUS,
    PR_IMPORTANCE,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_INTERNET_ORGANIZATION,
    PR_INTERNET_REFERENCES,
    PR_LIST_HELP,
    PR_LIST_SUBSCRIBE,
    PR_LIST_UNSUBSCRIBE,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_PRIORITY,
    PR_READ_RECEIPT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_REPLY_TIME,
    PR_SENSITIVITY,
    PR_SUBJECT,
)

IMPORTANCE: Final = {0: ("low", "5"), 2: ("high", "1")}
PRIORITY: Final = {-1: "non-urgent", 1: "urgent"}
SENSITIVITY: Final = {1: "Personal", 2: "Private", 3: "Company-Confidential"}
_TIMES: Final = {
    "Expires": PR_EXPIRY_TIME,
    "Reply-By": PR_REPLY_TIME,
    "Deferred-Delivery": PR_DEFERRED_DELIVERY_TIME,
}
_TEXTS: Final = {
    "Organization": PR_INTERNET_ORGANIZATION,
    "List-Help": PR_LIST_HELP,
    "List-Subscribe": PR_LIST_SUBSCRIBE,
    "List-Unsubscribe": PR_LIST_UNSUBSCRIBE,
    "Content-Location": PR_BODY_CONTENT_LOCATION,
}
_SUPPRESS: Final = {"DR": 1, "NDR": 2, "RN": 4, "NRN": 8, "OOF": 16, "AutoReply": 32}
_FOLLOW_UP: Final = 2
UNDISCLOSED: Final = "To: undisclosed-recipients:;"

_IDENTIFIER: Final = re.compile(r"<[^<>]*>|[^\s<>]+")
_VISIBLE: Final = re.compile(r"[!-~]+")
_FIELD_NAME: Final = re.compile(r"[!-9;-~]{1,70}")
_OURS: Final = re.compile(
    r"(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|received|return-path"
    r"|mime-version|content-(?:type|transfer-encoding|disposition|id|location)|importance|priority|x-priority"
    r"|sensitivity|disposition-notification-to|return-receipt-to|expires|reply-by|deferred-delivery"
    r"|thread-topic|thread-index|resent-.*|dkim-signature|organization|list-(?:help|subscribe|unsubscribe)|keywords"
    r"|x-message-flag|x-auto-response-suppress|x-unsent)",
    re.IGNORECASE,
)


def message_fields(writing: Writing, message_id: str | None, *, report: bool = False) -> list[str]:
    """The fields of a message's header, each without its final CRLF; those of its body are not among them.

    `report` tells that the recipients are those reported on, and not whom the message goes to (RP-008).
    """
    content = writing.content
    return [
        *_from(content),
        *(_report_to(content) if report else _to(content)),
        *(_people("Bcc", recipients_of(content, MAPI_BCC)) if writing.options.bcc else ()),
        *_subject(content),
        *_date(content),
        *(_identifiers(content, message_id, own=writing.options.message_id)),
        *_wishes(content),
        *_receipts(content),
        *_thread(content),
        *_known(writing),
        *_named(writing),
    ]


def identifiers(text: str) -> list[str]:
    """The message identifiers in a text, each in angle brackets and fit for a header."""
    found = (match.group().strip("<>") for match in _IDENTIFIER.finditer(text))
    clean = (each if _VISIBLE.fullmatch(each) else _made_visible(each) for each in found)
    return [f"<{each}>" for each in clean if each and len(each) < LONGEST_WORD]


def _made_visible(text: str) -> str:
    return "".join(letter if "!" <= letter <= "~" else "?" for letter in text if letter.isprintable())


def _from(content: MessageContent) -> Iterator[str]:
    sender = address_of(content.properties, SENDER)
    author = address_of(content.properties, SENT_REPRESENTING) or sender
    if author:
        yield from _people("From", [author])
    if sender and author and sender.address.casefold() != author.address.casefold():
        yield from _people("Sender", [sender])
    yield from _people("Reply-To", reply_to(content))


def _to(content: MessageContent) -> Iterator[str]:
    to, copied = recipients_of(content, MAPI_TO), recipients_of(content, MAPI_CC)
    yield from _people("To", to)
    yield from _people("Cc", copied)
    if content.recipients and not to and not copied:
        yield UNDISCLOSED


def _report_to(content: MessageContent) -> Iterator[str]:
    reader = address_of(content.properties, RCVD_REPRESENTING)
    yield from _people("To", [reader]) if reader else [UNDISCLOSED]


def _people(name: str, addresses: list[Address]) -> list[str]:
    line = address_field(name, addresses)
    return [line] if line else []


def _subject(content: MessageContent) -> Iterator[str]:
    subject = text_of(content.properties, PR_SUBJECT)
    if subject is not None:
        yield field("Subject", subject)


def _date(content: MessageContent) -> Iterator[str]:
    """When it was sent; for a message that never was, the nearest thing known."""
    times = (PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME, PR_CREATION_TIME)
    ticks = next((content.properties[tag] for tag in times if tag in content.properties), None)
    text = date_text(ticks) if isinstance(ticks, int) else None
    if text:
        yield f"Date: {text}"


def _identifiers(content: MessageContent, message_id: str | None, *, own: bool) -> Iterator[str]:
    props = content.properties
    texts = {
        "Message-ID": message_id or (text_of(props, PR_INTERNET_MESSAGE_ID) if own else None),
        "In-Reply-To": text_of(props, PR_IN_REPLY_TO_ID),
        "References": text_of(props, PR_INTERNET_REFERENCES),
    }
    for name, text in texts.items():
        found = identifiers(text) if text else []
        if found:
            yield folded(name, found[:1] if name == "Message-ID" else found)


def _wishes(content: MessageContent) -> Iterator[str]:
    """How urgent, how private, until when, and whether a receipt is wanted."""
    props = content.properties
    if (importance := number_of(props, PR_IMPORTANCE, 1)) in IMPORTANCE:
        name, number = IMPORTANCE[importance]
        yield f"Importance: {name}"
        yield f"X-Priority: {number}"
    if (priority := number_of(props, PR_PRIORITY)) in PRIORITY:
        yield f"Priority: {PRIORITY[priority]}"
    if (sensitivity := number_of(props, PR_SENSITIVITY)) in SENSITIVITY:
        yield f"Sensitivity: {SENSITIVITY[sensitivity]}"
    for header, tag in _TIMES.items():
        if tag in props and (text := date_text(number_of(props, tag))):
            yield f"{header}: {text}"


def _receipts(content: MessageContent) -> Iterator[str]:
    """Who is to be told that the message was read, and that it arrived."""
    if content.properties.get(PR_READ_RECEIPT_REQUESTED):
        yield from _people("Disposition-Notification-To", _receipt_to(content))
    if content.properties.get(PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED):
        yield from _people("Return-Receipt-To", _receipt_to(content))


def _receipt_to(content: MessageContent) -> list[Address]:
    """Who gets the read receipt (RP-003): the one named, else the sender."""
    entry_id = bytes_of(content.properties, PR_READ_RECEIPT_ENTRYID)
    if entry_id:
        try:
            named = OneOff.load(entry_id)
            return [Address(named.name, named.address, named.address_type.upper() or "SMTP")]
        except MapiError:
            pass
    author = address_of(content.properties, SENT_REPRESENTING) or address_of(content.properties, SENDER)
    return [author] if author else []


def _thread(content: MessageContent) -> Iterator[str]:
    topic = text_of(content.properties, PR_CONVERSATION_TOPIC)
    if topic:
        yield field("Thread-Topic", topic)
    index = bytes_of(content.properties, PR_CONVERSATION_INDEX)
    if index:
        letters = binascii.b2a_base64(index, newline=False).decode("ascii")
        yield folded("Thread-Index", [letters[at : at + 64] for at in range(0, len(letters), 64)])


def _known(writing: Writing) -> Iterator[str]:
    """Fields with properties of their own that come as they are."""
    props = writing.content.properties
    for name, tag in _TEXTS.items():
        if text := text_of(props, tag):
            yield field(name, text)
    words = writing.value(props, PidNameKeywords, PropType.MV_UNICODE)
    if words:
        yield field("Keywords", ", ".join(words))
    flag = writing.value(props, PidLidFlagRequest, PropType.UNICODE)
    if flag and number_of(props, PR_FLAG_STATUS) == _FOLLOW_UP:
        yield field("X-Message-Flag", flag)
    if bits := number_of(props, PR_AUTO_RESPONSE_SUPPRESS):
        shown = [name for name, bit in _SUPPRESS.items() if bits & bit]
        yield field("X-Auto-Response-Suppress", "All" if bits & 63 == 63 else ", ".join(shown))
    if writing.options.unsent and number_of(props, PR_MESSAGE_FLAGS) & MSGFLAG_UNSENT:
        yield "X-Unsent: 1"


def _named(writing: Writing) -> Iterator[str]:
    """Header fields that are named properties; those this module writes itself are left out."""
    for number, name in writing.fields.values():
        text = text_of(writing.content.properties, PropTag.of(number, PropType.UNICODE))
        if text is not None and _FIELD_NAME.fullmatch(name) and not _OURS.fullmatch(name):
            yield field(name, text)
