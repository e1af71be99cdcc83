"""Reports as values: who is owed one, and what it says (SPL 6.12, RP-001..RP-012)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from mapix.objects.messages.correspondents import RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.objects.messages.readreport import MOST_SHOWN, report_class, text_in
from mapix.objects.messages.transmit import shown_recipients
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_DELIVER_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_OBJECT_TYPE,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_DISPLAY_BCC,
    PR_ORIGINAL_DISPLAY_CC,
    PR_ORIGINAL_DISPLAY_NAME,
    PR_ORIGINAL_DISPLAY_TO,
    PR_ORIGINAL_ENTRYID,
    PR_ORIGINAL_SEARCH_KEY,
    PR_ORIGINAL_SUBJECT,
    PR_ORIGINAL_SUBMIT_TIME,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED,
    PR_PRIORITY,
    PR_RECIPIENT_TYPE,
    PR_RENDERING_POSITION,
    PR_REPORT_TAG,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_SEARCH_KEY,
    PR_SUBJECT,
    PR_SUPPLEMENTARY_INFO,
)
from mapix.properties.times import readable
from mapix.subsystem.spooler.delivery import UNSAID
from mapix.subsystem.spooler.recipient import Stage, unreported

Rows = Sequence[Mapping[PropTag, Any]]

_SYSTEM: Final = ("Mail spooler", "SYSTEM", "mapix")
_COPIED: Final = (PR_CONVERSATION_INDEX, PR_CONVERSATION_TOPIC, PR_REPORT_TAG, PR_PRIORITY)
_TURNED: Final[Mapping[PropTag, PropTag]] = {
    PR_DISPLAY_TO: PR_ORIGINAL_DISPLAY_TO,
    PR_DISPLAY_CC: PR_ORIGINAL_DISPLAY_CC,
    PR_DISPLAY_BCC: PR_ORIGINAL_DISPLAY_BCC,
    PR_SUBJECT: PR_ORIGINAL_SUBJECT,
    PR_CLIENT_SUBMIT_TIME: PR_ORIGINAL_SUBMIT_TIME,
    PR_MESSAGE_CLASS: PR_ORIG_MESSAGE_CLASS,
}
"""Properties of the message and where its report keeps them (RP-007)."""


class Kind(Enum):
    """What a report tells; the value is the end of its message class (SPL-65)."""

    DELIVERED = "DR"
    FAILED = "NDR"


_WORDS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.DELIVERED: ("Delivered: ", "Your message was handed over for these recipients:"),
    Kind.FAILED: ("Undeliverable: ", "Your message did not reach these recipients:"),
}


def owed(kind: Kind, message: Mapping[PropTag, Any], rows: Rows) -> list[Mapping[PropTag, Any]]:
    """The rows a report of `kind` is owed for (SPL-67): delivery on request, failure unless it was declined.

    A request stands on the recipient or on the message; nothing is ever reported of a report.
    """
    if str(message.get(PR_MESSAGE_CLASS, "")).upper().startswith("REPORT."):
        return []
    if kind is Kind.DELIVERED:
        asked = PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED
        return [row for row in unreported(rows, Stage.SENT) if row.get(asked, message.get(asked, False))]
    refused = PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED
    return [row for row in unreported(rows, Stage.FAILED) if row.get(refused, message.get(refused)) is not False]


def report_content(
    kind: Kind, original: MessageContent, rows: Rows, moment: int, *, to: Mapping[PropTag, Any], key: bytes
) -> MessageContent:
    """The report on `rows` of `original` (RP-007, RP-008); a nondelivery report carries the original (RP-009).

    `moment` is the time of the report, `to` PR_SENDER_* of who reads it, `key` its search key.
    """
    props = original.properties
    about, intro = _WORDS[kind]
    values = {there: props[here] for here, there in _TURNED.items() if here in props}
    values |= {tag: props[tag] for tag in _COPIED if tag in props}
    values |= SENDER.filled(_SYSTEM[0], _SYSTEM[2], _SYSTEM[1])
    values |= SENT_REPRESENTING.filled(_SYSTEM[0], _SYSTEM[2], _SYSTEM[1])
    values |= RECEIVED_BY.taken_from(to, SENDER)
    values |= {
        PR_MESSAGE_CLASS: report_class(props.get(PR_MESSAGE_CLASS), kind.value),
        PR_SUBJECT: about + text_in(props, PR_SUBJECT),
        PR_BODY: f"{intro}\r\n\r\n{_list(rows)}\r\n{_about(props)}",
        PR_REPORT_TEXT: f"{intro}\r\n\r\n{_list(rows)}",
        PR_REPORT_TIME: moment,
        PR_MESSAGE_DELIVERY_TIME: moment,
        PR_CLIENT_SUBMIT_TIME: moment,
        PR_SEARCH_KEY: key,
    }
    content = MessageContent(values, [_report_row(row, moment) for row in rows], names=original.names)
    if kind is Kind.FAILED:
        carried: dict[PropTag, Any] = {PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, PR_RENDERING_POSITION: -1}
        carried |= {PR_DISPLAY_NAME: text_in(props, PR_SUBJECT, MOST_SHOWN)}
        content.attachments.append(AttachmentContent(carried, as_submitted(original)))
    return content


def as_submitted(original: MessageContent) -> MessageContent:
    """The message as it was at SubmitMessage: without the spooler's marks on its recipients (RP-009)."""
    rows = shown_recipients(original.recipients, blind=True)
    return MessageContent(original.properties, rows, original.attachments, original.names)


