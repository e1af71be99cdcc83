"""Restrictions in the one form that sources are given: text tags and constants as UNICODE, no instance bits.

Callers may write STRING8 tags with bytes, or MV instance tags (P-054); rows know neither.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mapix.properties.codepage import ANSI, decode_text
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Not,
    Or,
    Property,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import MV_FLAG, MV_INSTANCE, PropTag, PropType

DEEPEST: Final = 100
"""How many restrictions may lie inside one another."""


def canonical_tag(tag: PropTag) -> PropTag:
    """`tag` with text wide, and an instance of a multi-valued property as the property (P-054, X-13)."""
    if tag & MV_INSTANCE:
        tag = PropTag(tag & ~MV_INSTANCE | MV_FLAG)
    return tag.unicode()


def canonical(restriction: Restriction, codepage: int = ANSI, depth: int = 0) -> Restriction:
    """`restriction` with 8-bit text read in `codepage`; `TooComplex` when it is nested too deeply.

    Only `Size` keeps a STRING8 tag: it measures bytes of that form (R-012).
    """
    if depth > DEEPEST:
        raise TooComplex("restrictions are nested too deeply", value=DEEPEST)
    match restriction:
        case And(children) | Or(children):
            return replace(restriction, children=tuple(canonical(child, codepage, depth + 1) for child in children))
        case Not(Restriction() as child) | Count(_, child) | Sub(_, child) | Comment(Restriction() as child):
            return replace(restriction, child=canonical(child, codepage, depth + 1))
        case _:
            return _leaf(restriction, codepage)


def looks_below(restriction: Restriction) -> bool:
    """Whether some part of `restriction` looks at recipients or attachments (R-014)."""
    match restriction:
        case Sub():
            return True
        case And(children) | Or(children):
            return any(map(looks_below, children))
        case Not(Restriction() as child) | Count(_, child) | Comment(Restriction() as child):
            return looks_below(child)
        case _:
            return False


def _leaf(restriction: Restriction, codepage: int) -> Restriction:
    match restriction:
        case Content(tag, value) | Property(_, tag, value):
            wide = canonical_tag(tag)
            text = _text(wide, value, codepage)
            return restriction if wide == tag and text is value else replace(restriction, tag=wide, value=text)
        case CompareProps(_, left, right):
            pair = canonical_tag(left), canonical_tag(right)
            return restriction if pair == (left, right) else replace(restriction, left=pair[0], right=pair[1])
        case Size(_, tag) if tag.base_type == PropType.STRING8:
            return restriction
        case Bitmask(tag) | Size(_, tag) | Exist(tag):
            wide = canonical_tag(tag)
            return restriction if wide == tag else replace(restriction, tag=wide)
        case _:
            return restriction


def _text(tag: PropTag, value: Any, codepage: int) -> Any:
    return decode_text(value, codepage) if tag.is_string and isinstance(value, bytes) else value
