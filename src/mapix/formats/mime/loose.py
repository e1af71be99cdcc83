"""Calendars and cards that lie in files of their own, without a mail around them ([MS-OXCICAL], [MS-OXVCARD]).

    >>> loose_kind(b"BEGIN:VCARD\\r\\nVERSION:3.0\\r\\n")
    'text/vcard'
    >>> len(divided(b"BEGIN:VCARD\\nFN:Ann\\nEND:VCARD\\nBEGIN:VCARD\\nFN:Bill\\nEND:VCARD\\n"))
    2

A file may hold many: each card is a contact, and what has one UID in a calendar is one appointment or meeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Final

from mapix.formats.defects import Parsed, Strictness
from mapix.formats.mime.from_mime import from_mime
from mapix.formats.mime.options import USUAL
from mapix.formats.recognition import loose_kind
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData, NoSupport

__all__ = ["divided", "loose_kind", "read_loose"]

_READING: Final = replace(USUAL, keep_original=False)
_EDGE: Final = re.compile(rb"(BEGIN|END):([A-Za-z0-9-]+)[ \t]*\r?\n?\Z", re.IGNORECASE)
_UID: Final = re.compile(rb"UID(?:;[^:\r\n]*)?:", re.IGNORECASE)
_FOLD: Final = (b" ", b"\t")
_SHARED: Final = b"VTIMEZONE"


def read_loose(data: bytes, *, strictness: Strictness = Strictness.TOLERANT) -> Parsed[MessageContent]:
    """The appointment, meeting or contact in `data`, which holds one.

    Raises: NoSupport for what is none of them (tasks, free and busy times, lists of people); CorruptData.
    """
    kind = loose_kind(data)
    head = f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    parsed = from_mime(head.encode() + data, strictness=strictness, options=_READING)
    content = parsed.value
    if str(content.get(t.PR_MESSAGE_CLASS) or "IPM.Note") == "IPM.Note":
        reason = f": {parsed.defects[0]}" if parsed.defects else ""
        error = CorruptData if reason and _is_readable(kind) else NoSupport
        raise error(f"no single appointment and no contact that could be a message{reason}", value=kind)
    content.properties.pop(t.PR_TRANSPORT_MESSAGE_HEADERS, None)
    return parsed


def _is_readable(kind: str) -> bool:
    """Whether what reads things of a media type is there."""
    return kind != "text/calendar" or find_spec("icalendar") is not None


def divided(data: bytes) -> list[bytes]:
    """What is in a file of calendars or cards, each thing as a file of its own, in their order."""
    found: list[bytes] = []
    for outer in _components(data):
        if b"VCARD" in outer[0].upper():
            found.append(b"".join(outer))
        else:
            found += _events(outer)
    return found


def _components(data: bytes) -> Iterator[list[bytes]]:
    """The lines of each outermost component; one that has no end lasts to the end."""
    lines: list[bytes] = []
    depth = 0
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True):
        edge = _EDGE.match(line)
        begins = edge is not None and edge[1].upper() == b"BEGIN"
        depth += begins
        if depth:
            lines.append(line)
        if edge is not None and not begins:
            depth = max(depth - 1, 0)
        if lines and not depth:
            yield lines
            lines = []
    if lines:
        yield lines


def _events(calendar: list[bytes]) -> list[bytes]:
    """A calendar for each identifier, with what all of them share: its own lines and time zones."""
    shared: list[bytes] = []
    groups: dict[bytes | int, list[bytes]] = {}
    for part in _inner(calendar[1:]):
        edge = _EDGE.match(part[0])
        if edge is None or edge[2].upper() == _SHARED:
            shared += part
        elif edge[1].upper() == b"BEGIN":
            groups.setdefault(_uid(part) or len(groups), []).extend(part)
    if not groups:
        return [b"".join(calendar)]
    begin = b"".join((calendar[0], *shared))
    return [begin + b"".join(lines) + b"END:VCALENDAR\r\n" for lines in groups.values()]


def _inner(lines: list[bytes]) -> Iterator[list[bytes]]:
    """What stands in a calendar: a component with all its lines, or a line by itself."""
    part: list[bytes] = []
    depth = 0
    for line in lines:
        edge = _EDGE.match(line)
        depth += edge is not None and edge[1].upper() == b"BEGIN"
        part.append(line)
        depth -= edge is not None and edge[1].upper() == b"END"
        if depth <= 0:
            yield part
            part, depth = [], 0
    if part:
        yield part


def _uid(lines: list[bytes]) -> bytes:
    """The identifier of a component, unfolded; nothing where it has none."""
    for number, line in enumerate(lines):
        found = _UID.match(line)
        if found is not None:
            more = lines[number + 1 :]
            rest = next((at for at, each in enumerate(more) if not each.startswith(_FOLD)), len(more))
            return b"".join((line[found.end() :].rstrip(b"\r\n"), *(each[1:].rstrip(b"\r\n") for each in more[:rest])))
    return b""
