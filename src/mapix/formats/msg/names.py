"""The name map of a .msg file: which property names its identifiers from 0x8000 on stand for ([MS-OXMSG] 2.2.3).

    names = NameMap.read(place, defects)
    names[0x8005], names.id_of(PropertyName(PSETID_Common, 0x8503))

A mapping by identifier. Three streams hold it: one of entries, one of GUIDs and one of strings; others, one for each
remainder of a hash, hold the same entries once more for those who look for a name.
"""

from __future__ import annotations

import re
from codecs import utf_16_le_decode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from struct import Struct
from typing import Any, Final
from zlib import crc32

from mapix.formats.defects import Defects
from mapix.formats.msg.layout import FIRST_NAMED, MOST_NAMED, NAMES, value_name
from mapix.formats.msg.places import Place
from mapix.formats.storageerrors import StorageError
from mapix.properties.errors import NamedPropQuotaExceeded
from mapix.properties.named import PS_MAPI, PS_PUBLIC_STRINGS, PropertyName

GUIDS: Final = value_name(0x00020102)
ENTRIES: Final = value_name(0x00030102)
STRINGS: Final = value_name(0x00040102)

_ENTRY: Final = Struct("<IHH")
_LENGTH: Final = Struct("<I")
_FIRST_GUID: Final = 3
_LAST_GUID: Final = 0x7FFF
_OWN: Final = (bytes(16), PS_MAPI, PS_PUBLIC_STRINGS)
"""The sets of the first three GUID indices, which do not stand in the stream."""
_BUCKETS: Final = 0x1F
_FIRST_BUCKET: Final = 0x1000
_WHERE: Final = "names"
_OWN_STREAM: Final = re.compile(r"__substg1\.0_(?:000[234]|10[01][0-9A-F])0102", re.IGNORECASE | re.ASCII)


