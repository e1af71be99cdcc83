"""Restrictions evaluated: what they mean, decided once for every provider.

    >>> from mapix.properties.restriction import Property, Relop
    >>> from mapix.properties.tag import PropTag
    >>> row = {PropTag(0x0037001F): "Budget"}
    >>> matches(Property(Relop.EQ, PropTag(0x0037001F), "BUDGET"), row.get)
    True

`compile_matcher` turns a restriction into a function once; `matches` is for a single row. What cannot be evaluated is
refused with `TooComplex` when it is compiled, never while rows are read; `check` asks beforehand.

Decisions: no children: AND is true, OR false (R-003). An absent property is smaller than every constant of PROPERTY, so
LT, LE and NE hold; COMPAREPROPS, CONTENT, BITMASK and SIZE do not hold (R-020), and NOT turns that round (R-021). A
multi-valued property matches when one of its values does, for NE too (R-007, X-13); COMPAREPROPS compares all of them
(T-052). PROPERTY does not look at case (R-022), CONTENT does unless told otherwise (R-005). RE looks for a pattern in
text (`pattern`, R-008). MEMBER_OF_DL is `TooComplex` unless somebody who knows lists is given (R-009). COMMENT and
ANNOTATION are their child (R-015). So is COUNT on a single row, but for a limit of nothing: who has all rows of a table
counts with `mapix.objects.restrictions.counting` (R-016).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from mapix.objects.restrictions.canonical import canonical
from mapix.objects.restrictions.conditionmatch import LEAVES, Get, IsMember, Listed, Matcher, Parts
from mapix.properties.codepage import ANSI
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import (
    And,
    Annotation,
    Comment,
    Count,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Sub,
)
from mapix.properties.tags import PR_MESSAGE_ATTACHMENTS, PR_MESSAGE_RECIPIENTS

__all__ = ["Cell", "Get", "IsMember", "Matcher", "Parts", "check", "checked", "compile_matcher", "matches"]


def matches(restriction: Restriction | None, get: Get, parts: Parts | None = None) -> bool:
    """Whether a row satisfies `restriction`; None is satisfied by every row.

    `get` answers with values by tag, `parts` with the rows below a message; without it a SUBRESTRICTION is
    `TooComplex` (R-014).
    """
    return restriction is None or _matcher(restriction)(get, parts)


def compile_matcher(restriction: Restriction, codepage: int = ANSI, *, is_member: IsMember | None = None) -> Matcher:
    """`restriction` as a function of `get` and `parts`; `TooComplex` for what cannot be evaluated.

    `codepage` reads constants given as 8-bit text. `is_member` knows distribution lists: only with it MEMBER_OF_DL can
    be evaluated (R-009).
    """
    wanted = canonical(restriction, codepage)
    return _compile(wanted if is_member is None else _with_lists(wanted, is_member))


def check(restriction: Restriction | None, codepage: int = ANSI) -> None:
    """Raise `TooComplex` for a restriction that cannot be evaluated on any row."""
    if restriction is not None:
        checked(restriction, codepage)


def checked(restriction: Restriction, codepage: int = ANSI) -> Restriction:
    """The canonical form of a restriction that can be evaluated; `TooComplex` for others."""
    wanted = canonical(restriction, codepage)
    _compile(wanted)
    return wanted


def _matcher(restriction: Restriction) -> Matcher:
    try:
        return _remembered(restriction)
    except TypeError:  # a constant that cannot be hashed
        return compile_matcher(restriction)


@lru_cache(maxsize=32)
def _remembered(restriction: Restriction) -> Matcher:
    return compile_matcher(restriction)


def _compile(restriction: Restriction) -> Matcher:
    maker = _MAKERS.get(type(restriction))
    if maker is None:
        raise TooComplex("an unknown kind of restriction", value=type(restriction).__name__)
    return maker(restriction)


def _and(restriction: And) -> Matcher:
    tests = tuple(map(_compile, restriction.children))
    if len(tests) == 2:
        first, second = tests
        return lambda get, parts: first(get, parts) and second(get, parts)

    def all_hold(get: Get, parts: Parts | None) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs twice as much a row
            if not test(get, parts):
                return False
        return True

    return all_hold


def _or(restriction: Or) -> Matcher:
    tests = tuple(map(_compile, restriction.children))

    def some_holds(get: Get, parts: Parts | None) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs twice as much a row
            if test(get, parts):
                return True
        return False

    return some_holds


def _not(restriction: Not) -> Matcher:
    test = _compile(restriction.child)
    return lambda get, parts: not test(get, parts)


def _sub(restriction: Sub) -> Matcher:
    tag, test = restriction.tag, _compile(restriction.child)
    if tag not in (PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS):
        raise TooComplex("only recipients and attachments can be looked into", value=tag)

    def some_row(get: Get, parts: Parts | None) -> bool:
        if parts is None:
            raise TooComplex("rows of this table have no recipients or attachments to look into", value=tag)
        return any(test(row, None) for row in parts(tag))

    return some_row


def _comment(restriction: Comment) -> Matcher:
    return _compile(And() if restriction.child is None else restriction.child)


def _count(restriction: Count) -> Matcher:
    test = _compile(restriction.child)
    return test if restriction.limit > 0 else lambda get, parts: False


@dataclass(slots=True, eq=False, repr=False)
class Cell(Restriction):
    """What was decided elsewhere about the row that is looked at now; `numbers` are the rows for which it holds, where
    rows have numbers.
    """

    holds: bool = False
    numbers: frozenset[int] = frozenset()


def _cell(restriction: Cell) -> Matcher:
    return lambda get, parts: restriction.holds


def _with_lists(restriction: Restriction, is_member: IsMember) -> Restriction:
    match restriction:
        case Property(Relop.MEMBER_OF_DL, tag, value):
            return Listed(tag, value, is_member)
        case And(children) | Or(children):
            return replace(restriction, children=tuple(_with_lists(child, is_member) for child in children))
        case Not(Restriction() as child) | Count(_, child) | Sub(_, child) | Comment(Restriction() as child):
            return replace(restriction, child=_with_lists(child, is_member))
    return restriction


_MAKERS: Final[dict[type, Callable[[Any], Matcher]]] = {
    **LEAVES,
    And: _and,
    Or: _or,
    Not: _not,
    Sub: _sub,
    Comment: _comment,
    Annotation: _comment,
    Count: _count,
    Cell: _cell,
}
