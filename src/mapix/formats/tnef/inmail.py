"""Mail in passing: TNEF in it is replaced by the parts it stands for, and nothing else is touched.

    data, defects = without_tnef(data)
    pieces, defects = filtered(source)

Of a large file neither the mail nor what is in it lies in memory. Bytes outside of what is replaced stay as they are,
line ends, folds and boundaries with them. Nothing is replaced inside of what is signed, and nothing by a stream that is
damaged: that stays, and the defect is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.defects import Defect, Defects
from mapix.formats.mime.attachments import attachment_parts
from mapix.formats.mime.bodies import bodies_of
from mapix.formats.mime.parts import Part, multipart
from mapix.formats.mime.read_attachments import name_of
from mapix.formats.mime.read_message import read_message
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.source import MemorySource, Source, pieces
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
_LONGEST_HINT: Final = 16
_LONGEST_BOUNDARY: Final = 4096
_PLACE: Final = "X-Place: here"

Written = Callable[[], Iterator[bytes]]
"""What brings bytes when they are written."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes in the place of others."""

    start: int
    end: int
    written: Written


@dataclass(slots=True)
class _Mail:
    """A mail that is looked through; `line` is how its lines end."""

    source: Source
    root: Node
    reading: Reading
    edits: list[_Edit] = field(default_factory=list)
    line: bytes = b""

    def __post_init__(self) -> None:
        first = self.source.find(b"\n", 0, self.source.size)
        self.line = b"\r\n" if first > 0 and self.source.slice(first - 1, first) == b"\r" else b"\n"

    def ended(self, made: Iterable[bytes]) -> Iterator[bytes]:
        """Bytes whose lines end with CRLF, with the line ends of the mail."""
        return iter(made) if self.line == b"\r\n" else _with_lf(made)

    def kept(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes as they came."""
        return pieces(self.source, start, end)


def without_tnef(data: bytes) -> tuple[bytes, tuple[Defect, ...]]:
    """A mail whose TNEF parts are replaced by what is in them, and what was wrong with those that were not.

    The same bytes where there is nothing to replace.
    """
    made, defects = filtered(MemorySource(data))
    return data if made is None else b"".join(made), defects


def filtered(source: Source) -> tuple[Iterator[bytes] | None, tuple[Defect, ...]]:
    """The same of a mail that may be a large file: what is to be written, None where there is nothing to replace."""
    defects = Defects()
    if not _is_hinted(source):
        return None, ()
    mail = _Mail(source, parse(source, Defects()), Reading(read_message, defects))
    found = [(node, around) for node, around in _leaves(mail.root) if _is_tnef(node)]
    done = False
    for node, around in found:
        inner = sound_message(mail.reading.data(node), defects)
        if inner is None:
            continue
        if done or not belongs(inner, _told(mail.root)):
            inner = MessageContent(attachments=[attached(AttachmentContent(), inner)], names=inner.names)
        else:
            done = True
        _replace(mail, node, around, inner)
    return _edited(mail) if mail.edits else None, defects.all


def _is_hinted(source: Source) -> bool:
    """Whether there may be TNEF at all."""
    behind = b""
    for piece in pieces(source, 0, source.size):
        if _HINTS.search(piece) or _HINTS.search(behind + piece[:_LONGEST_HINT]):
            return True
        behind = (behind + piece[-_LONGEST_HINT:])[-_LONGEST_HINT:]
    return False


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
    elif any(piece.strip() for one in texts for piece in mail.kept(one.block.body, one.end)):
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
            mail.edits.append(_Edit(plain.block.start, plain.end, _alternative(mail, plain, body)))
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


def _alternative(mail: _Mail, plain: Node, rich: Part) -> Written:
    """Text as it came, and the same with its looks."""
    place = Part([_PLACE])
    made = multipart("alternative", [place, rich]).whole()
    at = made.index(place.whole()[0])

    def written() -> Iterator[bytes]:
        yield from mail.ended(Part([], made[:at]).body_pieces())
        yield from mail.kept(plain.block.start, plain.end)
        yield from mail.ended(Part([], made[at + 1 :]).body_pieces())

    return written


def _put(mail: _Mail, node: Node, parts: list[Part]) -> None:
    """Parts in the place of one; without any, that one and its boundary go."""
    line, source = mail.line, mail.source
    begun = max(node.block.start - _LONGEST_BOUNDARY, 0)
    before = source.slice(begun, node.block.start)
    in_line = before.rfind(b"\n", 0, max(len(before) - 1, 0)) + 1
    boundary = before[in_line:].rstrip(b"\r\n")
    if not parts:
        behind = node.end + len(line) if source.slice(node.end, node.end + len(line)) == line else node.end
        mail.edits.append(_Edit(begun + in_line, behind, lambda: iter(())))
        return

    def written() -> Iterator[bytes]:
        for number, part in enumerate(parts):
            if number:
                yield line + boundary + line
            yield from _without_end(mail.ended(part.pieces()), line)

    mail.edits.append(_Edit(node.block.start, node.end, written))


def _replace_whole(mail: _Mail, inner: MessageContent) -> None:
    """A mail that is nothing but TNEF: its fields stay, but for those about the content."""
    part = content_part(Writing(inner), None, 0)
    block = mail.root.block
    kept = _without_content(block.raw)
    if not mail.root.fields("mime-version"):
        kept += b"MIME-Version: 1.0" + mail.line

    def written() -> Iterator[bytes]:
        yield kept
        yield from mail.ended(part.pieces())

    mail.edits.append(_Edit(block.start, mail.source.size, written))


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


def _edited(mail: _Mail) -> Iterator[bytes]:
    at = 0
    for edit in sorted(mail.edits, key=lambda one: one.start):
        if edit.start < at:
            continue
        yield from mail.kept(at, edit.start)
        yield from edit.written()
        at = edit.end
    yield from mail.kept(at, mail.source.size)


def _with_lf(made: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes in pieces, with LF for each CRLF."""
    held = b""
    for piece in made:
        data = held + piece
        held = data[-1:] if data.endswith(b"\r") else b""
        yield data[: len(data) - len(held)].replace(b"\r\n", b"\n")
    yield held


def _without_end(made: Iterable[bytes], line: bytes) -> Iterator[bytes]:
    """Bytes in pieces, without the end of the last line."""
    held = b""
    for piece in made:
        data = held + piece
        held = data[-len(line) :]
        yield data[: -len(line)]
    yield held.removesuffix(line)
