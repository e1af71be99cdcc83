"""Plain text in lines that flow (RFC 3676): broken where it is long, so that readers can join it again.

>>> flowed("one two three four five", 20)
'one two three four \\r\\nfive'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_ENDS: Final = re.compile(r"\r\n|\r|\n")
_QUOTES: Final = re.compile(r">+")
_NARROWEST: Final = 20
_LONGEST: Final = 990


def flowed(text: str, width: int) -> str:
    """`text` with soft breaks before column `width`; quoted lines keep their marks.

    Lines are ended by CRLF. A blank before a hard break would make it soft and is left out, except in the signature's
    line (RFC 3676 4.3); lines that begin with a blank, `>` or "From " get one more (4.4).
    """
    room = min(max(width, _NARROWEST), _LONGEST)
    return "\r\n".join(piece for line in _ENDS.split(text) for piece in _line(line, room))


def unflowed(text: str) -> str:
    """The text that `flowed` made flow, in its own lines, ended by CRLF."""
    lines: list[str] = []
    held = ""
    for line in _ENDS.split(text):
        quotes = found.group() if (found := _QUOTES.match(line)) else ""
        body = line[len(quotes) :].removeprefix(" ")
        held = held + body if held else line if quotes else body
        if not body.endswith(" ") or body == "-- ":
            lines.append(held)
            held = ""
    return "\r\n".join((*lines, held) if held else lines)


def _line(line: str, room: int) -> Iterator[str]:
    found = _QUOTES.match(line)
    marks = found.group() if found else ""
    body = line[len(marks) :].removeprefix(" ") if marks else line
    if line != "-- ":
        body = body.rstrip(" ")
    stuff = " " if marks and line[len(marks) :].startswith(" ") else ""
    while len(marks) + len(stuff) + len(body) > room:
        cut = body.rfind(" ", 1, max(room - len(marks) - 1, 2)) + 1
        cut = cut or body.find(" ", 1) + 1
        if not cut or not body[cut:].strip(" "):
            break
        yield marks + _stuffed(body[:cut], stuff)
        body = body[cut:]
    yield marks + _stuffed(body, stuff)


def _stuffed(body: str, stuff: str) -> str:
    return stuff + body if stuff else f" {body}" if body.startswith((" ", ">", "From ")) else body
