"""MAPISVC.INF: the text file that says which message services there are (PRF-30..PRF-37).

    >>> found = parse("[Services]\\nAB=Address book\\n[AB]\\nProviders=AB Provider\\n[AB Provider]\\n"
    ...               "PR_RESOURCE_TYPE=MAPI_AB_PROVIDER\\n66090003=06000000\\n").value
    >>> {int(tag): value for tag, value in found.service("ab").providers[0].properties().items()} == {
    ...     0x3E030003: 35, 0x66090003: 6}
    True

Names of sections and entries are compared case aside, and kept as they stand. What a reader does not know is kept, too:
`dump` writes a file that `parse` reads as the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.defects import Defects, Parsed, Strictness
from mapix.properties import codec, flags, tags
from mapix.properties.errors import InvalidParameter, MapiError, NotFound, TooBig
from mapix.properties.tag import PropTag, PropType

LONGEST: Final = 1 << 20
"""Characters a file has at most."""

SERVICES, DEFAULTS, HELP = "Services", "Default Services", "Help File Mappings"
_LISTS = ("SERVICES", "DEFAULT SERVICES", "HELP FILE MAPPINGS")
_SYMBOLIC = ("PR_RESOURCE_TYPE", "PR_RESOURCE_FLAGS")
_PREFIXES = ("MAPI_", "SERVICE_", "STATUS_", "HOOK_")
_TEXT = frozenset((PropType.STRING8, PropType.UNICODE))


@dataclass(slots=True)
class Section:
    """One section: its name and its entries as they stand, in order."""

    name: str
    entries: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The value of an entry, case of its name aside; None where there is none."""
        wanted = name.upper()
        return next((value for key, value in self.entries.items() if key.upper() == wanted), None)

    def listed(self, name: str) -> list[str]:
        """The names in a list entry like `Providers`."""
        return [each.strip() for each in (self.get(name) or "").split(",") if each.strip()]

    @property
    def uid(self) -> bytes | None:
        """The uid of an extra section, None where it has none that can be read (PRF-34)."""
        text = (self.get("UID") or "").strip()
        try:
            found = bytes.fromhex(text)
        except ValueError:
            return None
        return found if len(found) == 16 else None

    def properties(self, defects: Defects | None = None) -> dict[PropTag, Any]:
        """The entries that are properties: `PR_…` by name, and tags of eight hexadecimal digits (PRF-32, PRF-35)."""
        found: dict[PropTag, Any] = {}
        for name, text in self.entries.items():
            try:
                tag = _tag_of(name)
                if tag is not None:
                    found[tag] = _value_of(tag, name.upper(), text)
            except (MapiError, ValueError, LookupError) as error:
                if defects is not None:
                    defects.note(f"[{self.name}] {name}", f"not a value of this property ({error})", value=text)
        return found


@dataclass(frozen=True, slots=True)
class Service:
    """A message service as the file describes it: its section, its providers', its extra sections."""

    name: str
    display_name: str
    section: Section
    providers: tuple[Section, ...]
    extras: tuple[Section, ...]


@dataclass(slots=True)
class ServiceFile:
    """A whole file: sections by name in capitals, in order."""

    sections: dict[str, Section] = field(default_factory=dict)

    def section(self, name: str) -> Section | None:
        """A section, case aside."""
        return self.sections.get(name.upper())

    def names(self, listing: str = SERVICES) -> dict[str, str]:
        """The services of `[Services]` or `[Default Services]`: display names by name."""
        found = self.section(listing)
        return dict(found.entries) if found is not None else {}

    def service(self, name: str) -> Service:
        """A service of the file; `NotFound` where it is not listed or has no section."""
        listed = {key.upper(): (key, text) for key, text in self.names().items()}.get(name.upper())
        section = self.section(name)
        if listed is None or section is None:
            raise NotFound("the file describes no such message service", value=name)
        parts = [self._named(section, "Providers"), self._named(section, "Sections")]
        shown = section.get("PR_DISPLAY_NAME") or listed[1]
        return Service(listed[0], shown, section, tuple(parts[0]), tuple(parts[1]))

    def put(self, section: Section) -> None:
        """Add a section, or replace the one of its name."""
        self.sections[section.name.upper()] = section

    def _named(self, section: Section, listing: str) -> list[Section]:
        found = (self.section(each) for each in section.listed(listing))
        return [each for each in found if each is not None]


