"""Where a property object lies: a storage of a compound file that is read, or of a live `Storage`.

Readers of .msg files stand on `Place` and do not know which of both they read. What lies in a place is told by name;
a handle, which only the place understands, stands for it then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import IO, Any, BinaryIO, Final, cast

from mapix.formats.cfb import CompoundFile, Entry
from mapix.formats.storage import ElementType, Mode, Stat, Storage, StorageStream

_READ: Final = Mode.READ | Mode.SHARE_EXCLUSIVE


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
        super().__init__()
        self.file = file
        self._number = number
        self.names = file.names(number)
        self.read = file.stream
        self.size = file.size_of

    def is_storage(self, handle: int) -> bool:
        """Whether it is a storage."""
        return self._at(handle).is_storage

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
    """A live storage as it stands at the first look; whoever changes the storage makes a new place.

    Handles are what the storage tells of its elements.
    """

    __slots__ = ("storage",)

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self.storage = storage
        self.names = {stat.name: stat for stat in storage.elements()}
        self.read = self._read
        self.size = _size

    def is_storage(self, handle: Stat) -> bool:
        """Whether it is a storage."""
        return handle.type == ElementType.STORAGE

    def open(self, handle: Stat) -> BinaryIO:
        """A reader of a stream."""
        return cast(BinaryIO, _StreamFile(self.storage.open_stream(handle.name, _READ)))

    def inside(self, handle: Stat) -> StoragePlace:
        """A storage that lies there; it stays open as long as somebody holds it."""
        return StoragePlace(self.storage.open_storage(handle.name, _READ))

    def stat(self) -> Stat:
        """Class, state bits and times of this storage."""
        return self.storage.stat()

    def _read(self, handle: Stat) -> bytes:
        with self.storage.open_stream(handle.name, _READ) as stream:
            return stream.read()


def _size(handle: Stat) -> int:
    return handle.size


class _StreamFile:
    """A stream of a storage in the shape of a file that is read."""

    def __init__(self, stream: StorageStream) -> None:
        self.read, self.seek, self.close = stream.read, stream.seek, stream.close

    def tell(self) -> int:
        return self.seek(0, 1)

    def __enter__(self) -> _StreamFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
