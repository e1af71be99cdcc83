"""Text written as RTF: what is special is escaped, what code page 1252 has is a byte, everything else a `\\u`.

>>> escaped("{ä ∑}")
"\\\\{\\\\'e4 \\\\u8721?\\\\}"
"""

from __future__ import annotations

import re
from typing import Final

CODEPAGE: Final = 1252
"""The code page of documents that are written here."""

FONTS: Final = r"{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern Courier New;}}"
COLOURS: Final = r"{\colortbl\red0\green0\blue0;\red0\green0\blue255;}"

_SPECIAL = re.compile(r"[^\x20-\x5b\x5d-\x7a\x7c\x7e]")
_WORDS: Final = {"\\": "\\\\", "{": "\\{", "}": "\\}", "\t": "\\tab "}


def escaped(text: str) -> str:
    """`text` as RTF; ends of lines are bytes in hexadecimal like other controls, so that they come back."""
    return _SPECIAL.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    character = found.group()
    known = _KNOWN.get(character)
    if known is None:
        known = _KNOWN[character] = _written(character)
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.clear()
            _KNOWN.update(_WORDS)
    return known


_MOST_KNOWN: Final = 4096
_KNOWN: Final = dict(_WORDS)


def _written(character: str) -> str:
    number = ord(character)
    if number < 0x20 or number == 0x7F:
        return f"\\'{number:02x}"
    data = character.encode("cp1252", "ignore")
    if data:
        return f"\\'{data[0]:02x}"
    units = character.encode("utf-16-le", "surrogatepass")
    words = (int.from_bytes(units[place : place + 2], "little", signed=True) for place in range(0, len(units), 2))
    return "".join(f"\\u{word}?" for word in words)