def parse(text: str, *, strictness: Strictness = Strictness.TOLERANT) -> Parsed[ServiceFile]:
    """Read a file. Defects name the line; with STRICT the first one is `CorruptData`. `TooBig` beyond `LONGEST`."""
    if len(text) > LONGEST:
        raise TooBig("this is too long for MAPISVC.INF", value=len(text))
    defects = Defects(strictness)
    found = ServiceFile()
    section: Section | None = None
    for where, line in _lines(text):
        if line.startswith("["):
            section = _opened(found, where, line, defects)
        elif section is None:
            defects.note(where, "an entry before the first section", value=line)
        else:
            _enter(section, where, line, defects)
    _check(found, defects)
    return Parsed(found, defects.all)


def dump(file: ServiceFile) -> str:
    """The text of a file."""
    parts = [
        "\n".join([f"[{section.name}]", *(f"{key}={value}" for key, value in section.entries.items())])
        for section in file.sections.values()
    ]
    return "\n\n".join(parts) + "\n" if parts else ""


def property_entry(tag: PropTag, value: Any) -> tuple[str, str]:
    """An entry for a property: name and value (PRF-35). `InvalidParameter` for text with an end of line."""
    if tag.base_type in _TEXT and not tag.is_multi:
        if any(each in value for each in "\r\n\0"):
            raise InvalidParameter("a line cannot hold this text", value=value)
        return f"{tag:08X}", value
    return f"{tag:08X}", codec.dump(tag, value).hex().upper()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(";"):
            yield f"line {number}", stripped


def _opened(found: ServiceFile, where: str, line: str, defects: Defects) -> Section:
    name, closed, rest = line[1:].partition("]")
    if not closed or (rest.strip() and not rest.strip().startswith(";")):
        defects.note(where, "not the head of a section", value=line)
    name = name.strip()
    if name.upper() in found.sections:
        defects.note(where, "a section that was there before", value=name)
    return found.sections.setdefault(name.upper(), Section(name))


def _enter(section: Section, where: str, line: str, defects: Defects) -> None:
    name, equals, value = line.partition("=")
    name = name.strip()
    if not equals or not name:
        defects.note(where, "not an entry", value=line)
    elif section.get(name) is not None:
        defects.note(where, "an entry that was there before", value=name)
    else:
        section.entries[name] = value.strip()


def _check(found: ServiceFile, defects: Defects) -> None:
    """Note services without sections, providers that are not described, values that do not fit."""
    listed: Mapping[str, str] = found.names() | found.names(DEFAULTS)
    for name in listed:
        section = found.section(name)
        if section is None:
            defects.note(f"[{SERVICES}] {name}", "a service without a section")
            continue
        if not section.listed("Providers"):
            defects.note(f"[{section.name}]", "a service without providers")
        for listing in ("Providers", "Sections"):
            for each in section.listed(listing):
                if found.section(each) is None:
                    defects.note(f"[{section.name}] {listing}", "no such section", value=each)
    for section in found.sections.values():
        if section.get("UID") is not None and section.uid is None:
            defects.note(f"[{section.name}] UID", "not 32 hexadecimal digits", value=section.get("UID"))
        if section.name.upper() not in _LISTS:
            section.properties(defects)


def _tag_of(name: str) -> PropTag | None:
    """The property an entry is; None for `Providers` and its like."""
    if len(name) == 8 and all(each in "0123456789abcdefABCDEF" for each in name):
        return PropTag(int(name, 16))
    if not name.upper().startswith("PR_"):
        return None
    found = getattr(tags, name.upper(), None)
    if not isinstance(found, PropTag):
        raise LookupError("no property has this name")
    return found


def _value_of(tag: PropTag, name: str, text: str) -> Any:
    if name in _SYMBOLIC:
        return _symbolic(text)
    if tag.base_type in _TEXT and not tag.is_multi:
        return text
    data = bytes.fromhex(text)
    value = codec.load(tag, data)
    if codec.dump(tag, value) != data:
        raise ValueError("another number of bytes")
    return value


def _symbolic(text: str) -> int:
    """Names of flags joined by `|`, or a number."""
    found = 0
    for part in text.split("|"):
        name = part.strip().upper()
        if name.startswith(_PREFIXES) and isinstance(getattr(flags, name, None), int):
            found |= getattr(flags, name)
        elif name:
            found |= int(name, 0)
    return found
