"""Where a property object lies: a storage of a compound file that is read, or of a live `Storage`.

Readers of .msg files stand on `Place` and do not know which of both they read. What lies in a place is told by name;
a handle, which only the place understands, stands for it then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BufferedReader, RawIOBase
from operator import itemgetter
from typing import IO, Any, BinaryIO, Final, cast

from mapix.formats.msg.layout import PROPERTIES, VALUE, parsed_value_name, value_name
from mapix.formats.storage import ElementType, Mode, Stat, Storage
from mapix.formats.storageerrors import Reverted

_READ: Final = Mode.READ | Mode.SHARE_EXCLUSIVE
_PIECE: Final = 1 << 18
_name: Final = itemgetter(0)


class Place(ABC):
    """A storage to read from: `read` has all bytes of a stream, `size` tells how many."""

    __slots__ = ("_folded", "read", "size")

    read: Callable[[Any], bytes]
    size: Callable[[Any], int]

    def __init__(self) -> None:
        self._folded: dict[str, Any] | None = None

    @property
    @abstractmethod
    def names(self) -> Mapping[str, Any]:
        """The handle of each element."""

    @abstractmethod
    def is_storage(self, handle: Any) -> bool:
        """Whether it is a storage."""

    @abstractmethod
    def open(self, handle: Any) -> BinaryIO:
        """A reader of a stream."""

    @abstractmethod
    def inside(self, handle: Any) -> Place:
        """A storage that lies there."""

    @abstractmethod
    def stat(self) -> Stat:
        """Class, state bits and times of this storage."""

    def find(self, name: str) -> Any | None:
        """The handle of an element of this name, else of one but for the case of ASCII; None where there is none."""
        found = self.names.get(name)
        if found is not None:
            return found
        if self._folded is None:
            named = sorted(self.names.items(), key=_name, reverse=True)
            self._folded = {other.upper(): handle for other, handle in named if other.isascii()}
        return self._folded.get(name.upper())

    def value(self, tag: int) -> Any | None:
        """The handle of the stream of a value, None where none has exactly its name."""
        return self.names.get(value_name(tag))

    def properties(self) -> bytes | None:
        """The property stream, None where there is none."""
        handle = self.find(PROPERTIES)
        return None if handle is None or self.is_storage(handle) else self.read(handle)

    def exactly(self, tag: int, size: int) -> bytes | None:
        """All bytes of the stream of a value; None where there is none, it is a storage, or they are not so many."""
        handle = self.names.get(value_name(tag))
        if handle is None or self.size(handle) != size or (not size and self.is_storage(handle)):
            return None
        return self.read(handle)

    def storages(self) -> list[tuple[str, Any]]:
        """Names and handles of the storages that lie here."""
        return [(name, handle) for name, handle in self.names.items() if self.is_storage(handle)]

    def unlisted(self, tags: Collection[int]) -> list[int]:
        """The tags that names of elements tell, without those of `tags`, in their order."""
        return unlisted(self.names, tags)


def unlisted(names: Iterable[str], tags: Collection[int]) -> list[int]:
    """The tags that names tell, without those of `tags`, in their order."""
    told = [parsed_value_name(name) for name in names if name[:12].lower() == VALUE]
    return sorted({one[0] for one in told if one is not None and one[1] is None and one[0] not in tags})


class StoragePlace(Place):
    """A live storage, or one at a path in it, as it stands at the first look; whoever changes it makes a new place.

    Handles are what the storage tells of its elements. Nothing below `storage` stays open: every look opens what it
    needs and closes it again, so that the same can be opened to be written at any time. `storage` may be a weak proxy.
    """

    __slots__ = ("_held", "_names", "_path")

    def __init__(self, storage: Storage, path: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._held = storage
        self._path = path
        with self._opened() as here:
            self._names = {stat.name: stat for stat in here.elements()}

    @property
    def names(self) -> Mapping[str, Stat]:
        """What the storage told of each element."""
        return self._names

    def read(self, handle: Stat) -> bytes:
        """All bytes of a stream."""
        return self.read_at(handle, 0, -1)

    def size(self, handle: Stat) -> int:
        """How many they are."""
        return handle.size

    def is_storage(self, handle: Stat) -> bool:
        """Whether it is a storage."""
        return handle.type == ElementType.STORAGE

    def open(self, handle: Stat) -> BinaryIO:
        """A reader of a stream."""
        return cast(BinaryIO, BufferedReader(_StreamFile(self, handle), _PIECE))

    def inside(self, handle: Stat) -> StoragePlace:
        """A storage that lies there."""
        return StoragePlace(self._held, (*self._path, handle.name))

    def stat(self) -> Stat:
        """Class, state bits and times of this storage."""
        with self._opened() as here:
            return here.stat()

    def read_at(self, handle: Stat, offset: int, size: int) -> bytes:
        """A piece of a stream."""
        with self._opened() as here, here.open_stream(handle.name, _READ) as stream:
            stream.seek(offset)
            return stream.read(size)

    @contextmanager
    def _opened(self) -> Iterator[Storage]:
        with ExitStack() as opened:
            here = self._held
            try:
                for name in self._path:
                    here = opened.enter_context(here.open_storage(name, _READ))
                yield here
            except ReferenceError:
                raise Reverted("the storage was closed") from None


class _StreamFile(RawIOBase):
    """A stream of a storage in the shape of a file that is read."""

    def __init__(self, place: StoragePlace, handle: Stat) -> None:
        self._place, self._handle, self._at = place, handle, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._place.read_at(self._handle, self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._handle.size)[origin])
        return self._at


class StoredValue:
    """A large value that stays in its stream until it is read: a `LargeValue`."""

    __slots__ = ("_handle", "_place")

    def __init__(self, place: Place, handle: Any) -> None:
        self._place = place
        self._handle = handle

    @property
    def size(self) -> int:
        """Bytes."""
        return self._place.size(self._handle)

    def open(self) -> IO[bytes]:
        """A reader at the start."""
        return self._place.open(self._handle)
