"""A profile as text: one readable TOML file.

`to_text` and `from_text` are inverse. Secrets never pass here: they live in the keyring, the environment or behind a
command. What the file holds besides what is known here is refused rather than lost at the next writing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import CorruptData, DiskError, InvalidParameter, Version
from mapix.properties.tag import PropTag
from mapix.subsystem.profiles.profile import Profile, ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.propvalues import read_properties, write_properties
from mapix.subsystem.profiles.toml_writer import dump

T = TypeVar("T")

FORMAT = 1
MEND = "mapix profile repair NAME, which puts its copy *.bak in its place, or correct the file by hand"
HEAD = "# A profile of mapix. It holds no passwords.\n\n"
_KINDS = {kind.name.lower(): kind for kind in ProviderKind}


def to_text(profile: Profile) -> str:
    """The file of a profile."""
    document: dict[str, Any] = {"format": FORMAT, "name": profile.name, "search_key": profile.search_key.hex()}
    if profile.deleted:
        document["deleted"] = True
    if profile.app:
        document["app"] = True
    if profile.renamed:
        document["renamed"] = profile.renamed
    if profile.files:
        document["files"] = profile.files
    if profile.transport_order:
        document["transport_order"] = [uid.hex() for uid in profile.transport_order]
    if profile.secure:
        document["secure"] = [uid.hex() for uid in profile.secure]
    if profile.no_default_store:
        document["no_default_store"] = True
    document |= _optional("properties", write_properties(profile.properties))
    document["service"] = [_service_out(service) for service in profile.services]
    sections = [{"uid": uid.hex(), **write_properties(values)} for uid, values in profile.sections.items()]
    document |= _optional("section", sections)
    if not profile.services:
        del document["service"]
    return HEAD + dump(document)


def from_text(text: str, where: str) -> Profile:
    """The profile in `text`; `where` names the file in errors.

    Raises CorruptData with the line of a mistake in the TOML, or the path of one in what it says; Version for a file
    of a newer mapix.
    """
    import tomllib

    try:
        document = tomllib.loads(text)
    except RecursionError:
        told = f"it is nested too deeply (line {_fullest(text, '[{')})"
        raise CorruptData(f"the profile's file is damaged: {told}", value=where, hint=MEND) from None
    except tomllib.TOMLDecodeError as error:
        told = str(error).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end")
        raise CorruptData(f"the profile's file is damaged: {told}", value=where, hint=MEND) from None
    except ValueError:
        told = f"a number has too many digits (line {_fullest(text, '0123456789')})"
        raise CorruptData(f"the profile's file is damaged: {told}", value=where, hint=MEND) from None
    if "format" not in document:
        raise CorruptData("the profile's file is damaged: format is missing (line 1)", value=where, hint=MEND)
    if document["format"] != FORMAT:
        line = line_of(text, "", "format")
        raise Version(f"the profile's file has a format this version does not know (line {line})", value=where)
    reader = _Reader(document, where, text)
    try:
        return reader.profile()
    except (TypeError, ValueError, AttributeError):
        raise reader.wrong("", "something is of another kind than it should be") from None


def _fullest(text: str, letters: str) -> int:
    """The line that has most of `letters`."""
    counts = [sum(map(line.count, letters)) for line in text.splitlines()]
    return counts.index(max(counts)) + 1


def _service_out(service: ServiceEntry) -> dict[str, Any]:
    entry: dict[str, Any] = {"uid": service.uid.hex(), "name": service.name, "display_name": service.display_name}
    if service.resource_flags:
        entry["resource_flags"] = service.resource_flags
    if service.number:
        entry["number"] = service.number
    entry |= _optional("settings", service.settings)
    entry |= _optional("properties", write_properties(service.properties))
    return entry | _optional("provider", [_provider_out(provider) for provider in service.providers])


def _provider_out(provider: ProviderEntry) -> dict[str, Any]:
    entry: dict[str, Any] = {"uid": provider.uid.hex(), "name": provider.name, "kind": provider.kind.name.lower()}
    entry["display_name"] = provider.display_name
    if provider.resource_flags:
        entry["resource_flags"] = provider.resource_flags
    return entry | _optional("properties", write_properties(provider.properties))


def _optional(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


class _Reader:
    """Takes the document apart, naming the place of what is wrong."""

    def __init__(self, document: Mapping[str, Any], where: str, text: str) -> None:
        self.document = document
        self.where = where
        self.text = text

    def profile(self) -> Profile:
        known = (
            "format name search_key deleted renamed files app transport_order secure no_default_store "
            "properties service section"
        )
        table = self._table(self.document, "", known)
        return Profile(
            name=self._get(table, "", "name", _text),
            search_key=self._get(table, "", "search_key", _uid),
            services=[self._service(item, place) for place, item in enumerate(table.get("service", ()), 1)],
            properties=self._properties(table, ""),
            sections=dict(self._section(item, place) for place, item in enumerate(table.get("section", ()), 1)),
            transport_order=[bytes.fromhex(uid) for uid in table.get("transport_order", ())],
            secure=[bytes.fromhex(uid) for uid in table.get("secure", ())],
            no_default_store=bool(table.get("no_default_store", False)),
            deleted=bool(table.get("deleted", False)),
            renamed=str(table.get("renamed", "")),
            files=str(table.get("files", "")),
            app=bool(table.get("app", False)),
        )

    def _service(self, item: Any, place: int) -> ServiceEntry:
        path = f"service {place}"
        table = self._table(item, path, "uid name display_name resource_flags number settings properties provider")
        return ServiceEntry(
            uid=self._get(table, path, "uid", _uid),
            name=self._get(table, path, "name", _text),
            display_name=str(table.get("display_name", "")),
            resource_flags=self._get(table, path, "resource_flags", _number, 0),
            number=self._get(table, path, "number", _number, 0),
            settings=dict(table.get("settings", {})),
            properties=self._properties(table, path),
            providers=[
                self._provider(item, f"{path}, provider {number}")
                for number, item in enumerate(table.get("provider", ()), 1)
            ],
        )

    def _provider(self, item: Any, path: str) -> ProviderEntry:
        table = self._table(item, path, "uid name kind display_name resource_flags properties")
        return ProviderEntry(
            uid=self._get(table, path, "uid", _uid),
            name=self._get(table, path, "name", _text),
            kind=self._get(table, path, "kind", _kind),
            display_name=str(table.get("display_name", "")),
            resource_flags=self._get(table, path, "resource_flags", _number, 0),
            properties=self._properties(table, path),
        )

    def _section(self, item: Any, place: int) -> tuple[bytes, dict[PropTag, Any]]:
        path = f"section {place}"
        if not isinstance(item, Mapping):
            raise self.wrong(path, "a table is wanted")
        uid = self._get(item, path, "uid", _uid)
        return uid, self._properties({"properties": {k: v for k, v in item.items() if k != "uid"}}, path)

    def _properties(self, table: Mapping[str, Any], path: str) -> dict[PropTag, Any]:
        try:
            return read_properties(table.get("properties", {}))
        except (InvalidParameter, AttributeError) as error:
            raise self.wrong(path, str(error), "properties") from None

    def _table(self, item: Any, path: str, known: str) -> Mapping[str, Any]:
        if not isinstance(item, Mapping):
            raise self.wrong(path, "a table is wanted")
        if unknown := sorted(set(item) - set(known.split())):
            raise self.wrong(path, f"unknown: {', '.join(unknown)}", unknown[0])
        return item

    def _get(
        self, table: Mapping[str, Any], path: str, name: str, read: Callable[[Any], T], default: T | None = None
    ) -> T:
        if name not in table and default is not None:
            return default
        try:
            return read(table.get(name))
        except (TypeError, ValueError, KeyError):
            raise self.wrong(path, f"{name} is missing or wrong", name) from None

    def wrong(self, path: str, text: str, name: str = "") -> CorruptData:
        """The error for a mistake at `path`, with the line of the entry `name` or of the table it should be in."""
        place = f"{path}: " if path else ""
        line = line_of(self.text, path, name)
        return CorruptData(f"the profile's file is damaged: {place}{text} (line {line})", value=self.where, hint=MEND)


def line_of(text: str, path: str, name: str) -> int:
    """The line of an entry in the table that a path like `service 2, provider 1` names; else that of the table."""
    lines = text.splitlines() or [""]
    start, above = 0, ""
    for part in filter(None, path.split(", ")):
        kind, _, number = part.partition(" ")
        above = f"{above}.{kind}".strip(".")
        heads = [at for at in range(start, len(lines)) if lines[at].strip() == f"[[{above}]]"]
        start = heads[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(heads) else start
    end = next((at for at in range(start + 1, len(lines)) if lines[at].lstrip().startswith("[[")), len(lines))
    for at in range(start, end):
        if lines[at].partition("=")[0].strip(' \t[]"').rpartition(".")[2] == name:
            return at + 1
    head = f"{above}.{name}".strip(".")
    inside = (at for at in range(start, len(lines)) if lines[at].lstrip().startswith("["))
    return next((at for at in inside if lines[at].partition("#")[0].strip(" \t[]") == head), start) + 1


def _uid(value: Any) -> bytes:
    data = bytes.fromhex(value)
    if len(data) != 16:
        raise ValueError("16 bytes")
    return data


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("number")
    return value


def _kind(value: Any) -> ProviderKind:
    return _KINDS[value]


def text_of(path: Path) -> str:
    """What a profile's file says; `CorruptData` with the place of what is not UTF-8, DiskError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        text = f"the profile's file is damaged: not UTF-8 (line {line}, byte {error.start})"
        raise CorruptData(text, value=str(path), hint=MEND) from None
    except OSError as error:
        text = f"cannot read the profile's file ({error.strerror})"
        raise DiskError(text, value=str(path), low_level=error.errno or 0) from error


def directory_is_readable(directory: Path) -> bool:
    """Whether profiles could be read: the directory is not there yet, or can be listed (SUB-3 step 7)."""
    if not directory.exists():
        return True
    return directory.is_dir() and os.access(directory, os.R_OK | os.X_OK)
