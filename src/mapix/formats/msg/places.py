"""Where a property object lies: a storage of a compound file that is read, or of a live `Storage`.

Readers of .msg files stand on `Place` and do not know which of both they read. What lies in a place is told by name;
a handle, which only the place understands, stands for it then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BufferedReader, RawIOBase
from typing import IO, Any, BinaryIO, Final, cast

from mapix.formats.cfb import CompoundFile, Entry
from mapix.formats.cfb.layout import STREAM
from mapix.formats.storage import ElementType, Mode, Stat, Storage
from mapix.formats.storageerrors import Reverted

_READ: Final = Mode.READ | Mode.SHARE_EXCLUSIVE
_PIECE: Final = 1 << 18


class Place(ABC):
    """A storage to read from. `names` gives the handle of each element, `read` all bytes of a stream."""

    __slots__ = ("_folded", "names", "read", "size")

    names: Mapping[str, Any]
    read: Callable[[Any], bytes]
    size: Callable[[Any], int]

    def __init__(self) -> None:
        self._folded: dict[str, Any] | None = None

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
        """The handle of an element, case aside where none has exactly this name; None where there is none."""
        found = self.names.get(name)
        if found is not None:
            return found
        if self._folded is None:
            self._folded = {other.upper(): handle for other, handle in self.names.items()}
        return self._folded.get(name.upper())


class FilePlace(Place):
    """A storage of a compound file; handles are numbers of its directory."""

    __slots__ = ("_entry", "_number", "file")

    def __init__(self, file: CompoundFile, number: int = 0) -> None:
        self._folded = None
        self.file = file
        self._number = number
        self.names = file.names(number)
        self.read = file.stream
        self.size = file.size_of

    def is_storage(self, handle: int) -> bool:
        """Whether it is a storage."""
        return self.file.kind(handle) != STREAM

    def open(self, handle: int) -> BinaryIO:
        """A reader of a stream."""
        return self._at(handle).open()

    def inside(self, handle: int) -> FilePlace:
        """A storage that lies there."""
        return FilePlace(self.file, handle)

    def stat(self) -> Stat:
        """Class, state bits and times of this storage."""
        entry = self._at(self._number)
        return Stat(
            entry.name, ElementType.STORAGE, 0, entry.modified, entry.created, 0, 0, entry.clsid, entry.state_bits
        )

    def _at(self, handle: int) -> Entry:
        return Entry(self.file, handle, self.file.name_of(handle), None)


class StoragePlace(Place):
    """A live storage, or one at a path in it, as it stands at the first look; whoever changes it makes a new place.

    Handles are what the storage tells of its elements. Nothing below `storage` stays open: every look opens what it
    needs and closes it again, so that the same can be opened to be written at any time. `storage` may be a weak proxy.
    """

    __slots__ = ("_held", "_path")

    def __init__(self, storage: Storage, path: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._held = storage
        self._path = path
        with self._opened() as here:
            self.names = {stat.name: stat for stat in here.elements()}

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
