"""A rehearsal: submitted messages are told to somebody instead of being queued, and nothing is sent meanwhile.

    with rehearsing(tell):
        ...  # message.submit_message() calls tell(message, recipients, values)

What was first saved during the rehearsal and then submitted is deleted, as it would be gone from the Outbox; a message
that had been there before stays as it was saved last. Messages of strangers' classes are never asked to submit
themselves: whoever hands such objects on has them heed a rehearsal (`heeding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import getattr_static
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.properties.errors import MapiError, NoRecipients
from mapix.properties.tags import PR_ENTRYID

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject
    from mapix.properties.tag import PropTag

Tell = Callable[[Message, Sequence[Mapping["PropTag", Any]], Mapping["PropTag", Any]], None]
"""Told of a message that would be queued, with the recipients and values it would have then."""


class Rehearsal:
    """One rehearsal, and which messages were made in it."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._made: set[bytes] = set()
        self._folders: WeakKeyDictionary[Message, MapiFolder] = WeakKeyDictionary()

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

    def made(self, message: Message, folder: MapiFolder) -> None:
        """A stranger's folder made a message."""
        with suppress(TypeError):
            self._folders[message] = folder

    def submit_strange(self, message: Message) -> None:
        """Instead of a stranger's message submitting itself. `NoRecipients`."""
        from mapix.objects.messages.content import recipient_rows

        rows = recipient_rows(message)
        if not rows:
            raise NoRecipients("a message without recipients cannot be sent", hint="modify_recipients")
        self._tell(message, rows, {})
        entry_id, folder = message.get_prop(PR_ENTRYID), self._folders.pop(message, None)
        message.close()
        if entry_id is not None and folder is not None:
            with suppress(MapiError):
                folder.delete_messages([entry_id])


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


def heeding(kind: type[Any], name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a stranger's class as it is to be called: in a rehearsal its messages do not submit themselves."""
    from mapix.objects.messages.messageobject import MessageObject

    if name == "submit_message" and issubclass(kind, Message):
        return method if getattr_static(kind, name) is MessageObject.submit_message else _told(method)
    return _noted(method) if name == "create_message" and issubclass(kind, MapiFolder) else method


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def submit_message(self: Message, *args: Any, **named: Any) -> Any:
        return method(self, *args, **named) if active is None else active.submit_strange(self)

    return submit_message


def _noted(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def create_message(self: MapiFolder, *args: Any, **named: Any) -> Any:
        made = method(self, *args, **named)
        if active is not None:
            active.made(made, self)
        return made

    return create_message
