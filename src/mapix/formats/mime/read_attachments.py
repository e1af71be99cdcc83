"""One part as an attachment: its names in every form, its place, and the fields of its header (A-026)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mapix.formats.mime.attachments import DISPOSITION, MHTML_REFERENCE, TEXT_CHARSET
from mapix.formats.mime.headers import header_text
from mapix.formats.mime.parameters import clean_name
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_CONTENT_BASE,
    PR_ATTACH_CONTENT_ID,
    PR_ATTACH_CONTENT_LOCATION,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_FILENAME,
    PR_ATTACH_FLAGS,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_DISPLAY_NAME,
    PR_RENDERING_POSITION,
    PR_SUBJECT,
)

_NOT_PLACED: Final = -1
_LONGEST_ENDING: Final = 32
_MOST_FIELDS: Final = 20
_READ: Final = frozenset(
    ("content-transfer-encoding", "content-id", "content-location", "content-base", "mime-version")
)
_PLAIN_PARAMETERS: Final = {"content-type": {"name", "charset"}, "content-disposition": {"filename"}}
_ENDINGS: Final = {
    "application/octet-stream": ".dat",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/plain": ".txt",
    "text/html": ".htm",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
}


def attachment_of(
    node: Node,
    reading: Reading,
    kind: str | None = None,
    message: MessageContent | None = None,
    *,
    name: str = "",
    related: bool = False,
) -> AttachmentContent:
    """The attachment that a part is; `name` is for one that has none, `message` what stands inside it."""
    kind = kind or node.told()[0]
    props: dict[PropTag, Any] = {PR_RENDERING_POSITION: _NOT_PLACED, PR_ATTACH_MIME_TAG: kind}
    props.update(_identity(node, kind))
    props.update(_other_fields(node, reading))
    if related:
        props[PR_ATTACH_FLAGS] = MHTML_REFERENCE
    if message is not None:
        props.update(_embedded(node, message))
    else:
        props.update(named_file(name_of(node) or name))
        props[PR_ATTACH_DATA_BIN] = reading.data(node)
    found = AttachmentContent(props, message)
    if message is None and node.encoding() == "base64":
        reading.stretches.append((node, found))
    return found


def named_file(name: str) -> dict[PropTag, Any]:
    """The properties of a file that has a name, without its bytes."""
    _, dot, ending = name.rpartition(".")
    props: dict[PropTag, Any] = {
        PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        PR_ATTACH_LONG_FILENAME: name,
        PR_ATTACH_FILENAME: name,
        PR_DISPLAY_NAME: name,
    }
    return props | {PR_ATTACH_EXTENSION: dot + ending} if dot and len(ending) < _LONGEST_ENDING else props


def name_of(node: Node) -> str:
    """The file name of a part, without control characters; nothing where it tells none."""
    name = node.disposition()[1].get("filename") or node.told()[1].get("name")
    return clean_name(name) if name else ""


def content_id(node: Node) -> str:
    """The content identifier of a part, without its angle brackets."""
    return node.value_of("content-id").strip("<> ")


def made_up_name(number: int, kind: str) -> str:
    """A name for the `number`th attachment, which has none."""
    ending = _ENDINGS.get(kind)
    if ending is None:
        from mimetypes import guess_extension

        ending = guess_extension(kind)
    return f"ATT{number:05}{ending or '.dat'}"


def _embedded(node: Node, message: MessageContent) -> dict[PropTag, Any]:
    name = name_of(node)
    shown = name or message.get(PR_SUBJECT) or ""
    props: dict[PropTag, Any] = {PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, PR_DISPLAY_NAME: shown}
    return props | {PR_ATTACH_LONG_FILENAME: name} if name else props


def _identity(node: Node, kind: str) -> Iterator[tuple[PropTag, Any]]:
    """Who refers to the part and how, and what its text is in."""
    found = (
        (PR_ATTACH_CONTENT_ID, content_id(node)),
        (PR_ATTACH_CONTENT_LOCATION, node.value_of("content-location")),
        (PR_ATTACH_CONTENT_BASE, node.value_of("content-base")),
        (DISPOSITION, "inline" if node.disposition()[0] == "inline" else ""),
        (TEXT_CHARSET, node.told()[1].get("charset", "") if kind.startswith("text/") else ""),
    )
    return ((tag, text) for tag, text in found if text)


def _other_fields(node: Node, reading: Reading) -> Iterator[tuple[PropTag, Any]]:
    """The fields that no property is for, and those with parameters that none is for, as named properties."""
    if not reading.options.named_headers:
        return
    fields = node.block.by_name
    if node.depth == 0:
        fields = {name: fields[name] for name in _PLAIN_PARAMETERS if name in fields}
    for name, values in list(fields.items())[:_MOST_FIELDS]:
        if name in _READ or reading.names.is_full:
            continue
        if name in _PLAIN_PARAMETERS:
            told = node.told()[1] if name == "content-type" else node.disposition()[1]
            if not set(told) - _PLAIN_PARAMETERS[name]:
                continue
        if len(name) < 100:
            key = PropertyName(PS_INTERNET_HEADERS, node_name(node, name))
            yield reading.names.tag(key, PropType.UNICODE), header_text(values[0])


def node_name(node: Node, name: str) -> str:
    """A field's name as the part writes it."""
    return next(each for each, _ in node.raw_items() if each.lower() == name)
