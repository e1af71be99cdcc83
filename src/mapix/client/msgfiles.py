"""Messages in files: read straight from a .msg file, edited in place, made without a session, in and out of folders.

with mapix.open("mail.msg") as message:
    print(message.subject, [one.name for one in message.attachments])
with mapix.open("mail.msg", "r+") as message:
    message.subject = "Q3"
    message.save()
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final, Self, cast

from mapix.client import body
from mapix.client.attachment import Attachment, Attachments
from mapix.client.message import Message, fill
from mapix.client.recipient import KINDS, Recipient
from mapix.formats.cfb.storage import create_docfile, is_docfile, open_docfile
from mapix.formats.msg import MsgAttachment, MsgFile, MsgMessage, content_of
from mapix.formats.storage import Mode
from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.prop import MapiProp
from mapix.interfaces.stream import Stream
from mapix.objects.content import write_content
from mapix.objects.imsg import MessageSession, open_imsg_on_istg, open_imsg_session
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import InvalidParameter, NoAccess, NotFound
from mapix.properties.flags import MAPI_UNICODE, MSGFLAG_READ, MSGFLAG_UNSENT
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue

_EDIT: Final = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
_READ: Final = Mode.READ | Mode.SHARE_DENY_WRITE


def open_file(path: str | os.PathLike[str], mode: str = "r") -> Message:
    """The message in a file: .msg and .oft with mode "r" to read, "r+" to edit in place; .eml to read. A context
    manager that closes; what was not saved is lost.

    Raises: NotFound, InvalidParameter for another mode, CorruptData for a file that holds no message.
    """
    if mode not in ("r", "r+"):
        raise InvalidParameter("files are opened to be read (r) or edited (r+)", value=mode)
    source = Path(path)
    with _told_as_mapi():
        if not is_docfile(source):
            return _mail_file(source, mode)
        return _edited(source, None) if mode == "r+" else FileMessage.open(source)


def new_message(fields: Mapping[str, Any], *, draft: bool = False) -> MapiMessage:
    """A message in memory, of nobody's store, with fields by name; see `Message`."""
    storage = create_docfile(None, _EDIT | Mode.CREATE)
    mapi = open_imsg_on_istg(None, storage)
    flags = MSGFLAG_READ | (MSGFLAG_UNSENT if draft else 0)
    mapi.set_props({t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_MESSAGE_FLAGS: flags})
    fill(Message(mapi), fields)
    return mapi


def content_of_file(path: str | os.PathLike[str], files: ExitStack) -> MessageContent:
    """Everything of the message in a .msg, .oft or .eml file, which stays open until `files` are closed."""
    source = Path(path)
    with _told_as_mapi():
        if is_docfile(source):
            return content_of(files.enter_context(MsgFile.open(source)))
    from mapix.formats.mime import from_mime

    return from_mime(source.read_bytes()).value


class FileMessage(Message):
    """A message of a .msg file that is read: what is asked for is read, and nothing else. `mapi` is a message session's
    read-only one, opened when it is asked for.
    """

    def __init__(self, message: MsgMessage, file: MsgFile, path: Path | None) -> None:
        super().__init__(place=None, row={})
        self._file, self._message, self._path = file, message, path

    @classmethod
    def open(cls, path: Path) -> FileMessage:
        """The message of a file."""
        file = MsgFile.open(path)
        return cls(file.message, file, path)._owning(file.close)

    @property
    def mapi(self) -> MapiMessage:
        """The IMessage on the file, read only."""
        if self._mapi is None:
            if self._path is None:
                self._mapi = new_message({})
                write_content(self._content(), self._mapi)
            else:
                storage = open_docfile(self._path, _READ)
                self._owning(storage.close)
                self._mapi = open_imsg_on_istg(None, storage)
        return cast(MapiMessage, self._mapi)

    @property
    def defects(self) -> tuple[Any, ...]:
        """What was found wrong in the file so far."""
        return self._file.defects

    def get(self, tag: PropTag) -> Any:
        """One value, read whole."""
        return _whole(self._message.get(tag))

    def get_prop(self, tag: PropTag, default: Any = None) -> Any:
        """As `get`, or `default`."""
        value = self.get(tag)
        return default if value is None else value

    def set(self, tag: PropTag, value: Any) -> None:
        """Never: the file is open for reading."""
        raise NoAccess("the file is open for reading only", hint='mapix.open(path, "r+")')

    @property
    def text(self) -> str | None:
        """The plain text; taken from the HTML where there is no other."""
        return body.text_of(cast(MapiProp, self))

    @text.setter
    def text(self, value: str | None) -> None:
        self.set(t.PR_BODY, value)

    @property
    def html(self) -> str | None:
        """The HTML, None where there is none."""
        return body.html_of(cast(MapiProp, self))

    @html.setter
    def html(self, value: str | None) -> None:
        self.set(t.PR_HTML, value)

    @property
    def recipients(self) -> list[Recipient]:
        """Everybody it goes to."""
        return [
            Recipient(
                one.get(t.PR_DISPLAY_NAME) or "",
                one.get(t.PR_SMTP_ADDRESS) or one.get(t.PR_EMAIL_ADDRESS) or "",
                KINDS.get(one.get(t.PR_RECIPIENT_TYPE), "to"),
            )
            for one in self._message.recipients
        ]

    @property
    def attachments(self) -> Attachments:
        """What is attached."""
        return FileAttachments(self._message, self._file)

    def properties(self) -> dict[PropTag, Any]:
        """Every property by tag."""
        return self._message.properties()

    def _content(self) -> MessageContent:
        if self._message is self._file.message:
            return content_of(self._file)
        from mapix.formats.msg.content import message_content

        return message_content(self._message, self._file.names)


