"""Messages of .msg files that are read: what is asked for is read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

from mapix.client import body
from mapix.client.attachment import Attachment, Attachments
from mapix.client.items.classes import kind_of
from mapix.client.message import Message
from mapix.client.recipient import KINDS, Recipient
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.msg import MsgAttachment, MsgFile, MsgMessage, content_of
from mapix.formats.storage import Mode
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.prop import MapiProp
from mapix.interfaces.stream import Stream
from mapix.objects.imsg import open_imsg_on_istg
from mapix.objects.messages.content import write_content
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import NoAccess, NotFound
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue

if TYPE_CHECKING:
    from mapix.client.folder import Folder

EDIT: Final = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
_READ: Final = Mode.READ | Mode.SHARE_DENY_WRITE


class FileMessage(Message):
    """A message of a .msg file that is read: what is asked for is read, and nothing else. `mapi` is a message session's
    read-only one, opened when it is asked for.
    """

    def __init__(self, message: MsgMessage, file: MsgFile, path: Path | None) -> None:
        super().__init__(place=None, row={})
        self._file, self._message, self._path = file, message, path

    @property
    def mapi(self) -> MapiMessage:
        """The IMessage on the file, read only."""
        if self._mapi is None:
            if self._path is None:
                self._mapi = empty_message()
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

    def get_named(self, name: PropertyName, kind: int) -> Any:
        """The value of a named property, None where it is absent."""
        number = self._file.names.id_of(name)
        return None if number is None else self.get(PropTag.of(number, kind))

    def set(self, tag: PropTag, value: Any) -> None:
        """Never: the file is open for reading."""
        raise NoAccess("the file is open for reading only", hint='mapix.open(path, "r+")')

    def set_named(self, name: PropertyName, kind: int, value: Any) -> None:
        """Never, as `set`."""
        self.set(PropTag.of(0, kind), value)

    def save(self, target: str | Path | Folder | None = None) -> Self:
        """Write it to another file; into a folder goes a copy, by `folder.messages.add`."""
        if target is not None and not isinstance(target, str | Path):
            raise NoAccess("the message of a file stays there", hint="folder.messages.add(message)")
        return super().save(target)

    @property
    def _bodies(self) -> MapiProp:
        return cast(MapiProp, self)

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


_ON_FILES: Final[dict[type[Message], type[FileMessage]]] = {Message: FileMessage}
"""The classes of kinds of messages, and those that they have where they are read from a file."""


def file_message(message: MsgMessage, file: MsgFile, path: Path | None) -> FileMessage:
    """A message of a file, of the class that its message class has."""
    kind = kind_of(message.get(t.PR_MESSAGE_CLASS))
    made = _ON_FILES.get(kind)
    if made is None:
        like = {"__doc__": kind.__doc__, "__module__": kind.__module__}
        made = _ON_FILES[kind] = type(kind.__name__, (FileMessage, kind), like)
    return made(message, file, path)


def open_to_read(path: Path) -> FileMessage:
    """The message of a file."""
    file = MsgFile.open(path)
    return file_message(file.message, file, path)._owning(file.close)


class FileAttachment(Attachment):
    """An attachment of a .msg file that is read."""

    def __init__(self, attachment: MsgAttachment, file: MsgFile) -> None:
        self._attachment, self._file, self._mapi = attachment, file, None

    @property
    def message(self) -> Message | None:
        """The message inside, None where there is none."""
        inner = self._attachment.message
        return None if inner is None else file_message(inner, self._file, None)

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


def empty_message() -> MapiMessage:
    """A message in memory, of nobody's store, with nothing in it."""
    return open_imsg_on_istg(None, create_docfile(None, EDIT | Mode.CREATE))


def _whole(value: Any) -> Any:
    if not isinstance(value, LargeValue):
        return value
    with value.open() as reader:
        return reader.read()
