"""Bytes under way: in memory while they are few, in a scratch file of the store when they are many.

    spool = Spool(backend.scratch)
    spool.write(b"...")

Nothing of it stays when its process dies. `FileValue` is a spool that nobody writes any more, as a value.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Final, Protocol

from mapix.properties.errors import DiskError, InvalidObject, MapiError, NotEnoughDisk
from mapix.properties.value import LargeValue

IN_MEMORY: Final = 1 << 20
"""Bytes up to which a spool needs no file."""

_CHUNK: Final = 256 * 1024
_NO_ROOM: Final = frozenset(("ENOSPC", "EDQUOT", "EFBIG", "EINVAL", "EOVERFLOW"))
"""What systems say of a full disk, and of places no file reaches."""

_PLAIN: Final = frozenset((str, bytes, int, bool, float, tuple, type(None)))

Scratch = Callable[[], IO[bytes]]
"""What makes scratch files, such as `StoreBackend.scratch`."""


class File(Protocol):
    """What a stream needs of the file below it."""

    def read(self, size: int = -1, /) -> bytes:
        """Bytes from the cursor on."""

    def write(self, data: bytes, /) -> int:
        """Bytes to the cursor."""

    def seek(self, offset: int, origin: int = 0, /) -> int:
        """Move the cursor."""

    def truncate(self, size: int, /) -> int:
        """Cut, or grow with zeros."""

    def seekable(self) -> bool:
        """Whether the cursor moves."""

    def close(self) -> None:
        """Let go."""


def temporary() -> IO[bytes]:
    """A scratch file where the system keeps such files."""
    return TemporaryFile(buffering=0)


class Spool:
    """A file that begins in memory; `scratch` makes the file it goes on in."""

    def __init__(self, scratch: Scratch = temporary) -> None:
        self._scratch = scratch
        self._small: io.BytesIO | None = io.BytesIO()
        self._file: IO[bytes] = self._small

    @property
    def file(self) -> IO[bytes] | None:
        """The scratch file; None while everything is in memory."""
        return None if self._small is not None else self._file

    def read(self, size: int = -1, /) -> bytes:
        """Bytes from the cursor on."""
        return self._file.read(size)

    def write(self, data: bytes, /) -> int:
        """All of `data` at the cursor. `NotEnoughDisk`, `DiskError`."""
        try:
            if self._small is not None and self._small.tell() + len(data) > IN_MEMORY:
                self._move_out(self._small)
            written = self._file.write(data)
            while written < len(data):
                written += self._file.write(memoryview(data)[written:])
            return written
        except OSError as error:
            raise _failure(error) from error

    def seek(self, offset: int, origin: int = 0, /) -> int:
        """Move the cursor; the new position. `NotEnoughDisk` for a place that no file reaches, `InvalidObject`."""
        try:
            return self._file.seek(offset, origin)
        except OSError as error:
            raise _failure(error) from error
        except OverflowError:
            raise NotEnoughDisk("no file reaches as far", value=offset) from None
        except ValueError:
            raise InvalidObject("the bytes have been given up") from None

    def truncate(self, size: int, /) -> int:
        """Cut to `size` bytes, or grow with zeros. `NotEnoughDisk`, `DiskError`."""
        at = self.seek(0, 1)
        if self.seek(0, 2) < size:
            self.seek(size - 1)
            self.write(b"\0")
        self._file.truncate(size)
        return self.seek(at)

    def flush(self) -> None:
        """Nothing: nobody reads it but through this."""

    def seekable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Give the memory or the disk's room back; twice is harmless."""
        self._file.close()

    def _move_out(self, small: io.BytesIO) -> None:
        file = self._scratch()
        file.write(small.getbuffer())
        file.seek(small.tell())
        self._file, self._small = file, None

    def __del__(self) -> None:
        """It goes quietly with its last user: values share it, so nobody knows when to close it."""
        self._file.close()


class FileValue:
    """A large value in a file that nobody writes any more: a `LargeValue`."""

    def __init__(self, file: File, size: int) -> None:
        self._file = file
        self._size = size
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size

    @property
    def scratch(self) -> IO[bytes] | None:
        """The scratch file that holds exactly these bytes, if there is one."""
        return self._file.file if isinstance(self._file, Spool) else None

    def open(self) -> IO[bytes]:
        """A fresh reader at the start; readers do not disturb one another."""
        return io.BufferedReader(_Reader(self._file, self._size, self._lock), _CHUNK)


def owned(value: Any) -> Any:
    """`value`, a large one as a `FileValue` of its own: whoever else has it may close."""
    if value.__class__ in _PLAIN or isinstance(value, FileValue) or not isinstance(value, LargeValue):
        return value
    spool = Spool()
    with value.open() as reader:
        while piece := reader.read(_CHUNK):
            spool.write(piece)
    return FileValue(spool, value.size)


class _Reader(io.RawIOBase):
    """One position in a shared file."""

    def __init__(self, file: File, size: int, lock: Lock) -> None:
        self._file, self._size, self._lock, self._at = file, size, lock, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._lock:
            self._file.seek(self._at)
            data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[origin] + offset)
        return self._at


def _failure(error: OSError) -> MapiError:
    """What the system says of a scratch file, in MAPI's words."""
    import errno

    if errno.errorcode.get(error.errno or 0) in _NO_ROOM:
        return NotEnoughDisk("there is no room for what is being written", hint="make room")
    return DiskError(f"what is being written cannot be kept ({error.strerror})", low_level=error.errno or 0)
