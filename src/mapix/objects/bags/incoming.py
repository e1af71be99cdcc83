"""Values on their way into a property bag that need a second look: 8-bit text, names, rules (P-150..P-153)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.objects.bags import normal
from mapix.properties.errors import Collision, InvalidParameter, InvalidType, MapiError, UnexpectedId, UnexpectedType
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_HTML

if TYPE_CHECKING:
    from mapix.objects.bags.propreading import Entry, ReadingBag

_STRING8: Final = frozenset((0x1E, 0x101E))
_HTML: Final = PR_HTML.id
_FIRST_NAMED: Final = 0x8000


def take(bag: ReadingBag, tag: PropTag, value: Any, entries: dict[int, Entry]) -> int:
    """Put one value among `entries` in its stored form; the code of its problem, or 0.

    `InvalidParameter` for OBJECT properties and values that do not fit, and what a setter raises to end the call.
    """
    kind, number = tag & 0xFFFF, tag >> 16
    if kind in (PropType.NULL, PropType.ERROR) or number == 0:
        return 0
    if kind == PropType.OBJECT:
        raise InvalidParameter("an OBJECT property is opened, not set (P-150)", value=PropTag(tag))
    scode = bag._rules.readonly.get(number) or _unmapped(bag, number)
    if scode:
        return scode
    if number == _HTML:
        tag, value = normal.html(PropTag(tag), value, bag._html_codepage())
    elif kind in _STRING8:
        tag, value = normal.wide(tag, value, bag._narrow_codepage())
    return _take_checked(bag, tag if tag.__class__ is PropTag else PropTag(tag), value, entries)


def _unmapped(bag: ReadingBag, number: int) -> int:
    """X-04: a named property has a name."""
    known = number < _FIRST_NAMED or (bag._names is not None and bag._names.knows(number))
    return 0 if known else UnexpectedId.hresult


def _take_checked(bag: ReadingBag, tag: PropTag, value: Any, entries: dict[int, Entry]) -> int:
    number, kind = tag >> 16, tag & 0xFFFF
    if normal.check_of(kind) is None:
        return InvalidType.hresult
    if bag._rules.types.get(number, kind) != kind:
        return UnexpectedType.hresult
    value = normal.normal(tag, value)
    setter = bag._rules.setters.get(number)
    if setter is not None:
        try:
            value = setter(bag, value)
        except (InvalidParameter, Collision):
            raise
        except MapiError as error:
            return error.hresult
    if value is not None:
        entries[number] = (tag, value)
    return 0
