"""Submission: from an open message to the outgoing queue in one durable step (M-140, M-141; session 6.2).

A message that transports are to prepare waits with SUBMITFLAG_PREPROCESS. The spooler submits it once more when it is
prepared, which saves it and takes the flag away (SPL-20).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.objects.messages import rehearsal
from mapix.objects.messages.messagesave import save_submission
from mapix.properties import flags, times
from mapix.properties.errors import NoRecipients, NoSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_DEFERRED_SEND_NUMBER,
    PR_DEFERRED_SEND_TIME,
    PR_DEFERRED_SEND_UNITS,
    PR_DELETE_AFTER_SUBMIT,
    PR_IMPORTANCE,
    PR_INTERNET_MESSAGE_ID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_PREPROCESS,
    PR_PRIORITY,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_ENTRYID,
    PR_SENDER_NAME,
    PR_SENSITIVITY,
    PR_SENT_REPRESENTING_EMAIL_ADDRESS,
    PR_SENTMAIL_ENTRYID,
    PR_SUBMIT_FLAGS,
)

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject

_SUBMITTED_RECIPIENT: Final = 0x80000000
_USUAL: Final = {PR_IMPORTANCE: 1, PR_PRIORITY: 0, PR_SENSITIVITY: 0}
"""What a message is that does not say it: the columns of the queue ask for it (ST-067), and so do clients."""

_SENDERS: Final = (PR_SENDER_NAME, PR_SENDER_EMAIL_ADDRESS, PR_SENDER_ENTRYID)
_MINUTE: Final = 60 * times.TICKS_PER_SECOND
_UNITS: Final = {0: _MINUTE, 1: 60 * _MINUTE, 2: 24 * 60 * _MINUTE, 3: 7 * 24 * 60 * _MINUTE}
_NO_HOST: Final = "mapix.invalid"

Row = dict[PropTag, Any]


def submit(message: MessageObject) -> None:
    """Save `message` and queue it. When this raises, the message is as usable as before."""
    if message.is_embedded or message.flags & flags.MSGFLAG_ASSOCIATED:
        raise NoSupport("only messages of a folder's contents are sent", value=message.number)
    if not message.recipients():
        raise NoRecipients("a message without recipients cannot be sent", hint="modify_recipients")
    if message.context.spooler and message.flags & flags.MSGFLAG_SUBMIT:
        _go_on(message)
        return
    now = times.now()
    support = message.context.support
    rows = support.expand_recips([_answerable(row, message.flags) for row in message.recipients()])
    if not rows:
        raise NoRecipients("no recipient is left after lists were expanded")
    values = _sending_values(message, support.identity(), now)
    needs = support.submission_flags(rows)
    values |= _sent_mail(message) | _preprocessing(message, needs)
    due = _due(message, values, now)
    present = {tag: value for tag, value in values.items() if value is not None}
    if rehearsal.active is not None:
        return rehearsal.active.submit(message, rows, present)
    at_once = due <= now and not needs & flags.NEEDS_PREPROCESSING
    if _queue(message, rows, present, due, at_once=at_once):
        support.spooler_notify()


def _queue(message: MessageObject, rows: list[Row], values: Row, due: int, *, at_once: bool) -> bool:
    """Into the queue, and in a store that shares a transport's server on to whom that reaches; whether the spooler is
    to see to it (SPL-2).
    """
    coupled = message.context.coupled
    transport = coupled.transport_for(rows) if coupled is not None and at_once else None
    if coupled is not None and transport is not None:
        return coupled.submit(transport, message, rows, values, due)
    save_submission(message, rows, values, due)
    return True


def _go_on(message: MessageObject) -> None:
    """The spooler has prepared a message that is in the queue: it stays there, as it is now."""
    rows = message.recipients()
    if message.has_other_recipients:
        rows = message.context.support.expand_recips([{PR_RESPONSIBILITY: False} | row for row in rows])
    save_submission(message, rows, {PR_SUBMIT_FLAGS: 0, PR_PREPROCESS: True}, None)


def _preprocessing(message: MessageObject, needs: int) -> dict[PropTag, Any]:
    """What says that a message is to be prepared; what the spooler itself submits has been (SPL-21)."""
    present = message.get_props((PR_PREPROCESS, PR_SUBMIT_FLAGS))
    if message.context.spooler and present.get(PR_PREPROCESS):
        return {}
    needed = bool(needs & flags.NEEDS_PREPROCESSING)
    if not needed and not present:
        return {}
    return {PR_PREPROCESS: needed, PR_SUBMIT_FLAGS: flags.SUBMITFLAG_PREPROCESS if needed else 0}


def _answerable(row: dict[PropTag, Any], message_flags: int) -> dict[PropTag, Any]:
    """A recipient nobody has taken yet; of a message sent again, those who had it keep it (SPL-31)."""
    kind = row.get(PR_RECIPIENT_TYPE, flags.MAPI_TO) & 0xFFFFFFFF
    done = bool(message_flags & flags.MSGFLAG_RESEND and kind & _SUBMITTED_RECIPIENT)
    return row | {PR_RESPONSIBILITY: done, PR_RECIPIENT_TYPE: kind & ~_SUBMITTED_RECIPIENT}


def _sending_values(message: MessageObject, identity: Mapping[PropTag, Any], now: int) -> dict[PropTag, Any]:
    asked = (*_SENDERS, PR_SENT_REPRESENTING_EMAIL_ADDRESS, PR_INTERNET_MESSAGE_ID, *_USUAL, *identity)
    present = message.get_props(asked)
    values: Row = {PR_CLIENT_SUBMIT_TIME: now} | {tag: usual for tag, usual in _USUAL.items() if tag not in present}
    if not any(tag in present for tag in _SENDERS):
        values |= {tag: value for tag, value in identity.items() if tag not in present}
    if PR_INTERNET_MESSAGE_ID not in present:
        values[PR_INTERNET_MESSAGE_ID] = new_message_id({**present, **values})
    # Whoever sends a message has read it: Sent Items would count it as unread otherwise.
    values[PR_MESSAGE_FLAGS] = message.flags | flags.MSGFLAG_SUBMIT | flags.MSGFLAG_UNSENT | flags.MSGFLAG_READ
    return values


def _sent_mail(message: MessageObject) -> dict[PropTag, Any]:
    """Where sent mail goes that says nothing of it, in a store that keeps sent mail."""
    context = message.context
    if not context.keep_sent or message.get_props((PR_SENTMAIL_ENTRYID, PR_DELETE_AFTER_SUBMIT)):
        return {}
    special, _ = context.backend.store().load((PR_IPM_OUTBOX_ENTRYID, PR_IPM_SENTMAIL_ENTRYID))
    in_outbox = special.get(PR_IPM_OUTBOX_ENTRYID) == message.parent_entry_id
    return {PR_SENTMAIL_ENTRYID: special.get(PR_IPM_SENTMAIL_ENTRYID)} if in_outbox else {}


def new_message_id(values: Mapping[PropTag, Any]) -> str:
    """A Message-ID ([RFC 5322] 3.6.4) at the host of the sender's address."""
    address = values.get(PR_SENDER_EMAIL_ADDRESS) or values.get(PR_SENT_REPRESENTING_EMAIL_ADDRESS) or ""
    host = address.rpartition("@")[2] if "@" in address else ""
    fits = host.isascii() and host.isprintable() and not set(host) & set(' <>@"')
    return f"<{os.urandom(16).hex()}@{host if host and fits else _NO_HOST}>"


def _due(message: MessageObject, values: dict[PropTag, Any], now: int) -> int:
    """When to send: now, or later if the client wants that (M-144, SPL-36)."""
    asked = message.get_props((PR_DEFERRED_SEND_NUMBER, PR_DEFERRED_SEND_UNITS, PR_DEFERRED_SEND_TIME))
    number, unit = asked.get(PR_DEFERRED_SEND_NUMBER), _UNITS.get(asked.get(PR_DEFERRED_SEND_UNITS, -1))
    if number is not None and unit is not None:
        later = min(now + int(number) * unit, times.LATEST_TICKS)
        values[PR_DEFERRED_SEND_TIME] = later
        return max(now, later)
    return max(now, int(asked.get(PR_DEFERRED_SEND_TIME, 0)))
