"""The tree of parts of a message, held within bounds.

Whatever bytes come in, scanning ends: nesting, parts and fields are counted, and beyond the bounds what is left stands
as one opaque part. Only multiparts are opened here; a message inside a message is a part with bytes like any other,
which keeps those bytes exact. Nothing is copied: a part is where it begins and ends.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from mapix.formats.defects import Defects
from mapix.formats.mime.fieldblock import LONGEST_FIELD, FieldBlock, fields_of, read_fields
from mapix.formats.mime.headers import raw_text
from mapix.formats.mime.parameters import parse_value
from mapix.formats.mime.source import MemorySource, Source
from mapix.formats.mime.transfer import undo
from mapix.properties.errors import TooComplex

DEEPEST_PARTS: Final = 20
MOST_PARTS: Final = 10_000

_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDE_LETTERS: Final = re.compile(rb"(?:[A-Za-z\-]\0){4}|(?:\0[A-Za-z\-]){4}")
_EMPTY_LINES: Final = re.compile(
    rb"(?:[ \t]*+\r?\n)++(?=(?:from|to|cc|date|subject|received|return-path|reply-to|sender|message-id|mime-version|"
    rb"content-type|delivered-to|x-[a-z\d-]{1,60})[ \t]*:)",
    re.IGNORECASE,
)
"""Lines before the header; where none of its usual fields follows, it is the header that is empty."""

_KIND: Final = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-*]+")
_SHORT_KINDS: Final = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}
_AFTER_DELIMITER: Final = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")
_LONGEST_AFTER: Final = 400
_FIRST_DASHES: Final = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,69}|-{2,60}[^\s-][^\r\n]{0,69})\r?\n")
_GUESS_WITHIN: Final = 1 << 16


class Node:
    """One part as it was read: its fields, and where its body lies. `depth` counts the multiparts around it."""

    __slots__ = ("_disposition", "_told", "block", "closed", "default", "depth", "end", "inside", "source")

    def __init__(self, source: Source, block: FieldBlock, end: int, depth: int, default: str) -> None:
        self.source = source
        self.block = block
        self.end = end
        self.depth = depth
        self.default = default
        self.inside: list[Node] = []
        self.closed = 0
        self._told: tuple[str, dict[str, str]] | None = None
        self._disposition: tuple[str, dict[str, str]] | None = None

    def fields(self, name: str) -> list[str]:
        """The values of every field called `name` (in lower case), as they stand."""
        return self.block.by_name.get(name, [])

    def value_of(self, name: str) -> str:
        """The unfolded value of the first field called `name`, or nothing."""
        found = self.block.by_name.get(name)
        return raw_text(found[0]) if found else ""

    def raw_items(self) -> list[tuple[str, str]]:
        """Every field in order: its name, and its value as it stands."""
        return self.block.items

    def told(self) -> tuple[str, dict[str, str]]:
        """Media type and parameters as the part tells them, the usual one where it tells none that is one."""
        if self._told is None:
            text = self.value_of("content-type")
            kind, parameters = parse_value(text) if text else ("", {})
            found = _KIND.match(kind)
            self._told = (found.group() if found else _SHORT_KINDS.get(kind, self.default), parameters)
        return self._told

    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition and its parameters."""
        if self._disposition is None:
            text = self.value_of("content-disposition")
            self._disposition = parse_value(text) if text else ("", {})
        return self._disposition

    def encoding(self) -> str:
        """The transfer encoding, in lower case."""
        return self.value_of("content-transfer-encoding").partition(";")[0].strip(" \t'\"").lower()

    def children(self) -> list[Node]:
        """The parts of a multipart that was one; empty for everything else."""
        return self.inside

    @property
    def size(self) -> int:
        """Bytes of the body as they were sent."""
        return self.end - self.block.body

    def raw(self) -> bytes:
        """The bytes of the body as they were sent."""
        return self.source.slice(self.block.body, self.end)

    def data(self, defects: Defects) -> bytes:
        """The bytes of the body with their transfer encoding undone."""
        return undo(self.raw(), self.encoding(), defects)


def parse(source: Source, defects: Defects, start: int = 0, end: int | None = None) -> Node:
    """The tree of the message in a stretch of a source; what is beyond the bounds is one part."""
    end = source.size if end is None else end
    scan = _Scan(source, defects)
    root = scan.node(start, end, 0, "text/plain")
    try:
        scan.open(root)
    except TooComplex:
        defects.note("message", "too many parts to open", value=end - start)
        root.inside = []
    return root


