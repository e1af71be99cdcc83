"""The tree of parts of a message, by the standard library's parser, held within bounds.

Whatever bytes come in, parsing ends: nesting, parts and fields are counted, and beyond the bounds what is left stands
as one opaque part. Only multiparts are opened here; a message inside a message is a part with bytes like any other,
which keeps those bytes exact.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from email._policybase import Compat32
from email.message import Message
from email.parser import BytesParser, HeaderParser
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.headers import loose_base64, raw_text
from mapix.formats.mime.parameters import parse_value
from mapix.properties.errors import TooComplex

DEEPEST_PARTS: Final = 20
MOST_PARTS: Final = 10_000
MOST_FIELDS: Final = 5_000
LONGEST_FIELD: Final = 1 << 20

_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AS_IT_IS: Final = ("", "7bit", "8bit", "binary")


class Node(Message):
    """One part as it was read. `depth` counts the multiparts around it, `parts` is the count they all share."""

    depth: int = 0
    _payload: Any

    def __init__(self, policy: Any) -> None:
        super().__init__(policy)
        self.parts: list[int] = [1]
        self._told: tuple[str, dict[str, str]] | None = None

    def attach(self, payload: Any) -> None:
        """Take a part; TooComplex when there are too many."""
        payload.depth, payload.parts = self.depth + 1, self.parts
        self.parts[0] += 1
        if self.parts[0] > MOST_PARTS:
            raise TooComplex("too many parts", value=self.parts[0])
        super().attach(payload)

    def set_raw(self, name: str, value: str) -> None:
        """Keep a field, unless there are too many already."""
        if len(self) < MOST_FIELDS:
            super().set_raw(name, value[:LONGEST_FIELD])

    def fields(self, name: str) -> list[str]:
        """The values of every field called `name` (in lower case), as they stand."""
        return [value for field, value in self.raw_items() if field.lower() == name]

    def value_of(self, name: str) -> str:
        """The unfolded value of the first field called `name`, or nothing."""
        return next((raw_text(value) for field, value in self.raw_items() if field.lower() == name), "")

    def told(self) -> tuple[str, dict[str, str]]:
        """Media type and parameters as the part tells them, `text/plain` where it tells none that is one."""
        if self._told is None:
            kind, parameters = parse_value(self.value_of("content-type"))
            self._told = (kind if kind.count("/") == 1 else self.get_default_type(), parameters)
        return self._told

    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition and its parameters."""
        return parse_value(self.value_of("content-disposition"))

    def get_content_type(self) -> str:
        """What the parser is to take this part for: a multipart where it can be opened, else text."""
        kind = self.told()[0]
        return kind if kind.startswith("multipart/") and self.depth < DEEPEST_PARTS else "text/plain"

    def get_content_maintype(self) -> str:
        """The first half of `get_content_type`."""
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: Any = None) -> Any:
        """The boundary between the parts of this one."""
        return self.told()[1].get("boundary", "").rstrip() or failobj

    def children(self) -> list[Node]:
        """The parts of a multipart that was one; empty for everything else."""
        payload = self._payload
        return [child for child in payload if isinstance(child, Node)] if isinstance(payload, list) else []

    def raw(self) -> bytes:
        """The bytes of the body as they were sent."""
        payload = self._payload
        return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""

    def data(self, defects: Defects) -> bytes:
        """The bytes of the body with their transfer encoding undone."""
        encoding = self.value_of("content-transfer-encoding").partition(";")[0].strip().lower()
        return undo(self.raw(), encoding, defects)


class _Raw(Compat32):
    """The policy that leaves fields as they are."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY: Final = _Raw(message_factory=Node)


def parse(data: bytes, defects: Defects) -> Node:
    """The tree of a message; what is beyond the bounds is one part."""
    if data.startswith(_WIDE):
        defects.note("message", "in UTF-16")
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    parser = BytesParser(policy=_POLICY)
    try:
        root = parser.parsebytes(data)
    except (TooComplex, RecursionError):
        defects.note("message", "too many parts to open", value=len(data))
        root = parser.parsebytes(data, headersonly=True)
    assert isinstance(root, Node)
    for node in walk(root):
        for defect in node.defects:
            defects.note(node.told()[0], type(defect).__name__.removesuffix("Defect"))
    return root


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.children())


def header_bytes(data: bytes) -> bytes:
    """The header of a message as it stands, at most as much of it as is worth keeping."""
    ends = [at for at in (data.find(b"\r\n\r\n"), data.find(b"\n\n")) if at >= 0]
    return data[: min([*ends, LONGEST_FIELD, len(data)])]


def field_blocks(data: bytes) -> list[Node]:
    """Blocks of fields with empty lines between them, as reports have them (RFC 3464 2.1)."""
    text = data[:LONGEST_FIELD].replace(b"\r\n", b"\n").decode("ascii", "surrogateescape")
    blocks = [block for block in text.split("\n\n")[:MOST_PARTS] if block.strip()]
    parser = HeaderParser(policy=_POLICY)
    return [node for block in blocks if isinstance(node := parser.parsestr(block.lstrip("\n") + "\n\n"), Node)]


def undo(data: bytes, encoding: str, defects: Defects) -> bytes:
    """`data` with a transfer encoding undone, as far as it can be."""
    if encoding in _AS_IT_IS:
        return data
    if encoding == "base64":
        return _from_base64(data)
    if encoding == "quoted-printable":
        from binascii import a2b_qp

        return a2b_qp(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _from_uu(data, defects)
    defects.note("Content-Transfer-Encoding", "unknown, taken as 8bit", value=encoding)
    return data


def _from_base64(data: bytes) -> bytes:
    """Base64, also where several encoded pieces with padding stand one after another."""
    first = data.find(b"=")
    if first < 0 or not data[first:].strip(b"= \t\r\n"):
        return loose_base64(data)
    return b"".join(map(loose_base64, data.split(b"=")))


def _from_uu(data: bytes, defects: Defects) -> bytes:
    from binascii import Error, a2b_uu

    lines = data.splitlines()
    start = next((at + 1 for at, line in enumerate(lines) if line.startswith(b"begin ")), 0)
    parts = []
    for line in lines[start:]:
        if line.strip() == b"end":
            break
        try:
            parts.append(a2b_uu(line))
        except Error:
            defects.note("uuencode", "a damaged line", value=line)
            parts.append(_rest_of_uu(line))
    return b"".join(parts)


def _rest_of_uu(line: bytes) -> bytes:
    """A line of uuencode with more letters than its length tells, as some encoders write."""
    from binascii import Error, a2b_uu

    letters = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
    try:
        return a2b_uu(line[:letters])
    except Error:
        return b""
