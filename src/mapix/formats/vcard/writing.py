"""Cards written: properties into lines, of version 3.0 or 4.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any, Final

from mapix.formats.vcard.cards import (
    ADDRESS,
    GROUP,
    HOME_PLACE,
    NAME,
    OLD_KIND,
    OLD_MEMBER,
    ORGANIZATION,
    OTHER_PLACE,
    OTHER_TELEPHONES,
    PLAIN,
    TELEPHONES,
    WORK_PLACE,
    Card,
)
from mapix.formats.vcard.dates import written_day
from mapix.formats.vcard.lines import escape, joined, written
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag

VERSIONS: Final = ("3.0", "4.0")
_PAGES: Final = ((t.PR_BUSINESS_HOME_PAGE, "work"), (t.PR_PERSONAL_HOME_PAGE, "home"))
_DAYS: Final = (t.PR_BIRTHDAY, t.PR_WEDDING_ANNIVERSARY)
_WRITTEN: Final = frozenset(
    (
        *PLAIN.values(),
        *NAME,
        *ORGANIZATION,
        *(tag for place in (WORK_PLACE, HOME_PLACE, OTHER_PLACE) for tag in place),
        *(tag for _, tags in TELEPHONES for tag in tags),
        *OTHER_TELEPHONES.values(),
        *(tag for tag, _ in _PAGES),
        *_DAYS,
        t.PR_ADDRTYPE,
        t.PR_EMAIL_ADDRESS,
        t.PR_CONTACT_EMAIL_ADDRESSES,
    )
)

Parameters = Sequence[tuple[str, str]]
Field = tuple[str, str, Parameters]


def to_vcards(cards: Iterable[Card], version: str = "4.0") -> bytes:
    """A file of cards in UTF-8; `InvalidParameter` for another version than 3.0 and 4.0."""
    if version not in VERSIONS:
        raise InvalidParameter("cards are written in version 3.0 or 4.0", value=version)
    return b"".join(_card(card, version) for card in cards)


def unwritten(card: Card) -> list[PropTag]:
    """The properties of a card that `to_vcards` has no field for, and leaves out."""
    values = [(tag, value) for tag, value in card.values.items() if value not in (None, "")]
    return [tag for tag, value in values if tag not in _WRITTEN or (tag in _DAYS and _day(value, compact=True) is None)]


def _card(card: Card, version: str) -> bytes:
    fields: list[Field] = [("BEGIN", "VCARD", ()), ("VERSION", version, ())]
    fields += _fields(card, new=version == "4.0")
    return b"".join(written(*each) for each in (*fields, ("END", "VCARD", ())))


def _fields(card: Card, *, new: bool) -> Iterator[Field]:
    values = card.values
    if card.uid:
        yield "UID", escape(card.uid), ()
    if card.members is not None:
        yield "KIND" if new else OLD_KIND, GROUP, ()
    for name, tag in PLAIN.items():
        if values.get(tag):
            yield name, escape(values[tag]), ()
    yield from _structured(values, new=new)
    yield from _addresses(values)
    yield from _numbers(values)
    for tag, kind in _PAGES:
        if values.get(tag):
            yield "URL", escape(values[tag]), (("TYPE", kind),)
    for name, tag in zip(("BDAY", "ANNIVERSARY" if new else "X-MS-ANNIVERSARY"), _DAYS, strict=True):
        if (day := _day(values.get(tag), compact=new)) is not None:
            yield name, day, ()
    yield from _of_contact(card, new=new)
    for member in card.members or ():
        yield "MEMBER" if new else OLD_MEMBER, escape(_uri(member)), ()


def _numbers(values: dict[PropTag, Any]) -> Iterator[Field]:
    """Each number by the types that it is read by."""
    told = set()
    for types, tags in TELEPHONES:
        for tag in takewhile(values.get, tags):
            if tag not in told:
                told.add(tag)
                yield "TEL", escape(values[tag]), tuple(("TYPE", each) for each in types)
    for kind, tag in OTHER_TELEPHONES.items():
        if values.get(tag) and tag not in told:
            yield "X-MS-TEL", escape(values[tag]), (("TYPE", kind),)


def _of_contact(card: Card, *, new: bool) -> Iterator[Field]:
    """What only contacts have."""
    if card.instant:
        yield "X-MS-IMADDRESS", escape(card.instant), ()
    if card.categories:
        yield "CATEGORIES", ",".join(map(escape, card.categories)), ()
    if card.photo:
        from base64 import b64encode

        data = b64encode(card.photo).decode("ascii")
        yield "PHOTO", f"data:image/jpeg;base64,{data}" if new else data, () if new else (("ENCODING", "b"),)


def _structured(values: dict[PropTag, Any], *, new: bool) -> Iterator[Field]:
    names = _texts(NAME, values)
    if any(names) or not new:  # version 3.0 wants an N in every card
        yield "N", joined(names), ()
    organization = _texts(ORGANIZATION, values)
    if any(organization):
        yield "ORG", joined(organization if organization[1] else organization[:1]), ()
    for tags, kind in ((WORK_PLACE, "work"), (HOME_PLACE, "home"), (OTHER_PLACE, "postal")):
        place = _texts(tags, values)
        if any(place):
            yield "ADR", joined(place), (("TYPE", kind),)


def _addresses(values: dict[PropTag, Any]) -> Iterator[Field]:
    address, kind = values.get(t.PR_EMAIL_ADDRESS), (values.get(t.PR_ADDRTYPE) or "SMTP").upper()
    if address and kind == "SMTP":
        yield "EMAIL", escape(address), ()
    elif address:
        yield ADDRESS, escape(f"{kind}:{address}"), ()
    for other in values.get(t.PR_CONTACT_EMAIL_ADDRESSES) or ():
        yield "EMAIL", escape(other), ()


def _day(ticks: int | None, *, compact: bool) -> str | None:
    return None if ticks is None else written_day(ticks, compact=compact)


def _uri(member: str) -> str:
    """A member as a URI: one it is, or an address for mail (RFC 6068)."""
    if ":" in member.partition("@")[0]:
        return member
    from urllib.parse import quote

    return "mailto:" + "".join(quote(each) if each in '%?#" ' else each for each in member)


def _texts(tags: Iterable[PropTag | None], values: dict[PropTag, Any]) -> list[str]:
    return [values.get(tag) or "" if tag is not None else "" for tag in tags]
