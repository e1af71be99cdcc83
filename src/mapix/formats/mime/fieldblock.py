"""A block of header fields taken apart into names and raw values (RFC 5322 2.2), in one pass.

>>> read_fields(MemorySource(b"A: 1\\r\\n 2\\r\\nB: 3\\r\\n\\r\\nbody"), 0, 22).items
[('A', '1\\r\\n 2'), ('B', '3')]

Values keep their folds; bytes above 127 stand as surrogates until somebody knows what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.mime.headers import raw_text
from mapix.formats.mime.source import MemorySource, Source

MOST_FIELDS: Final = 5_000
LONGEST_FIELD: Final = 1 << 20
LONGEST_HEADER: Final = 16 << 20

_FIRST_LOOK: Final = 1 << 14
_BLANK: Final = re.compile(rb"\n\r?\n")
_MAILBOX: Final = re.compile(r">?From [^\n]*(?:\n|\Z)")
_FIELD: Final = re.compile(r"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")


@dataclass(slots=True)
class FieldBlock:
    """The fields of a header in order, its bytes, where it began, and where the body begins.

    `stopped` tells that a line was no field, and the body began there.
    """

    items: list[tuple[str, str]]
    raw: bytes
    start: int
    body: int
    stopped: bool = False
    by_name: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.by_name
        for name, value in self.items:
            found.setdefault(name.lower(), []).append(value)

    def fields(self, name: str) -> list[str]:
        """The values of every field called `name` (in lower case), as they stand."""
        return self.by_name.get(name, [])

    def value_of(self, name: str) -> str:
        """The unfolded value of the first field called `name`, or nothing."""
        found = self.by_name.get(name)
        return raw_text(found[0]) if found else ""


def read_fields(source: Source, start: int, end: int) -> FieldBlock:
    """The header that begins at `start` of a source, and ends at `end` at the latest."""
    raw, body = _header_bytes(source, start, end)
    items, taken = _fields(raw.decode("ascii", "surrogateescape"))
    stopped = taken < len(raw)
    return FieldBlock(items, raw[:taken], start, start + taken if stopped else body, stopped)


def _header_bytes(source: Source, start: int, end: int) -> tuple[bytes, int]:
    """The lines before the first empty one, with their ends, and where that one is over."""
    size = _FIRST_LOOK
    while True:
        look = source.slice(start, min(start + size, end))
        if look.startswith((b"\n", b"\r\n")):
            return b"", start + look.index(b"\n") + 1
        found = _BLANK.search(look)
        if found:
            return look[: found.start() + 1], start + found.end()
        if len(look) < size or size >= LONGEST_HEADER:
            return look, start + len(look)
        size *= 8


def _fields(text: str) -> tuple[list[tuple[str, str]], int]:
    """The fields of the lines of a header, and how many letters they are; fewer than all where a line is no field."""
    items: list[tuple[str, str]] = []
    start = _MAILBOX.match(text)
    at = start.end() if start else 0
    match = _FIELD.match
    while found := match(text, at):
        if len(items) < MOST_FIELDS:
            items.append((found[1], found[2].strip(" \t\r\n")[:LONGEST_FIELD]))
        at = found.end()
    return items, len(text) if not text[at:].strip("\r\n") else at


def fields_of(text: bytes) -> FieldBlock:
    """The fields of a block of its own, as reports have them."""
    return read_fields(MemorySource(text), 0, len(text))
