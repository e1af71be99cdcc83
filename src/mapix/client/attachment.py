"""Attachments by value: files that travel with a message."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from mapix.client.base import PropertyObject, raise_problems
from mapix.client.fields import Binary, Integer, Text
from mapix.client.files import safe_name, writing
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter, NoSupport, NotFound

if TYPE_CHECKING:
    from mapix.properties.content import MessageContent

_PIECE = 1 << 20
_SHOWN_IN_HTML = 4
"""PR_ATTACH_FLAGS: the attachment is one that the HTML refers to."""


class Attachment(PropertyObject):
    """One attachment."""

    filename = Text(t.PR_ATTACH_LONG_FILENAME, "The name of the file.")
    short_filename = Text(t.PR_ATTACH_FILENAME, "The name in 8.3 form.")
    content_type = Text(t.PR_ATTACH_MIME_TAG, "The MIME type.")
    content_id = Text(t.PR_ATTACH_CONTENT_ID, "How an HTML body refers to it.")
    method = Integer(t.PR_ATTACH_METHOD, "ATTACH_BY_VALUE 1, ATTACH_EMBEDDED_MSG 5, ...")
    number = Integer(t.PR_ATTACH_NUM, "Its number within the message.", read_only=True)
    size = Integer(t.PR_ATTACH_SIZE, "Bytes of all its properties.", read_only=True)
    data = Binary(t.PR_ATTACH_DATA_BIN, "The contents, whole.")

    @property
    def name(self) -> str:
        """The name to show: long name, short name, or display name."""
        return self.filename or self.short_filename or self.get(t.PR_DISPLAY_NAME) or f"attachment-{self.number}"

    @property
    def message(self) -> Any:
        """The message inside, None where there is none (A-012)."""
        from mapix.client.items.classes import kind_of
        from mapix.objects.messages.content import inner_message

        inner = inner_message(cast(Attach, self.mapi)) if self.method == flags.ATTACH_EMBEDDED_MSG else None
        return None if inner is None else kind_of(inner.get_prop(t.PR_MESSAGE_CLASS))(inner)

    def make_inline(self) -> None:
        """Show it in the HTML rather than in the list of attachments; the HTML names its `content_id`."""
        if self.content_id is None:
            self.content_id = self.name
        self.set(t.PR_ATTACH_FLAGS, _SHOWN_IN_HTML)
        self.set(t.PR_ATTACHMENT_HIDDEN, True)
        self.save()

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The contents as a stream, for reading in pieces."""
        stream: Stream = self.mapi.open_property(t.PR_ATTACH_DATA_BIN, Stream)
        try:
            yield stream
        finally:
            stream.close()

    def save_as(self, path: str | Path) -> Path:
        """Write the contents to a file, or into a folder under the attachment's own name; the path."""
        target = Path(path)
        if target.is_dir():
            target /= safe_name(self.name)
        with self.open() as stream, writing(target) as file:
            while piece := stream.read(_PIECE):
                file.write(piece)
        return target

    def __repr__(self) -> str:
        return f"<Attachment {self.name!r} {self.size or 0} bytes>"


class Attachments:
    """The attachments of a message, by position or name."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def __iter__(self) -> Iterator[Attachment]:
        for (number,) in query_all_rows(self._message.get_attachment_table(), (t.PR_ATTACH_NUM,)):
            yield Attachment(self._message.open_attach(number, Access.BEST))

    def __len__(self) -> int:
        return self._message.get_attachment_table().get_row_count()

    def __getitem__(self, key: int | str) -> Attachment:
        for position, attachment in enumerate(self):
            if key in (position, attachment.name):
                return attachment
        raise NotFound("no such attachment", value=key)

    def add(
        self, source: str | Path | bytes | IO[bytes], name: str | None = None, *, content_type: str | None = None
    ) -> Attachment:
        """Attach a file or bytes (M-060)."""
        reader, name = _opened(source, name)
        with reader:
            _, attach = self._message.create_attach()
            _describe(attach, name, content_type)
            stream: Stream = attach.open_property(t.PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True)
            with stream:
                shutil.copyfileobj(reader, stream, _PIECE)
        attach.save_changes(Keep.READWRITE)
        return Attachment(attach)

    def add_message(self, content: MessageContent, name: str | None = None) -> Attachment:
        """Attach a message (A-012); its subject is the name where none is told."""
        from mapix.objects.messages.content import inner_message, write_content

        _, attach = self._message.create_attach()
        values = {
            t.PR_ATTACH_METHOD: flags.ATTACH_EMBEDDED_MSG,
            t.PR_RENDERING_POSITION: -1,
            t.PR_DISPLAY_NAME: name or content.get(t.PR_SUBJECT) or "message",
        }
        raise_problems(attach.set_props(values))
        inner = inner_message(attach, Access.MODIFY, create=True)
        if inner is None:
            raise NoSupport("the store has no messages inside attachments")
        write_content(content, inner, keep_times=True)
        inner.save_changes(Keep.CLOSE)
        attach.save_changes(Keep.READWRITE)
        return Attachment(attach)


def _opened(source: str | Path | bytes | IO[bytes], name: str | None) -> tuple[IO[bytes], str]:
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            return path.open("rb"), name or path.name
        except FileNotFoundError:
            raise NotFound("there is no file to attach", value=str(path)) from None
        except OSError as error:
            raise InvalidParameter(f"cannot be attached: {error.strerror}", value=str(path)) from None
    if name is None:
        name = Path(getattr(source, "name", "")).name or None
    if name is None:
        raise InvalidParameter("bytes to attach need a name", hint='attach(data, "report.pdf")')
    return (BytesIO(source) if isinstance(source, bytes) else source), name


def _describe(attach: Attach, name: str, content_type: str | None) -> None:
    from mimetypes import guess_type

    suffix = Path(name).suffix
    stem = "".join(letter for letter in Path(name).stem if letter.isascii() and letter.isalnum())[:8] or "FILE"
    values = {
        t.PR_ATTACH_METHOD: flags.ATTACH_BY_VALUE,
        t.PR_RENDERING_POSITION: -1,
        t.PR_ATTACH_LONG_FILENAME: name,
        t.PR_ATTACH_FILENAME: f"{stem}{suffix[:4]}",
        t.PR_DISPLAY_NAME: name,
        t.PR_ATTACH_MIME_TAG: content_type or guess_type(name)[0] or "application/octet-stream",
    }
    if suffix:
        values[t.PR_ATTACH_EXTENSION] = suffix
    raise_problems(attach.set_props(values))
