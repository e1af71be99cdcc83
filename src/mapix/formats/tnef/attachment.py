"""One attachment of a TNEF stream: its attributes, its properties, and the message inside ([MS-OXTNEF] 2.1.3.3.15)."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from mapix.formats.tnef.attributes import Found
from mapix.formats.tnef.context import Scope
from mapix.formats.tnef.forms import Inner
from mapix.formats.tnef.layout import MAC_BINARY, Att
from mapix.formats.tnef.legacy import ONE, read_attribute
from mapix.formats.tnef.parts import list_of, value_of
from mapix.formats.tnef.source import FileSource
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.tag import PropTag

RENDDATA: Final = Struct("<HihhI")
"""Kind, position in the text, width, height, flags."""
FILE, OLE = 1, 2
"""Kinds of attachments."""
MAC: Final = 1
"""The flag of data in MacBinary."""
NOT_PLACED: Final = -1
_ATTACHMENT, _DATA, _RENDDATA, _TITLE = map(
    int, (Att.ATTACHMENT, Att.ATTACH_DATA, Att.ATTACH_RENDDATA, Att.ATTACH_TITLE)
)
_NAMES: Final = (t.PR_ATTACH_LONG_FILENAME, t.PR_DISPLAY_NAME)

Nested = Callable[[Inner, str], MessageContent | None]
"""How the message inside is read; None where it cannot be."""


def read_attachment(
    source: bytes | FileSource, found: list[Found], scope: Scope, where: str, nested: Nested
) -> AttachmentContent:
    """An attachment of its attributes."""
    told: dict[PropTag, Any] = {}
    properties: dict[PropTag, Any] = {}
    others: list[Found] = []
    kind, title = FILE, b""
    for one in found:
        number, start, end = one
        if number == _ATTACHMENT:
            listed = list_of(source, start, end, scope, where)
            properties = properties | listed if properties else listed
        elif number == _DATA:
            told[t.PR_ATTACH_DATA_BIN] = value_of(source, start, end)
        elif number == _RENDDATA:
            kind = _rendering(source[start:end], told, scope, where)
        elif number == _TITLE:
            title = source[start:end].partition(b"\0")[0]
        else:
            others.append(one)
    for number, start, end in others:
        if ONE.get(number) not in properties:
            told |= read_attribute(number, source[start:end], scope, where)
    if title and not _known_name(title, properties, scope):
        told[t.PR_ATTACH_FILENAME] = scope.text(title, t.PR_ATTACH_FILENAME.id, where)
    for tag in told:
        if tag not in properties:
            properties[tag] = told[tag]
    content = AttachmentContent(properties)
    if t.PR_ATTACH_DATA_OBJ in properties:
        _open(content, where, nested)
    if t.PR_ATTACH_METHOD not in properties:
        _complete(content, kind)
    return content


def _rendering(data: bytes, told: dict[PropTag, Any], scope: Scope, where: str) -> int:
    """What attAttachRenddata tells; the kind of the attachment."""
    if len(data) != RENDDATA.size:
        scope.note("attAttachRenddata has another size", at=where, value=data)
        data = data[: RENDDATA.size].ljust(RENDDATA.size, b"\0")
    kind, position, _, _, flags = RENDDATA.unpack(data)
    if position != NOT_PLACED:
        told[t.PR_RENDERING_POSITION] = position
    if flags & MAC:
        told[t.PR_ATTACH_ENCODING] = MAC_BINARY
    return int(kind)


def _known_name(title: bytes, properties: dict[PropTag, Any], scope: Scope) -> bool:
    """Whether attAttachTitle is one of the names that the properties have."""
    for tag in _NAMES:
        name = properties.get(tag)
        if isinstance(name, str) and scope.narrow(name) == title:
            return True
    return False


def _open(content: AttachmentContent, where: str, nested: Nested) -> None:
    inner = content.properties[t.PR_ATTACH_DATA_OBJ]
    if inner.__class__ is Inner:
        del content.properties[t.PR_ATTACH_DATA_OBJ]
        content.message = nested(inner, where)
        if content.message is None:
            content.properties[t.PR_ATTACH_DATA_OBJ] = value_of(inner.source, inner.start, inner.end)


def _complete(content: AttachmentContent, kind: int) -> None:
    """PR_ATTACH_METHOD, which nothing tells."""
    values = content.properties
    if content.message is not None:
        values[t.PR_ATTACH_METHOD] = ATTACH_EMBEDDED_MSG
    elif kind == OLE:
        values[t.PR_ATTACH_METHOD] = ATTACH_OLE
    elif t.PR_ATTACH_DATA_BIN in values:
        values[t.PR_ATTACH_METHOD] = ATTACH_BY_VALUE
