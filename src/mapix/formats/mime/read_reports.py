"""Reports as MAPI has them: the class that tells the kind, and rows for the recipients reported on (RP-001, RP-008).

The part that machines read stays as a hidden attachment, so that its other fields are not lost.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.addresses import Address, parse_addresses
from mapix.formats.mime.dates import parse_date
from mapix.formats.mime.fieldblock import FieldBlock
from mapix.formats.mime.headers import header_text
from mapix.formats.mime.people import address_of, recipient, role_props
from mapix.formats.mime.reports import MACHINE_PARTS, NDR_STATUS_CODE, REMOTE_MTA, REPORTING_MTA
from mapix.formats.mime.tree import Node, field_blocks
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RCVD_REPRESENTING
from mapix.properties.flags import MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_MIME_TAG,
    PR_ATTACHMENT_HIDDEN,
    PR_BODY,
    PR_MESSAGE_CLASS,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_SUBJECT,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_SUBJECT,
    PR_SUPPLEMENTARY_INFO,
)

_ACTIONS: Final = {
    "failed": "NDR",
    "delivered": "DR",
    "relayed": "Relayed",
    "expanded": "Expanded",
    "delayed": "Delayed",
}
_GRAVEST: Final = ("NDR", "Delayed", "DR", "Relayed", "Expanded")
_HEADERS: Final = ("text/rfc822-headers", "message/global-headers")
_OURS: Final = re.compile(r"reason=(-?\d{1,9}); *diagnostic=(-?\d{1,9})")
_STATUS: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_NO_DIAGNOSTIC: Final = -1
_TRANSFER_FAILED: Final = 0


def report_props(root: Node, content: MessageContent, defects: Defects) -> None:
    """Make `content`, read from `root`, the report that it is; any other message is left as it is."""
    if root.told()[0] != "multipart/report":
        return
    status = next((node for node in root.children() if node.told()[0] in MACHINE_PARTS), None)
    if status is None:
        defects.note("multipart/report", "has no part for machines", value=root.told()[1].get("report-type"))
        return
    blocks = field_blocks(status.data(defects))
    suffix = suffix_of(blocks, status.told()[0])
    if suffix is None:
        defects.note(status.told()[0], "tells of nobody")
        return
    if "delivery-status" in status.told()[0]:
        _deliver(blocks, content)
    _describe(content, suffix)
    for attachment in content.attachments:
        if attachment.properties.get(PR_ATTACH_MIME_TAG) in MACHINE_PARTS:
            attachment.properties[PR_ATTACHMENT_HIDDEN] = True


def _describe(content: MessageContent, suffix: str) -> None:
    """Class, text and subject of a report, as the message it came with tells them (RP-007)."""
    about = next((each.message for each in content.attachments if each.message is not None), None)
    original = about.get(PR_MESSAGE_CLASS, "IPM.Note") if about else "IPM.Note"
    content.properties |= {PR_MESSAGE_CLASS: f"REPORT.{original}.{suffix}", PR_ORIG_MESSAGE_CLASS: original}
    subject = about.get(PR_SUBJECT) if about else _subject_of_header(content)
    if subject:
        content.properties[PR_ORIGINAL_SUBJECT] = subject
    if PR_BODY in content.properties:
        content.properties[PR_REPORT_TEXT] = content.properties[PR_BODY]


def _subject_of_header(content: MessageContent) -> str:
    """The subject of a message of which only the header came back (RFC 3462 2)."""
    for each in content.attachments:
        data = each.properties.get(PR_ATTACH_DATA_BIN)
        if each.properties.get(PR_ATTACH_MIME_TAG) in _HEADERS and isinstance(data, bytes):
            subjects = [text for block in field_blocks(data) for text in block.fields("subject")]
            return header_text(subjects[0]) if subjects else ""
    return ""


def suffix_of(blocks: list[FieldBlock], kind: str) -> str | None:
    """Which report the blocks of a part of type `kind` make, by the gravest of what they tell; None for none."""
    if "delivery-status" not in kind:
        return _disposition(blocks)
    actions = [_action(block) for block in blocks if block.value_of("final-recipient")]
    return min(actions, key=_GRAVEST.index) if actions else None


def report_rows(blocks: list[FieldBlock]) -> list[dict[PropTag, Any]]:
    """The recipients that a delivery report tells of."""
    return [_row(block, _action(block)) for block in blocks if block.value_of("final-recipient")]


def _deliver(blocks: list[FieldBlock], content: MessageContent) -> None:
    """Put the recipients of a delivery report in place of those it is addressed to."""
    readers = [address for row in content.recipients if (address := address_of(row))]
    if readers:
        content.properties |= role_props(readers[0], RCVD_REPRESENTING)
    reporter = next((text for block in blocks if (text := block.value_of("reporting-mta"))), "")
    if reporter:
        content.properties[REPORTING_MTA] = _second(reporter)
    content.recipients = report_rows(blocks)


def _action(block: FieldBlock) -> str:
    return _ACTIONS.get(block.value_of("action").lower(), "NDR")


def _row(block: FieldBlock, kind: str) -> dict[PropTag, Any]:
    person = _recipient(block.value_of("final-recipient"))
    name = header_text(found[0]) if (found := block.fields("x-display-name")) else ""
    row = recipient(replace(person, name=name) if name else person, MAPI_TO)
    told = block.fields("diagnostic-code")
    if told:
        row[PR_SUPPLEMENTARY_INFO] = _second(header_text(told[0]))
    if remote := block.value_of("remote-mta"):
        row[REMOTE_MTA] = _second(remote)
    if kind == "NDR":
        row |= _failure(block)
    when = parse_date(block.value_of("last-attempt-date"))
    return row if when is None else row | {PR_REPORT_TIME: when}


def _failure(block: FieldBlock) -> dict[PropTag, Any]:
    """Why a recipient failed (RP-011): by our own field, else only that it did; and the status code as a number."""
    ours = _OURS.search(block.value_of("x-mapi-ndr"))
    codes = (int(ours[1]), int(ours[2])) if ours else (_TRANSFER_FAILED, _NO_DIAGNOSTIC)
    row: dict[PropTag, Any] = dict(zip((PR_NDR_REASON_CODE, PR_NDR_DIAG_CODE), codes, strict=True))
    status = _STATUS.search(block.value_of("status"))
    if status and len(status[2]) == len(status[3]) == 1:
        row[NDR_STATUS_CODE] = int(status[1] + status[2] + status[3])
    return row


def _disposition(blocks: list[FieldBlock]) -> str | None:
    """Which kind of receipt it is (RFC 8098 3.2.6)."""
    told = next((text for block in blocks if (text := block.value_of("disposition"))), None)
    if told is None:
        return None
    return "IPNNRN" if _second(told).lower().startswith(("deleted", "denied", "failed")) else "IPNRN"


def _recipient(text: str) -> Address:
    """The address of a `type; address` field."""
    kind, _, address = text.partition(";")
    found = parse_addresses(address)
    if kind.strip().lower() in ("rfc822", "utf-8") and found:
        return found[0]
    return Address(_second(text), "")


def _second(text: str) -> str:
    """What stands behind the semicolon of a `type; value` field."""
    return (text.partition(";")[2] or text).strip()
