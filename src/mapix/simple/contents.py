"""What a MapiMessage says, into a message of MAPI and out of one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from mapix.client.attachment import Attachment
from mapix.client.base import raise_problems
from mapix.client.files import safe_name
from mapix.client.message import Message
from mapix.client.session import Session
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.conversation import conversation_index
from mapix.properties.correspondents import SENT_REPRESENTING
from mapix.properties.errors import CorruptData, NotFound
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, MSGFLAG_READ, MSGFLAG_UNSENT
from mapix.simple.addressing import described, recipient_row, type_and_address
from mapix.simple.codes import SimpleError
from mapix.simple.constants import (
    MAPI_BODY_AS_FILE,
    MAPI_E_ATTACHMENT_NOT_FOUND,
    MAPI_E_ATTACHMENT_OPEN_FAILURE,
    MAPI_E_ATTACHMENT_WRITE_FAILURE,
    MAPI_E_INVALID_MESSAGE,
    MAPI_E_TYPE_NOT_SUPPORTED,
    MAPI_ENVELOPE_ONLY,
    MAPI_ORIG,
    MAPI_RECEIPT_REQUESTED,
    MAPI_SENT,
    MAPI_SUPPRESS_ATTACH,
    MAPI_UNREAD,
)
from mapix.simple.structures import MapiFileDesc, MapiMessage, MapiRecipDesc

_TIME: Final = "%Y/%m/%d %H:%M"
_RECIPIENT: Final = (t.PR_RECIPIENT_TYPE, t.PR_DISPLAY_NAME, t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS, t.PR_ENTRYID)


def check_message(message: object) -> None:
    """Refuse what is no MapiMessage."""
    if not isinstance(message, MapiMessage):
        raise SimpleError(MAPI_E_INVALID_MESSAGE, "a MapiMessage is wanted", value=type(message).__name__)


def check_files(message: MapiMessage) -> None:
    """Find out that every file can be attached, before anything is written."""
    for file in message.files:
        if file.flags:
            raise SimpleError(MAPI_E_TYPE_NOT_SUPPORTED, "OLE objects are attached as files", value=file.path_name)
        if not Path(file.path_name).is_file():
            raise SimpleError(MAPI_E_ATTACHMENT_NOT_FOUND, "there is no file to attach", value=file.path_name)
        try:
            Path(file.path_name).open("rb").close()
        except OSError as error:
            raise SimpleError(
                MAPI_E_ATTACHMENT_OPEN_FAILURE, f"cannot be attached: {error.strerror}", value=file.path_name
            ) from error


def write(session: Session, source: MapiMessage, target: Message, *, sent: bool = False) -> None:
    """Make a message say what `source` does, and nothing besides; it is not saved yet."""
    rows = [recipient_row(session, each) for each in source.recips]
    target.subject, target.text, target.html = source.subject, source.note_text, None
    target.message_class = source.message_type or "IPM.Note"
    raise_problems(target.mapi.set_props({t.PR_READ_RECEIPT_REQUESTED: bool(source.flags & MAPI_RECEIPT_REQUESTED)}))
    target.mapi.modify_recipients(ModifyRecipients.REPLACE, rows)
    if sent:
        target.set(t.PR_CONVERSATION_INDEX, _answer_index(source.conversation_id))
    if sent and source.originator is not None:
        kind, address = type_and_address(source.originator.address or source.originator.name)
        values = SENT_REPRESENTING.filled(source.originator.name or address, address, kind)
        raise_problems(target.mapi.set_props(values))
    for (number,) in query_all_rows(target.mapi.get_attachment_table(), (t.PR_ATTACH_NUM,)):
        target.mapi.delete_attach(number)
    for file in source.files:
        made = target.attach(file.path_name, file.file_name or None, content_type=file.file_type or None)
        made.set(t.PR_RENDERING_POSITION, file.position)
        made.save()


def read(message: Message, flags: int) -> MapiMessage:
    """What a message says; what is attached is written into a new temporary folder, as `flags` want."""
    found = MapiMessage(
        subject=message.subject or "",
        message_type=message.message_class or "",
        date_received=_time(message.delivered or message.submitted),
        conversation_id=(message.get(t.PR_CONVERSATION_INDEX) or b"").hex(),
        flags=_flags(message),
        originator=_originator(message),
        recips=list(_recipients(message)),
    )
    if flags & MAPI_ENVELOPE_ONLY:
        return found
    as_file = bool(flags & MAPI_BODY_AS_FILE)
    found.note_text = "" if as_file else message.text or ""
    with _attaching():
        found.files = _files(message, as_file, attached=not flags & MAPI_SUPPRESS_ATTACH)
    return found


def _files(message: Message, as_file: bool, *, attached: bool) -> list[MapiFileDesc]:
    attachments = list(message.attachments) if attached else []
    if not as_file and not attachments:
        return []
    folder = Path(tempfile.mkdtemp(prefix="mapi"))
    found = []
    if as_file:
        place = folder / "message.txt"
        place.write_text(message.text or "", encoding="utf-8")
        found.append(MapiFileDesc(str(place), place.name, file_type="text/plain"))
    return found + [_file(each, folder) for each in attachments]


def _file(attachment: Attachment, folder: Path) -> MapiFileDesc:
    name = safe_name(attachment.name)
    embedded = attachment.method == ATTACH_EMBEDDED_MSG
    if embedded and not name.lower().endswith(".msg"):
        name += ".msg"
    place = Path(tempfile.mkdtemp(dir=folder)) / name if (folder / name).exists() else folder / name
    if embedded:
        attachment.message.save_as(place)
    else:
        attachment.save_as(place)
    position = attachment.get(t.PR_RENDERING_POSITION)
    shown = -1 if position is None else position
    return MapiFileDesc(str(place), attachment.name, shown, file_type=attachment.content_type or "")


@contextmanager
def _attaching() -> Iterator[None]:
    try:
        yield
    except (OSError, NotFound) as error:
        raise SimpleError(MAPI_E_ATTACHMENT_WRITE_FAILURE, f"an attachment cannot be written: {error}") from error


def _recipients(message: Message) -> Iterator[MapiRecipDesc]:
    for row in query_all_rows(message.mapi.get_recipient_table(), _RECIPIENT):
        yield described(dict(zip(_RECIPIENT, row, strict=True)))


def _originator(message: Message) -> MapiRecipDesc | None:
    if not (message.sender_name or message.sender_address):
        return None
    return described(
        {
            t.PR_RECIPIENT_TYPE: MAPI_ORIG,
            t.PR_DISPLAY_NAME: message.sender_name,
            t.PR_ADDRTYPE: message.get(t.PR_SENDER_ADDRTYPE),
            t.PR_EMAIL_ADDRESS: message.sender_address,
            t.PR_ENTRYID: message.get(t.PR_SENDER_ENTRYID),
        }
    )


def _flags(message: Message) -> int:
    told = message.get(t.PR_MESSAGE_FLAGS) or 0
    unread = 0 if told & MSGFLAG_READ else MAPI_UNREAD
    receipt = MAPI_RECEIPT_REQUESTED if message.get(t.PR_READ_RECEIPT_REQUESTED) else 0
    was_sent = message.submitted is not None and not told & MSGFLAG_UNSENT
    return unread | receipt | (MAPI_SENT if was_sent else 0)


def _time(when: datetime | None) -> str:
    return "" if when is None else when.astimezone().strftime(_TIME)


def _answer_index(conversation_id: str) -> bytes:
    """The place in a conversation of an answer to a message; a new one where the text names none."""
    try:
        return conversation_index(bytes.fromhex(conversation_id))
    except (ValueError, CorruptData):
        return conversation_index()
