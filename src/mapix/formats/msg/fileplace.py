"""Where a property object of a .msg file lies: a storage of a compound file; handles are numbers of its directory.

    place = file_place(file)
    place.find(PROPERTIES), place.value(PR_SUBJECT)

In a file that has an outline, names are looked for as they stand in the directory, without being decoded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import product
from typing import BinaryIO, Final

from mapix.formats.cfb import CompoundFile, Entry
from mapix.formats.cfb.layout import ENTRY_SIZE, STREAM
from mapix.formats.cfb.outline import Outline
from mapix.formats.msg.layout import PROPERTIES, value_name
from mapix.formats.msg.places import Place, unlisted
from mapix.formats.storage import ElementType, Stat

_NAME_SIZE: Final = 66
"""Bytes of a name in the directory, with its length."""
_NAMES: Final = [slice(number * ENTRY_SIZE, number * ENTRY_SIZE + _NAME_SIZE) for number in range(512)]
"""Where names stand in the directory; making a slice takes as long as cutting out what it tells."""
_MOST_LETTERS: Final = 2


def file_place(file: CompoundFile, number: int = 0) -> FilePlace:
    """The storage of that number."""
    outline = file.outline
    return FilePlace(file, number) if outline is None else OutlinePlace(file, number, outline)


class FilePlace(Place):
    """A storage of a compound file."""

    __slots__ = ("_number", "file")

    def __init__(self, file: CompoundFile, number: int) -> None:
        self._folded = None
        self.file = file
        self._number = number
        self.read = file.stream
        self.size = file.size_of

    @property
    def names(self) -> Mapping[str, int]:
        """The numbers of what is there."""
        return self.file.names(self._number)

    def is_storage(self, handle: int) -> bool:
        """Whether it is a storage."""
        return self.file.kind(handle) != STREAM

    def open(self, handle: int) -> BinaryIO:
        """A reader of a stream."""
        return self._at(handle).open()

    def inside(self, handle: int) -> FilePlace:
        """A storage that lies there."""
        return file_place(self.file, handle)

    def stat(self) -> Stat:
        """Class, state bits and times of this storage."""
        entry = self._at(self._number)
        return Stat(
            entry.name, ElementType.STORAGE, 0, entry.modified, entry.created, 0, 0, entry.clsid, entry.state_bits
        )

    def _at(self, handle: int) -> Entry:
        return Entry(self.file, handle, self.file.name_of(handle), None)


class OutlinePlace(FilePlace):
    """A storage of a small file. What is not found as names usually stand is looked for as in any other file."""

    __slots__ = ("_outline", "_raw")

    def __init__(self, file: CompoundFile, number: int, outline: Outline) -> None:
        self._folded = None
        self.file = file
        self._number = number
        self.read = file.stream
        self.size = file.size_of
        self._outline = outline
        directory, kids = outline.directory, outline.kids.get(number, ())
        if len(outline.types) <= len(_NAMES):
            self._raw = {directory[_NAMES[kid]]: kid for kid in kids}
        else:
            self._raw = {directory[kid << 7 : (kid << 7) + _NAME_SIZE]: kid for kid in kids}
        if len(self._raw) != len(kids):  # Of two that are called alike the first is asked, as in other files.
            self._raw = {directory[kid << 7 : (kid << 7) + _NAME_SIZE]: kid for kid in reversed(file.kids(number))}

    def is_storage(self, handle: int) -> bool:
        """Whether it is a storage."""
        return self._outline.types[handle] != STREAM

    def find(self, name: str) -> int | None:
        """The number of an element, see `Place.find`."""
        found = self._raw.get(raw_name(name))
        if found is not None:
            return found
        endings = _endings(name)
        if endings and not any(map(self._mentions, endings)):
            return None
        return Place.find(self, name)

    def value(self, tag: int) -> int | None:
        """The number of the stream of a value, see `Place.value`."""
        found = self._raw.get(_raw_value(tag))
        if found is not None:
            return found
        return Place.value(self, tag) if self._mentions(_mark(tag)) else None

    def properties(self) -> bytes | None:
        """The property stream, see `Place.properties`."""
        number, outline = self._raw.get(_PROPERTIES), self._outline
        if number is not None and outline.types[number] == STREAM and (data := outline.stream(number)) is not None:
            return data
        return Place.properties(self)

    def exactly(self, tag: int, size: int) -> bytes | None:
        """All bytes of the stream of a value, see `Place.exactly`."""
        number = self._raw.get(_raw_value(tag))
        if number is None:
            return None
        outline = self._outline
        return outline.stream(number) if outline.sizes[number] == size and outline.types[number] == STREAM else None

    def storages(self) -> list[tuple[str, int]]:
        """Names and numbers of the storages that lie here."""
        name_of, raw = self.file.name_of, self._raw
        found = [(name_of(number), number) for number in self._outline.below.get(self._number, ())]
        usual = all(raw.get(raw_name(name)) == number for name, number in found)
        return found if usual else Place.storages(self)

    def unlisted(self, tags: Collection[int]) -> list[int]:
        """The tags that names of elements tell, see `Place.unlisted`."""
        raw, name_of = self._raw, self.file.name_of
        return unlisted([name_of(raw[name]) for name in raw.keys() - map(_raw_value, tags)], tags)

    def _mentions(self, ending: bytes) -> bool:
        """Whether the entry of anything that lies here has these bytes in it."""
        entries = self._outline.mentioning(ending)
        return bool(entries) and not entries.isdisjoint(self._outline.kids.get(self._number, ()))


@lru_cache(maxsize=4096)
def raw_name(name: str) -> bytes:
    """A name as it usually stands in the directory: with zeros behind it, and its length."""
    data = name.encode("utf-16-le", "surrogatepass")
    return data.ljust(ENTRY_SIZE // 2, b"\0") + (len(data) + 2).to_bytes(2, "little")


_PROPERTIES: Final = raw_name(PROPERTIES)


@lru_cache(maxsize=4096)
def _raw_value(tag: int) -> bytes:
    return raw_name(value_name(tag))


@lru_cache(maxsize=4096)
def _mark(tag: int) -> bytes:
    """What stands in the directory wherever a value has exactly its name; of long ones it is found sooner."""
    return value_name(tag).encode("utf-16-le")


@lru_cache(maxsize=1024)
def _endings(name: str) -> tuple[bytes, ...]:
    """One of what stands in the directory wherever something has this name, case aside; () where that is too many."""
    ways = [dict.fromkeys((letter.lower(), letter.upper())) for letter in name[-8:]]
    if sum(len(way) - 1 for way in ways) > _MOST_LETTERS:
        return ()
    return tuple("".join(way).encode("utf-16-le", "surrogatepass") for way in product(*ways))
