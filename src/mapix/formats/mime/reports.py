"""Report messages as multipart/report (RFC 6522): deliveries and failures (RFC 3464), read receipts (RFC 8098).

A report's recipients are those it reports on (RP-008); the message it is about is its attachment (RP-009).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mapix.formats.mime.addresses import Address, header_form
from mapix.formats.mime.attachments import Nested, attachment_part
from mapix.formats.mime.dates import date_text
from mapix.formats.mime.fields import identifiers
from mapix.formats.mime.headers import field
from mapix.formats.mime.parts import Part, multipart, text_part
from mapix.formats.mime.people import address_of
from mapix.formats.mime.values import number_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.correspondents import RECIPIENT, SENDER, SENT_REPRESENTING
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_MIME_TAG,
    PR_BODY,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_CLASS,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_SUPPLEMENTARY_INFO,
)

NDR_STATUS_CODE: Final = PropTag(0x0C200003)
REMOTE_MTA: Final = PropTag(0x0C21001F)
REPORTING_MTA: Final = PropTag(0x6820001F)
"""Properties of [MS-OXPROPS] 2.797, 2.903 and 2.905 that the headers of MAPI have no name for."""

MACHINE_PARTS: Final = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/global-disposition-notification",
)
"""What machines read of a report; made anew from the properties whenever a report is written."""

DELIVERY: Final = ("NDR", "DR", "DELAYED", "RELAYED", "EXPANDED")
"""The kinds whose recipients are those they report on; receipts have recipients like any message."""

_ACTIONS: Final = {"NDR": "failed", "DELAYED": "delayed", "RELAYED": "relayed", "EXPANDED": "expanded"}
_CLASS: Final = re.compile(r"REPORT\..+\.(NDR|DR|IPNRN|IPNNRN|Delayed|Relayed|Expanded)", re.IGNORECASE)
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY: Final = re.compile(r"\b([45]\d\d)[ -]")


def kind_of(content: MessageContent) -> str | None:
    """NDR, DR, DELAYED, RELAYED, EXPANDED, IPNRN or IPNNRN for a report (RP-001), None for any other message."""
    found = _CLASS.fullmatch(text_of(content.properties, PR_MESSAGE_CLASS) or "")
    return found[1].upper() if found else None


def report_part(writing: Writing, kind: str, body: Part, nested: Nested, kept: Part | None = None) -> Part:
    """The whole body of a report of `kind`: its text, what a machine reads (`kept` if it came), what it is about.

    Attachments beyond that message stand with the text: a report has three parts and no more.
    """
    content = writing.content
    delivery = kind in DELIVERY
    about, others = _original(content)
    status = kept or (_delivery_status(content, kind) if delivery else _disposition(content, kind, about))
    words = _words(content, body)
    if others:
        words = multipart("mixed", [words, *(attachment_part(writing, each, nested) for each in others)])
    parts = [words, status, *([nested(about)] if about else [])]
    name = "delivery-status" if delivery else "disposition-notification"
    return multipart("report", parts, (f"report-type={name}",))


def _original(content: MessageContent) -> tuple[MessageContent | None, list[AttachmentContent]]:
    """The message reported on, and the other attachments."""

    def media(each: AttachmentContent) -> str:
        return (text_of(each.properties, PR_ATTACH_MIME_TAG) or "").lower()

    first = next((each for each in content.attachments if each.message is not None), None)
    rest = [each for each in content.attachments if each is not first]
    return (first.message if first else None), [each for each in rest if media(each) not in MACHINE_PARTS]


def _words(content: MessageContent, body: Part) -> Part:
    """What a person reads: the body, or the report's own text where there is none."""
    text = text_of(content.properties, PR_REPORT_TEXT)
    return text_part("plain", text) if text is not None and not text_of(content.properties, PR_BODY) else body


def _delivery_status(content: MessageContent, kind: str) -> Part:
    """message/delivery-status: one block for the message, one for each recipient (RFC 3464 2.1)."""
    reporter = text_of(content.properties, REPORTING_MTA) or "localhost"
    blocks = [[field("Reporting-MTA", f"dns; {reporter}")]]
    blocks += [list(_recipient_block(row, kind)) for row in content.recipients]
    return _machine_part("delivery-status", blocks)


def _recipient_block(row: Mapping[PropTag, Any], kind: str) -> Iterator[str]:
    failed = kind == "NDR"
    told = text_of(row, PR_SUPPLEMENTARY_INFO) or text_of(row, PR_REPORT_TEXT) or ""
    person = address_of(row, RECIPIENT)
    yield _final_recipient(person)
    if person and person.address and person.name not in ("", person.address):
        yield field("X-Display-Name", person.name)
    yield f"Action: {_ACTIONS.get(kind, 'delivered')}"
    yield f"Status: {_status(row, told) if failed else '4.0.0' if kind == 'DELAYED' else '2.0.0'}"
    if remote := text_of(row, REMOTE_MTA):
        yield field("Remote-MTA", f"dns; {remote}")
    if told:
        yield field("Diagnostic-Code", f"{'smtp' if _REPLY.match(told + ' ') else 'x-mapi'}; {told}")
    if failed and PR_NDR_DIAG_CODE in row:
        reason, diagnostic = number_of(row, PR_NDR_REASON_CODE), number_of(row, PR_NDR_DIAG_CODE)
        yield f"X-MAPI-NDR: reason={reason}; diagnostic={diagnostic}"
    if when := date_text(number_of(row, PR_REPORT_TIME, -1)):
        yield f"Last-Attempt-Date: {when}"


def _final_recipient(address: Address | None) -> str:
    form = header_form(address) if address else None
    if form:
        return f"Final-Recipient: {'rfc822' if form.isascii() else 'utf-8'}; {form}"
    return field("Final-Recipient", f"x-unknown; {address.name or address.address if address else 'unknown'}")


def _status(row: Mapping[PropTag, Any], told: str) -> str:
    """The enhanced status code (RFC 3463) that a row tells, by number or in its text."""
    number = number_of(row, NDR_STATUS_CODE)
    if 400 <= number <= 599:
        return ".".join(str(number))
    found = _STATUS.search(told)
    if found and found[1][0] != "2":
        return found[1]
    reply = _REPLY.match(told + " ")
    return f"{reply[1][0]}.0.0" if reply else "5.0.0"


def _disposition(content: MessageContent, kind: str, about: MessageContent | None) -> Part:
    """message/disposition-notification (RFC 8098 3.1): who read, or did not, which message."""
    reader = address_of(content.properties, SENT_REPRESENTING) or address_of(content.properties, SENDER)
    lines = [_final_recipient(reader)]
    told = text_of(content.properties, PR_IN_REPLY_TO_ID)
    if about:
        told = text_of(about.properties, PR_INTERNET_MESSAGE_ID)
    found = identifiers(told or "")
    lines += [f"Original-Message-ID: {each}" for each in found[:1]]
    lines.append(f"Disposition: manual-action/MDN-sent-automatically; {'displayed' if kind == 'IPNRN' else 'deleted'}")
    return _machine_part("disposition-notification", [lines])


def _machine_part(subtype: str, blocks: Iterable[list[str]]) -> Part:
    text = "".join("\r\n".join(block) + "\r\n\r\n" for block in blocks).removesuffix("\r\n")
    encoding = [] if text.isascii() else ["Content-Transfer-Encoding: 8bit"]
    kind = subtype if text.isascii() else f"global-{subtype}"
    return Part([f"Content-Type: message/{kind}", *encoding], [text.encode("utf-8")], not text.isascii())
