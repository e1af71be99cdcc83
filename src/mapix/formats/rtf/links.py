"""Where fields lead: the instruction of a HYPERLINK ([MSFT-RTF], fields), and which targets are let through."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 2048
_HYPERLINK = re.compile(r'\s*HYPERLINK\s*((?:\\[lomnt]\s*)*)(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_ANCHOR = re.compile(r'\\l\s*"([^"]*)"', re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_REFUSED: Final = frozenset(("javascript", "vbscript", "data", "jscript", "livescript", "mocha"))


def link_of(instruction: str) -> str | None:
    """The target that a field's instruction names; None for other fields, and for targets that would run something."""
    found = _HYPERLINK.match(instruction)
    if found is None:
        return None
    target = (found[2] if found[2] is not None else found[3]).replace("\\\\", "\\").strip()
    if "\\l" in found[1].lower():
        return safe("#" + target)
    anchor = _ANCHOR.search(instruction, found.end())
    return safe(target + ("#" + anchor[1] if anchor else ""))


def safe(target: str) -> str | None:
    """A target without what browsers pass over, None where it would run a script or is too long."""
    bare = "".join(letter for letter in target if letter > " " and letter != "\x7f")
    scheme = _SCHEME.match(bare)
    if not bare or len(target) > LONGEST or (scheme and scheme[1].lower() in _REFUSED):
        return None
    return target
