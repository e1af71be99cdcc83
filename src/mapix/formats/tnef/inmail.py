"""Mail in passing: TNEF in it is replaced by the parts it stands for, and nothing else is touched.

    data, defects = without_tnef(data)

Bytes outside of what is replaced stay as they are, line ends, folds and boundaries with them. Nothing is replaced
inside of what is signed, and nothing by a stream that is damaged: that stays, and the defect is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.defects import Defect, Defects
from mapix.formats.mime.attachments import attachment_parts
from mapix.formats.mime.bodies import bodies_of
from mapix.formats.mime.parts import Part, multipart
from mapix.formats.mime.read_attachments import name_of
from mapix.formats.mime.source import MemorySource
from mapix.formats.mime.to_mime import content_part, message_part
from mapix.formats.mime.tree import Node, parse, walk
from mapix.formats.mime.wrapped import CONTENT_TYPES, FILE_NAMES
from mapix.formats.mime.writing import Writing
from mapix.formats.tnef.unwrap import attached, belongs, sound_message
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent

_HINTS: Final = re.compile(rb"ms-tnef|win(?:mail)?\.dat", re.IGNORECASE)
_CLOSED: Final = ("multipart/signed", "multipart/encrypted")
_BODIES: Final = (t.PR_BODY, t.PR_HTML, t.PR_BODY_HTML, t.PR_RTF_COMPRESSED)
_CONTENT: Final = "content-"


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes in the place of others."""

    start: int
    end: int
    data: bytes


@dataclass(slots=True)
class _Mail:
    """A mail that is looked through."""

    data: bytes
    root: Node
    defects: Defects
    edits: list[_Edit] = field(default_factory=list)

    @property
    def line(self) -> bytes:
        """How its lines end."""
        first = self.data.find(b"\n")
        return b"\r\n" if first > 0 and self.data[first - 1 : first] == b"\r" else b"\n"

    def written(self, part: Part) -> bytes:
        """A part with the line ends of the mail."""
        data = b"".join(part.pieces())
        return data if self.line == b"\r\n" else data.replace(b"\r\n", b"\n")


def without_tnef(data: bytes) -> tuple[bytes, tuple[Defect, ...]]:
    """A mail whose TNEF parts are replaced by what is in them, and what was wrong with those that were not.

    The same bytes where there is nothing to replace.
    """
    defects = Defects()
    if not _HINTS.search(data):
        return data, ()
    mail = _Mail(data, parse(MemorySource(data), Defects()), defects)
    found = [(node, around) for node, around in _leaves(mail.root) if _is_tnef(node)]
    done = False
    for node, around in found:
        inner = sound_message(node.data(defects), defects)
        if inner is None:
            continue
        if done or not belongs(inner, _told(mail.root)):
            inner = MessageContent(attachments=[attached(AttachmentContent(), inner)], names=inner.names)
        else:
            done = True
        _replace(mail, node, around, inner)
    return _edited(data, mail.edits), defects.all


def _leaves(root: Node) -> Iterator[tuple[Node, Node | None]]:
    """The parts that have no parts, with the multipart they stand in; none of what is signed."""
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, around = waiting.pop()
        if node.told()[0] in _CLOSED:
            continue
        if not node.children():
            yield node, around
        waiting += [(child, node) for child in reversed(node.children())]


def _is_tnef(node: Node) -> bool:
    return node.told()[0] in CONTENT_TYPES or name_of(node).lower() in FILE_NAMES


def _told(root: Node) -> MessageContent:
    """What the header of a mail tells of the stream that belongs to it."""
    header = root.block.raw.decode("latin-1")
    identifier = root.value_of("message-id").strip()
    return MessageContent({t.PR_TRANSPORT_MESSAGE_HEADERS: header, t.PR_INTERNET_MESSAGE_ID: identifier})


def _replace(mail: _Mail, node: Node, around: Node | None, inner: MessageContent) -> None:
    texts = [one for one in walk(mail.root) if one is not node and _is_text(one)]
    if any(one.told()[0] == "text/html" for one in texts):
        _drop(inner, *_BODIES)
    elif any(one.raw().strip() for one in texts):
        _drop(inner, t.PR_BODY)
    if around is None:
        _replace_whole(mail, inner)
    elif around.told()[0] == "multipart/mixed":
        _replace_part(mail, node, _plain_before(around, node), inner)
    else:
        _put(mail, node, [content_part(Writing(inner), None, 0)])


