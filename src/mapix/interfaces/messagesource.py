"""The part of the waist that is about messages: the saved state of one, and what a save changes in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from mapix.interfaces.prop import ChangeSet, PropertySource
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    pass


@dataclass(slots=True)
class AttachmentChanges(ChangeSet):
    """Changes of one attachment; `embedded` those of the message inside, which they begin where there is none.

    Deleting the identifier 0x3701 removes both PR_ATTACH_DATA_BIN and the message inside (A-010); `embedded` in the
    same changes then begins a new one.
    """

    embedded: MessageChanges | None = None


@dataclass(slots=True)
class MessageChanges(ChangeSet):
    """Changes of a message with its parts.

    `recipients` is the whole new list (each row carries PR_ROWID), None when unchanged. `attachments` gives changes
    by attachment number, None for a deleted one; numbers unknown to the source are new. `submit` puts the message
    into the outgoing queue in the same step, due at `submit_due`.
    """

    recipients: list[dict[PropTag, Any]] | None = None
    attachments: dict[int, AttachmentChanges | None] = field(default_factory=dict)
    submit: bool = False
    submit_due: int = 0


class MessageSource(PropertySource, Protocol):
    """The saved state of one message. A new one has number 0 until its first `apply`."""

    number: int
    folder: int
    associated: bool

    def recipients(self) -> list[dict[PropTag, Any]]:
        """The saved recipient rows, each with PR_ROWID."""

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """The saved attachments by number; data may be `LargeValue`."""

    def embedded(self, attachment: int) -> MessageSource | None:
        """The message inside an attachment; None when there is none. Saved only through the outer message."""


class WholeMessageSource(MessageSource, Protocol):
    """What a source of messages may offer besides; messages use it where it is there, and read ahead where not."""

    def load_whole(self) -> tuple[dict[PropTag, Any], int]:
        """All saved values and the version, as `load(None)`. From now on `recipients`, `attachments` and `embedded`
        answer what was there at the same moment, whoever saves the message, except for what this source applies: an
        open message is a copy made at opening (P-221).
        """
