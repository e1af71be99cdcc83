"""Messages in .msg files, read lazily: opening looks at the directory and the message's own property stream only.

    with MsgFile.open(Path("mail.msg")) as file:
        file.get(PR_SUBJECT), [one.get(PR_DISPLAY_NAME) for one in file.recipients]
        for attachment in file.attachments:
            attachment.get(PR_ATTACH_DATA_BIN), attachment.message

What is damaged is left out and noted in `defects`, with its place; the rest is read. Source: [MS-OXMSG] 2.2.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cached_property
from io import FileIO
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.reader import READ_AT_ONCE
from mapix.formats.defects import Defect, Defects, Strictness
from mapix.formats.msg.context import Context
from mapix.formats.msg.layout import (
    ATTACHMENT,
    DEEPEST,
    EMBEDDED,
    NAMES,
    PROPERTIES,
    RECIPIENT,
    TEMPLATE_CLASS,
    Kind,
    numbered,
)
from mapix.formats.msg.names import NameMap
from mapix.formats.msg.places import FilePlace, Place
from mapix.formats.msg.properties import PropertyObject
from mapix.formats.msg.subtree import Subtree
from mapix.formats.storageerrors import StorageError
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE, STORE_UNICODE_OK
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_OBJ, PR_ATTACH_METHOD, PR_STORE_SUPPORT_MASK

Source = bytes | str | os.PathLike[str] | BinaryIO

_UNICODE_TYPES: Final = frozenset((0x001F, 0x101F))


class MsgRecipient(PropertyObject):
    """A recipient; `number` is that of its storage."""

    def __init__(self, place: Place, context: Context, where: str, number: int) -> None:
        super().__init__(place, Kind.PART, context, where)
        self.number = number


class MsgAttachment(PropertyObject):
    """An attachment; `number` is that of its storage."""

    def __init__(self, place: Place, context: Context, where: str, number: int, depth: int) -> None:
        super().__init__(place, Kind.PART, context, where)
        self.number = number
        self.depth = depth

    @property
    def method(self) -> int | None:
        """PR_ATTACH_METHOD, None where it is not told."""
        method: int | None = self.get(PR_ATTACH_METHOD)
        return method

    @cached_property
    def message(self) -> MsgMessage | None:
        """The message inside, None where there is none (A-012)."""
        inner = self._storage
        if inner is None or not self._is_message(inner):
            return None
        if self.depth >= DEEPEST:
            self.note("messages are nested too deeply; this one is kept as bytes", value=DEEPEST)
            return None
        return MsgMessage(
            inner, Kind.EMBEDDED, self.context.defects, self.context, f"{self.where}/message", self.depth + 1
        )

    def get(self, tag: PropTag, default: Any = None) -> Any:
        """As of every property object; PR_ATTACH_DATA_OBJ of an OLE document is the bytes of a compound file."""
        if tag == PR_ATTACH_DATA_OBJ:
            document = self._document()
            if document is not None:
                return document
        return super().get(tag, default)

    def properties(self, ids: Collection[int] | None = None) -> dict[PropTag, Any]:
        """All properties, an OLE document among them; a message inside is not."""
        found = super().properties(ids)
        document = self._document() if ids is None or PR_ATTACH_DATA_OBJ.id in ids else None
        if document is not None:
            found[PR_ATTACH_DATA_OBJ] = document
        return found

    def own_names(self) -> set[str]:
        """The names, in capitals, of what the attachment is made of."""
        inner = self._storage
        return super().own_names() | (set() if inner is None else {EMBEDDED.upper()})

    @cached_property
    def _storage(self) -> Place | None:
        handle = self.place.find(EMBEDDED)
        if handle is None or not self.place.is_storage(handle):
            return None
        try:
            return self.place.inside(handle)
        except StorageError as error:
            self.note("the storage inside cannot be opened", value=str(error))
            return None

    def _is_message(self, inner: Place) -> bool:
        if self.method == ATTACH_EMBEDDED_MSG:
            return True
        return self.method != ATTACH_OLE and inner.find(PROPERTIES) is not None

    def _document(self) -> bytes | Subtree | None:
        inner = self._storage
        return None if inner is None or self.message is not None else Subtree(inner, self.refuse).fitting()


class MsgMessage(PropertyObject):
    """A message, the file's or one inside an attachment; `depth` is 0 for the file's."""

    def __init__(
        self, place: Place, kind: Kind, defects: Defects, above: Context | None, where: str, depth: int
    ) -> None:
        context = Context(defects, above)
        super().__init__(place, kind, context, where)
        context.message = self
        self.depth = depth

    @property
    def unicode(self) -> bool:
        """Whether its text is Unicode: by PR_STORE_SUPPORT_MASK, or because some text is."""
        if (self.get(PR_STORE_SUPPORT_MASK) or 0) & STORE_UNICODE_OK:
            return True
        return any(tag & 0xFFFF in _UNICODE_TYPES for tag in self.stored_tags())

    @cached_property
    def recipients(self) -> list[MsgRecipient]:
        """The recipients, in the order of their numbers."""
        return [
            MsgRecipient(place, self.context, where, number)
            for number, place, where in self._parts(RECIPIENT, "recipient")
        ]

    @cached_property
    def attachments(self) -> list[MsgAttachment]:
        """The attachments, in the order of their numbers."""
        return [
            MsgAttachment(place, self.context, where, number, self.depth)
            for number, place, where in self._parts(ATTACHMENT, "attachment")
        ]

    def own_names(self) -> set[str]:
        """The names, in capitals, of what the message is made of."""
        parts = {handle_name.upper() for start in (RECIPIENT, ATTACHMENT) for _, handle_name in self._numbered(start)}
        names = {NAMES.upper()} if self.kind is Kind.MESSAGE else set()
        return super().own_names() | parts | names

    def _numbered(self, start: str) -> list[tuple[int, str]]:
        """Numbers and names of the storages of parts."""
        names, size = self.place.names, len(start) + 8
        found = [(numbered(name, start), name) for name in names if len(name) == size]
        return sorted(
            (number, name) for number, name in found if number is not None and self.place.is_storage(names[name])
        )

    def _parts(self, start: str, word: str) -> list[tuple[int, Place, str]]:
        places: list[tuple[int, Place, str]] = []
        inside = f"{self.where}/" if self.depth else ""
        for number, name in self._numbered(start):
            where = f"{inside}{word} {number}"
            try:
                places.append((number, self.place.inside(self.place.names[name]), where))
            except StorageError as error:
                self.context.defects.note(where, "the storage cannot be opened", value=str(error))
        told = self.header.recipients if start == RECIPIENT else self.header.attachments
        if told != len(places) and len(self._stream) >= self.kind:
            self.note(f"the header tells another number of {word}s", value=(told, len(places)))
        return places


class MsgFile:
    """A .msg file open for reading; a context manager that closes.

    `message` is what it holds; `get`, `properties`, `recipients` and `attachments` are those of `message`. Large
    values read from the file, which must stay open for that.
    """

    def __init__(self, file: CompoundFile, defects: Defects) -> None:
        self._file = file
        self._defects = defects
        self.place = FilePlace(file)
        self.message = MsgMessage(self.place, Kind.MESSAGE, defects, None, "message", 0)

    @classmethod
    def open(cls, source: Source, *, strictness: Strictness = Strictness.TOLERANT) -> MsgFile:
        """Open bytes, a path or a seekable binary file.

        Raises: StorageError where there is no compound file; CorruptData with STRICT, at the first defect, which may
        be later, when what is damaged is asked for.
        """
        file = CompoundFile.open(_small(source), strictness=strictness)
        try:
            return cls(file, Defects(strictness))
        except BaseException:
            file.close()
            raise

    @cached_property
    def names(self) -> NameMap:
        """The property names of the identifiers from 0x8000 on, for the message and everything in it."""
        return NameMap.read(self.place, self._defects)

    @property
    def unicode(self) -> bool:
        """Whether the message's text is Unicode."""
        return self.message.unicode

    @property
    def template(self) -> bool:
        """Whether it is a form template (.oft)."""
        return self.place.stat().clsid == TEMPLATE_CLASS

    @property
    def recipients(self) -> list[MsgRecipient]:
        """The recipients of the message."""
        return self.message.recipients

    @property
    def attachments(self) -> list[MsgAttachment]:
        """The attachments of the message."""
        return self.message.attachments

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What was wrong with the compound file, and with what was read of the message until now."""
        return self._file.defects + self._defects.all

    def get(self, tag: PropTag, default: Any = None) -> Any:
        """The message's value of `tag`, or `default`; see `PropertyObject.get`."""
        return self.message.get(tag, default)

    def properties(self) -> dict[PropTag, Any]:
        """All properties of the message."""
        return self.message.properties()

    def close(self) -> None:
        """Close the file; twice is harmless."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _small(source: Source) -> Source:
    """The bytes of a small file, any other source as it is."""
    if not isinstance(source, str | os.PathLike):
        return source
    try:
        with FileIO(source) as file:
            return file.read() if os.fstat(file.fileno()).st_size <= READ_AT_ONCE else source
    except OSError:
        return source
