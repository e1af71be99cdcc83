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
from operator import itemgetter
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from mapix.formats.cfb import CompoundFile
from mapix.formats.defects import Defect, Defects, Strictness
from mapix.formats.msg.context import Context
from mapix.formats.msg.fileplace import file_place
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
from mapix.formats.msg.places import Place
from mapix.formats.msg.properties import PropertyObject
from mapix.formats.msg.subtree import Subtree
from mapix.formats.storageerrors import StorageError
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE, STORE_UNICODE_OK
from mapix.properties.once import once
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_OBJ, PR_ATTACH_METHOD, PR_STORE_SUPPORT_MASK

Source = bytes | str | os.PathLike[str] | BinaryIO

_by_number: Final = itemgetter(0, 1)
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

    @once
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

    @once
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
        context.entries = self._entries
        self.depth = depth
        self._recipients: list[MsgRecipient] | None = None
        self._attachments: list[MsgAttachment] | None = None

    @property
    def unicode(self) -> bool:
        """Whether its text is Unicode: by PR_STORE_SUPPORT_MASK, or because some text is."""
        if (self.get(PR_STORE_SUPPORT_MASK) or 0) & STORE_UNICODE_OK:
            return True
        return any(tag & 0xFFFF in _UNICODE_TYPES for tag in self.stored_tags())

    @property
    def recipients(self) -> list[MsgRecipient]:
        """The recipients, in the order of their numbers."""
        if self._recipients is None:
            parts = self._parts(RECIPIENT, "recipient")
            self._recipients = [MsgRecipient(place, self.context, where, number) for number, place, where in parts]
        return self._recipients

    @property
    def attachments(self) -> list[MsgAttachment]:
        """The attachments, in the order of their numbers."""
        if self._attachments is None:
            context, depth = self.context, self.depth
            parts = self._parts(ATTACHMENT, "attachment")
            self._attachments = [MsgAttachment(place, context, where, number, depth) for number, place, where in parts]
        return self._attachments

    def own_names(self) -> set[str]:
        """The names, in capitals, of what the message is made of."""
        parts = {name.upper() for start in (RECIPIENT, ATTACHMENT) for _, name, _ in self._numbered(start)}
        names = {NAMES.upper()} if self.kind is Kind.MESSAGE else set()
        return super().own_names() | parts | names

    def _numbered(self, start: str) -> list[tuple[int, str, Any]]:
        """Numbers, names and handles of the storages of parts."""
        size = len(start) + 8
        found = [(numbered(name, start), name, handle) for name, handle in self.place.storages() if len(name) == size]
        return sorted([(number, name, handle) for number, name, handle in found if number is not None], key=_by_number)

    def _parts(self, start: str, word: str) -> list[tuple[int, Place, str]]:
        places: list[tuple[int, Place, str]] = []
        inside = f"{self.where}/" if self.depth else ""
        for number, _, handle in self._numbered(start):
            where = f"{inside}{word} {number}"
            try:
                places.append((number, self.place.inside(handle), where))
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
        self.place = file_place(file)
        self.message = MsgMessage(self.place, Kind.MESSAGE, defects, None, "message", 0)

    @classmethod
    def open(cls, source: Source, *, strictness: Strictness = Strictness.TOLERANT) -> MsgFile:
        """Open bytes, a path or a seekable binary file.

        Raises: StorageError where there is no compound file; CorruptData with STRICT, at the first defect, which may
        be later, when what is damaged is asked for.
        """
        file = CompoundFile.open(source, strictness=strictness)
        try:
            return cls(file, Defects(strictness))
        except BaseException:
            file.close()
            raise

    @once
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
