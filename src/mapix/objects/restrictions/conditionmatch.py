"""What restrictions without children mean: one property, or two, of one row; see `evaluate` for the decisions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from mapix.objects.restrictions.collate import value_key
from mapix.objects.restrictions.contentmatch import content_test
from mapix.objects.restrictions.patternmatch import pattern_test
from mapix.objects.restrictions.typed import python_class, typed
from mapix.objects.restrictions.valuesize import size_reader
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import (
    Bitmask,
    CompareProps,
    Content,
    Exist,
    Property,
    Relop,
    Restriction,
    Size,
)
from mapix.properties.tag import PropTag, PropType

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


@dataclass(frozen=True, slots=True, repr=False)
class Listed(Restriction):
    """A property compared by MEMBER_OF_DL, with who knows the lists."""

    tag: PropTag
    value: Any
    is_member: IsMember


@dataclass(frozen=True, slots=True, repr=False)
class Tested(Restriction):
    """Whatever `test` says of a row; `about` tells it from other tests."""

    about: Hashable
    test: Callable[[Get], bool] = field(compare=False)


def _tested(restriction: Tested) -> Matcher:
    test = restriction.test
    return lambda get, parts: test(get)


def _listed(restriction: Listed) -> Matcher:
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


LEAVES: Final[dict[type, Callable[[Any], Matcher]]] = {
    Content: _content,
    Property: _property,
    CompareProps: _compare,
    Bitmask: _bitmask,
    Size: _size,
    Exist: _exist,
    Listed: _listed,
    Tested: _tested,
}
"""What makes a function of each kind."""