class NameMap(Mapping[int, PropertyName]):
    """Property names by identifier; where a name has several, the first is the one it is found by."""

    def __init__(self, names: Mapping[int, PropertyName] | None = None) -> None:
        self._names: dict[int, PropertyName] = dict(names or {})
        self._ids: dict[PropertyName, int] | None = None

    @classmethod
    def read(cls, place: Place, defects: Defects) -> NameMap:
        """The map of the message that lies in `place`, empty where there is none; what cannot be understood of it is
        noted and left out.
        """
        names = cls()
        handle = place.find(NAMES)
        if handle is not None and place.is_storage(handle):
            names._names = _Reading(place.inside(handle), defects).names()
        return names

    def id_of(self, name: PropertyName) -> int | None:
        """The identifier of a name, None where it has none."""
        if self._ids is None:
            self._ids = {}
            for number, known in self._names.items():
                self._ids.setdefault(known, number)
        return self._ids.get(name)

    def add(self, name: PropertyName) -> int:
        """The identifier of a name, a new one where it has none. Raises: NamedPropQuotaExceeded."""
        number = self.id_of(name)
        if number is None:
            number = max(self._names, default=FIRST_NAMED - 1) + 1
            if number >= FIRST_NAMED + MOST_NAMED:
                raise NamedPropQuotaExceeded("a message has room for no more names", value=name)
            self._names[number] = name
            if self._ids is not None:
                self._ids[name] = number
        return number

    def streams(self) -> dict[str, bytes]:
        """The streams of the map, by name. Identifiers between others that no name has are given a name of their own
        number, for an entry's place tells its identifier.
        """
        return _streams([self._names.get(number) or PropertyName(PS_MAPI, number) for number in self._span()])

    def _span(self) -> range:
        return range(FIRST_NAMED, max(self._names, default=FIRST_NAMED - 1) + 1)

    def __getitem__(self, number: int) -> PropertyName:
        return self._names[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"NameMap({self._names!r})"


class _Reading:
    """The three streams of a map that is read."""

    def __init__(self, place: Place, defects: Defects) -> None:
        self.place = place
        self.defects = defects
        self.guids = self._stream(GUIDS)
        self.strings = self._stream(STRINGS)

    def names(self) -> dict[int, PropertyName]:
        data = self._stream(ENTRIES)
        if len(data) % _ENTRY.size:
            self.defects.note(_WHERE, "the stream of entries has a part of one", value=len(data))
        found: dict[int, PropertyName] = {}
        for ident, kind, index in _ENTRY.iter_unpack(data[: len(data) // _ENTRY.size * _ENTRY.size]):
            name = self._name(ident, kind)
            if name is None or index >= MOST_NAMED or FIRST_NAMED + index in found:
                self.defects.note(_WHERE, "an entry that tells no name", value=(ident, kind, index))
            else:
                found[FIRST_NAMED + index] = name
        return found

    def _name(self, ident: int, kind: int) -> PropertyName | None:
        index = kind >> 1
        if index < _FIRST_GUID:
            group = _OWN[index]
        else:
            start = 16 * (index - _FIRST_GUID)
            group = self.guids[start : start + 16]
        if len(group) != 16:
            return None
        if not kind & 1:
            return _known(group, ident)
        text = self._string(ident)
        return None if text is None else _known(group, text)

    def _string(self, start: int) -> str | None:
        if start + 4 > len(self.strings):
            return None
        length = _LENGTH.unpack_from(self.strings, start)[0]
        data = self.strings[start + 4 : start + 4 + length]
        if len(data) != length or length & 1:
            return None
        return utf_16_le_decode(data, "surrogatepass", True)[0]

    def _stream(self, name: str) -> bytes:
        handle = self.place.find(name)
        if handle is None or self.place.is_storage(handle):
            self.defects.note(_WHERE, "a stream of the name map is missing", value=name)
            return b""
        try:
            return self.place.read(handle)
        except StorageError as error:
            self.defects.note(_WHERE, "a stream of the name map cannot be read", value=str(error))
            return b""


_known = lru_cache(maxsize=4096)(PropertyName)
"""A name; the same few hundred come again and again."""


def _streams(names: Iterable[PropertyName]) -> dict[str, bytes]:
    """The streams of the map whose identifiers are those from 0x8000 on in turn."""
    guids: dict[bytes, int] = {PS_MAPI: 1, PS_PUBLIC_STRINGS: 2}
    entries, strings, buckets = bytearray(), bytearray(), dict[int, bytearray]()
    for index, name in enumerate(names):
        group = guids.setdefault(name.guid, len(guids) + 1)
        if group > _LAST_GUID:
            raise NamedPropQuotaExceeded("a message has room for no more property sets", value=name)
        ident, hashed, kind = _identified(name, strings, group)
        entries += _ENTRY.pack(ident, kind, index)
        bucket = _FIRST_BUCKET + (hashed ^ kind) % _BUCKETS
        buckets.setdefault(bucket, bytearray()).extend(_ENTRY.pack(hashed, kind, index))
    own = b"".join(group for group, number in guids.items() if number >= _FIRST_GUID)
    found: dict[str, Any] = {GUIDS: own, ENTRIES: bytes(entries), STRINGS: bytes(strings)}
    for number in sorted(buckets):
        found[value_name(number << 16 | 0x0102)] = bytes(buckets[number])
    return found


def _identified(name: PropertyName, strings: bytearray, group: int) -> tuple[int, int, int]:
    """What an entry tells of a name: number or place of its string, what is hashed, and kind with GUID index."""
    if isinstance(name.name, int):
        return name.name, name.name, group << 1
    data = name.name.encode("utf-16-le", "surrogatepass")
    start = len(strings)
    strings += _LENGTH.pack(len(data)) + data
    strings += bytes(-len(strings) % 4)
    return start, crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF, group << 1 | 1


def is_name_stream(name: str) -> bool:
    """Whether a stream of the storage of names belongs to the map; all others there are foreign."""
    return _OWN_STREAM.fullmatch(name) is not None
