"""A rehearsal: submitted messages are told to somebody instead of being queued, and nothing is sent meanwhile.

    with rehearsing(tell):
        ...  # message.submit_message() calls tell(message, recipients, values)

What was first saved during the rehearsal and then submitted is deleted, as it would be gone from the Outbox; a message
that had been there before stays as it was saved last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject
    from mapix.properties.tag import PropTag

Tell = Callable[["MessageObject", Sequence[Mapping["PropTag", Any]], Mapping["PropTag", Any]], None]
"""Told of a message that would be queued, with the recipients and values it would have then."""


class Rehearsal:
    """One rehearsal, and which messages were made in it."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._made: set[bytes] = set()

    def saved(self, message: MessageObject) -> None:
        """A new message was saved."""
        if message.record_key is not None:
            self._made.add(message.record_key)

    def submit(
        self, message: MessageObject, rows: Sequence[Mapping[PropTag, Any]], values: Mapping[PropTag, Any]
    ) -> None:
        """Instead of queueing the message."""
        self._tell(message, rows, values)
        if message.record_key in self._made:
            message.context.backend.delete_messages((message.number,))


active: Rehearsal | None = None
"""The rehearsal of this process, while there is one."""


@contextmanager
def rehearsing(tell: Tell) -> Iterator[Rehearsal]:
    """A rehearsal, for as long as the block lasts."""
    global active
    former, active = active, Rehearsal(tell)
    try:
        yield active
    finally:
        active = former
