"""Beginning an answer to a message, or passing it on (M-150; replying and forwarding).

    answer = drafts.create_message()
    begin_reply(original, answer, everybody=True)

The new message has what the original has, but nothing of its way here: no senders, times, requests for reports. It is
in the same conversation (M-022) and the client still saves or submits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.transmit import is_envelope_only, recipient_kind
from mapix.properties.conversation import conversation_index
from mapix.properties.correspondents import RCVD_REPRESENTING, RECEIVED_BY, SENDER, SENT_REPRESENTING, Correspondent
from mapix.properties.entryid import OneOff, is_one_off, search_key
from mapix.properties.entrylist import load_entries
from mapix.properties.errors import CorruptData
from mapix.properties.flags import MAPI_BCC, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_INTERNET_REFERENCES,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_DOWNLOAD_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_NORMALIZED_SUBJECT,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_PROVIDER_SUBMIT_TIME,
    PR_READ_RECEIPT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECEIVED_BY_SEARCH_KEY,
    PR_RECIPIENT_TYPE,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_REPLY_RECIPIENT_SMTP_PROXIES,
    PR_REPORT_ENTRYID,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
    PR_TRANSPORT_MESSAGE_HEADERS,
)
from mapix.properties.value import Problems

NOT_ANSWERED: Final[tuple[PropTag, ...]] = (
    PR_CLIENT_SUBMIT_TIME,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_DOWNLOAD_TIME,
    PR_MESSAGE_FLAGS,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    *RCVD_REPRESENTING,
    PR_READ_RECEIPT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    *RECEIVED_BY,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_REPLY_RECIPIENT_SMTP_PROXIES,
    PR_REPORT_ENTRYID,
    *SENDER,
    *SENT_REPRESENTING,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT_PREFIX,
)
"""What no reply and no forwarded copy takes over (M-150)."""

_OWN: Final = (PR_INTERNET_MESSAGE_ID, PR_PROVIDER_SUBMIT_TIME, PR_SEARCH_KEY, PR_TRANSPORT_MESSAGE_HEADERS)
_MARKS: Final = frozenset((PR_ROWID, PR_RESPONSIBILITY))

Row = dict[PropTag, Any]


def begin_reply(original: Message, answer: Message, *, everybody: bool = False, prefix: str = "RE: ") -> Problems:
    """Make the new message `answer` a reply to `original`, or to `everybody` who has it; attachments stay behind.

    It goes to whom the original names for answers, else to in whose name it was sent, else to who sent it. The
    properties that could not be taken over.
    """
    parts = (PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS)
    problems = original.copy_to(answer, exclude=(*NOT_ANSWERED, *_OWN, *parts))
    _continue(original, answer, prefix)
    rows = _answered(original)
    if everybody:
        rows = _without_doubles([*rows, *_sent_for(original), *_others(original)])
    answer.modify_recipients(ModifyRecipients.REPLACE, rows)
    return problems


def begin_forward(original: Message, copy: Message, *, prefix: str = "FW: ") -> Problems:
    """Make the new message `copy` one to pass `original` on, with its attachments and without recipients."""
    problems = original.copy_to(copy, exclude=(*NOT_ANSWERED, *_OWN, PR_MESSAGE_RECIPIENTS))
    _continue(original, copy, prefix)
    return problems


def _continue(original: Message, message: Message, prefix: str) -> None:
    """Subject, thread and references of what follows a message (M-020, M-022)."""
    topic = original.get_prop(PR_NORMALIZED_SUBJECT) or original.get_prop(PR_SUBJECT, "")
    values: Row = {
        PR_SUBJECT: prefix + topic,
        PR_SUBJECT_PREFIX: prefix,
        PR_CONVERSATION_TOPIC: original.get_prop(PR_CONVERSATION_TOPIC, topic),
        PR_CONVERSATION_INDEX: _index(original.get_prop(PR_CONVERSATION_INDEX)),
    }
    message_id = original.get_prop(PR_INTERNET_MESSAGE_ID)
    if message_id:
        references = original.get_prop(PR_INTERNET_REFERENCES) or original.get_prop(PR_IN_REPLY_TO_ID, "")
        values[PR_IN_REPLY_TO_ID] = message_id
        values[PR_INTERNET_REFERENCES] = f"{references} {message_id}".strip()
    message.set_props(values)


def _index(parent: bytes | None) -> bytes:
    try:
        return conversation_index(parent)
    except CorruptData:
        return conversation_index()


def _answered(original: Message) -> list[Row]:
    """Whom a reply goes to."""
    named = original.get_prop(PR_REPLY_RECIPIENT_ENTRIES)
    try:
        rows = [_row_of(entry_id) for entry_id in load_entries(named)] if named else []
    except CorruptData:
        rows = []
    return rows or _sent_for(original) or _correspondent_row(original, SENDER)


def _sent_for(original: Message) -> list[Row]:
    return _correspondent_row(original, SENT_REPRESENTING)


def _row_of(entry_id: bytes) -> Row:
    row: Row = {PR_ENTRYID: entry_id, PR_RECIPIENT_TYPE: MAPI_TO}
    if is_one_off(entry_id):
        one = OneOff.load(entry_id)
        row |= {PR_DISPLAY_NAME: one.name, PR_ADDRTYPE: one.address_type, PR_EMAIL_ADDRESS: one.address}
    return row


def _correspondent_row(original: Message, who: Correspondent) -> list[Row]:
    props = original.get_props(tuple(who))
    if not who.is_set(props):
        return []
    pairs = {
        PR_DISPLAY_NAME: props.get(who.name),
        PR_ADDRTYPE: props.get(who.address_type),
        PR_EMAIL_ADDRESS: props.get(who.address),
        PR_ENTRYID: props.get(who.entry_id),
    }
    return [{tag: value for tag, value in pairs.items() if value is not None} | {PR_RECIPIENT_TYPE: MAPI_TO}]


def _others(original: Message) -> list[Row]:
    """Those who have the original too: not in secret, and not who answers."""
    me = original.get_prop(PR_RECEIVED_BY_SEARCH_KEY)
    rows = [row for row in recipient_rows(original) if recipient_kind(row) != MAPI_BCC and not is_envelope_only(row)]
    return [
        {tag: value for tag, value in row.items() if tag not in _MARKS} | {PR_RECIPIENT_TYPE: recipient_kind(row)}
        for row in rows
        if me is None or _key(row) != me
    ]


def _without_doubles(rows: Iterable[Row]) -> list[Row]:
    found: dict[Any, Row] = {}
    for row in rows:
        found.setdefault(_key(row) or row.get(PR_ENTRYID) or id(row), row)
    return list(found.values())


def _key(row: Mapping[PropTag, Any]) -> bytes | None:
    address = row.get(PR_EMAIL_ADDRESS)
    stored: bytes | None = row.get(PR_SEARCH_KEY)
    return stored or (search_key(row.get(PR_ADDRTYPE, "SMTP"), address) if address else None)
