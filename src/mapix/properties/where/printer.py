"""Restrictions as text: what `parse_where` reads, so that it makes the same restriction again.

    >>> from mapix.properties.restriction import Bitmask, Content, Fuzzy
    >>> from mapix.properties.tags import PR_MESSAGE_FLAGS, PR_SUBJECT
    >>> unread = Bitmask(PR_MESSAGE_FLAGS, 1, nonzero=False)
    >>> print_where(Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE) & unread)
    'subject ~ "budget" and unread'

The text uses the words of `vocabulary` where they say exactly the same, names and numbers elsewhere. A restriction with
a value that its property cannot have is written as well as can be, but not for reading again.
"""

from __future__ import annotations

from typing import Final

from mapix.properties.restriction import (
    And,
    Annotation,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.where.literals import show_text, show_value
from mapix.properties.where.references import show_tag
from mapix.properties.where.vocabulary import (
    BELOW,
    HAS_ATTACHMENTS,
    MESSAGE,
    Scope,
    condition_for,
    group_for,
    scope_below,
    word_for,
)

_SIGNS: Final = {
    Relop.LT: "<",
    Relop.LE: "<=",
    Relop.GT: ">",
    Relop.GE: ">=",
    Relop.EQ: "=",
    Relop.NE: "!=",
    Relop.RE: "matches",
    Relop.MEMBER_OF_DL: "member of",
}
_LEVELS: Final = {
    int(Fuzzy.FULLSTRING): "is",
    int(Fuzzy.SUBSTRING): "~",
    int(Fuzzy.PREFIX): "startswith",
    int(Fuzzy.PHRASE_MATCH): "phrase",
    int(Fuzzy.PREFIX_ON_ANY_WORD): "wordstart",
}
_MODIFIERS: Final = {
    int(Fuzzy.IGNORECASE): "",
    0: " with case",
    int(Fuzzy.IGNORENONSPACE): " with case without accents",
    int(Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE): " without accents",
    int(Fuzzy.LOOSE): " loosely",
}


def print_where(restriction: Restriction, scope: Scope = MESSAGE) -> str:
    """`restriction` as text; `scope` are the words that may be used."""
    match restriction:
        case And(()):
            return "everything"
        case Or(()):
            return "nothing"
        case And((_, _, *_)) if _short(restriction, scope) is None:
            return " and ".join(_part(child, scope) for child in restriction.children)
        case Or((_, _, *_)) if _short(restriction, scope) is None:
            return " or ".join(_part(child, scope, among=Or) for child in restriction.children)
    return _term(restriction, scope)


def _part(child: Restriction, scope: Scope, among: type[Restriction] = And) -> str:
    """A child of AND, OR (`among`) or NOT, in parentheses where it would be torn apart."""
    loose = (Or, And) if among is And else (Or,)
    several = isinstance(child, loose) and len(child.children) > 1 and _short(child, scope) is None
    return f"({print_where(child, scope)})" if several else print_where(child, scope)


def _term(node: Restriction, scope: Scope) -> str:
    """A restriction that stands by itself."""
    short = _short(node, scope)
    if short is not None:
        return short
    match node:
        case And((child,)):
            return f"all({print_where(child, scope)})"
        case Or((child,)):
            return f"any({print_where(child, scope)})"
        case Not(child):
            return f"not {_part(child, scope)}"
        case Comment():
            return _comment(node, scope)
        case Count(limit, child):
            return f"at most {limit} ({print_where(child, scope)})"
        case Sub(tag, child) if tag in BELOW:
            return f"{BELOW[tag]}({print_where(child, scope_below(tag))})"
        case Sub(tag, child):
            return f"below({show_tag(tag, scope)}, {print_where(child, scope)})"
    return _leaf(node, scope)


def _short(node: Restriction, scope: Scope) -> str | None:
    """What a word of the vocabulary says exactly; None where none does."""
    if node == HAS_ATTACHMENTS and scope is MESSAGE:
        return "has attachments"
    if isinstance(node, Bitmask | Property) and (condition := condition_for(node, scope)):
        return condition
    if isinstance(node, Or | Sub) and (group := group_for(node, scope)):
        return _with_subject(group[0], group[1], scope)
    match node:
        case And((Exist(there), Property(Relop.LT | Relop.LE as relop, tag, value))) if there == tag:
            word = word_for(tag, scope)
            return None if word is None else f"{word} {_SIGNS[relop]} {show_value(value, tag)}"
    return None


def _leaf(node: Restriction, scope: Scope) -> str:
    match node:
        case Property(relop, tag):
            words = relop not in (Relop.LT, Relop.LE)
            return _with_subject(show_tag(tag, scope, words=words), node, scope)
        case Content(tag):
            return _with_subject(show_tag(tag, scope), node, scope)
        case CompareProps(relop, left, right):
            first = show_tag(left, scope, words=False)
            return f"{first} {_sign(relop)} {show_tag(right, scope, words=False, explicit=True)}"
        case Bitmask(tag, mask, nonzero):
            return f"{show_tag(tag, scope)} & {_mask(mask)}{'' if nonzero else ' = 0'}"
        case Size(relop, tag, size):
            return f"sizeof({show_tag(tag, scope)}) {_sign(relop)} {size}"
        case Exist(tag):
            return f"has {show_tag(tag, scope)}"
    return f"<{type(node).__name__}>"


def _with_subject(subject: str, leaf: Restriction, scope: Scope) -> str:
    """A comparison whose property is called `subject`."""
    match leaf:
        case Property(Relop.RE, _, str() as pattern):
            return f"{subject} matches {_pattern(pattern)}"
        case Property(relop, tag, value):
            return f"{subject} {_sign(relop)} {show_value(value, tag)}"
        case Content(tag, value, fuzzy):
            level, high = _LEVELS.get(fuzzy & 0xFFFF), _MODIFIERS.get(fuzzy & ~0xFFFF)
            if level is None or high is None:
                return f"{subject} content({int(fuzzy):#x}) {show_value(value, tag)}"
            return f"{subject} {level} {show_value(value, tag)}{high}"
    return f"{subject} exists"


def _comment(node: Comment, scope: Scope) -> str:
    word = "annotation" if isinstance(node, Annotation) else "comment"
    notes = ", ".join(f"{show_tag(tag, scope)} = {show_value(value, tag)}" for tag, value in node.notes)
    child = "" if node.child is None else f" ({print_where(node.child, scope)})"
    return word + (f" [{notes}]" if notes else "") + child


def _sign(relop: Relop) -> str:
    return _SIGNS.get(relop, f"relop({relop})")


def _mask(mask: int) -> str:
    return f"{mask:#x}" if mask >= 0 else str(mask)


def _pattern(pattern: str) -> str:
    """A pattern between slashes; in quotes where its own backslashes would be taken for others."""
    if pattern.endswith("\\") or ("/" in pattern and "\\" in pattern):
        return show_text(pattern)
    slashed = pattern.replace("/", "\\/")
    return f"/{slashed}/"
