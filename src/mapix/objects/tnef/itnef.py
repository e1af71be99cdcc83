"""`ITnef`: properties of a live message into a TNEF stream, and out of one into a live message.

What is added waits until `finish`; what is extracted is there at once. A stream is encoded or decoded, as the flags of
opening say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from mapix.formats.defects import Defect
from mapix.formats.tnef import TnefFile, write_tnef
from mapix.formats.tnef.encode import Encoding, encode_list
from mapix.formats.tnef.source import FileSource, FileValue, opened
from mapix.formats.tnef.unwrap import rename
from mapix.interfaces.message import Message
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.messages.content import attachment_numbers, read_content, write_content
from mapix.objects.tnef.choosing import Choice, Chosen
from mapix.objects.tnef.constants import (
    TNEF_COMPONENT_ATTACHMENT,
    TNEF_COMPONENT_ENCODING,
    TNEF_COMPONENT_MESSAGE,
    TNEF_ENCODE,
    TNEF_PROP_CONTAINED,
    TNEF_PROP_CONTAINED_TNEF,
    TNEF_PROP_INCLUDE,
    TNEF_PURE,
)
from mapix.objects.tnef.tagged import TaggedBody
from mapix.properties import tags as t
from mapix.properties.codepage import ANSI
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import CorruptData, InvalidParameter, MapiError, NoSupport, UnknownFlags
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, MAPI_CREATE, MAPI_MODIFY
from mapix.properties.tag import PropTag

_ALL: Final = TNEF_ENCODE | 0x70000 | TNEF_COMPONENT_ENCODING
_FORBIDDEN: Final = frozenset("[]:")
_LONGEST_NAME: Final = 260


@dataclass(frozen=True, slots=True)
class TnefProblem:
    """STnefProblem: which part, attribute and property could not be handled, and why.

    `component` is 0 for the message and the attachment's number otherwise.
    """

    component: int
    attribute: int
    tag: PropTag
    scode: int
    what: str = ""


@dataclass(slots=True)
class _Waiting:
    """What `finish` will write."""

    chosen: Chosen = field(default_factory=Chosen)
    values: dict[PropTag, Any] = field(default_factory=dict)
    of_attachments: dict[int, dict[PropTag, Any]] = field(default_factory=dict)
    data: dict[int, Any] = field(default_factory=dict)
    inner: dict[int, TnefFile] = field(default_factory=dict)
    rows: list[dict[PropTag, Any]] | None = None


class Tnef:
    """A TNEF object; see `open_tnef_stream_ex`."""

    def __init__(self, stream: BinaryIO, name: str, flags: int, message: Message, key: int) -> None:
        self._stream, self._name, self._flags, self._message = stream, name, flags, message
        self._waiting = _Waiting()
        self._extracted = False
        self._file: TnefFile | None = None
        self._open: list[FileSource | TnefFile] = []
        self.key = key
        """What joins the stream and the tags in the text of the mail."""
        if not flags & TNEF_ENCODE:
            self._file = TnefFile.open(stream)
            self._open.append(self._file)
            self.key = self._file.key

    def close(self) -> None:
        """Let go of what was opened to read large values, as releasing the object does; what waits is not written, and
        the streams of others stay open. Twice is harmless.
        """
        self._waiting = _Waiting()
        while self._open:
            self._open.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def add_props(self, flags: int, elem_id: int, data: Any, tags: Collection[int] | None) -> None:
        """Add properties of the message and its attachments, to be written by `finish` (ITnef::AddProps).

        `flags` say whether those of `tags` are meant, or all others (TNEF_PROP_*). With TNEF_PROP_CONTAINED they are
        those of the attachment `elem_id`, with the bytes of `data` (a binary file) in it where it is not None; with
        TNEF_PROP_CONTAINED_TNEF `data` is the TNEF stream of the message inside. A large file is read by `finish` and
        must stay open till then. Only what a transport carries is written (P-004). Raises: NoSupport for a stream that
        is decoded, InvalidParameter.
        """
        self._must_encode()
        if not flags & (TNEF_PROP_CONTAINED | TNEF_PROP_CONTAINED_TNEF):
            self._waiting.chosen.add(flags, tags)
            return
        self._waiting.chosen.single.setdefault(elem_id, []).append(Choice.of(flags, tags))
        if flags & TNEF_PROP_CONTAINED_TNEF:
            if data is None:
                raise InvalidParameter("TNEF_PROP_CONTAINED_TNEF wants a stream", value=elem_id)
            self._waiting.inner[elem_id] = TnefFile.open(data)
            self._open.append(self._waiting.inner[elem_id])
        elif data is not None:
            self._waiting.data[elem_id] = self._value(data)

    def _value(self, data: bytes | BinaryIO) -> bytes | FileValue:
        """The bytes of a file from where it is, which stay there where they are many."""
        begun = data.tell() if not isinstance(data, bytes) and data.seekable() else 0
        found = opened(data)
        if not isinstance(found, FileSource):
            return found[begun:]
        self._open.append(found)
        return FileValue(found, begun, max(found.size - begun, 0))

    def set_props(self, flags: int, elem_id: int, props: Mapping[PropTag, Any]) -> None:
        """Values to write instead of those that message, or with TNEF_PROP_CONTAINED attachment, have; they are not
        changed (ITnef::SetProps). Raises: NoSupport for a stream that is decoded.
        """
        self._must_encode()
        if flags & ~TNEF_PROP_CONTAINED:
            raise UnknownFlags("SetProps has no flag but TNEF_PROP_CONTAINED", value=flags)
        if flags & TNEF_PROP_CONTAINED:
            self._waiting.of_attachments.setdefault(elem_id, {}).update(props)
        else:
            self._waiting.values |= props

    def encode_recips(self, flags: int, table: MapiTable | None) -> None:
        """Recipients to write: those of a table with its columns, those of the message where it is None
        (ITnef::EncodeRecips). Raises: UnknownFlags, NoSupport for a stream that is decoded.
        """
        self._must_encode()
        if flags:
            raise UnknownFlags("EncodeRecips has no flags", value=flags)
        found = self._message.get_recipient_table() if table is None else table
        columns = found.query_columns()
        rows = (dict(zip(columns, row, strict=True)) for row in query_all_rows(found, columns))
        self._waiting.rows = [{tag: value for tag, value in row.items() if value is not None} for row in rows]

    def finish_component(
        self,
        flags: int,
        component_id: int,
        custom: Mapping[PropTag, Any] | None = None,
        tags: Collection[int] = (),
    ) -> list[TnefProblem]:
        """Finish the message, or the attachment of a number, with its properties of `tags` and the values of `custom`
        (ITnef::FinishComponent). Raises: NoSupport unless opened with TNEF_COMPONENT_ENCODING, InvalidParameter.
        """
        self._must_encode()
        if not self._flags & TNEF_COMPONENT_ENCODING:
            raise NoSupport("the stream was not opened with TNEF_COMPONENT_ENCODING")
        which = flags & (TNEF_COMPONENT_MESSAGE | TNEF_COMPONENT_ATTACHMENT)
        whole = which == TNEF_COMPONENT_MESSAGE
        if which not in (TNEF_COMPONENT_MESSAGE, TNEF_COMPONENT_ATTACHMENT) or (whole and component_id):
            raise InvalidParameter("a component is the message, with 0, or an attachment", value=(flags, component_id))
        how = TNEF_PROP_INCLUDE if whole else TNEF_PROP_INCLUDE | TNEF_PROP_CONTAINED
        if whole:
            self._waiting.chosen.message.append(Choice.of(how, tags))
        else:
            self._waiting.chosen.single.setdefault(component_id, []).append(Choice.of(how, tags))
        self.set_props(0 if whole else TNEF_PROP_CONTAINED, component_id, custom or {})
        return []

    def finish(self, flags: int = 0) -> tuple[int, list[TnefProblem]]:
        """Write what waits (ITnef::Finish): the stream's key, and what could not be written.

        Raises: UnknownFlags; NoSupport for a stream that is decoded.
        """
        self._must_encode()
        if flags:
            raise UnknownFlags("Finish has no flags", value=flags)
        content = self._chosen_content()
        problems: list[TnefProblem] = []
        self._drop_unwritable(content, problems)
        write_tnef(content, self._stream, legacy=not self._flags & TNEF_PURE, key=self.key)
        self.close()
        return self.key, problems

    def extract_props(self, flags: int, tags: Collection[int] | None = ()) -> list[TnefProblem]:
        """Put properties of the stream into the message at once (ITnef::ExtractProps), with attachments and recipients
        unless PR_MESSAGE_ATTACHMENTS and PR_MESSAGE_RECIPIENTS are left out. Properties there are overwritten;
        attachments come once. Returns what could not be handled. Raises: NoSupport for a stream that is encoded.
        """
        if self._file is None:
            raise NoSupport("the stream was opened to be encoded")
        choice = Choice.of(flags, tags)
        content = self._file.content
        with_parts = choice.takes(t.PR_MESSAGE_ATTACHMENTS.id) and not self._extracted
        taken = replace(
            content,
            properties=choice.chosen(content.properties),
            recipients=content.recipients if choice.takes(t.PR_MESSAGE_RECIPIENTS.id) else [],
            attachments=content.attachments if with_parts else [],
        )
        self._extracted |= with_parts
        refused = write_content(taken, self._message)
        return [*map(_defect_problem, self._file.defects), *(TnefProblem(0, 0, one.tag, one.scode) for one in refused)]

    def open_tagged_body(self, message: Message | None = None, flags: int = 0) -> TaggedBody:
        """The text of a message with tags at the places of its attachments, as a stream of 8-bit text to read; with
        MAPI_CREATE | MAPI_MODIFY one to write, whose tags become places when it is closed (ITnef::OpenTaggedBody).
        """
        if flags & ~(MAPI_CREATE | MAPI_MODIFY):
            raise UnknownFlags("OpenTaggedBody has MAPI_CREATE and MAPI_MODIFY", value=flags)
        if flags & MAPI_CREATE and not flags & MAPI_MODIFY:
            raise InvalidParameter("MAPI_CREATE wants MAPI_MODIFY, too", value=flags)
        return TaggedBody(message or self._message, self.key, self._name, write=bool(flags & MAPI_MODIFY))

    def _must_encode(self) -> None:
        if self._file is not None:
            raise NoSupport("the stream was opened to be decoded")

    def _chosen_content(self) -> MessageContent:
        waiting = self._waiting
        content = read_content(self._message)
        content.names = dict(content.names)
        for one in waiting.inner.values():
            rename(one.content, content)
        rows = content.recipients if waiting.chosen.recipients and waiting.rows is None else waiting.rows
        content.properties = waiting.chosen.of_message(content.properties) | waiting.values
        content.recipients = rows or []
        numbered = zip(attachment_numbers(self._message), content.attachments, strict=True)
        parts = [self._chosen_part(number, part) for number, part in numbered]
        content.attachments = [part for part in parts if part is not None]
        return content

    def _chosen_part(self, number: int, part: AttachmentContent) -> AttachmentContent | None:
        """An attachment as it goes in; None where it does not."""
        waiting = self._waiting
        values = waiting.chosen.of_attachment(number, part.properties)
        if values is None:
            return None
        message = waiting.inner[number].content if number in waiting.inner else part.message
        values |= waiting.of_attachments.get(number, {})
        if number in waiting.data:
            values[t.PR_ATTACH_DATA_BIN] = waiting.data[number]
        if message is not None:
            values[t.PR_ATTACH_METHOD] = ATTACH_EMBEDDED_MSG
        return AttachmentContent(values, message)

    def _drop_unwritable(self, content: MessageContent, problems: list[TnefProblem]) -> None:
        """Leave out values of the message that cannot be written, and tell them."""
        how = Encoding(ANSI, content.names)
        for tag, value in list(content.properties.items()):
            try:
                encode_list({tag: value}, how)
            except MapiError as error:
                del content.properties[tag]
                problems.append(TnefProblem(0, 0, tag, error.hresult, str(error)))


def open_tnef_stream_ex(stream: BinaryIO, name: str, flags: int, message: Message, key: int = 0) -> Tnef:
    """A TNEF object over a binary stream and a live message of any store (OpenTnefStreamEx).

    `flags` has TNEF_ENCODE to write the message into the stream, else it is decoded, which is read at once; TNEF_PURE
    leaves out older attributes. `name` is what the stream is called in tags of the text; `key` where they count from,
    not 0 when encoding. Raises: UnknownFlags, InvalidParameter for a name or key that cannot be, CorruptData for a
    stream to be decoded that is none.
    """
    if flags & ~_ALL:
        raise UnknownFlags("no such flag of a TNEF stream", value=flags)
    if flags & TNEF_ENCODE:
        if not 0 < key <= 0xFFFF:
            raise InvalidParameter("the key of a TNEF stream has 16 bits and is not 0", value=key)
        if not name or len(name) > _LONGEST_NAME or _FORBIDDEN & set(name):
            raise InvalidParameter("a stream's name is that of a file, without [, ] and :", value=name)
    return Tnef(stream, name, flags, message, key)


def open_tnef_stream(stream: BinaryIO, name: str, flags: int, message: Message, key: int = 0) -> Tnef:
    """As `open_tnef_stream_ex`, which takes its place (OpenTnefStream)."""
    return open_tnef_stream_ex(stream, name, flags, message, key)


def get_tnef_stream_codepage(stream: BinaryIO) -> tuple[int, int]:
    """The code pages that a stream tells for its 8-bit text, (437, 0) where it tells none (GetTnefStreamCodepage)."""
    with TnefFile.open(stream) as file:
        return file.codepage


def _defect_problem(defect: Defect) -> TnefProblem:
    return TnefProblem(0, 0, PropTag(0), CorruptData.hresult, str(defect))