def _report_row(row: Mapping[PropTag, Any], moment: int) -> dict[PropTag, Any]:
    """A recipient's row in the report (RP-008)."""
    kept = (
        PR_DISPLAY_NAME,
        PR_ENTRYID,
        PR_SEARCH_KEY,
        PR_RECIPIENT_TYPE,
        PR_OBJECT_TYPE,
        PR_DISPLAY_TYPE,
        PR_ADDRTYPE,
        PR_EMAIL_ADDRESS,
        PR_DELIVER_TIME,
        PR_NDR_DIAG_CODE,
        PR_NDR_REASON_CODE,
        PR_REPORT_TEXT,
        PR_SUPPLEMENTARY_INFO,
    )
    originals = {
        PR_DISPLAY_NAME: PR_ORIGINAL_DISPLAY_NAME,
        PR_ENTRYID: PR_ORIGINAL_ENTRYID,
        PR_SEARCH_KEY: PR_ORIGINAL_SEARCH_KEY,
    }
    values = {tag: row[tag] for tag in kept if tag in row}
    values |= {there: row[here] for here, there in originals.items() if here in row}
    return values | {PR_RECIPIENT_TYPE: MAPI_TO, PR_REPORT_TIME: moment}


def _list(rows: Rows) -> str:
    """The recipients and what was said of each, for people."""
    return "".join(f"  {_shown(row)}\r\n      {_said(row)}\r\n" for row in rows)


def _said(row: Mapping[PropTag, Any]) -> str:
    said = row.get(PR_REPORT_TEXT) or row.get(PR_SUPPLEMENTARY_INFO) or ""
    if PR_DELIVER_TIME in row:
        return f"{_time(row[PR_DELIVER_TIME])} {said}".rstrip()
    return str(said) or UNSAID


def _shown(row: Mapping[PropTag, Any]) -> str:
    name, address = row.get(PR_DISPLAY_NAME, ""), row.get(PR_EMAIL_ADDRESS, "")
    return f"{name} <{address}>" if name and address and name != address else name or address or "(nobody)"


def _about(props: Mapping[PropTag, Any]) -> str:
    """The message the report is about, for people."""
    named = [("Subject", PR_SUBJECT), ("To", PR_DISPLAY_TO)]
    named += [("Cc", PR_DISPLAY_CC)] if props.get(PR_DISPLAY_CC) else []
    lines = [(label, text_in(props, tag, MOST_SHOWN)) for label, tag in named]
    if PR_CLIENT_SUBMIT_TIME in props:
        lines.append(("Sent", _time(props[PR_CLIENT_SUBMIT_TIME])))
    return "The message:\r\n\r\n" + "".join(f"  {label}: {text}\r\n" for label, text in lines)


def _time(ticks: int) -> str:
    found = readable(ticks)
    return "" if found is None else found.strftime("%Y-%m-%d %H:%M:%S UTC")
