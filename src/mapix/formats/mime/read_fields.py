"""The header of a message as properties and recipients ([MS-OXCMAIL] 2.2.3, SPL-51).

What has a property of its own is read here; the other fields are `read_named`'s. The whole header stays readable in
PR_TRANSPORT_MESSAGE_HEADERS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.addresses import MOST_ADDRESSES, Address, parse_addresses
from mapix.formats.mime.dates import parse_date
from mapix.formats.mime.fields import IMPORTANCE, PRIORITY, SENSITIVITY, identifiers
from mapix.formats.mime.headers import header_text, loose_base64, raw_text
from mapix.formats.mime.people import recipient, reply_props, role_props
from mapix.formats.mime.read_named import named_props
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.entryid import OneOff, search_key
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO, MSGFLAG_UNMODIFIED, MSGFLAG_UNSENT
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY_CONTENT_LOCATION,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_DEFERRED_DELIVERY_TIME,
    PR_EXPIRY_TIME,
    PR_IMPORTANCE,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_INTERNET_ORGANIZATION,
    PR_INTERNET_REFERENCES,
    PR_INTERNET_RETURN_PATH,
    PR_LIST_HELP,
    PR_LIST_SUBSCRIBE,
    PR_LIST_UNSUBSCRIBE,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_PRIORITY,
    PR_READ_RECEIPT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_READ_RECEIPT_SEARCH_KEY,
    PR_REPLY_TIME,
    PR_SENSITIVITY,
    PR_SUBJECT,
)

Props = dict[PropTag, Any]

RECIPIENT_FIELDS: Final = {"to": MAPI_TO, "cc": MAPI_CC, "bcc": MAPI_BCC}

_TEXTS: Final = {
    "subject": PR_SUBJECT,
    "thread-topic": PR_CONVERSATION_TOPIC,
    "organization": PR_INTERNET_ORGANIZATION,
    "return-path": PR_INTERNET_RETURN_PATH,
    "content-location": PR_BODY_CONTENT_LOCATION,
    "list-help": PR_LIST_HELP,
    "list-subscribe": PR_LIST_SUBSCRIBE,
    "list-unsubscribe": PR_LIST_UNSUBSCRIBE,
}
_DATES: Final = {
    "date": PR_CLIENT_SUBMIT_TIME,
    "expiry-date": PR_EXPIRY_TIME,
    "expires": PR_EXPIRY_TIME,
    "reply-by": PR_REPLY_TIME,
    "deferred-delivery": PR_DEFERRED_DELIVERY_TIME,
}
_IMPORTANCE_WORDS: Final = {name: number for number, (name, _) in IMPORTANCE.items()} | {"normal": 1, "medium": 1}
_PRIORITY_WORDS: Final = {name: number for number, name in PRIORITY.items()} | {"normal": 0}
_SENSITIVITY_WORDS: Final = {name.lower(): number for number, name in SENSITIVITY.items()}
_X_PRIORITY: Final = {"1": 2, "2": 2, "3": 1, "4": 0, "5": 0}
_SINGLE: Final = ("from", "sender", "subject", "date", "message-id", "to", "cc", "reply-to")


def header_props(node: Node, charset: str | None, reading: Reading) -> Props:
    """The properties that the header of a message tells; `charset` is what its 8-bit bytes are read as."""
    defects = reading.defects
    _note_repeated(node, defects)
    props: Props = {PR_MESSAGE_FLAGS: MSGFLAG_UNMODIFIED | (MSGFLAG_UNSENT if node.value_of("x-unsent") == "1" else 0)}
    props.update(_texts(node, charset))
    props.update(_dates(node, defects))
    props.update(_identifier_props(node))
    props.update(_wishes(node))
    props.update(_people(node, charset, defects))
    props.update(named_props(node, charset, reading))
    return props


def header_recipients(node: Node, charset: str | None, defects: Defects) -> list[Props]:
    """The recipient rows that To, Cc and Bcc tell, in that order."""
    rows = []
    for name, kind in RECIPIENT_FIELDS.items():
        for address in addresses(node, name, charset):
            if not address.address:
                defects.note(name.capitalize(), "a name without an address", value=address.name)
            rows.append(recipient(address, kind))
    return rows[:MOST_ADDRESSES]


def addresses(node: Node, name: str, charset: str | None) -> list[Address]:
    """The mailboxes of every field called `name`."""
    return [found for value in node.fields(name) for found in parse_addresses(raw_text(value, charset))]


def _note_repeated(node: Node, defects: Defects) -> None:
    for name in _SINGLE:
        if len(found := node.fields(name)) > 1:
            defects.note(name.capitalize(), "stands more than once", value=len(found))


def _texts(node: Node, charset: str | None) -> Props:
    found = ((tag, node.fields(name)) for name, tag in _TEXTS.items())
    return {tag: header_text(values[0], charset) for tag, values in found if values}


def _dates(node: Node, defects: Defects) -> Props:
    props: Props = {}
    for name, tag in _DATES.items():
        text = node.value_of(name)
        ticks = parse_date(text) if text else None
        if ticks is not None:
            props[tag] = ticks
        elif text:
            defects.note(name.capitalize(), "not a date", value=text)
    received = parse_date(node.value_of("received").rpartition(";")[2])
    return props if received is None else props | {PR_MESSAGE_DELIVERY_TIME: received}


def _identifier_props(node: Node) -> Props:
    message_id = identifiers(node.value_of("message-id"))
    answered = identifiers(node.value_of("in-reply-to"))
    before = identifiers(" ".join(map(raw_text, node.fields("references"))))
    index = loose_base64(node.value_of("thread-index").encode("ascii", "replace"))
    found: Props = {
        PR_INTERNET_MESSAGE_ID: message_id[0] if message_id else None,
        PR_IN_REPLY_TO_ID: next((each for each in answered if "@" in each), None),
        PR_INTERNET_REFERENCES: " ".join(before) or None,
        PR_CONVERSATION_INDEX: index or None,
    }
    return {tag: value for tag, value in found.items() if value is not None}


def _wishes(node: Node) -> Props:
    props: Props = {}
    importance = _IMPORTANCE_WORDS.get((node.value_of("importance") or node.value_of("x-msmail-priority")).lower())
    if importance is None:
        importance = _X_PRIORITY.get(node.value_of("x-priority")[:1])
    if importance is not None:
        props[PR_IMPORTANCE] = importance
    priority = _PRIORITY_WORDS.get(node.value_of("priority").lower())
    if priority is not None:
        props[PR_PRIORITY] = priority
    sensitivity = _SENSITIVITY_WORDS.get(node.value_of("sensitivity").lower())
    if sensitivity is not None:
        props[PR_SENSITIVITY] = sensitivity
    return props | {PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: True} if node.fields("return-receipt-to") else props


def _people(node: Node, charset: str | None, defects: Defects) -> Props:
    """Author, sender, who gets answers and who a receipt; the sender is the author where nobody else is named."""
    authors = addresses(node, "from", charset)
    senders = addresses(node, "sender", charset) or authors
    authors = authors or senders
    props: Props = {}
    if authors:
        props |= role_props(senders[0], SENDER) | role_props(authors[0], SENT_REPRESENTING)
    elif told := node.value_of("from").strip():
        defects.note("From", "tells of nobody", value=told)
    answers = addresses(node, "reply-to", charset)
    if answers:
        props |= reply_props(answers)
    return props | dict(_receipt(addresses(node, "disposition-notification-to", charset)))


def _receipt(wanted: list[Address]) -> Iterator[tuple[PropTag, Any]]:
    if wanted:
        first = wanted[0]
        yield PR_READ_RECEIPT_REQUESTED, True
        yield PR_READ_RECEIPT_ENTRYID, OneOff(first.name or first.address, first.address_type, first.address).dump()
        yield PR_READ_RECEIPT_SEARCH_KEY, search_key(first.address_type, first.address)
