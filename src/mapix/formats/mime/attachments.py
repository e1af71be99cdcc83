"""Attachments as body parts (RFC 2183): their bytes, their names, their places beside or inside the HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.mime.headers import field as header_field
from mapix.formats.mime.headers import is_plain
from mapix.formats.mime.options import Encoding
from mapix.formats.mime.parameters import content_type, disposition, parse_value
from mapix.formats.mime.parts import Part, base64_pieces, canonical, lines_fit, multipart
from mapix.formats.mime.uuencode import uu_pieces
from mapix.formats.mime.values import number_of, pieces_of, text_of
from mapix.formats.mime.writing import Writing
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_REF_ONLY, ATTACH_BY_REF_RESOLVE, ATTACH_BY_REFERENCE
from mapix.properties.named_tags import PidNameAttachmentMacInfo
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_CONTENT_BASE,
    PR_ATTACH_CONTENT_ID,
    PR_ATTACH_CONTENT_LOCATION,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_FILENAME,
    PR_ATTACH_FLAGS,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_LONG_PATHNAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_ATTACH_PATHNAME,
    PR_DISPLAY_NAME,
    PR_TRANSPORT_MESSAGE_HEADERS,
)

MHTML_REFERENCE: Final = 4
"""The bit of PR_ATTACH_FLAGS that says the HTML shows this attachment ([MS-OXCMSG] 2.2.2.18)."""

DISPOSITION: Final = PropTag(0x3716001F)
"""How the part asked to be shown: `inline` where it did."""

TEXT_CHARSET: Final = PropTag(0x371B001F)
"""PidTagTextAttachmentCharset ([MS-OXCMSG] 2.2.2.25)."""

_FILE_NAMES: Final = (PR_ATTACH_LONG_FILENAME, PR_ATTACH_FILENAME)
_NAMES: Final = (*_FILE_NAMES, PR_DISPLAY_NAME)
_OCTETS: Final = "application/octet-stream"
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+\-]{1,120}/[a-z0-9!#$&^_.+\-]{1,120}", re.IGNORECASE)
_NOT_OPAQUE: Final = ("multipart/", "message/")
_MESSAGES: Final = ("message/rfc822", "message/global")
_VISIBLE: Final = re.compile(r"[!-;=?-~](?:[ -;=?-~]{0,800}[!-;=?-~])?")
_MADE_UP: Final = re.compile(r"ATT\d{5}\.\w{1,8}")
_FIELD_NAME: Final = re.compile(r"[!-9;-~]{1,70}")
_OWN: Final = frozenset(
    (
        *("content-type", "content-disposition", "content-transfer-encoding", "content-id", "content-location"),
        *("content-base", "mime-version"),
    )
)
_REFERENCES: Final = (ATTACH_BY_REFERENCE, ATTACH_BY_REF_RESOLVE, ATTACH_BY_REF_ONLY)

Nested = Callable[[MessageContent], Part]
"""How an embedded message becomes a part."""


@dataclass(slots=True)
class Attachments:
    """The attachments of a message as parts: those shown inside the HTML, and those beside the bodies."""

    inline: list[Part] = field(default_factory=list)
    beside: list[Part] = field(default_factory=list)
    following: int = 0
    """How many of those beside are, or stand before, a part that is the end of a body."""

    def follow(self, part: Part) -> None:
        """Take a part that is the end of a body."""
        self.beside.append(part)
        self.following = len(self.beside)

    def taken(self) -> list[Part]:
        """Those up to the last part that is the end of a body; they stand beside no more."""
        taken, self.beside = self.beside[: self.following], self.beside[self.following :]
        return taken


def attachment_parts(
    writing: Writing, shown: frozenset[str] | None, nested: Nested, behind: Sequence[tuple[int, Part]] = ()
) -> Attachments:
    """All attachments as parts. `shown` are the content identifiers the HTML refers to, None without HTML; `behind` are
    parts that stand among them, each with the number of attachments before it.
    """
    found = Attachments()
    waiting = list(behind)
    for number, attachment in enumerate(writing.content.attachments):
        while waiting and waiting[0][0] <= number:
            found.follow(waiting.pop(0)[1])
        inside = shown is not None and _is_inline(attachment.properties, shown)
        part = attachment_part(writing, attachment, nested, inline=inside)
        (found.inline if inside else found.beside).append(part)
    for _, part in waiting:
        found.follow(part)
    return found


def attachment_part(writing: Writing, attachment: AttachmentContent, nested: Nested, *, inline: bool = False) -> Part:
    """One attachment as a part; `inline` tells that the HTML shows it."""
    props = attachment.properties
    kind = "inline" if inline or text_of(props, DISPOSITION) == "inline" else "attachment"
    if attachment.message is not None:
        part = nested(attachment.message)
        name = told_name(writing, props, _FILE_NAMES)
        kept = _kept(writing, props, "content-disposition", kind, "filename", name)
        part.headers += (kept or disposition(kind, name), *_identity(props), *_others(writing, props))
        return part
    if number_of(props, PR_ATTACH_METHOD) in _REFERENCES and PR_ATTACH_DATA_BIN not in props:
        return _reference(props)
    resources = writing.value(props, PidNameAttachmentMacInfo, PropType.BINARY)
    file = _file(writing, props, kind)
    return file if resources is None else _double(resources, props, file)


def _file(writing: Writing, props: Mapping[PropTag, Any], kind: str) -> Part:
    name = told_name(writing, props)
    told_type = (text_of(props, PR_ATTACH_MIME_TAG) or "").lower()
    opaque = told_type.startswith("message/") and told_type not in _MESSAGES and _TYPE.fullmatch(told_type)
    raw = bool(opaque) and _as_it_is(data_of(props))
    media = told_type if raw else media_type(props)
    told = _kept(writing, props, "content-type", told_type, "name", None)
    charset = text_of(props, TEXT_CHARSET) if media.startswith("text/") else None
    if told is None or (not raw and told_type.startswith(_NOT_OPAQUE)):
        told = content_type(media, name, charset)
    headers = [
        told,
        f"Content-Transfer-Encoding: {_encoding(writing, raw=raw)}",
        _kept(writing, props, "content-disposition", kind, "filename", name) or disposition(kind, name),
        *_identity(props),
        *_others(writing, props),
    ]
    value = data_of(props)
    if raw:
        return Part(headers, [canonical(value)])
    if writing.options.encoding is Encoding.UUENCODE:
        return Part(headers, [lambda: uu_pieces(pieces_of(value), name or "file")])
    if isinstance(value, bytes):
        return Part(headers, list(base64_pieces([value])))
    return Part(headers, [lambda: base64_pieces(pieces_of(value))])


def _encoding(writing: Writing, *, raw: bool) -> str:
    if raw:
        return "7bit"
    return "x-uuencode" if writing.options.encoding is Encoding.UUENCODE else "base64"


def _as_it_is(value: Any) -> bool:
    """Whether bytes can stand in a message without being encoded."""
    return isinstance(value, bytes) and value.isascii() and b"\0" not in value and lines_fit(canonical(value))


def _kept(
    writing: Writing, props: Mapping[PropTag, Any], key: str, kind: str, parameter: str, name: str | None
) -> str | None:
    """The field `key` as it came with the part, where it still says what the properties say."""
    text = writing.field(props, key)
    if not text or not is_plain(text):
        return None
    told, parameters = parse_value(text)
    if told != kind.lower() or (name is not None and parameters.get(parameter) not in (None, name)):
        return None
    if name is None and parameter in parameters and parameters[parameter] != name_of(props):
        return None
    return header_field(key.title(), text) if name is None or parameter in parameters else None


def _others(writing: Writing, props: Mapping[PropTag, Any]) -> list[str]:
    """The fields of a part that no property is for, as they came."""
    found = []
    for key, (number, name) in writing.fields.items():
        text = text_of(props, PropTag.of(number, PropType.UNICODE)) if key not in _OWN else None
        if text is not None and _FIELD_NAME.fullmatch(name):
            found.append(header_field(name, text))
    return found


def _double(resources: Any, props: Mapping[PropTag, Any], file: Part) -> Part:
    """The two halves of a file of the Macintosh (RFC 1740)."""
    first = Part(
        [content_type("application/applefile", name_of(props)), "Content-Transfer-Encoding: base64"],
        [lambda: base64_pieces(pieces_of(resources))],
    )
    return multipart("appledouble", [first, file])


def told_name(writing: Writing, props: Mapping[PropTag, Any], tags: tuple[PropTag, ...] | None = None) -> str | None:
    """The file name to be written: none where reading a part without one made it up, and would so again."""
    name = name_of(props, tags or _NAMES)
    if name and _MADE_UP.fullmatch(name) and PR_TRANSPORT_MESSAGE_HEADERS in writing.content.properties:
        return None if int(name[3:8]) == writing.place(props) else name
    return name


def name_of(props: Mapping[PropTag, Any], tags: tuple[PropTag, ...] = _NAMES) -> str | None:
    """The best file name of an attachment."""
    return next((name for tag in tags if (name := text_of(props, tag))), None)


def media_type(props: Mapping[PropTag, Any]) -> str:
    """The media type of an attachment: as it says, or by the ending of its name; never one that must not be base64."""
    told = (text_of(props, PR_ATTACH_MIME_TAG) or "").partition(";")[0].strip()
    kind = told.lower() if _TYPE.fullmatch(told) else _type_by_name(props)
    return _OCTETS if kind.startswith(_NOT_OPAQUE) else kind


def _type_by_name(props: Mapping[PropTag, Any]) -> str:
    from mimetypes import guess_type

    name = name_of(props) or ""
    ending = text_of(props, PR_ATTACH_EXTENSION) or ""
    candidates = (f"file{name[name.rfind('.') :]}" if "." in name else "", f"file{ending}")
    return next((kind for each in candidates if (kind := guess_type(each)[0])), _OCTETS)


def _is_inline(props: Mapping[PropTag, Any], shown: frozenset[str]) -> bool:
    identifier = (text_of(props, PR_ATTACH_CONTENT_ID) or "").strip("<> ")
    return bool(identifier) and (
        identifier in shown
        or clean_id(identifier) in shown
        or bool(number_of(props, PR_ATTACH_FLAGS) & MHTML_REFERENCE)
    )


def _identity(props: Mapping[PropTag, Any]) -> list[str]:
    fields = []
    identifier = (text_of(props, PR_ATTACH_CONTENT_ID) or "").strip("<> ")
    if identifier:
        shown = identifier if _VISIBLE.fullmatch(identifier) else clean_id(identifier)
        fields.append(f"Content-ID: <{shown}>")
    for name, tag in (("Content-Location", PR_ATTACH_CONTENT_LOCATION), ("Content-Base", PR_ATTACH_CONTENT_BASE)):
        if text := text_of(props, tag):
            fields.append(header_field(name, text))
    return fields


def clean_id(identifier: str) -> str:
    """A content identifier as a header and an URL can carry it, without angle brackets."""
    text = identifier.strip("<> ")[:400]
    return "".join(letter if "!" <= letter <= "~" and letter not in "<>" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def data_of(props: Mapping[PropTag, Any]) -> Any:
    """The bytes of an attachment: those of a file, or of the OLE object's storage."""
    value = props.get(PR_ATTACH_DATA_BIN)
    return props.get(PR_ATTACH_DATA_OBJ) if value is None else value


def _reference(props: Mapping[PropTag, Any]) -> Part:
    """An attachment that is only a path: named, not carried (RFC 2046 5.2.3)."""
    path = text_of(props, PR_ATTACH_LONG_PATHNAME) or text_of(props, PR_ATTACH_PATHNAME) or ""
    kind = content_type("message/external-body; access-type=local-file", path)
    return Part([kind, disposition("attachment", name_of(props))], [b"Content-Type: application/octet-stream\r\n\r\n"])
