"""Plain text in lines that flow (RFC 3676): broken where it is long, so that readers can join it again.

>>> flowed("one two three four five", 20)
'one two three four \\r\\nfive'
>>> unflowed("one two three four \\r\\nfive")
'one two three four five'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_ENDS: Final = re.compile(r"\r\n|\r|\n")
_QUOTES: Final = re.compile(r">+")
_NARROWEST: Final = 20
_LONGEST: Final = 990
_SIGNATURE: Final = "-- "


def flowed(text: str, width: int) -> str:
    """`text` with soft breaks before column `width`; quoted lines keep their marks.

    Lines are ended by CRLF. A blank before a hard break would make it soft and is left out, except in the signature's
    line (RFC 3676 4.3), and no other line is broken so that it looks like that one; lines that begin with a blank, `>`
    or "From " get one more (4.4).
    """
    room = min(max(width, _NARROWEST), _LONGEST)
    return "\r\n".join(piece for line in _ENDS.split(text) for piece in _line(line, room))


def unflowed(text: str, *, delsp: bool = False) -> str:
    """The text that was made flow, its paragraphs joined, ended by CRLF (RFC 3676 4.1 to 4.5).

    Parameters: `delsp` tells that the blank before a soft break was added with it, and goes. A paragraph ends where
    the depth of quotes changes, whatever its last line says, and before a signature.
    """
    lines: list[str] = []
    held: list[str] = []
    depth = 0
    for line in _ENDS.split(text):
        quotes = len(found.group()) if (found := _QUOTES.match(line)) else 0
        body = line[quotes:].removeprefix(" ")
        if held and (quotes != depth or body == _SIGNATURE):
            lines.append("".join(held))
            held = []
        soft = body.endswith(" ") and body != _SIGNATURE
        body = line if quotes and not held else body
        held.append(body[:-1] if soft and delsp else body)
        depth = quotes
        if not soft:
            lines.append("".join(held))
            held = []
    return "\r\n".join((*lines, "".join(held)) if held else lines)


def width_of(text: str) -> int:
    """The width that `text` flows at, as far as its lines tell: columns."""
    lines = _ENDS.split(text)
    soft = max((len(line) for line in lines if line.endswith(" ") and line != _SIGNATURE), default=-1)
    return soft + 1 if soft >= 0 else max(map(len, lines))


def _line(line: str, room: int) -> Iterator[str]:
    found = _QUOTES.match(line)
    marks = found.group() if found else ""
    body = line[len(marks) :].removeprefix(" ") if marks else line
    if body != _SIGNATURE:
        body = body.rstrip(" ")
    stuff = " " if marks and line[len(marks) :].startswith(" ") else ""
    at, width = 0, max(room - len(marks) - 1, 2)
    while len(marks) + len(stuff) + len(body) - at > room:
        cut = body.rfind(" ", at + 1, at + width) + 1 or body.find(" ", at + 1) + 1
        if body[at:cut] == _SIGNATURE:
            cut = body.find(" ", cut) + 1
        if not cut:
            break
        yield marks + (stuff or _stuffing(body[at:cut], marks)) + body[at:cut]
        at = cut
    yield marks + (stuff or _stuffing(body[at:], marks)) + body[at:]


def _stuffing(body: str, marks: str) -> str:
    return " " if body.startswith((" ", ">") if marks else (" ", ">", "From ")) else ""
