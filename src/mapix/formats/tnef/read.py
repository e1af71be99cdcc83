"""TNEF streams read as messages ([MS-OXTNEF] 2.3).

    parsed = read_tnef(data)
    with TnefFile.open(Path("winmail.dat")) as file:
        file.content, file.codepage, file.key, file.defects

What is damaged is noted and the rest is read. Properties of the stream's lists are the values; what older attributes
tell besides stands where a list has none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct
from types import TracebackType
from typing import Any, Final, Self

from mapix.formats.defects import Defect, Defects, Parsed, Strictness
from mapix.formats.msg.texts import Texts
from mapix.formats.tnef.attachment import read_attachment
from mapix.formats.tnef.attributes import KNOWN, Found, attributes, whole
from mapix.formats.tnef.context import Context, Scope
from mapix.formats.tnef.forms import Inner
from mapix.formats.tnef.layout import DEEPEST, HEAD, OF_ATTACHMENTS, VERSION, Att
from mapix.formats.tnef.legacy import ONE, read_attribute
from mapix.formats.tnef.parts import list_of, plain, rows_of
from mapix.formats.tnef.source import FileSource, Input, opened
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropTag

UNTOLD: Final = (437, 0)
"""The code pages of a stream that tells none."""
_BEGIN: Final = b"\x78\x9f\x3e\x22"
_codepages: Final = Struct("<II").unpack
_codepages_size: Final = 8
_VERSION: Final = VERSION.to_bytes(4, "little")
_CODEPAGE: Final = int(Att.OEM_CODEPAGE)
_LOOKED_AT: Final = frozenset((_CODEPAGE, int(Att.TNEF_VERSION)))
_OWNERS: Final = frozenset((int(Att.OWNER), int(Att.SENT_FOR)))
_MSG_PROPS, _RECIP_TABLE, _RENDDATA = int(Att.MSG_PROPS), int(Att.RECIP_TABLE), int(Att.ATTACH_RENDDATA)
_UNFIT: Final = frozenset((0, 1, 1200, 1201, 12000, 12001))


class TnefFile:
    """A TNEF stream that was read; a context manager that closes. Large values of a large file are read from it, which
    must stay open for that.
    """

    def __init__(self, source: bytes | FileSource, strictness: Strictness) -> None:
        self._source = source
        self._defects = Defects(strictness)
        size = source.size if isinstance(source, FileSource) else len(source)
        head = source[0 : HEAD.size]
        if not is_tnef(head):
            if source[HEAD.size : HEAD.size + 5] not in KNOWN:
                raise CorruptData("this is no TNEF stream", value=head)
            self._defects.note("message", "the signature is wrong", value=head)
        if size < HEAD.size:
            raise CorruptData("the TNEF stream ends in its signature", value=head)
        if size == HEAD.size:
            self._defects.note("message", "there is nothing after the signature")
        self.key: int = HEAD.unpack(head)[1]
        """What joins the stream and the text of the mail around it."""
        reading = _Reading(Context(self._defects))
        self.content: MessageContent = reading.message(source, 0, size, "message", 0)
        """The message."""
        self.codepage: tuple[int, int] = reading.codepage
        """The code pages of its 8-bit text; (437, 0) where it tells none (GetTnefStreamCodepage)."""

    @classmethod
    def open(cls, source: Input, *, strictness: Strictness = Strictness.TOLERANT) -> TnefFile:
        """Open bytes, a path or a binary file. Raises: CorruptData where there is no TNEF stream; with STRICT at the
        first defect.
        """
        found = opened(source)
        try:
            return cls(found, strictness)
        except BaseException:
            if isinstance(found, FileSource):
                found.close()
            raise

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What was wrong with it."""
        return self._defects.all

    def close(self) -> None:
        """Close the file; twice is harmless."""
        if isinstance(self._source, FileSource):
            self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_tnef(source: Input, *, strictness: Strictness = Strictness.TOLERANT) -> Parsed[MessageContent]:
    """The message of a TNEF stream, with what was wrong with it.

    Of a large file the large values are read when they are used. Raises: CorruptData where there is no TNEF stream;
    with STRICT at the first defect.
    """
    file = TnefFile.open(source, strictness=strictness)
    return Parsed(file.content, file.defects)


def is_tnef(data: bytes) -> bool:
    """Whether bytes begin as a TNEF stream does.

    >>> is_tnef(bytes.fromhex("789F3E22 0100"))
    True
    """
    return data[:4] == _BEGIN


