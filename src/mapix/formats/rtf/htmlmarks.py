"""Numbers behind `\\htmltag`, and how elements of HTML look in RTF ([MS-OXRTFEX] 2.1.3.1.4.1).

A number says where its piece belongs, whether it closes, and what it is. Readers take none of it as binding.
"""

from __future__ import annotations

import re
from typing import Final

IN_BODY, IN_HEAD, IN_HTML, OUTSIDE = 0, 1, 2, 3
"""Where a piece of HTML stands, the lowest bits of the number."""

CLOSE: Final = 8
TEXT, ENTITY, INLINE, UNKNOWN = 0, 84, 84, 240

_KINDS: Final = {
    "html": 16,
    "head": 32,
    "body": 48,
    "p": 64,
    "div": 96,
    "br": 116,
    "hr": 116,
    "table": 128,
    "tr": 128,
    "td": 128,
    "th": 128,
    "ul": 128,
    "ol": 128,
    "li": 64,
    "span": 148,
    "font": 148,
    "meta": 160,
    "title": 176,
    "style": 240,
    "script": 240,
}

PLACES: Final = {"html": IN_HTML, "head": IN_HEAD, "body": IN_BODY}
"""Elements that are places, and where their content stands."""

OF_HEAD: Final = frozenset(("base", "link", "meta", "object", "script", "style", "title"))
"""Elements that may stand in the head."""

BLOCKS: Final = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main
    nav ol p pre section table tr ul""",
    )
)
"""What stands in lines of its own."""

ALONE: Final = {"br": "\\line ", "hr": "\\emdash\\emdash\\emdash\\emdash\\par ", "li": "\\bullet\\tab "}
"""What elements without content, and signs before some with content, look like."""

GROUPS: Final = {
    "b": "\\b ",
    "strong": "\\b ",
    "th": "\\b ",
    "i": "\\i ",
    "em": "\\i ",
    "cite": "\\i ",
    "u": "\\ul ",
    "ins": "\\ul ",
    "s": "\\strike ",
    "strike": "\\strike ",
    "del": "\\strike ",
    "sub": "\\sub ",
    "sup": "\\super ",
    "tt": "\\f1 ",
    "code": "\\f1 ",
    "kbd": "\\f1 ",
    "samp": "\\f1 ",
    "pre": "\\f1 ",
    "small": "\\fs20 ",
    "big": "\\fs28 ",
    "h1": "\\b\\fs48 ",
    "h2": "\\b\\fs36 ",
    "h3": "\\b\\fs28 ",
    "h4": "\\b ",
    "h5": "\\b\\fs20 ",
    "h6": "\\b\\fs16 ",
    "center": "\\qc ",
    "blockquote": "\\li720 ",
}
"""How the content of elements looks."""


def kind_of(name: str) -> int:
    """The number of an element, as it begins."""
    return _KINDS.get(name, INLINE)
