"""Structured storage: the contracts of IStorage, IStream and ILockBytes, which `formats.cfb` fulfils and others may.

A storage is a folder inside a file, a stream a file inside it. Names have up to 31 UTF-16 units, case aside,
and none of `/ \\ : !` ([MS-CFB] 2.6.1). All calls raise `storageerrors.StorageError`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final, Self

NO_CLASS: Final = bytes(16)
"""CLSID_NULL."""


class Mode(IntFlag):
    """How a storage or stream is opened (STGM_*). READ is 0; sharing is a number under SHARE_MASK."""

    READ = 0x0
    WRITE = 0x1
    READWRITE = 0x2
    SHARE_EXCLUSIVE = 0x10
    SHARE_DENY_WRITE = 0x20
    SHARE_DENY_READ = 0x30
    SHARE_DENY_NONE = 0x40
    CREATE = 0x1000
    TRANSACTED = 0x10000
    CONVERT = 0x20000
    PRIORITY = 0x40000
    NOSCRATCH = 0x100000
    NOSNAPSHOT = 0x200000
    DIRECT_SWMR = 0x400000
    DELETEONRELEASE = 0x4000000
    SIMPLE = 0x8000000


ACCESS_MASK: Final = 0x3
SHARE_MASK: Final = 0x70


class ElementType(IntEnum):
    """What an element is (STGTY_*)."""

    STORAGE = 1
    STREAM = 2
    LOCKBYTES = 3


class Commit(IntFlag):
    """How to commit (STGC_*)."""

    DEFAULT = 0
    OVERWRITE = 1
    ONLYIFCURRENT = 2
    DANGEROUSLYCOMMITMERELYTODISKCACHE = 4
    CONSOLIDATE = 8


@dataclass(frozen=True, slots=True)
class Stat:
    """What there is to say of an element (STATSTG). Times are FILETIME ticks, 0 where none is kept."""

    name: str
    type: ElementType
    size: int = 0
    modified: int = 0
    created: int = 0
    accessed: int = 0
    mode: int = 0
    clsid: bytes = NO_CLASS
    state_bits: int = 0


class StorageStream(ABC):
    """A stream of a storage: bytes under a cursor (IStream). A context manager that closes."""

    @abstractmethod
    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from the cursor on, all the rest when negative."""

    @abstractmethod
    def write(self, data: bytes) -> int:
        """Put `data` at the cursor, growing the stream; how many bytes. `AccessDenied`."""

    @abstractmethod
    def seek(self, offset: int, origin: int = 0) -> int:
        """Move the cursor (origin 0 start, 1 cursor, 2 end); the new place. `InvalidFunction` before the start."""

    @abstractmethod
    def set_size(self, size: int) -> None:
        """Cut the stream, or make it longer by zeros; the cursor stays."""

    @abstractmethod
    def commit(self, flags: int = 0) -> None:
        """Make the changes of a transacted stream those of its storage."""

    @abstractmethod
    def revert(self) -> None:
        """Forget the changes of a transacted stream."""

    @abstractmethod
    def stat(self) -> Stat:
        """Name, size and mode."""

    @abstractmethod
    def clone(self) -> StorageStream:
        """Another cursor at the same place over the same bytes."""

    @abstractmethod
    def close(self) -> None:
        """Release it; twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Storage(ABC):
    """A storage (IStorage). A context manager that closes; a transacted one forgets what was not committed."""

    @abstractmethod
    def create_stream(self, name: str, mode: int = Mode.READWRITE | Mode.SHARE_EXCLUSIVE) -> StorageStream:
        """A new stream; `FileAlreadyExists` without `Mode.CREATE`."""

    @abstractmethod
    def open_stream(self, name: str, mode: int = Mode.SHARE_EXCLUSIVE) -> StorageStream:
        """A stream; `FileNotFound`."""

    @abstractmethod
    def create_storage(self, name: str, mode: int = Mode.READWRITE | Mode.SHARE_EXCLUSIVE) -> Storage:
        """A new storage; `FileAlreadyExists` without `Mode.CREATE`."""

    @abstractmethod
    def open_storage(self, name: str, mode: int = Mode.SHARE_EXCLUSIVE, *, exclude: Collection[str] = ()) -> Storage:
        """A storage; `FileNotFound`. `exclude` names elements to be emptied (SNB)."""

    @abstractmethod
    def copy_to(self, target: Storage, *, without: Collection[ElementType] = (), exclude: Collection[str] = ()) -> None:
        """Put a copy of everything into `target`, where elements of both are merged."""

    @abstractmethod
    def move_element_to(self, name: str, target: Storage, new_name: str, *, copy: bool = False) -> None:
        """Move or copy one element; `FileAlreadyExists`."""

    @abstractmethod
    def commit(self, flags: int = Commit.DEFAULT) -> None:
        """Make the changes permanent, or those of the storage above where that is transacted."""

    @abstractmethod
    def revert(self) -> None:
        """Forget everything since the last commit; what was opened below is `Reverted`."""

    @abstractmethod
    def elements(self) -> Sequence[Stat]:
        """What is in it (EnumElements), in the order of the directory."""

    @abstractmethod
    def destroy_element(self, name: str) -> None:
        """Remove an element with everything in it; `FileNotFound`."""

    @abstractmethod
    def rename_element(self, name: str, new_name: str) -> None:
        """Give an element another name; `FileAlreadyExists`."""

    @abstractmethod
    def set_element_times(
        self, name: str | None, *, created: int | None = None, accessed: int | None = None, modified: int | None = None
    ) -> None:
        """Set times of an element, of the storage itself for None."""

    @abstractmethod
    def set_class(self, clsid: bytes) -> None:
        """Set the class identifier, 16 bytes."""

    @abstractmethod
    def set_state_bits(self, bits: int, mask: int) -> None:
        """Set the bits of `mask`."""

    @abstractmethod
    def stat(self) -> Stat:
        """Name, class, times and mode."""

    @abstractmethod
    def close(self) -> None:
        """Release it; twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LockBytes(ABC):
    """Bytes that a compound file is made of (ILockBytes)."""

    @abstractmethod
    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on, fewer at the end."""

    @abstractmethod
    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere, growing."""

    @abstractmethod
    def flush(self) -> None:
        """Make sure that what was written is on the medium."""

    @abstractmethod
    def size(self) -> int:
        """How many bytes there are."""

    @abstractmethod
    def set_size(self, size: int) -> None:
        """Cut, or grow by zeros."""

    def close(self) -> None:
        """Release the bytes; twice is harmless."""
