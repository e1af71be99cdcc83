"""Messages that are made without a session: what readers of files expect, where nobody has set it.

A store and its spooler fill in what mail needs when it is sent. A message that goes to a file has nobody else, so that
`complete` gives it the rest ([MS-OXCMSG] 2.2.1, [MS-OXOMSG] 2.2.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapix.client.base import raise_problems
from mapix.client.message import Message
from mapix.client.recipient import Recipient, parse
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import recipient_rows
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8
from mapix.properties.conversation import conversation_index
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.flags import MSGFLAG_UNSENT
from mapix.properties.named_tags import NAMED_TYPES, PidLidSideEffects, PidLidSmartNoAttach
from mapix.properties.tag import PropTag
from mapix.properties.times import now

ENGLISH: Final = 0x409
"""PR_MESSAGE_LOCALE_ID where nobody tells another."""

_UNSENT_ICON: Final = 0x103
_READ_ICON: Final = 0x100
"""PR_ICON_INDEX ([MS-OXOMSG] 2.2.1.10)."""

_PLAIN: Final = 1
_HTML: Final = 2
"""PR_MSG_EDITOR_FORMAT ([MS-OXOMSG] 2.2.1.78)."""

_SENDABLE: Final = 1
"""PR_RECIPIENT_FLAGS: the recipient is one that mail goes to ([MS-OXOCAL] 2.2.4.10.1)."""


def set_sender(message: Message, sender: str | Recipient) -> None:
    """Say who sends, and for whom: the same person ([MS-OXOMSG] 2.2.1.48 to 2.2.1.59)."""
    person = sender if isinstance(sender, Recipient) else parse(sender, "to")[0]
    values = SENDER.filled(person.name, person.address) | SENT_REPRESENTING.filled(person.name, person.address)
    for tag, value in values.items():
        message.set(tag, value)


def complete(message: Message) -> None:
    """Give a message that no store has what readers of its file expect, where nobody has set it."""
    there = message.properties()
    unsent = bool(there.get(t.PR_MESSAGE_FLAGS, 0) & MSGFLAG_UNSENT)
    wanted = _usual(there, unsent) | _named(message) | ({} if unsent else _of_sent(there))
    missing = {tag: value for tag, value in wanted.items() if there.get(tag) != value and _ours(tag, there)}
    if missing:
        raise_problems(message.mapi.set_props(missing))
    complete_recipients(message.mapi)


def _ours(tag: PropTag, there: Mapping[PropTag, Any]) -> bool:
    """Whether a property is ours to make: nobody has set it, or it follows from others at every save."""
    return tag.is_named or tag not in there


def _usual(there: Mapping[PropTag, Any], unsent: bool) -> dict[PropTag, Any]:
    """Of every mail ([MS-OXCMSG] 2.2.1, [MS-OXOMSG] 2.2.1)."""
    return {
        t.PR_IMPORTANCE: 1,
        t.PR_PRIORITY: there.get(t.PR_IMPORTANCE, 1) - 1,
        t.PR_SENSITIVITY: 0,
        t.PR_ALTERNATE_RECIPIENT_ALLOWED: True,
        t.PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: False,
        t.PR_READ_RECEIPT_REQUESTED: False,
        t.PR_DELETE_AFTER_SUBMIT: False,
        t.PR_INTERNET_CPID: UTF8,
        t.PR_MESSAGE_LOCALE_ID: ENGLISH,
        t.PR_CONVERSATION_INDEX: conversation_index(),
        t.PR_MSG_EDITOR_FORMAT: _HTML if t.PR_HTML in there else _PLAIN,
        t.PR_ICON_INDEX: _UNSENT_ICON if unsent else _READ_ICON,
    }


def _named(message: Message) -> dict[PropTag, Any]:
    """No side effects, and whether all that is attached is hidden ([MS-OXCMSG] 2.2.1.16, 2.2.1.14)."""
    attached = query_all_rows(message.mapi.get_attachment_table(), (t.PR_ATTACHMENT_HIDDEN,))
    values = {PidLidSideEffects: 0, PidLidSmartNoAttach: bool(attached) and all(hidden for (hidden,) in attached)}
    ids = message.mapi.get_ids_from_names(values, create=True)
    return {PropTag.of(ids[name], NAMED_TYPES[name][0]): value for name, value in values.items()}


def _of_sent(there: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """What mail has once it was sent: when, under which identifier, and from whom on whose behalf."""
    from mapix.objects.messages.submit import new_message_id

    sent = there.get(t.PR_CLIENT_SUBMIT_TIME) or there.get(t.PR_MESSAGE_DELIVERY_TIME) or now()
    return {
        t.PR_CLIENT_SUBMIT_TIME: sent,
        t.PR_MESSAGE_DELIVERY_TIME: sent,
        t.PR_INTERNET_MESSAGE_ID: new_message_id(there),
        **_told(there),
    }


def _told(there: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """Both correspondents of a sent message, each from the other, whole where an address is known."""
    told: dict[PropTag, Any] = {}
    for mine, other in ((SENDER, SENT_REPRESENTING), (SENT_REPRESENTING, SENDER)):
        known = mine if mine.is_set(there) else other
        address = there.get(known.address)
        if address and there.get(known.address_type, "SMTP") == "SMTP":
            told |= mine.filled(there.get(known.name) or "", address)
        else:
            told |= mine.taken_from(there, known)
    return told


def complete_recipients(mapi: MapiMessage) -> None:
    """Give recipients what Outlook writes with each: their name and identifier once more, their order, and flags."""
    rows = recipient_rows(mapi)
    if all(t.PR_RECIPIENT_FLAGS in row for row in rows):
        return
    whole = [_whole_row(row, number) | row for number, row in enumerate(rows)]
    mapi.modify_recipients(ModifyRecipients.MODIFY, whole)


def _whole_row(row: Mapping[PropTag, Any], number: int) -> dict[PropTag, Any]:
    name = row.get(t.PR_DISPLAY_NAME, "")
    values = {
        t.PR_RECIPIENT_DISPLAY_NAME: name,
        t.PR_RECIPIENT_ENTRYID: row.get(t.PR_ENTRYID),
        t.PR_RECIPIENT_ORDER: number,
        t.PR_RECIPIENT_FLAGS: _SENDABLE,
        t.PR_RECIPIENT_TRACKSTATUS: 0,
        t.PR_TRANSMITABLE_DISPLAY_NAME: name,
        t.PR_SEND_INTERNET_ENCODING: 0,
    }
    return {tag: value for tag, value in values.items() if value is not None}
