"""Properties that a message's save makes out of its others: subjects, displayed recipients, flags, times, size.

`complete` looks at what is pending and adds what follows from it. It runs at every save and has to be cheap: nothing is
read again that did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

from mapix.objects.bags import bodies, subject
from mapix.objects.bags.normal import SIZES, size_of
from mapix.properties import flags
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONVERSATION_TOPIC,
    PR_DELIVER_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_HASATTACH,
    PR_LAST_MODIFICATION_TIME,
    PR_LOCAL_COMMIT_TIME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_NORMALIZED_SUBJECT,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECIPIENT_TYPE,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_RESPONSIBILITY,
    PR_RTF_IN_SYNC,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
    PR_SUPPLEMENTARY_INFO,
)
from mapix.properties.value import whole

if TYPE_CHECKING:
    from mapix.objects.bags.propdata import Entry
    from mapix.objects.messages.messageobject import MessageObject

DEFAULT_CLASS: Final = "IPM"

_SUBJECT: Final = PR_SUBJECT.id
_PREFIX: Final = PR_SUBJECT_PREFIX.id
_NORMALIZED: Final = PR_NORMALIZED_SUBJECT.id
_SUBJECTS: Final = frozenset((_SUBJECT, _PREFIX, _NORMALIZED))
_REPORT_REQUESTS: Final = frozenset((PR_READ_RECEIPT_REQUESTED.id, PR_NON_RECEIPT_NOTIFICATION_REQUESTED.id))
_NEVER_OWING: Final = flags.MSGFLAG_UNSENT | flags.MSGFLAG_ASSOCIATED
_TYPE_MASK: Final = 0x0FFFFFFF
_DISPLAYED: Final = {flags.MAPI_TO: PR_DISPLAY_TO, flags.MAPI_CC: PR_DISPLAY_CC, flags.MAPI_BCC: PR_DISPLAY_BCC}
_NOTED: Final = frozenset(
    (
        *(PR_RESPONSIBILITY, PR_DELIVER_TIME, PR_SUPPLEMENTARY_INFO, PR_REPORT_TEXT, PR_REPORT_TIME),
        *(PR_NDR_REASON_CODE, PR_NDR_DIAG_CODE),
    )
)


def complete(message: MessageObject, pending: MutableMapping[int, Entry], removed: set[int], now: int) -> None:
    """Add to `pending` what follows from it and from the message's parts; `now` is FILETIME."""
    if not _SUBJECTS.isdisjoint(pending) or not _SUBJECTS.isdisjoint(removed):
        _complete_subject(message, pending, removed)
    if message.is_new:
        if PR_MESSAGE_CLASS.id not in pending:
            pending[PR_MESSAGE_CLASS.id] = (PR_MESSAGE_CLASS, DEFAULT_CLASS)
        _owe_reports(message, pending)
    else:
        pending[PR_LAST_MODIFICATION_TIME.id] = (PR_LAST_MODIFICATION_TIME, now)
    bodies.keep_in_step(message, pending, removed)
    if PR_RTF_IN_SYNC.id in pending or message._attachments.changed:
        from mapix.objects.messages.places import settle_places

        settle_places(message, pending)
    if not message.is_embedded:
        pending[PR_LOCAL_COMMIT_TIME.id] = (PR_LOCAL_COMMIT_TIME, now)
        message.context.authors.sign(message, pending, removed)


def _complete_subject(message: MessageObject, pending: MutableMapping[int, Entry], removed: set[int]) -> None:
    prefix = message._value(PR_SUBJECT_PREFIX)
    given = message._value(PR_SUBJECT)
    if given is None or (_NORMALIZED in pending and _SUBJECT not in pending):
        normalized = message._value(PR_NORMALIZED_SUBJECT)
        if normalized is None or _SUBJECT in removed:
            removed.update((_PREFIX, _NORMALIZED))
            return
        given = (prefix or "") + normalized
        pending[_SUBJECT] = (PR_SUBJECT, given)
    prefix, normalized = subject.split(whole(PR_SUBJECT, given), prefix)
    pending[_NORMALIZED] = (PR_NORMALIZED_SUBJECT, normalized)
    if prefix is None:
        pending.pop(_PREFIX, None)
        removed.add(_PREFIX)
    else:
        pending[_PREFIX] = (PR_SUBJECT_PREFIX, prefix)
        removed.discard(_PREFIX)
    if message._value(PR_CONVERSATION_TOPIC) is None:
        pending[PR_CONVERSATION_TOPIC.id] = (PR_CONVERSATION_TOPIC, normalized)


def _owe_reports(message: MessageObject, pending: MutableMapping[int, Entry]) -> None:
    """A delivered message that asks for reports owes them (RP-005)."""
    now = message.flags
    if now & _NEVER_OWING or _REPORT_REQUESTS.isdisjoint(pending):
        return
    owed = flags.MSGFLAG_RN_PENDING if message._value(PR_READ_RECEIPT_REQUESTED) else 0
    owed |= flags.MSGFLAG_NRN_PENDING if message._value(PR_NON_RECEIPT_NOTIFICATION_REQUESTED) else 0
    if owed and not now & flags.MSGFLAG_READ:
        pending[PR_MESSAGE_FLAGS.id] = (PR_MESSAGE_FLAGS, now | owed)


def displayed(recipients: Iterable[Mapping[PropTag, Any]]) -> dict[int, Entry]:
    """PR_DISPLAY_TO, -CC and -BCC: names joined by `; `, empty where there is nobody (objects 4.1).

    The second rows of a resend are for the envelope only and show nobody twice (SPL-31).
    """
    names: dict[PropTag, list[str]] = {tag: [] for tag in _DISPLAYED.values()}
    for row in recipients:
        kind = row.get(PR_RECIPIENT_TYPE, flags.MAPI_TO)
        tag = _DISPLAYED.get(kind & _TYPE_MASK)
        if tag is not None and not kind & flags.MAPI_P1:
            names[tag].append(row.get(PR_DISPLAY_NAME, "").replace(";", ","))
    return {tag >> 16: (tag, "; ".join(found)) for tag, found in names.items()}


def has_attachments(present: bool) -> dict[int, Entry]:
    """PR_HASATTACH."""
    return {PR_HASATTACH.id: (PR_HASATTACH, present)}


def size_of_all(values: Mapping[PropTag, Any]) -> int:
    """Bytes of some properties together (PR_MESSAGE_SIZE, PR_ATTACH_SIZE; A-024)."""
    size = 0
    for tag, value in values.items():
        kind = value.__class__
        if kind is str:
            size += 2 * len(value)
        elif kind is int:
            size += SIZES.get(tag & 0xFFFF, 8)
        else:
            size += len(value) if kind is bytes else size_of(tag, value)
    return size


def size_of_recipient(row: Mapping[PropTag, Any]) -> int:
    """Bytes of a recipient row; what transports note in it after the save counts for nothing, so that it stays the
    same.
    """
    return size_of_all({tag: value for tag, value in row.items() if tag not in _NOTED})


def size_entry(size: int) -> Entry:
    """PR_MESSAGE_SIZE; what does not fit 31 bits is told as the most that does."""
    return PR_MESSAGE_SIZE, min(size, 0x7FFFFFFF)