def narrowed(source: MemorySource, defects: Defects) -> MemorySource:
    """Bytes whose lines can be found: neither UTF-16, nor ended by CR alone, nor behind a mark or empty lines."""
    data = source.data
    if data.startswith(codecs.BOM_UTF8):
        defects.note("message", "begins with a mark of UTF-8")
        data = data[len(codecs.BOM_UTF8) :]
    if data.startswith(_WIDE) or _WIDE_LETTERS.match(data):
        defects.note("message", "in UTF-16")
        codec = "utf-16" if data.startswith(_WIDE) else "utf-16-be" if data.startswith(b"\0") else "utf-16-le"
        data = data.decode(codec, "replace").encode("utf-8", "replace")
    if b"\r" in data and b"\n" not in data:
        defects.note("message", "lines end with CR alone")
        data = data.replace(b"\r", b"\n")
    if behind := _EMPTY_LINES.match(data):
        defects.note("message", "begins with empty lines")
        data = data[behind.end() :]
    return source if data is source.data else MemorySource(data)


class _Scan:
    """Opens the multiparts of one message."""

    def __init__(self, source: Source, defects: Defects) -> None:
        self.source = source
        self.defects = defects
        self.parts = 1

    def node(self, start: int, end: int, depth: int, default: str) -> Node:
        """The part that lies between two offsets, unopened."""
        block = read_fields(self.source, start, end)
        if block.stopped:
            self.defects.note("header", "a line that is no field, the body begins there")
        return Node(self.source, block, end, depth, default)

    def open(self, root: Node) -> None:
        """Find the parts of a multipart, and theirs; TooComplex when there are too many."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            kind = node.told()[0]
            if kind.startswith("multipart/") and node.depth < DEEPEST_PARTS:
                node.inside = self._parts(node, kind)
                waiting += node.inside

    def _parts(self, node: Node, kind: str) -> list[Node]:
        boundary = self._boundary(node, kind)
        if not boundary:
            return []
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        found: list[Node] = []
        last = -1
        for begin, after, closing in self._delimiters(boundary, node.block.body, node.end):
            if last >= 0:
                found.append(self.node(last, max(begin, last), node.depth + 1, default))
                self._count()
            last = -1 if closing else after
            if closing:
                node.closed = after
                break
        if last >= 0:
            self.defects.note(kind, "has no end")
            if last < node.end or not found:
                found.append(self.node(last, node.end, node.depth + 1, default))
                self._count()
        elif not found:
            self.defects.note(kind, "has no parts")
        return found

    def _count(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooComplex("too many parts", value=self.parts)

    def _delimiters(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Each line of a boundary: where what is before it ends, where what is after it begins, whether it closes."""
        source, wanted = self.source, b"\n--" + boundary
        first = start == 0 and source.slice(0, len(wanted) - 1) == wanted[1:]
        at = -1 if first else source.find(wanted, max(start - 1, 0), end)
        while first or at >= 0:
            first = False
            behind = at + len(wanted)
            found = _AFTER_DELIMITER.match(source.slice(behind, min(behind + _LONGEST_AFTER, end)))
            if found:
                cr = at > start and source.slice(at - 1, at) == b"\r"
                yield at - cr, behind + found.end(), bool(found[1])
            at = source.find(wanted, behind - 1 if found else at + 1, end)
            if at < 0:
                return

    def _boundary(self, node: Node, kind: str) -> bytes:
        """The boundary that a multipart tells, or the one it has."""
        told = node.told()[1].get("boundary", "").rstrip()[:200].encode("utf-8", "surrogateescape")
        if told and next(self._delimiters(told, node.block.body, node.end), None):
            return told
        what = "has no parts at the boundary it tells" if told else "tells no boundary"
        self.defects.note(kind, what, value=told or None)
        look = self.source.slice(node.block.body, min(node.block.body + _GUESS_WITHIN, node.end))
        found = _FIRST_DASHES.search(look)
        guess = found[1].rstrip() if found else b""
        closing = self.source.find(b"\n--" + guess + b"--", node.block.body, node.end) if guess else -1
        return guess if closing >= 0 else b""


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.inside)


def field_blocks(data: bytes) -> list[FieldBlock]:
    """Blocks of fields with empty lines between them, as reports have them (RFC 3464 2.1)."""
    text = data[:LONGEST_FIELD].replace(b"\r\n", b"\n")
    blocks = [block for block in text.split(b"\n\n")[:MOST_PARTS] if block.strip()]
    return [fields_of(block.lstrip(b"\n")) for block in blocks]
