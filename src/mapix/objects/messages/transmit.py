"""What leaves with a message when a transport takes it, and what stays behind (P-004, SPL-31, SPL 6.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.flags import MAPI_BCC, MAPI_P1, MAPI_SUBMITTED
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATION_TIME,
    PR_DEFERRED_SEND_NUMBER,
    PR_DEFERRED_SEND_TIME,
    PR_DEFERRED_SEND_UNITS,
    PR_DELIVER_TIME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INTERNET_MESSAGE_ID,
    PR_LAST_MODIFICATION_TIME,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_OBJECT_TYPE,
    PR_PROVIDER_SUBMIT_TIME,
    PR_RECIPIENT_TYPE,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_ROWID,
    PR_SMTP_ADDRESS,
    PR_SUPPLEMENTARY_INFO,
)

_STAYS: Final = frozenset(
    tag.id
    for tag in (
        PR_CREATION_TIME,
        PR_DEFERRED_SEND_NUMBER,
        PR_DEFERRED_SEND_TIME,
        PR_DEFERRED_SEND_UNITS,
        PR_LAST_MODIFICATION_TIME,
    )
)
_BOOKKEEPING: Final = frozenset(
    tag.id
    for tag in (
        PR_DELIVER_TIME,
        PR_NDR_DIAG_CODE,
        PR_NDR_REASON_CODE,
        PR_REPORT_TEXT,
        PR_REPORT_TIME,
        PR_ROWID,
        PR_SUPPLEMENTARY_INFO,
    )
)
_ADDRESS: Final = frozenset((PR_ENTRYID, PR_OBJECT_TYPE))
_KINDS: Final = 0xF
_TAGS_KNOWN: Final = 1024


def recipient_kind(row: Mapping[PropTag, Any]) -> int:
    """MAPI_TO, MAPI_CC, MAPI_BCC or MAPI_ORIG of a recipient row, without the bits of a resend (M-086)."""
    return int(row.get(PR_RECIPIENT_TYPE, 1)) & _KINDS


def recipient_address(row: Mapping[PropTag, Any]) -> str:
    """Where mail for a recipient row goes: its SMTP address, else the address it has; "" for none."""
    return str(row.get(PR_SMTP_ADDRESS) or row.get(PR_EMAIL_ADDRESS, ""))


def is_envelope_only(row: Mapping[PropTag, Any]) -> bool:
    """Whether the row is there to be sent to and not to be shown: a resend's second row (SPL-31)."""
    return bool(row.get(PR_RECIPIENT_TYPE, 0) & MAPI_P1)


def shown_recipients(rows: Sequence[Mapping[PropTag, Any]], *, blind: bool = False) -> list[dict[PropTag, Any]]:
    """The recipients a receiver sees: no resend copies, no marks of the sender's side, no Bcc unless `blind`."""
    kept = (row for row in rows if not is_envelope_only(row) and (blind or recipient_kind(row) != MAPI_BCC))
    return [_clean_row(row) for row in kept]


def outgoing(
    content: MessageContent, *, sender: Mapping[PropTag, Any], message_id: str, now: int, blind: bool = False
) -> MessageContent:
    """`content` as it leaves: transmittable properties, shown recipients, the sender filled in.

    `sender` holds PR_SENDER_* of the transport's user and overrides the message's own; in whose name it is sent is
    the sender where the message does not say (M table of 4.1). `now` becomes PR_PROVIDER_SUBMIT_TIME.
    """
    props = {tag: value for tag, value in content.properties.items() if _travels(tag)}
    if SENDER.is_set(sender):
        for tag in SENDER:
            props.pop(tag, None)
        props |= {tag: value for tag, value in sender.items() if tag in SENDER}
    if not SENT_REPRESENTING.is_set(props):
        props |= SENT_REPRESENTING.taken_from(props, SENDER)
    elif not SENDER.is_set(props):
        props |= SENDER.taken_from(props, SENT_REPRESENTING)
    props |= {PR_PROVIDER_SUBMIT_TIME: now, PR_INTERNET_MESSAGE_ID: message_id}
    return replace(content, properties=props, recipients=shown_recipients(content.recipients, blind=blind))


@lru_cache(maxsize=_TAGS_KNOWN)
def _travels(tag: PropTag) -> bool:
    """Whether a property of a message leaves with it."""
    return tag.is_transmittable and tag.id not in _STAYS


@lru_cache(maxsize=_TAGS_KNOWN)
def _leaves(tag: PropTag) -> bool:
    """Whether a property of a recipient leaves with it."""
    return tag in _ADDRESS or (tag.is_transmittable and tag.id not in _BOOKKEEPING)


def _clean_row(row: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    kept = {tag: value for tag, value in row.items() if _leaves(tag)}
    kind = kept.get(PR_RECIPIENT_TYPE)
    if kind is not None and kind & MAPI_SUBMITTED:
        kept[PR_RECIPIENT_TYPE] = kind & ~MAPI_SUBMITTED & 0x7FFFFFFF
    return kept
