"""Messages written as .msg files.

    write_msg(content, Path("mail.msg"))
    write_msg(content_of(file), target, unicode=file.unicode, foreign=foreign_of(file))

Equal messages make equal bytes. A path's file is replaced when the new one is whole, so that large values may come from
the file that is replaced. Source: [MS-OXMSG].
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from mapix.formats.cfb import Node, write_compound_file
from mapix.formats.msg.encode import Encoded, Encoding, encode
from mapix.formats.msg.foreign import Foreign
from mapix.formats.msg.layout import (
    CLASS,
    DEEPEST,
    EMBEDDED,
    FIRST_NAMED,
    NAMES,
    PROPERTIES,
    TEMPLATE_CLASS,
    UNTOLD,
    USUAL,
    Header,
    Kind,
    attachment_name,
    recipient_name,
)
from mapix.formats.msg.names import NameMap
from mapix.formats.msg.subtree import node_from
from mapix.formats.msg.texts import ASCII, WESTERN, Texts
from mapix.properties.codepage import UTF8
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import BadValue, TooComplex
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE, STORE_UNICODE_OK
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_MESSAGE_CODEPAGE,
    PR_ROWID,
    PR_STORE_SUPPORT_MASK,
)

Target = str | os.PathLike[str] | BinaryIO

_IS_MESSAGE: Final = 1
_IS_STORAGE: Final = 4
_NOTHING: Final = Foreign()


def write_msg(
    content: MessageContent,
    target: Target,
    *,
    unicode: bool = True,
    template: bool = False,
    foreign: Foreign | None = None,
    version: int | None = None,
) -> None:
    """Write a message to a path or a seekable binary file.

    `unicode=False` writes 8-bit text in the message's code page, `template` a form template (.oft). `foreign` is what
    the file holds besides, see `foreign_of`. `version` is that of the compound file, 3 or 4; None: what the size wants.
    Raises: BadValue for a value that is not of its type or text that the code page lacks, TooComplex for messages
    nested too deeply, NamedPropQuotaExceeded, StorageError.
    """
    names, ids = file_names(content)
    foreign = foreign or Foreign(clsid=CLASS)
    with ExitStack() as files:
        root = _message(content, _Writing(unicode, ids, files), Kind.MESSAGE, foreign, None, 0)
        kept = [Node(name, data) for name, data in names.streams().items()]
        root.children = [*root.children, Node(NAMES, children=[*kept, *foreign.names])]
        root.name = "Root Entry"
        if template:
            root.clsid = TEMPLATE_CLASS
        write_compound_file(root, target, version=version)


def file_names(content: MessageContent) -> tuple[NameMap, dict[int, int]]:
    """The map of the names that `content` has, and the identifiers in the file for those it has now.

    Identifiers stay as they are where they leave no gap, as those that come from a file.
    """
    known = sorted(content.names)
    span = range(FIRST_NAMED, FIRST_NAMED + len(known))
    if known == list(span):
        return NameMap(content.names), {}
    ids = dict(zip(known, span, strict=True))
    names = NameMap({ids[number]: content.names[number] for number in known})
    free = iter(range(span.stop, 0xFFFF))
    for number in sorted(_unnamed(content, ids)):
        ids[number] = next(free)
    return names, {number: new for number, new in ids.items() if number != new}


def _unnamed(content: MessageContent, known: Mapping[int, int]) -> set[int]:
    """Identifiers from 0x8000 on, anywhere in a message, that no name is known of."""
    found = {tag >> 16 for values in _all_values(content) for tag in values if tag >> 16 >= FIRST_NAMED}
    return found - known.keys()


def _all_values(content: MessageContent) -> Iterator[Mapping[PropTag, Any]]:
    """The properties of a message and of all parts of it at any depth."""
    waiting = [content]
    while waiting:
        message = waiting.pop()
        yield message.properties
        yield from message.recipients
        yield from (part.properties for part in message.attachments)
        waiting += [part.message for part in message.attachments if part.message is not None]


@dataclass(frozen=True, slots=True)
class _Writing:
    """What all parts of a file share."""

    unicode: bool
    ids: Mapping[int, int]
    files: ExitStack


def _message(
    content: MessageContent, writing: _Writing, kind: Kind, foreign: Foreign, above: Texts | None, depth: int
) -> Node:
    if depth > DEEPEST:
        raise TooComplex("messages are nested too deeply", value=DEEPEST)
    values, texts = _completed(content, writing.unicode, above)
    how = Encoding(writing.unicode, texts, writing.ids)
    recipients = [
        _part(recipient_name(number), _numbered(row, PR_ROWID, number), how, _at(foreign.recipients, number))
        for number, row in enumerate(content.recipients)
    ]
    attachments = [
        _attachment(part, number, writing, how, _at(foreign.attachments, number), depth)
        for number, part in enumerate(content.attachments)
    ]
    header = Header(len(recipients), len(attachments), len(recipients), len(attachments))
    node = _node(EMBEDDED, header.pack(kind), encode(values, how, foreign.attributes), foreign)
    node.children = [*node.children, *recipients, *attachments]
    return node


def _completed(content: MessageContent, unicode: bool, above: Texts | None) -> tuple[dict[PropTag, Any], Texts]:
    """A message's properties with those that tell how its text is written, and how 8-bit text is."""
    values = dict(content.properties)
    mask = values.get(PR_STORE_SUPPORT_MASK)
    if unicode or mask is not None:
        values[PR_STORE_SUPPORT_MASK] = (mask or 0) & ~STORE_UNICODE_OK | (STORE_UNICODE_OK if unicode else 0)
    texts = Texts.of(values, above)
    if not unicode and not texts.codepages:
        needed = _codepage(content)
        if needed is not None:
            values[PR_MESSAGE_CODEPAGE] = needed
            texts = Texts.of(values, above)
    return values, texts


