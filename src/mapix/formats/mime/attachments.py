"""Attachments as body parts (RFC 2183): their bytes, their names, their places beside or inside the HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.mime.headers import field as header_field
from mapix.formats.mime.parameters import content_type, disposition
from mapix.formats.mime.parts import Part, base64_pieces
from mapix.formats.mime.values import number_of, pieces_of, text_of
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_REF_ONLY, ATTACH_BY_REF_RESOLVE, ATTACH_BY_REFERENCE
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
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
_REFERENCES: Final = (ATTACH_BY_REFERENCE, ATTACH_BY_REF_RESOLVE, ATTACH_BY_REF_ONLY)

Nested = Callable[[MessageContent], Part]
"""How an embedded message becomes a part."""


@dataclass(slots=True)
class Attachments:
    """The attachments of a message as parts: those shown inside the HTML, and those beside the bodies."""

    inline: list[Part] = field(default_factory=list)
    beside: list[Part] = field(default_factory=list)


def attachment_parts(content: MessageContent, shown: frozenset[str] | None, nested: Nested) -> Attachments:
    """All attachments as parts. `shown` are the content identifiers the HTML refers to, None without HTML."""
    found = Attachments()
    for attachment in content.attachments:
        inside = shown is not None and _is_inline(attachment.properties, shown)
        part = attachment_part(attachment, nested, "inline" if inside else "attachment")
        (found.inline if inside else found.beside).append(part)
    return found


def attachment_part(attachment: AttachmentContent, nested: Nested, kind: str) -> Part:
    """One attachment as a part; `kind` is its disposition."""
    props = attachment.properties
    if attachment.message is not None:
        part = nested(attachment.message)
        part.headers.append(disposition(kind, name_of(props, _FILE_NAMES)))
        return part
    if number_of(props, PR_ATTACH_METHOD) in _REFERENCES and PR_ATTACH_DATA_BIN not in props:
        return _reference(props)
    name = name_of(props)
    headers = [
        content_type(media_type(props), name),
        "Content-Transfer-Encoding: base64",
        disposition(kind, name),
        *_identity(props),
    ]
    return Part(headers, list(base64_pieces(pieces_of(_data(props)))))


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
    identifier = clean_id(text_of(props, PR_ATTACH_CONTENT_ID) or "")
    if identifier:
        fields.append(f"Content-ID: <{identifier}>")
    location = text_of(props, PR_ATTACH_CONTENT_LOCATION)
    if location:
        fields.append(header_field("Content-Location", location))
    return fields


def clean_id(identifier: str) -> str:
    """A content identifier as a header and an URL can carry it, without angle brackets."""
    text = identifier.strip("<> ")[:400]
    return "".join(letter if "!" <= letter <= "~" and letter not in "<>" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def _data(props: Mapping[PropTag, Any]) -> Any:
    """The bytes of an attachment: those of a file, or of the OLE object's storage."""
    value = props.get(PR_ATTACH_DATA_BIN)
    return props.get(PR_ATTACH_DATA_OBJ) if value is None else value


def _reference(props: Mapping[PropTag, Any]) -> Part:
    """An attachment that is only a path: named, not carried (RFC 2046 5.2.3)."""
    path = text_of(props, PR_ATTACH_LONG_PATHNAME) or text_of(props, PR_ATTACH_PATHNAME) or ""
    kind = content_type("message/external-body; access-type=local-file", path)
    return Part([kind, disposition("attachment", name_of(props))], [b"Content-Type: application/octet-stream\r\n\r\n"])
