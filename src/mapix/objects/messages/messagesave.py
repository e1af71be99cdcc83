"""What a message's save hands to the backend: one `MessageChanges` with everything that follows from it.

Saving is the most frequent thing a store does, so nothing here reads what did not change.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.interfaces.backend import (
    MessageChanges,
)
from mapix.objects.bags import savedprops
from mapix.properties import times
from mapix.properties.errors import NotFound
from mapix.properties.flags import MSGFLAG_HASATTACH, MSGFLAG_UNMODIFIED
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_HASATTACH, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE
from mapix.properties.value import Props

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject

_FLAGS: Final = PR_MESSAGE_FLAGS.id


def changes_of(message: MessageObject, *, force: bool = False) -> MessageChanges:
    """All that `message` has to save; `force` for whatever is there (P-215)."""
    pending, recipients, attachments = message._pending, message._recipients, message._attachments
    base = _base(message, force=force)
    savedprops.complete(message, pending, message._removed, times.now())
    if recipients.changed:
        pending.update(savedprops.displayed(recipients.rows()))
    if attachments.changed:
        _note_attachments(message)
    changes = MessageChanges(
        values=dict(pending.values()),
        deleted=set(message._removed),
        version=None if force else message._version,
        recipients=recipients.rows() if recipients.changed else None,
        attachments=attachments.changes(),
    )
    size = _size_of_new(message, changes) if base is None else _size_of_changed(message, base)
    pending[PR_MESSAGE_SIZE.id] = entry = savedprops.size_entry(size)
    changes.values[PR_MESSAGE_SIZE] = entry[1]
    return changes


def refresh_flags(message: MessageObject, *, modifying: bool = True) -> None:
    """Flags change outside of saves (M-120): take those of now, less UNMODIFIED from the second save on."""
    try:
        saved = message.context.backend.message(message.number).load((PR_MESSAGE_FLAGS,))[0]
    except NotFound:
        return
    now = saved.get(PR_MESSAGE_FLAGS, 0)
    message._saved[_FLAGS] = (PR_MESSAGE_FLAGS, now)
    message._pending.pop(_FLAGS, None)
    if modifying and now & MSGFLAG_UNMODIFIED:
        message._pending[_FLAGS] = (PR_MESSAGE_FLAGS, now & ~MSGFLAG_UNMODIFIED)


def save_submission(message: MessageObject, rows: list[dict[PropTag, Any]], values: Props, due: int | None) -> None:
    """Save `message` with the recipients and values of a submission, into the queue; all or nothing. With None for
    `due` it is there already.
    """
    recipients = message._recipients
    before = dict(message._pending), set(message._removed), recipients.rows(), recipients.changed
    try:
        with nullcontext() if message.is_new else message.context.backend.transaction():
            if not message.is_new:
                refresh_flags(message)
            recipients.replace(rows)
            message._put({tag >> 16: (tag, value) for tag, value in values.items()})
            changes = changes_of(message)
            changes.submit, changes.submit_due = due is not None, due or 0
            message._message.apply(changes)
    except BaseException:
        message._pending, message._removed, old_rows, changed = before
        recipients.replace(old_rows)
        recipients.changed = changed
        message.forget_number()
        raise


def _note_attachments(message: MessageObject) -> None:
    present = bool(message._attachments.numbers())
    flags = message.flags & ~MSGFLAG_HASATTACH | (MSGFLAG_HASATTACH if present else 0)
    message._pending[PR_HASATTACH.id] = (PR_HASATTACH, present)
    message._pending[_FLAGS] = (PR_MESSAGE_FLAGS, flags)


def _size_of_new(message: MessageObject, changes: MessageChanges) -> int:
    size = _size_of_own(changes.values) + message._attachments.size()
    return size + sum(map(savedprops.size_of_recipient, changes.recipients or ()))


class _Base(NamedTuple):
    """What the size of a message grows from: its saved properties, and what recipients and attachments count for."""

    saved: dict[int, tuple[PropTag, Any]]
    parts: int
    recipients: Callable[[], list[dict[PropTag, Any]]]


def _base(message: MessageObject, *, force: bool) -> _Base | None:
    """What is saved of `message`; by force others may have changed it since it was opened (P-215)."""
    if message.is_new:
        return None
    saved, source = dict(message._saved), message._message
    if force and not message.is_embedded:
        try:
            source = message.context.backend.message(message.number)
            saved = {tag.id: (tag, value) for tag, value in source.load(None)[0].items()}
        except NotFound:
            source = message._message
    total = saved.get(PR_MESSAGE_SIZE.id, (PR_MESSAGE_SIZE, 0))[1]
    return _Base(saved, int(total) - _size_of_own(dict(saved.values())), source.recipients)


def _size_of_changed(message: MessageObject, base: _Base) -> int:
    parts = base.parts
    if message._recipients.changed:
        parts -= sum(map(savedprops.size_of_recipient, base.recipients()))
        parts += sum(map(savedprops.size_of_recipient, message._recipients.rows()))
    if message._attachments.changed:
        parts += message._attachments.growth()
    props = {number: entry for number, entry in base.saved.items() if number not in message._removed}
    return max(0, parts) + _size_of_own(dict((props | message._pending).values()))


def _size_of_own(values: Props) -> int:
    """What the message's own properties count for; the size itself counts for nothing, so that it stays the same."""
    return savedprops.size_of_all({tag: value for tag, value in values.items() if tag != PR_MESSAGE_SIZE})
