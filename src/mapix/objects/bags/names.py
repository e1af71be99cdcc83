"""Named properties of one mapping: names to identifiers from 0x8000 and back, remembered here (P-190..P-202, P-230..).

A mapping only grows and never changes what it has said (X-05), so what was once answered is not asked again. Names of
the set PS_MAPI with a number below 0x8000 are that identifier itself (P-234).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from mapix.properties.flags import MAPI_NO_IDS, MAPI_NO_STRINGS
from mapix.properties.named import PS_MAPI, PropertyName
from mapix.properties.tag import PropTag

_FIRST: Final = 0x8000


class NameSource(Protocol):
    """What keeps a mapping: a store backend, a `.msg` storage."""

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """Names behind identifiers; all when None."""

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """Identifiers of names, made when `create`."""


class Names:
    """A mapping with memory; `signature` is its PR_MAPPING_SIGNATURE (P-235)."""

    def __init__(self, source: NameSource, signature: bytes | None = None) -> None:
        self.signature = signature
        self._source = source
        self._names: dict[int, PropertyName] = {}
        self._ids: dict[PropertyName, int] = {}

    def names_from_ids(self, ids: Iterable[int] | None = None) -> dict[int, PropertyName]:
        """Names of identifiers, all of the mapping when None; unknown ones are absent."""
        if ids is None:
            return self._learn(self._source.names_from_ids(None))
        wanted = [number >> 16 if number > 0xFFFF else int(number) for number in ids]
        known = self._names
        missing = [number for number in wanted if number >= _FIRST and number not in known]
        if missing:
            self._learn(self._source.names_from_ids(missing))
        found = {number: known[number] for number in wanted if number in known}
        low = {number: PropertyName(PS_MAPI, number) for number in wanted if 0 < number < _FIRST}
        return found | low if low else found

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool = False) -> dict[PropertyName, int]:
        """Identifiers of names, made when `create`, all of the mapping when None; unknown ones are absent."""
        if names is None:
            return {name: number for number, name in self.names_from_ids(None).items()}
        wanted = list(names)
        known = self._ids
        missing = [name for name in wanted if name not in known and not _is_identifier(name)]
        if missing:
            found = self._source.ids_from_names(missing, create=create)
            self._learn({number: name for name, number in found.items()})
            known.update(found)
        return {name: _number(name, known) for name in wanted if name in known or _is_identifier(name)}

    def knows(self, number: int) -> bool:
        """Whether an identifier from 0x8000 up has a name (X-04)."""
        return number in self._names or bool(self.names_from_ids((number,)))

    def _learn(self, found: Mapping[int, PropertyName]) -> dict[int, PropertyName]:
        self._names.update(found)
        self._ids.update((name, number) for number, name in found.items())
        return dict(found)


def chosen(names: Mapping[int, PropertyName], guid: bytes | None, flags: int) -> dict[int, PropertyName]:
    """Those of a whole mapping that are in a set, and of a kind that `flags` do not leave out (P-190, P-192)."""
    left_out = {str: MAPI_NO_STRINGS, int: MAPI_NO_IDS}
    return {
        number: name
        for number, name in names.items()
        if guid in (None, name.guid) and not flags & left_out[type(name.name)]
    }


def remap(
    values: Mapping[PropTag, Any], names: Mapping[int, PropertyName], ids: Mapping[PropertyName, int]
) -> dict[PropTag, Any]:
    """`values` with the named properties under the identifiers of another mapping; those without name are dropped
    (P-179).
    """
    moved: dict[PropTag, Any] = {}
    for tag, value in values.items():
        if tag >> 16 < _FIRST:
            moved[tag] = value
        elif (name := names.get(tag >> 16)) is not None:
            moved[PropTag.of(ids[name], tag & 0xFFFF)] = value
    return moved


def _is_identifier(name: PropertyName) -> bool:
    return name.guid == PS_MAPI and isinstance(name.name, int) and 0 < name.name < _FIRST


def _number(name: PropertyName, known: Mapping[PropertyName, int]) -> int:
    return name.name if isinstance(name.name, int) and _is_identifier(name) else known[name]
