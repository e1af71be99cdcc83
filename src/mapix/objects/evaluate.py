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
counts with `mapix.objects.counting` (R-016).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from mapix.objects.canonical import canonical
from mapix.objects.collate import value_key
from mapix.objects.contentmatch import content_test
from mapix.objects.patternmatch import pattern_test
from mapix.objects.typed import python_class, typed
from mapix.objects.valuesize import size_reader
from mapix.properties.codepage import ANSI
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import (
    And,
    Annotation,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_ATTACHMENTS, PR_MESSAGE_RECIPIENTS

Get = Callable[[PropTag], Any]
"""Answers with the stored value of a property, by identifier, or None."""

Parts = Callable[[PropTag], Iterable[Get]]
"""Answers with the rows of PR_MESSAGE_RECIPIENTS or PR_MESSAGE_ATTACHMENTS."""

Matcher = Callable[[Get, Parts | None], bool]

IsMember = Callable[[bytes, bytes], bool]
"""Whether the second entry identifier is a member of the list that has the first (R-009)."""

_OPERATORS: Final[dict[int, Callable[[Any, Any], bool]]] = {
    Relop.LT: lt,
    Relop.LE: le,
    Relop.GT: gt,
    Relop.GE: ge,
    Relop.EQ: eq,
    Relop.NE: ne,
}
_ABSENT_HOLDS: Final = frozenset((Relop.LT, Relop.LE, Relop.NE))
_UNCOMPARABLE: Final = frozenset((PropType.UNSPECIFIED, PropType.NULL, PropType.OBJECT))


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
        compile_matcher(restriction, codepage)


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


def _content(restriction: Content) -> Matcher:
    read, test = _reader(restriction.tag), content_test(restriction)
    return lambda get, parts: (value := read(get)) is not None and test(value)


def _property(restriction: Property) -> Matcher:
    tag, value = restriction.tag, restriction.value
    if restriction.relop == Relop.RE:
        return _some_value(tag, _pattern(tag, value))
    holds = _operator(restriction.relop)
    key = value_key(tag.base_type)
    wanted = key(_constant(tag, value))
    read, absent = _reader(tag), restriction.relop in _ABSENT_HOLDS

    def single(get: Get, parts: Parts | None) -> bool:
        value = read(get)
        return absent if value is None else holds(key(value), wanted)

    def some(get: Get, parts: Parts | None) -> bool:
        values = read(get)
        return absent if values is None else any(holds(key(value), wanted) for value in values)

    return some if tag.is_multi else single


def _pattern(tag: PropTag, value: Any) -> Callable[[Any], bool]:
    if tag.base_type != PropType.UNICODE or not isinstance(value, str):
        raise TooComplex(f"no pattern can be looked for in {tag!r}", value=value)
    return pattern_test(value)


def _some_value(tag: PropTag, test: Callable[[Any], bool]) -> Matcher:
    """Where there is a value, or several, it satisfies `test`, or one of them does."""
    read = _reader(tag)
    if tag.is_multi:
        return lambda get, parts: (values := read(get)) is not None and any(map(test, values))
    return lambda get, parts: (value := read(get)) is not None and test(value)


def _constant(tag: PropTag, value: Any) -> Any:
    fitting = None if tag.base_type in _UNCOMPARABLE else typed(value, tag.with_type(tag.base_type))
    if fitting is None:
        raise TooComplex(f"the constant does not have the type of {tag!r}", value=value)
    return fitting


def _compare(restriction: CompareProps) -> Matcher:
    left, right, holds = restriction.left, restriction.right, _operator(restriction.relop)
    if left.type != right.type or left.type in _UNCOMPARABLE:
        raise TooComplex("two properties of different types cannot be compared", value=(left, right))
    key, read_left, read_right = value_key(left.type), _reader(left), _reader(right)

    def test(get: Get, parts: Parts | None) -> bool:
        first, second = read_left(get), read_right(get)
        return first is not None and second is not None and holds(key(first), key(second))

    return test


def _bitmask(restriction: Bitmask) -> Matcher:
    if restriction.tag.type != PropType.LONG:
        raise TooComplex("a bit mask wants a property of type PT_LONG", value=restriction.tag)
    read, mask, nonzero = _reader(restriction.tag), restriction.mask, restriction.nonzero
    return lambda get, parts: (value := read(get)) is not None and (value & mask != 0) == nonzero


def _size(restriction: Size) -> Matcher:
    measure, holds, size = size_reader(restriction.tag), _operator(restriction.relop), restriction.size
    tag = restriction.tag.unicode()
    return lambda get, parts: (found := measure(get(tag))) is not None and holds(found, size)


def _exist(restriction: Exist) -> Matcher:
    tag = restriction.tag
    if tag.type in _UNCOMPARABLE:
        return lambda get, parts: get(tag) is not None
    read = _reader(tag)
    return lambda get, parts: read(get) is not None


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


@dataclass(frozen=True, slots=True, repr=False)
class _Listed(Restriction):
    """A property compared by MEMBER_OF_DL, with who knows the lists."""

    tag: PropTag
    value: Any
    is_member: IsMember


def _with_lists(restriction: Restriction, is_member: IsMember) -> Restriction:
    match restriction:
        case Property(Relop.MEMBER_OF_DL, tag, value):
            return _Listed(tag, value, is_member)
        case And(children) | Or(children):
            return replace(restriction, children=tuple(_with_lists(child, is_member) for child in children))
        case Not(Restriction() as child) | Count(_, child) | Sub(_, child) | Comment(Restriction() as child):
            return replace(restriction, child=_with_lists(child, is_member))
    return restriction


def _listed(restriction: _Listed) -> Matcher:
    tag, wanted, is_member = restriction.tag, restriction.value, restriction.is_member
    if tag.base_type != PropType.BINARY or not isinstance(wanted, bytes):
        raise TooComplex("members of lists are entry identifiers", value=tag)
    return _some_value(tag, lambda value: is_member(wanted, value))


def _operator(relop: int) -> Callable[[Any, Any], bool]:
    found = _OPERATORS.get(relop)
    if found is None:
        raise TooComplex("this comparison has no meaning here", value=relop)
    return found


def _reader(tag: PropTag) -> Callable[[Get], Any]:
    wanted = python_class(tag.type)
    if wanted is tuple:
        return lambda get: typed(get(tag), tag)

    def read(get: Get) -> Any:
        value = get(tag)
        return value if value.__class__ is wanted else typed(value, tag)

    return read


_MAKERS: Final[dict[type, Callable[[Any], Matcher]]] = {
    And: _and,
    Or: _or,
    Not: _not,
    Content: _content,
    Property: _property,
    CompareProps: _compare,
    Bitmask: _bitmask,
    Size: _size,
    Exist: _exist,
    Sub: _sub,
    Comment: _comment,
    Annotation: _comment,
    Count: _count,
    Cell: _cell,
    _Listed: _listed,
}
