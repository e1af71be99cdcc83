"""Restrictions and sort orders, from tuples to values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapix.properties.errors import InvalidParameter
from mapix.properties.restriction import (
    And,
    Bitmask,
    Content,
    Exist,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
)
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.pywin32.args import int32, is_sequence
from mapix.pywin32.convert.tags import tag, widened
from mapix.pywin32.convert.values import pair_in

_NOT_A_PAIR = "The SRestriction object must be a sequence of length 2"
_NOT_A_KIND = "SRestriction must be a sequence of (integer, object)"
_UNSUPPORTED = "Unsupported restriction type!  Please fix in mapiutil.cpp!!!"
_NOT_A_SORT = "A SortOrder object must be tuple of (sequence, cCategories=0, cExpanded=0)"


def restriction(value: Any) -> Restriction | None:
    """An SRestriction argument; None is no restriction."""
    return None if value is None else _restriction(value)


def _restriction(value: Any) -> Restriction:
    if not is_sequence(value) or len(value) != 2:
        raise TypeError(_NOT_A_PAIR)
    kind, payload = value
    if not hasattr(type(kind), "__index__"):
        raise TypeError(_NOT_A_KIND)
    build = _KINDS.get(int32(kind))
    if build is None:
        raise ValueError(_UNSUPPORTED)
    return build(payload)


def _payload(value: Any, least: int, most: int) -> tuple[Any, ...]:
    if not isinstance(value, tuple):
        raise TypeError(f"argument list must be a tuple, not {type(value).__name__}")
    if not least <= len(value) <= most:
        raise TypeError(f"function takes {least} to {most} arguments ({len(value)} given)")
    return value


def _children(payload: Any) -> tuple[Restriction, ...]:
    if not is_sequence(payload):
        raise TypeError("a sequence of SRestriction objects is required")
    return tuple(_restriction(item) for item in payload)


def _not(payload: Any) -> Restriction:
    return Not(_restriction(_payload(payload, 1, 2)[0]))


def _content(payload: Any) -> Restriction:
    fuzzy, searched, (_, value) = _compared(payload)
    return Content(searched, value, fuzzy & 0xFFFFFFFF)


def _property(payload: Any) -> Restriction:
    relop, searched, (_, value) = _compared(payload)
    return Property(_relop(relop), searched, value)


def _compared(payload: Any) -> tuple[int, PropTag, tuple[PropTag, Any]]:
    how, searched, constant = _payload(payload, 3, 3)
    return int32(how), widened(tag(searched)), pair_in(constant)


def _relop(number: int) -> Relop:
    try:
        return Relop(number)
    except ValueError:
        raise InvalidParameter("no such relational operator", value=number) from None


def _bitmask(payload: Any) -> Restriction:
    how, searched, mask = (*_payload(payload, 2, 3), 0)[:3]
    if int32(how) not in (0, 1):
        raise InvalidParameter("a bitmask is tested with BMR_EQZ or BMR_NEZ", value=how)
    return Bitmask(tag(searched), int32(mask) & 0xFFFFFFFF, nonzero=how == 1)


def _exist(payload: Any) -> Restriction:
    return Exist(widened(tag(_payload(payload, 1, 3)[0])))


_KINDS: dict[int, Callable[[Any], Restriction]] = {
    0: lambda payload: And(_children(payload)),
    1: lambda payload: Or(_children(payload)),
    2: _not,
    3: _content,
    4: _property,
    6: _bitmask,
    8: _exist,
}


def sort_order(value: Any) -> SortOrder | None:
    """An SSortOrderSet argument; None is none. Tags may be spelled signed or unsigned."""
    if value is None:
        return None
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3:
        raise TypeError(_NOT_A_SORT)
    keys, categories, expanded = (*value, 0, 0)[:3]
    if not is_sequence(keys):
        raise TypeError("The first object must be a sequence")
    return SortOrder(tuple(_sort_key(item) for item in keys), int32(categories), int32(expanded))


def _sort_key(item: Any) -> SortKey:
    if not isinstance(item, tuple) or len(item) != 2:
        raise TypeError("The sort order must be a sequence of tuples of (tag, order)")
    number = int32(item[1])
    if number not in Order.__members__.values():
        raise InvalidParameter("no such sort order", value=number)
    return SortKey(widened(tag(item[0])), Order(number))
