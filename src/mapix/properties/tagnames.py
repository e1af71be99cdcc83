"""Names of tags and of property names, and both by name.

    >>> from mapix.properties.tag import PropTag
    >>> name_of(PropTag(0x0037001F))
    'PR_SUBJECT'
    >>> by_name("PidTagSubject") == 0x0037001F
    True
    >>> named_by_name("PidLidReminderSet")
    PropertyName(PSETID_Common, 0x8503)

The tables are built on first use, so that a program which never asks does not pay for them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from mapix.properties.errors import NotFound

if TYPE_CHECKING:
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag

_FIRST_NAMED: Final = 0x8000


@cache
def _tags(address_book: bool) -> dict[str, PropTag]:
    """Every name and its tag, preferred names first."""
    from mapix.properties import ems_tags, tags

    module = ems_tags if address_book else tags
    return {name: tag for name, tag in vars(module).items() if name.startswith(("PR_", "PidTag"))}


@cache
def _names(address_book: bool) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    """Names by tag, and by identifier alone: those of its first tag, a plain name before `_A`, `_W`, `_O` and `_T`."""
    by_tag: dict[int, tuple[str, ...]] = {}
    for name, tag in _tags(address_book).items():
        by_tag[tag] = (*by_tag.get(tag, ()), name)
    by_id: dict[int, tuple[str, ...]] = {}
    for number, names in sorted(by_tag.items(), key=lambda item: item[1][0].endswith(("_A", "_W", "_O", "_T"))):
        by_id.setdefault(number >> 16, names)
    return by_tag, by_id


def names_of(tag: int, *, address_book: bool = False) -> tuple[str, ...]:
    """All names of `tag`, the preferred one first; of its identifier where no tag with this type has a name.

    `PR_` names come first, those without `_A` or `_W` before the others, `PidTag` names last. Identifiers from 0x8000
    are named properties (P-003) and have no fixed name, except on the entries of an Exchange address book
    (`address_book=True`). Returns an empty tuple where there is no name.
    """
    tag &= 0xFFFFFFFF
    places = [address_book, not address_book]
    if tag >> 16 >= _FIRST_NAMED:
        places = [True] if address_book else []
    tables = [_names(place) for place in places]
    exact = (by_tag.get(tag, ()) for by_tag, _ in tables)
    loose = (by_id.get(tag >> 16, ()) for _, by_id in tables)
    return next((names for names in (*exact, *loose) if names), ())


def name_of(tag: int, *, address_book: bool = False) -> str:
    """The preferred name of `tag`, or its number as `0x8001001F`; see `names_of`."""
    names = names_of(tag, address_book=address_book)
    return names[0] if names else f"0x{tag & 0xFFFFFFFF:08X}"


def by_name(name: str) -> PropTag:
    """The tag of a `PR_` or `PidTag` name, spelled exactly.

    Raises NotFound, with the nearest names as the hint.
    """
    for address_book in (False, True):
        tag = _tags(address_book).get(name)
        if tag is not None:
            return tag
    raise NotFound("no property tag has this name", value=name, hint=_nearest(name, [*_tags(False), *_tags(True)]))


@cache
def _named() -> dict[str, PropertyName]:
    from mapix.properties import named_tags
    from mapix.properties.named import PropertyName

    return {name: value for name, value in vars(named_tags).items() if isinstance(value, PropertyName)}


@cache
def _named_names() -> dict[PropertyName, tuple[str, ...]]:
    names: dict[PropertyName, tuple[str, ...]] = {}
    for name, value in _named().items():
        names[value] = (*names.get(value, ()), name)
    return names


def names_of_named(value: PropertyName) -> tuple[str, ...]:
    """The names the reference has for a property name: `PidLid` or `PidName` first, then `dispid`; empty if none."""
    return _named_names().get(value, ())


def named_by_name(name: str) -> PropertyName:
    """The property name called `name` (`PidLid…`, `PidName…`, `dispid…`), spelled exactly.

    Raises NotFound, with the nearest names as the hint.
    """
    value = _named().get(name)
    if value is None:
        raise NotFound("no property name is called this", value=name, hint=_nearest(name, list(_named())))
    return value


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    return " or ".join(get_close_matches(name, known, n=3, cutoff=0.75))
