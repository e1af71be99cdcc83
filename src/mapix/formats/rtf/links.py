"""What fields say ([MSFT-RTF], fields): where links lead, which signs are meant, where pictures are.

>>> link_of('HYPERLINK "http://x" \\\\l "top" \\\\o "a tip"'), symbol_of('SYMBOL 183 \\\\f "Symbol"')
('http://x#top', '•')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapix.formats.rtf.charsets import decoded
from mapix.formats.rtf.symbols import in_unicode

LONGEST: Final = 2048
_PART = re.compile(r'\s*(?:"([^"]*)"?|\\([a-zA-Z*@#!])(?![^\s"])|([^\s"]+))')
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,6}|[0-9]{1,7}")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_REFUSED: Final = frozenset(("javascript", "vbscript", "data", "jscript", "livescript", "mocha"))
_WITH_WORD: Final = {"HYPERLINK": "lot", "SYMBOL": "fs", "INCLUDEPICTURE": "c"}
"""Fields that are read, and those of their switches that a word follows."""


def link_of(instruction: str) -> str | None:
    """The target that a field's instruction names; None for other fields, and for targets that would run something."""
    name, words, switches = _read(instruction)
    anchor = switches.get("l", "")
    target = words[0] if words else ""
    if name != "HYPERLINK" or not (target or anchor):
        return None
    return safe(target + (f"#{anchor}" if anchor else ""))


def symbol_of(instruction: str) -> str | None:
    """The sign that a field shows; None for other fields."""
    name, words, switches = _read(instruction)
    if name != "SYMBOL" or not words or not _NUMBER.fullmatch(words[0]):
        return None
    number = int(words[0], 16 if words[0][1:2] in ("x", "X") else 10)
    if "u" in switches or number > 0xFF:
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else None
    shown = in_unicode(chr(0xF000 + number), switches.get("f", ""))
    return shown if shown < "\uf000" or shown > "\uf0ff" else decoded(bytes((number,)), 1252)


def picture_of(instruction: str) -> str | None:
    """Where the picture is that a field shows; None for other fields, and for what is not in the web."""
    name, words, _ = _read(instruction)
    target = safe(words[0]) if name == "INCLUDEPICTURE" and words else None
    return target if target is not None and target.lower().startswith(("http://", "https://")) else None


def safe(target: str) -> str | None:
    """A target without what browsers pass over, None where it would run a script or is too long."""
    bare = "".join(letter for letter in target if letter > " " and letter != "\x7f")
    scheme = _SCHEME.match(bare)
    if not bare or len(target) > LONGEST or (scheme and scheme[1].lower() in _REFUSED):
        return None
    return target


def _read(instruction: str) -> tuple[str, list[str], dict[str, str]]:
    """A field's name, its words, and its switches with the word that belongs to each."""
    parts = _parts(instruction)
    _, name = next(parts, (False, ""))
    words: list[str] = []
    switches: dict[str, str] = {}
    followed = _WITH_WORD.get(name.upper(), "") + "*@#"
    for switch, text in parts:
        if switch:
            switches.setdefault(text.lower(), next(parts, (False, ""))[1] if text.lower() in followed else "")
        else:
            words.append(text)
    return name.upper(), words, switches


def _parts(instruction: str) -> Iterator[tuple[bool, str]]:
    """Whether a part is a switch, and the part."""
    for found in _PART.finditer(instruction.strip()):
        quoted, switch, bare = found.groups()
        text = quoted if quoted is not None else switch or bare
        yield switch is not None, text if switch else text.replace("\\\\", "\\").strip()