def _is_text(node: Node) -> bool:
    """Whether a part is text that is meant to be seen."""
    shown = node.disposition()[0] != "attachment" and not name_of(node)
    return not node.children() and shown and node.told()[0] in ("text/plain", "text/html")


def _drop(content: MessageContent, *tags: int) -> None:
    content.properties = {tag: value for tag, value in content.properties.items() if tag not in tags}


def _plain_before(around: Node, node: Node) -> Node | None:
    """The text that the message begins with, where it is its own part of the multipart."""
    first = around.children()[0]
    return first if first is not node and first.told()[0] == "text/plain" and _is_text(first) else None


def _replace_part(mail: _Mail, node: Node, plain: Node | None, inner: MessageContent) -> None:
    """In a mixed multipart: files stand beside, HTML becomes an alternative of the text there is."""
    writing = Writing(inner)
    bodies = bodies_of(inner)
    shown = None if bodies.html is None else bodies.content_ids()
    parts = attachment_parts(writing, shown, lambda message: _nested(message, writing)).beside
    if bodies.html is not None or bodies.text:
        shown_only = MessageContent(inner.properties, attachments=inner.attachments, names=inner.names)
        body = _body(shown_only, shown)
        if plain is not None and bodies.html is not None:
            kept = mail.data[plain.block.start : plain.end]
            mail.edits.append(_Edit(plain.block.start, plain.end, _alternative(mail, kept, body)))
        else:
            parts = [body, *parts]
    _put(mail, node, parts)


def _body(content: MessageContent, shown: frozenset[str] | None) -> Part:
    """The bodies of a message with what its HTML shows, without what stands beside."""
    from mapix.formats.mime.bodies import body_part

    writing = Writing(content)
    inline = attachment_parts(writing, shown, lambda message: _nested(message, writing)).inline
    return body_part(bodies_of(content), inline)


def _nested(message: MessageContent, writing: Writing) -> Part:
    """A message inside as a part."""
    part = message_part(message, depth=1, options=writing.options)
    kind, encoding = ("global", "8bit") if part.eight_bit else ("rfc822", "7bit")
    return Part(
        [f"Content-Type: message/{kind}", f"Content-Transfer-Encoding: {encoding}"], part.whole(), part.eight_bit
    )


def _alternative(mail: _Mail, plain: bytes, rich: Part) -> bytes:
    """Text as it came, and the same with its looks."""
    made = multipart("alternative", [Part(["X-Place: here"]), rich])
    data = mail.written(made)
    line = mail.line
    return data.replace(b"X-Place: here" + line + line, plain, 1)


def _put(mail: _Mail, node: Node, parts: list[Part]) -> None:
    """Parts in the place of one; without any, that one and its boundary go."""
    line = mail.line
    start = mail.data.rfind(b"\n", 0, max(node.block.start - 1, 0)) + 1
    boundary = mail.data[start : node.block.start].rstrip(b"\r\n")
    if not parts:
        behind = node.end + len(line) if mail.data[node.end : node.end + len(line)] == line else node.end
        mail.edits.append(_Edit(start, behind, b""))
        return
    between = line + boundary + line
    written = [mail.written(part) for part in parts]
    ended = [data[: -len(line)] if data.endswith(line) else data for data in written]
    mail.edits.append(_Edit(node.block.start, node.end, between.join(ended)))


def _replace_whole(mail: _Mail, inner: MessageContent) -> None:
    """A mail that is nothing but TNEF: its fields stay, but for those about the content."""
    part = content_part(Writing(inner), None, 0)
    line = mail.line
    block = mail.root.block
    kept = _without_content(block.raw)
    if not mail.root.fields("mime-version"):
        kept += b"MIME-Version: 1.0" + line
    mail.edits.append(_Edit(block.start, len(mail.data), kept + mail.written(part)))


def _without_content(header: bytes) -> bytes:
    """A header without the fields about the content."""
    lines: list[bytes] = []
    kept = True
    for line in header.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            kept = not line.lower().startswith(_CONTENT.encode())
        if kept:
            lines.append(line)
    return b"".join(lines)


def _edited(data: bytes, edits: list[_Edit]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda one: one.start):
        if edit.start < at:
            continue
        pieces += (data[at : edit.start], edit.data)
        at = edit.end
    return b"".join([*pieces, data[at:]]) if pieces else data