class _Reading:
    """One stream and all inside it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.codepage = UNTOLD

    def message(self, source: bytes | FileSource, start: int, end: int, where: str, deep: int) -> MessageContent:
        """The message between two places, whose signature is right."""
        if isinstance(source, FileSource):
            source, start, end = whole(source, start, end)
        scope = Scope(self.context, where, deep)
        telling, own, attached = _sorted(attributes(source, start + HEAD.size, end, scope), scope)
        for number, begun, stop in telling:
            self._look(number, source[begun:stop], scope)
        properties, recipients = _properties(source, own, scope)
        attachments: list[AttachmentContent] = []
        if attached:

            def nested(inner: Inner, at: str) -> MessageContent | None:
                return self._nested(inner, scope, at)

            for one in attached:
                attachments.append(read_attachment(source, one, scope, f"attachment {len(attachments)}", nested))
        return MessageContent(properties, recipients, attachments, self.context.names)

    def _look(self, number: int, data: bytes, scope: Scope) -> None:
        """What tells how the others are read."""
        if number == _CODEPAGE:
            first, second = _codepages(data if len(data) == _codepages_size else data[:8].ljust(8, b"\0"))
            scope.texts = _texts(first, second)
            if not scope.deep:
                self.codepage = (first, second)
        elif data != _VERSION and int.from_bytes(data[:4], "little") != VERSION:
            scope.note("another version of TNEF", value=data)

    def _nested(self, inner: Inner, scope: Scope, at: str) -> MessageContent | None:
        """The message inside an attachment; None where it is too deep or none at all."""
        if not is_tnef(inner.source[inner.start : min(inner.start + HEAD.size, inner.end)]):
            scope.note("the message inside is no TNEF stream", at=at)
            return None
        if scope.deep >= DEEPEST:
            scope.note("messages are nested too deeply; this one is kept as bytes", at=at, value=DEEPEST)
            return None
        where = f"{at}/message" if not scope.deep else f"{scope.where}/{at}/message"
        return self.message(inner.source, inner.start, inner.end, where, scope.deep + 1)


@lru_cache(maxsize=64)
def _texts(first: int, second: int) -> Texts:
    """How 8-bit text in two code pages is read."""
    usable = tuple(dict.fromkeys(page for page in (first, second) if page not in _UNFIT))
    return Texts(usable, usable)


def _sorted(found: Iterable[Found], scope: Scope) -> tuple[list[Found], list[Found], list[list[Found]]]:
    """The attributes that tell how others are read, those of the message, and those of each attachment, which
    attAttachRenddata begins.
    """
    telling: list[Found] = []
    own: list[Found] = []
    attached: list[list[Found]] = []
    here = list(found)
    del here[scope.taken(len(here), "attributes") :]
    for one in here:
        number = one[0]
        if number in _LOOKED_AT:
            telling.append(one)
        elif number not in OF_ATTACHMENTS:
            own.append(one)
        elif number == _RENDDATA:
            attached.append([one])
        elif attached:
            attached[-1].append(one)
        else:
            scope.note("an attachment without its beginning", value=hex(number))
            attached.append([one])
    return telling, own, attached


def _properties(
    source: bytes | FileSource, found: list[Found], scope: Scope
) -> tuple[dict[PropTag, Any], list[dict[PropTag, Any]]]:
    """The properties and the recipients of a message."""
    properties: dict[PropTag, Any] = {}
    recipients: list[dict[PropTag, Any]] = []
    others: list[Found] = []
    for one in found:
        if one[0] == _MSG_PROPS:
            listed = list_of(source, one[1], one[2], scope, "")
            properties = properties | listed if properties else listed
        elif one[0] == _RECIP_TABLE:
            recipients += rows_of(source, one[1], one[2], scope)
        else:
            others.append(one)
    told = _told(source, others, scope, properties)
    for tag in told:
        if tag not in properties:
            properties[tag] = told[tag]
    return plain(properties), recipients


def _told(
    source: bytes | FileSource, found: list[Found], scope: Scope, properties: dict[PropTag, Any]
) -> dict[PropTag, Any]:
    """What the attributes tell that stand for a property each."""
    told: dict[PropTag, Any] = {}
    owners: list[Found] = []
    for one in found:
        number = one[0]
        if number in _OWNERS:
            owners.append(one)
        elif ONE.get(number) not in properties:
            told |= read_attribute(number, source[one[1] : one[2]], scope, "")
    for number, start, end in owners:
        message_class = told.get(t.PR_MESSAGE_CLASS) or properties.get(t.PR_MESSAGE_CLASS, "")
        told |= read_attribute(number, source[start:end], scope, "", message_class)
    if t.PR_SUBJECT in told and t.PR_NORMALIZED_SUBJECT in properties:
        told[t.PR_SUBJECT] = f"{properties.get(t.PR_SUBJECT_PREFIX, '')}{properties[t.PR_NORMALIZED_SUBJECT]}"
    return told