def _codepage(content: MessageContent) -> int | None:
    """A code page for text whose message tells none: none for ASCII, Windows' western one where that has its letters,
    else UTF-8.
    """
    texts = [{tag: value for tag, value in values.items() if tag.is_string} for values in _all_values(content)]
    for codepage in (ASCII, WESTERN):
        try:
            for values in texts:
                encode(values, Encoding(False, Texts((codepage,), (codepage,))))
        except BadValue:
            continue
        return None if codepage == ASCII else codepage
    return UTF8


def _attachment(
    part: AttachmentContent, number: int, writing: _Writing, how: Encoding, foreign: Foreign, depth: int
) -> Node:
    values = _numbered(part.properties, PR_ATTACH_NUM, number)
    document = values.pop(PR_ATTACH_DATA_OBJ, None)
    if part.message is not None:
        values.setdefault(PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)
        node = _part(attachment_name(number), values, how, foreign, _IS_MESSAGE)
        inner = _message(part.message, writing, Kind.EMBEDDED, foreign.message or _NOTHING, how.texts, depth + 1)
    elif document is None:
        return _part(attachment_name(number), values, how, foreign)
    else:
        storage = node_from(document, EMBEDDED, writing.files)
        if storage is None:
            values[PR_ATTACH_DATA_OBJ] = document
            return _part(attachment_name(number), values, how, foreign)
        values.setdefault(PR_ATTACH_METHOD, ATTACH_OLE)
        inner = storage
        node = _part(attachment_name(number), values, how, foreign, _IS_STORAGE)
    node.children = [*node.children, inner]
    return node


def _part(name: str, values: dict[PropTag, Any], how: Encoding, foreign: Foreign, inside: int = 0) -> Node:
    """A recipient or attachment; `inside` tells what kind of storage lies in it."""
    encoded = encode(values, how, foreign.attributes)
    if inside:
        encoded.sized(PR_ATTACH_DATA_OBJ, USUAL, UNTOLD, inside)
    return _node(name, Header().pack(Kind.PART), encoded, foreign)


def _node(name: str, header: bytes, encoded: Encoded, foreign: Foreign) -> Node:
    children = [Node(PROPERTIES, header + bytes(encoded.entries))]
    children += [Node(stream, data) for stream, data in encoded.streams.items()]
    taken = {child.name.upper() for child in children}
    children += [node for node in foreign.nodes if node.name.upper() not in taken]
    return Node(
        name,
        children=children,
        clsid=foreign.clsid,
        state_bits=foreign.state_bits,
        created=foreign.created,
        modified=foreign.modified,
    )


def _numbered(values: Mapping[PropTag, Any], tag: PropTag, number: int) -> dict[PropTag, Any]:
    found = dict(values)
    found.setdefault(tag, number)
    return found


def _at(parts: Any, number: int) -> Foreign:
    found: Foreign = parts[number] if number < len(parts) else _NOTHING
    return found
