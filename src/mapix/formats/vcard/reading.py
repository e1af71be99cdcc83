"""Cards read: lines into properties. What MAPI has no place for is noted, so that nobody loses it unawares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from mapix.formats.defects import Defects, Parsed, Strictness
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
from mapix.formats.vcard.lines import Line, parse, split, unescape, without_scheme
from mapix.properties import tags as t
from mapix.properties.errors import TooBig
from mapix.properties.tag import PropTag

MOST_CARDS: Final = 200_000
_MOST_MEMBERS: Final = 100_000
_SILENT: Final = frozenset({"VERSION", "PRODID", "REV", "KIND", OLD_KIND, "CLASS", "SORT-STRING", "MAILER"})
"""Fields that say nothing about a person that has to be kept."""


def from_vcards(
    data: bytes, *, strictness: Strictness = Strictness.TOLERANT, whole: bool = False
) -> Parsed[list[Card]]:
    """The cards of a file; a card without name or address is left out and noted. `whole` reads what only contacts have,
    pictures and categories, which is noted as not kept otherwise.

    `TooBig` for a file of unreasonable size, `CorruptData` with STRICT.
    """
    defects = Defects(strictness)
    found = []
    for number, lines in enumerate(_cards(parse(data, defects), defects)):
        if number >= MOST_CARDS:
            raise TooBig("a file of so many cards is not read", value=MOST_CARDS)
        card = _card(lines, defects, whole)
        if card is not None:
            found.append(card)
    return Parsed(found, defects.all)


def _cards(lines: Iterable[Line], defects: Defects) -> Iterator[list[Line]]:
    """The lines of each card; cards within cards (version 2.1) are part of none."""
    inside: list[Line] = []
    depth = 0
    for line in lines:
        mark = line.value.strip().upper() == "VCARD"
        if line.name == "BEGIN" and mark:
            depth += 1
            if depth == 1:
                inside = []
            else:
                defects.note("BEGIN", "a card within a card is not kept")
        elif line.name == "END" and mark:
            if depth == 1:
                yield inside
            depth = max(0, depth - 1)
        elif depth == 1:
            inside.append(line)
    if depth:
        defects.note("END", "the last card has no end")
        yield inside


def _card(lines: list[Line], defects: Defects, whole: bool) -> Card | None:
    reader = _Reader(defects, whole)
    preferred = sorted(lines, key=_preference)
    for line in preferred:
        if not reader.take(line):
            reader.note(line)
    return reader.card()


def _preference(line: Line) -> int:
    """Preferred fields before others: PREF of version 4.0, the type of version 3.0."""
    pref = line.parameters.get("PREF", ("",))[0]
    if pref.isascii() and pref.isdigit():
        return min(int(pref[:4]), 100)
    return 1 if "pref" in line.types else 101


class _Reader:
    """One card as it is read."""

    def __init__(self, defects: Defects, whole: bool) -> None:
        self._defects = defects
        self._notes: list[tuple[str, str]] = []
        self._whole = whole
        self._photo = b""
        self._categories: list[str] = []
        self._instant = ""
        self._values: dict[PropTag, Any] = {}
        self._addresses: dict[str, None] = {}
        self._members: list[str] = []
        self._group = False
        self._uid = ""

    def take(self, line: Line) -> bool:
        """Read a field; False where there is no place for what it says."""
        if line.name in PLAIN:
            return self._put(PLAIN[line.name], line.text)
        special = _SPECIAL.get(line.name)
        return special(self, line) if special is not None else line.name in _SILENT or not line.value.strip()

    def note(self, line: Line, what: str = "is not kept") -> None:
        """Tell that a field is not kept, once it is known whose card it is."""
        self._notes.append((f"{line.name} {what}", line.value))

    def card(self) -> Card | None:
        """What was read; None for a card that names nobody."""
        values = self._values
        if self._addresses:
            if t.PR_EMAIL_ADDRESS in values:
                values[t.PR_CONTACT_EMAIL_ADDRESSES] = tuple(self._addresses)
            else:
                first, *others = self._addresses
                values[t.PR_ADDRTYPE], values[t.PR_EMAIL_ADDRESS] = "SMTP", first
                if others:
                    values[t.PR_CONTACT_EMAIL_ADDRESSES] = tuple(others)
        name = values.get(t.PR_DISPLAY_NAME) or self._full_name() or values.get(t.PR_EMAIL_ADDRESS)
        for what, value in self._notes:
            self._defects.note(name or "a card", what, value=value)
        if not name:
            self._defects.note("a card", "it names nobody")
            return None
        values[t.PR_DISPLAY_NAME] = name
        members = tuple(self._members) if self._group else None
        return Card(values, members, self._uid, self._photo, tuple(self._categories), self._instant)

    def _full_name(self) -> str:
        order = (t.PR_GIVEN_NAME, t.PR_MIDDLE_NAME, t.PR_SURNAME, t.PR_GENERATION)
        return " ".join(self._values[tag] for tag in order if tag in self._values) or self._values.get(
            t.PR_COMPANY_NAME, ""
        )

    def _put(self, tag: PropTag, text: str) -> bool:
        text = text.strip().replace("\0", "")
        if not text:
            return True
        if tag in self._values:
            return bool(self._values[tag] == text)
        self._values[tag] = text
        return True

    def _put_all(self, tags: Sequence[PropTag | None], line: Line) -> bool:
        """Put the components of a line where they belong; False where none could be. More of them, or other ones than
        those that are there, are noted.
        """
        texts = line.components(len(tags))
        kept = [self._put(tag, text) if tag is not None else not text for tag, text in zip(tags, texts, strict=False)]
        if all(kept) and not any(texts[len(tags) :]):
            return True
        if any(done and text for done, text in zip(kept, texts, strict=False)):
            self.note(line, "is not kept as a whole")
            return True
        return False

    def _name(self, line: Line) -> bool:
        return self._put_all(NAME, line)

    def _organization(self, line: Line) -> bool:
        return self._put_all(ORGANIZATION, line)

    def _place(self, line: Line) -> bool:
        elsewhere = line.types & {"postal", "parcel", "other"} and "work" not in line.types
        tags = HOME_PLACE if "home" in line.types else OTHER_PLACE if elsewhere else WORK_PLACE
        return self._put_all(tags, line)

    def _telephone(self, line: Line) -> bool:
        number = without_scheme(line.text.strip(), "tel:")
        usual = (t.PR_BUSINESS_TELEPHONE_NUMBER,)
        places = next((tags for types, tags in TELEPHONES if line.types.issuperset(types)), usual)
        return any(self._put(tag, number) for tag in places)

    def _other_telephone(self, line: Line) -> bool:
        wanted = next((tag for kind, tag in OTHER_TELEPHONES.items() if kind in line.types), None)
        return wanted is not None and self._put(wanted, line.text)

    def _picture(self, line: Line) -> bool:
        from binascii import Error, a2b_base64

        value = line.value.strip()
        if value.startswith("data:"):
            value = value.partition("base64,")[2]
        elif "ENCODING" not in line.parameters:
            return False
        if not self._whole or self._photo:
            return False
        try:
            self._photo = a2b_base64("".join(value.split()).encode("ascii", "ignore"))
        except Error:
            return False
        return bool(self._photo)

    def _words(self, line: Line) -> bool:
        if not self._whole:
            return False
        self._categories += [word for part in split(line.value, ",") if (word := unescape(part).strip())]
        return True

    def _instant_address(self, line: Line) -> bool:
        if not self._whole or self._instant:
            return False
        self._instant = line.text.strip()
        return True

    def _wedding(self, line: Line) -> bool:
        return self._day(t.PR_WEDDING_ANNIVERSARY, line)

    def _email(self, line: Line) -> bool:
        address = without_scheme(line.text.strip(), "mailto:")
        if "@" not in address or any(letter <= " " for letter in address):
            return False
        self._addresses[address] = None
        return True

    def _other_address(self, line: Line) -> bool:
        kind, _, address = line.text.strip().partition(":")
        if not address or not (kind.isascii() and kind.isalnum()) or t.PR_EMAIL_ADDRESS in self._values:
            return False
        self._values[t.PR_ADDRTYPE], self._values[t.PR_EMAIL_ADDRESS] = kind.upper(), address
        return True

    def _url(self, line: Line) -> bool:
        home = "home" in line.types
        return self._put(t.PR_PERSONAL_HOME_PAGE if home else t.PR_BUSINESS_HOME_PAGE, line.text)

    def _birthday(self, line: Line) -> bool:
        return self._day(t.PR_BIRTHDAY, line)

    def _day(self, tag: PropTag, line: Line) -> bool:
        from mapix.formats.vcard.dates import read_day

        ticks = read_day(line.text) if "X-APPLE-OMIT-YEAR" not in line.parameters else None
        return ticks is not None and bool(self._values.setdefault(tag, ticks) == ticks)

    def _kind(self, line: Line) -> bool:
        kind = line.text.strip().lower()
        self._group = self._group or kind == GROUP
        return kind in (GROUP, "individual", "")

    def _member(self, line: Line) -> bool:
        from urllib.parse import unquote

        self._group = True
        text = line.text.strip()
        if len(self._members) >= _MOST_MEMBERS:
            return False
        address = without_scheme(text, "mailto:")
        if text:
            self._members.append(text if address == text else unquote(address))
        return True

    def _identifier(self, line: Line) -> bool:
        self._uid = self._uid or line.text.strip()
        return True


_SPECIAL: Final = {
    "N": _Reader._name,
    "ORG": _Reader._organization,
    "ADR": _Reader._place,
    "TEL": _Reader._telephone,
    "EMAIL": _Reader._email,
    ADDRESS: _Reader._other_address,
    "URL": _Reader._url,
    "BDAY": _Reader._birthday,
    "ANNIVERSARY": _Reader._wedding,
    "X-ANNIVERSARY": _Reader._wedding,
    "X-MS-ANNIVERSARY": _Reader._wedding,
    "X-MS-TEL": _Reader._other_telephone,
    "PHOTO": _Reader._picture,
    "CATEGORIES": _Reader._words,
    "IMPP": _Reader._instant_address,
    "X-MS-IMADDRESS": _Reader._instant_address,
    "KIND": _Reader._kind,
    OLD_KIND: _Reader._kind,
    "MEMBER": _Reader._member,
    OLD_MEMBER: _Reader._member,
    "UID": _Reader._identifier,
}
