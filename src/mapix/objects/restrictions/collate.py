"""Collation: the one order of values, by which tables sort and restrictions compare.

    >>> fold("Straße")
    'strasse'
    >>> sorted(["b", "A", None, "a"], key=lambda text: order_key(text, 0x1F))
    ['A', 'a', 'b', None]

| property type | order |
|---|---|
| SHORT, LONG, LONGLONG, ERROR, CURRENCY, SYSTIME | signed integers (P-024, R-022) |
| FLOAT, DOUBLE, APPTIME | numbers; what is not a number counts as infinity |
| BOOLEAN | false before true |
| UNICODE | code points of `fold(text)`, nothing else: texts that differ in case only are equal (R-022) |
| STRING8, BINARY, CLSID, unknown types | byte by byte |
| SRESTRICTION, ACTIONS | their bytes, one by one |
| MV_* | value by value; where one ends first, it is the smaller one (T-052) |

Missing values sort last in both directions (T-050); rows with equal keys are told apart by their source. A provider
with a language of its own gets the same order by registering `fold` there and comparing the results as bytes of UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, total_ordering
from math import inf
from typing import Any, Final

from mapix.properties.tag import MV_FLAG, MVI_FLAG, PropType
from mapix.properties.valuetypes import value_type

_LAST: Final = (1,)
_FLOATS: Final = frozenset((PropType.FLOAT, PropType.DOUBLE, PropType.APPTIME))
_STRUCTURES: Final = frozenset((PropType.SRESTRICTION, PropType.ACTIONS))


def fold(text: str) -> str:
    """`text` without differences of case: the case folding of the whole house (R-022)."""
    return text.lower() if text.isascii() else text.casefold()


@cache
def value_key(prop_type: int) -> Callable[[Any], Any]:
    """The function that turns a value of the type into its place in the order; it is never given None."""
    base = prop_type & ~MVI_FLAG
    single = _single_key(base)
    if prop_type & MVI_FLAG != MV_FLAG:
        return single
    return lambda values: tuple(map(single, values))


def order_key(value: Any, prop_type: int, *, descending: bool = False) -> Any:
    """What sorts `value`, of type `prop_type` or None where it is missing, among others of its type (T-050)."""
    if value is None:
        return _LAST
    key = value_key(prop_type)(value)
    return (0, Descending(key) if descending else key)


def compare(left: Any, right: Any, prop_type: int) -> int:
    """-1, 0 or 1: how two present values of the type stand to one another."""
    key = value_key(prop_type)
    first, second = key(left), key(right)
    return int(first > second) - int(first < second)


def equal(left: Any, right: Any, prop_type: int) -> bool:
    """Whether two present values of the type have the same place in the order."""
    return compare(left, right, prop_type) == 0


@total_ordering
class Descending:
    """A key whose larger values come first."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and bool(self.key == other.key)

    def __lt__(self, other: Descending) -> bool:
        return bool(other.key < self.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Descending({self.key!r})"


def _single_key(base: int) -> Callable[[Any], Any]:
    if base == PropType.UNICODE:
        return fold
    if base in _FLOATS:
        return _number
    if base in _STRUCTURES:
        return value_type(base).dump
    return bool if base == PropType.BOOLEAN else _itself


def _number(value: float) -> float:
    return value if value == value else inf


def _itself(value: Any) -> Any:
    return value