class FileAttachment(Attachment):
    """An attachment of a .msg file that is read."""

    def __init__(self, attachment: MsgAttachment, file: MsgFile) -> None:
        self._attachment, self._file, self._mapi = attachment, file, None

    @property
    def message(self) -> Message | None:
        """The message inside, None where there is none."""
        inner = self._attachment.message
        return None if inner is None else FileMessage(inner, self._file, None)

    def get(self, tag: PropTag) -> Any:
        """One value, read whole."""
        if tag == t.PR_ATTACH_NUM:
            return self._attachment.number
        return _whole(self._attachment.get(tag))

    def set(self, tag: PropTag, value: Any) -> None:
        """Never: the file is open for reading."""
        raise NoAccess("the file is open for reading only", hint='mapix.open(path, "r+")')

    def properties(self) -> dict[PropTag, Any]:
        """Every property by tag."""
        return self._attachment.properties()

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The contents as a stream, for reading in pieces."""
        from io import BytesIO

        value = self._attachment.get(t.PR_ATTACH_DATA_BIN)
        if value is None:
            raise NotFound("the attachment has no data", value=self.name)
        with value.open() if isinstance(value, LargeValue) else BytesIO(value) as reader:
            yield cast(Stream, reader)


class FileAttachments(Attachments):
    """The attachments of a message in a file, by position or name."""

    def __init__(self, message: MsgMessage, file: MsgFile) -> None:
        self._parts, self._file = message.attachments, file

    def __iter__(self) -> Iterator[Attachment]:
        for one in self._parts:
            yield FileAttachment(one, self._file)

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, source: Any, name: str | None = None, **_: Any) -> Attachment:
        """Never: the file is open for reading."""
        raise NoAccess("the file is open for reading only", hint='mapix.open(path, "r+")')


class FileSession:
    """A message session: what was opened in it closes with it (IMS-3). A context manager."""

    def __init__(self) -> None:
        self._session = open_imsg_session(MAPI_UNICODE)
        self._files = ExitStack()

    def open(self, path: str | os.PathLike[str]) -> Message:
        """The message in a .msg file, to be edited in place."""
        with _told_as_mapi():
            message = _edited(Path(path), self._session)
        self._files.callback(message.close)
        return message

    def new(self, path: str | os.PathLike[str], **fields: Any) -> Message:
        """A new .msg file, which is there with `save`; a file of this name is replaced then."""
        with _told_as_mapi():
            storage = create_docfile(Path(path), _EDIT | Mode.CREATE)
        message = Message(open_imsg_on_istg(self._session, storage))._owning(storage.close)
        self._files.callback(message.close)
        message.mapi.set_props({t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_MESSAGE_FLAGS: MSGFLAG_READ | MSGFLAG_UNSENT})
        return fill(message, fields)

    def close(self) -> None:
        """Close everything; twice is harmless."""
        self._session.close()
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_file(content: MessageContent, target: IO[bytes], suffix: str) -> None:
    """Write a message as .msg, or .oft (a template)."""
    from mapix.formats.msg import write_msg

    with _told_as_mapi():
        write_msg(content, cast(Any, target), template=suffix == ".oft")


def _edited(path: Path, session: MessageSession | None) -> Message:
    storage = open_docfile(path, _EDIT)
    try:
        mapi = open_imsg_on_istg(session, storage)
    except BaseException:
        storage.close()
        raise
    return Message(mapi)._owning(mapi.close, storage.close)


def _mail_file(path: Path, mode: str) -> Message:
    if mode != "r":
        raise InvalidParameter("only .msg files are edited in place", value=str(path), hint="save_as a .msg file")
    if path.suffix.lower() == ".msg":
        raise mapi_error(_no_docfile(path))
    with ExitStack() as files:
        mapi = new_message({})
        write_content(content_of_file(path, files), mapi, keep_times=True)
    return Message(mapi)


def _no_docfile(path: Path) -> StorageError:
    from mapix.formats.storageerrors import InvalidHeader

    return InvalidHeader("the file is no compound file", value=str(path))


def _whole(value: Any) -> Any:
    if not isinstance(value, LargeValue):
        return value
    with value.open() as reader:
        return reader.read()


@contextmanager
def _told_as_mapi() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise mapi_error(error) from error
