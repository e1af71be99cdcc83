"""Bytes that compound files are read from and written to: memory, a file, any seekable Python file.

>>> place = MemoryBytes(b"abc")
>>> place.write_at(5, b"f")
>>> place.read_at(0, 10)
b'abc\\x00\\x00f'
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Final

from mapix.formats.storage import LockBytes
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    FileNotFound,
    InsufficientMemory,
    MediumFull,
    PathNotFound,
    ReadFault,
    ShareViolation,
    StorageError,
    WriteFault,
)

_BINARY: Final[int] = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE: Final = 1 << 16
_HAS_PREAD: Final = hasattr(os, "pread")


class MemoryBytes(LockBytes):
    """Bytes in memory, `bytes(place.data)` at any time."""

    def __init__(self, data: bytes | bytearray = b"") -> None:
        self.data = bytearray(data)

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on."""
        return bytes(self.data[offset : offset + size])

    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere, growing by zeros where needed."""
        if offset > len(self.data):
            self._grow(offset)
        self.data[offset : offset + len(data)] = data

    def flush(self) -> None:
        """Memory is where it is."""

    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    def set_size(self, size: int) -> None:
        """Cut, or grow by zeros."""
        if size < len(self.data):
            del self.data[size:]
        else:
            self._grow(size)

    def _grow(self, size: int) -> None:
        try:
            self.data.extend(bytes(size - len(self.data)))
        except (MemoryError, OverflowError):
            raise InsufficientMemory("there is not as much memory", value=size) from None


class FileBytes(LockBytes):
    """The bytes of a file of the system, read and written at places, without a cursor."""

    def __init__(self, path: Path, *, write: bool = False, create: bool = False, exclusive: bool = False) -> None:
        """Open `path`; with `create` an empty file where there is none, with `exclusive` only where there is none.

        Raises: FileNotFound, PathNotFound, AccessDenied, FileAlreadyExists, ReadFault.
        """
        flags = (os.O_RDWR if write else os.O_RDONLY) | _BINARY
        flags |= (os.O_CREAT if create else 0) | (os.O_EXCL if exclusive else 0)
        self.path = path
        self._lock = threading.Lock()
        with system_errors(ReadFault, path):
            self._file = os.open(path, flags, 0o666)

    @property
    def fileno(self) -> int:
        """The system's number of the open file."""
        return self._file

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on."""
        with system_errors(ReadFault, self.path):
            data = self._read(offset, size)
            if len(data) == size or not data:
                return data
            pieces = [data]
            while data:
                offset, size = offset + len(data), size - len(data)
                data = self._read(offset, size) if size else b""
                pieces.append(data)
            return b"".join(pieces)

    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere."""
        with system_errors(WriteFault, self.path):
            rest = memoryview(data)
            while rest:
                written = self._write(offset, rest)
                offset, rest = offset + written, rest[written:]

    def flush(self) -> None:
        """Wait until the medium has everything."""
        with system_errors(WriteFault, self.path):
            os.fsync(self._file)

    def size(self) -> int:
        """How many bytes the file has now."""
        with system_errors(ReadFault, self.path):
            return os.fstat(self._file).st_size

    def set_size(self, size: int) -> None:
        """Cut, or grow by zeros."""
        with system_errors(WriteFault, self.path):
            os.ftruncate(self._file, size)

    def close(self) -> None:
        """Close the file; twice is harmless."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _read(self, offset: int, size: int) -> bytes:
        if _HAS_PREAD:
            return os.pread(self._file, size, offset)
        with self._lock:
            os.lseek(self._file, offset, os.SEEK_SET)
            return os.read(self._file, size)

    def _write(self, offset: int, data: memoryview) -> int:
        if _HAS_PREAD:
            return os.pwrite(self._file, data, offset)
        with self._lock:
            os.lseek(self._file, offset, os.SEEK_SET)
            return os.write(self._file, data)


def read_small(path: str | os.PathLike[str], most: int) -> bytes | None:
    """The bytes of a file; None where they are more than `most`, or the system does not give them.

    What cannot be asked for its size, such as a pipe, is read to its end.
    """
    try:
        file = os.open(path, os.O_RDONLY | _BINARY)
    except (OSError, ValueError):
        return None
    try:
        pieces = [os.read(file, _PIECE)]
        if len(pieces[0]) == _PIECE and _is_larger(file, most):
            return None
        while piece := os.read(file, _PIECE):
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
    except OSError:
        return None
    finally:
        os.close(file)


def _is_larger(file: int, most: int) -> bool:
    status = os.fstat(file)
    return S_ISREG(status.st_mode) and status.st_size > most


class StreamBytes(LockBytes):
    """The bytes of a seekable Python file, from its start on. It stays open when this is closed."""

    def __init__(self, file: BinaryIO, *, durable: bool = True) -> None:
        """`durable` tells whether `flush` waits for the medium."""
        self.file, self._durable = file, durable
        self._lock = threading.Lock()

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on."""
        with self._lock, system_errors(ReadFault):
            self.file.seek(offset)
            pieces = []
            while size > 0 and (data := self.file.read(size)):
                pieces.append(data)
                size -= len(data)
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere, growing by zeros where needed."""
        with self._lock, system_errors(WriteFault):
            end = self.file.seek(0, os.SEEK_END)
            if offset > end:
                self.file.write(bytes(offset - end))
            self.file.seek(offset)
            rest = memoryview(data)
            while rest:
                rest = rest[self.file.write(rest) or 0 :]

    def flush(self) -> None:
        """Hand on what the file buffers, and wait for the medium where it has one."""
        with self._lock, system_errors(WriteFault):
            self.file.flush()
            if self._durable and (number := _number(self.file)) is not None:
                os.fsync(number)

    def size(self) -> int:
        """How many bytes there are."""
        with self._lock, system_errors(ReadFault):
            return self.file.seek(0, os.SEEK_END)

    def set_size(self, size: int) -> None:
        """Cut, or grow by zeros."""
        end = self.size()
        if size > end:
            self.write_at(size - 1, b"\0")
            return
        with self._lock, system_errors(WriteFault):
            self.file.truncate(size)


def _number(file: BinaryIO) -> int | None:
    try:
        return file.fileno()
    except (OSError, AttributeError):
        return None


@contextmanager
def system_errors(otherwise: type[StorageError], path: object = None) -> Iterator[None]:
    """Turn what the system raises into a `StorageError`, `otherwise` where nothing says more."""
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(path, error) from error
    except FileExistsError as error:
        raise FileAlreadyExists("there is a file of this name", value=path) from error
    except IsADirectoryError as error:
        raise AccessDenied("this is a directory", value=_shown(path)) from error
    except PermissionError as error:
        raise AccessDenied("the system does not permit it", value=_shown(path)) from error
    except OSError as error:
        kind = MediumFull if error.errno in _FULL else otherwise
        raise kind(error.strerror or str(error) or "the file fails", value=path) from error
    except ValueError as error:
        raise otherwise(str(error), value=path) from error


def _shown(path: object) -> str | None:
    return None if path is None else str(path)


def _missing(path: Any, error: OSError) -> StorageError:
    if path is not None and not Path(path).parent.is_dir():
        return PathNotFound("no such folder", value=str(Path(path).parent))
    return FileNotFound("no such file", value=str(path))


_FULL: Final = {28, 122, 27}
"""ENOSPC, EDQUOT and EFBIG."""

__all__ = ["FileBytes", "MemoryBytes", "ShareViolation", "StreamBytes", "read_small", "system_errors"]
