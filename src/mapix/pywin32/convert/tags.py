"""Property tags and arrays of them: unsigned numbers outside, `PropTag` inside."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import Any

from mapix.properties.tag import PropTag, PropType
from mapix.pywin32.args import is_sequence, uint32

_NOT_TAGS = "SPropTagArray must be a sequence of integers"


def tag(value: Any) -> PropTag:
    """One tag; any number, taken modulo 2**32."""
    return PropTag(uint32(value))


def tags(value: Any) -> list[PropTag] | None:
    """An SPropTagArray argument: None, one number, or a sequence of them, each 0..2**32-1."""
    if value is None:
        return None
    if hasattr(type(value), "__index__"):
        return [_array_item(value)]
    if not is_sequence(value):
        raise TypeError(_NOT_TAGS)
    return [_array_item(item) for item in value]


def _array_item(value: Any) -> PropTag:
    if not hasattr(type(value), "__index__"):
        raise TypeError(_NOT_TAGS)
    number = index(value)
    if number < 0:
        raise OverflowError("can't convert negative value to unsigned int")
    if number > 0xFFFFFFFF:
        raise OverflowError("Python int too large to convert to C unsigned long")
    return PropTag(number)


def numbers(found: Iterable[int]) -> tuple[int, ...]:
    """A tag array as scripts see it: a tuple of plain unsigned numbers."""
    return tuple(int(item) & 0xFFFFFFFF for item in found)


def in_width(item: PropTag, wide: bool) -> PropTag:
    """A tag as a call without fixed widths answers it: text as UNICODE when `wide`, else as STRING8 (GEN-6, P-041)."""
    return item if wide or not item.is_string else PropTag(item & ~1)


def widened(item: PropTag) -> PropTag:
    """A tag with 8-bit text made wide, in columns of value instances too: what restrictions and sorts compare."""
    return PropTag(item | 1) if item.base_type == PropType.STRING8 else item


def error_tag(item: PropTag) -> int:
    """The tag of a value that is not there: the identifier with type ERROR (P-112)."""
    return item & 0xFFFF0000 | PropType.ERROR
