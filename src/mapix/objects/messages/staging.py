"""What parts of a message have saved, while the message itself has not: attachments and the messages inside them.

A part's `save_changes` goes into a staged source, and only the outer message's save carries it on to the backend
(M-060, A-012). A staged source shows what it has been given, and keeps apart what the backend does not have yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
    MessageSource,
)
from mapix.interfaces.prop import ChangeSet
from mapix.objects.bags.memorysource import MemorySource, merge
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_SIZE


class StagedProps(MemorySource):
    """Saved properties of a part, as a `PropertySource`; `changes` are those the message has not saved yet."""

    def __init__(self, values: dict[PropTag, Any], changes: ChangeSet) -> None:
        super().__init__(values)
        self.changes = changes

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        version = super().apply(changes)
        merge(self.changes.values, changes)
        self.changes.deleted -= {tag >> 16 for tag in changes.values}
        self.changes.deleted |= changes.deleted
        return version


class StagedAttachment(StagedProps):
    """An attachment of an open message. `saved` tells whether its own `save_changes` has been called ever, `dirty`
    whether the message has still to carry something of it.
    """

    def __init__(self, values: dict[PropTag, Any], *, saved: bool, inner: Callable[[], MessageSource | None]) -> None:
        self.part = AttachmentChanges()
        super().__init__(values, self.part)
        self.saved = saved
        self.dirty = False
        self._inner = inner
        self._message: StagedMessage | None = None

    def apply(self, changes: ChangeSet) -> int:
        """Take the attachment's save; it counts from now on."""
        version = super().apply(changes)
        self.saved = self.dirty = True
        if self._message is not None and self._message.dirty:
            self.part.embedded = self._message.message
        return version

    def embedded(self, *, create: bool = False) -> StagedMessage | None:
        """The message inside; `create` begins an empty one. None when there is none."""
        if self._message is None:
            source = self._inner()
            self._message = None if source is None else StagedMessage(source)
        if create:
            self._message = StagedMessage(None, instead_of=self._message)
        return self._message

    def read_ahead(self) -> None:
        """Read the message inside with all its parts."""
        inner = self.embedded()
        if inner is not None:
            inner.recipients()
            for staged in inner._parts().values():
                staged.read_ahead()

    def drop_embedded(self) -> None:
        """Forget the message inside; with the identifier of the data deleted, the backend forgets it too."""
        self._message = None
        self.part.embedded = None
        self._inner = _nothing

    def settle(self) -> None:
        """The message has saved what the attachment had saved; a message inside may be ahead of both."""
        if self.dirty:
            carried = self.part.embedded is not None
            self.part = self.changes = AttachmentChanges()
            self.dirty = False
            if carried and self._message is not None:
                self._message.settle()


class StagedMessage(StagedProps):
    """A message inside an attachment, as a `MessageSource`."""

    def __init__(self, source: MessageSource | None, instead_of: StagedMessage | None = None) -> None:
        self.message = MessageChanges() if instead_of is None else instead_of.removal()
        super().__init__({} if source is None else source.load(None)[0], self.message)
        self.version = 0 if source is None else 1
        self.number = 0
        self.folder = 0
        self.associated = False
        self.is_new = source is None
        self.dirty = False
        self._source = source
        self._recipients: list[dict[PropTag, Any]] | None = [] if source is None else None
        self._attachments: dict[int, StagedAttachment] | None = {} if source is None else None

    def load_whole(self) -> tuple[dict[PropTag, Any], int]:
        """See `WholeMessageSource.load_whole`: it belongs to one open message."""
        return self.load(None)

    def recipients(self) -> list[dict[PropTag, Any]]:
        """See `MessageSource.recipients`."""
        if self._recipients is None:
            self._recipients = self._source.recipients() if self._source else []
        return self._recipients

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """See `MessageSource.attachments`."""
        return {number: dict(staged.values) for number, staged in self._parts().items()}

    def embedded(self, attachment: int) -> MessageSource | None:
        """See `MessageSource.embedded`."""
        return self._parts()[attachment].embedded()

    def apply(self, changes: ChangeSet) -> int:
        """Take the inner message's save."""
        version = super().apply(changes)
        self.dirty = True
        self.is_new = False
        if isinstance(changes, MessageChanges):
            self._take_parts(changes)
        return version

    def removal(self) -> MessageChanges:
        """Changes that leave nothing of what the backend has."""
        gone = self.message.deleted | {tag >> 16 for tag in self.values}
        return MessageChanges(deleted=gone, recipients=[], attachments=dict.fromkeys(self._parts()))

    def total_size(self) -> int:
        """PR_MESSAGE_SIZE, 0 before the first save."""
        size: int = self.values.get(PR_MESSAGE_SIZE, 0)
        return size

    def settle(self) -> None:
        """The outer message has saved all of it."""
        self.message = self.changes = MessageChanges()
        self.dirty = False
        for staged in (self._attachments or {}).values():
            staged.settle()

    def _parts(self) -> dict[int, StagedAttachment]:
        if self._attachments is None:
            source = self._source
            self._attachments = {} if source is None else staged_attachments(source)
        return self._attachments

    def _take_parts(self, changes: MessageChanges) -> None:
        if changes.recipients is not None:
            self._recipients = self.message.recipients = changes.recipients
        for number, part in changes.attachments.items():
            self._take_attachment(number, part)

    def _take_attachment(self, number: int, part: AttachmentChanges | None) -> None:
        if part is None:
            self._parts().pop(number, None)
            self.message.attachments[number] = None
            return
        staged = self._parts().get(number)
        if staged is None:
            staged = self._parts()[number] = StagedAttachment({}, saved=True, inner=_nothing)
        if part.embedded is not None:
            inner = staged.embedded() or staged.embedded(create=True)
            if inner is not None:
                part.embedded.version = None
                inner.apply(part.embedded)
        staged.apply(AttachmentChanges(dict(part.values), set(part.deleted)))
        self.message.attachments[number] = staged.part


def staged_attachments(source: MessageSource) -> dict[int, StagedAttachment]:
    """The saved attachments of a message, ready for changes."""
    return {
        number: StagedAttachment(values, saved=True, inner=_inner_of(source, number))
        for number, values in source.attachments().items()
    }


def _inner_of(source: MessageSource, number: int) -> Callable[[], MessageSource | None]:
    return lambda: source.embedded(number)


def _nothing() -> None:
    return None
