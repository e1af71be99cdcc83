"""Saves of messages on storages, written where they belong; all else stays as it is (IMS-11, IMS-12, IMS-14)."""

from __future__ import annotations

from typing import Final

from mapix.formats.msg import onstorage
from mapix.formats.msg.documents import write_document
from mapix.formats.msg.file import MsgAttachment, MsgMessage
from mapix.formats.msg.layout import ATTACHMENT, Kind, attachment_name
from mapix.formats.storage import Mode, Storage
from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.objects.bags.openstream import is_docfile
from mapix.objects.bags.spool import owned
from mapix.properties.flags import ATTACH_OLE
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_METHOD, PR_ATTACH_NUM

_NEW: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE
_CHANGE: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE


def write_message(storage: Storage, kind: Kind, changes: MessageChanges, before: MsgMessage) -> None:
    """Make the changes of a save on a storage that holds a message, which `before` shows as it stands."""
    how, header = onstorage.encoding_of(before), before.header
    if changes.recipients is not None:
        header.next_recipient = onstorage.write_recipients(storage, changes.recipients, how)
        header.recipients = len(changes.recipients)
    there = onstorage.parts(storage, ATTACHMENT)
    for number, part in changes.attachments.items():
        if part is None:
            gone = there.pop(number, None)
            if gone is not None:  # It may have been made and deleted between two saves.
                storage.destroy_element(gone)
            continue
        name = there.setdefault(number, attachment_name(number))
        _write_attachment(storage, name, part, before, number)
    header.attachments = len(there)
    header.next_attachment = max([header.next_attachment, *(number + 1 for number in there)])
    onstorage.write_object(storage, kind, changes.values, deleted=changes.deleted, how=how, header=header)


def _write_attachment(storage: Storage, name: str, part: AttachmentChanges, before: MsgMessage, number: int) -> None:
    known = attachment_of(before, number)
    exists = known is not None
    opened = storage.open_storage(name, _CHANGE) if exists else storage.create_storage(name, _NEW)
    with opened as inside:
        how = onstorage.encoding_of(before)
        values = {tag: value for tag, value in part.values.items() if tag >> 16 != PR_ATTACH_NUM.id}
        values |= {} if exists else {PR_ATTACH_NUM: number}
        data = values.get(PR_ATTACH_DATA_BIN)
        method = values.get(PR_ATTACH_METHOD) or (None if known is None else known.method)
        document = owned(values.pop(PR_ATTACH_DATA_BIN)) if method == ATTACH_OLE and is_docfile(data) else None
        gone = part.deleted if data is None else {*part.deleted, PR_ATTACH_DATA_BIN.id}
        onstorage.write_object(inside, Kind.PART, values, deleted=gone, how=how)
        if document is not None and not write_document(inside, document):
            onstorage.write_object(inside, Kind.PART, {PR_ATTACH_DATA_BIN: document}, how=how)
        if part.embedded is not None:
            _write_inner(inside, part, before, number)
        inside.commit()


def _write_inner(attachment: Storage, part: AttachmentChanges, before: MsgMessage, number: int) -> None:
    assert part.embedded is not None
    inner = onstorage.inner_storage(attachment, create=True)
    assert inner is not None
    with inner:
        if not onstorage.is_message(inner):
            onstorage.prepare(inner, Kind.EMBEDDED, unicode=before.unicode)
        known = attachment_of(before, number)
        depth = 1 if known is None else known.depth + 1
        write_message(
            inner, Kind.EMBEDDED, part.embedded, onstorage.read_message(inner, Kind.EMBEDDED, before.context, depth)
        )
        inner.commit()
    onstorage.note_inside(attachment, message=True)


def attachment_of(message: MsgMessage, number: int) -> MsgAttachment | None:
    """The attachment of a number, None where there is none."""
    return next((one for one in message.attachments if one.number == number), None)
