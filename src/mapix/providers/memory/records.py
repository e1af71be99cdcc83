"""What the memory store keeps of each object: records that are replaced at every save and never altered.

A record in somebody's hand is therefore a snapshot (P-221).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.objects.bags.spool import owned
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_BIN

Values = dict[PropTag, Any]

_DATA: Final = PR_ATTACH_DATA_BIN.id


@dataclass(frozen=True, slots=True)
class Deletion:
    """When something was deleted that is kept (FILETIME), and along with which folder: 0 for a message alone."""

    moment: int
    along: int


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder: where it lies, and what was set."""

    parent: int
    values: Values
    version: int = 1
    deletion: Deletion | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """An attachment, and the message inside."""

    values: Values = field(default_factory=dict)
    message: MessageRecord | None = None


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message with its parts. `order` is when it came into its folder."""

    folder: int = 0
    associated: bool = False
    values: Values = field(default_factory=dict)
    recipients: tuple[Values, ...] = ()
    attachments: Mapping[int, AttachmentRecord] = field(default_factory=dict)
    version: int = 0
    deletion: Deletion | None = None

    def with_values(self, values: Mapping[PropTag, Any]) -> MessageRecord:
        """The same message with other properties, as an unchanged version: flags, recipients' states."""
        return replace(self, values=changed(self.values, values, set()))


def changed(values: Values, new: Mapping[PropTag, Any], deleted: set[int]) -> Values:
    """`values` with others in the place of the same identifiers, whatever their type (P-153)."""
    gone = deleted | {tag >> 16 for tag in new} if values else deleted
    kept = {tag: value for tag, value in values.items() if tag >> 16 not in gone}
    kept.update((tag, owned(value)) for tag, value in new.items())
    return kept


def changed_message(record: MessageRecord, changes: MessageChanges) -> MessageRecord:
    """`record` after a save."""
    attachments = record.attachments
    if changes.attachments:
        attachments = _changed_attachments(dict(attachments), changes)
    recipients = record.recipients if changes.recipients is None else tuple(map(dict, changes.recipients))
    return MessageRecord(
        record.folder,
        record.associated,
        changed(record.values, changes.values, changes.deleted),
        recipients,
        attachments,
        record.version + 1,
    )


def _changed_attachments(
    attachments: dict[int, AttachmentRecord], changes: MessageChanges
) -> Mapping[int, AttachmentRecord]:
    for number, part in changes.attachments.items():
        if part is None:
            attachments.pop(number, None)
        else:
            attachments[number] = _changed_attachment(attachments.get(number, AttachmentRecord()), part)
    return attachments


def _changed_attachment(record: AttachmentRecord, part: AttachmentChanges) -> AttachmentRecord:
    inner = None if _DATA in part.deleted else record.message
    if part.embedded is not None:
        inner = changed_message(inner or MessageRecord(), part.embedded)
    return AttachmentRecord(changed(record.values, part.values, part.deleted), inner)
