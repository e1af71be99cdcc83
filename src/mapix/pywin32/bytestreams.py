"""Streams that belong to no property: in memory, and on files (CreateStreamOnHGlobal, OpenStreamOnFile)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO, RawIOBase
from pathlib import Path
from weakref import finalize

from mapix.interfaces.stream import Stream
from mapix.properties.errors import (
    CallFailed,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
    NotEnoughDisk,
    NotEnoughMemory,
    NotFound,
)
from mapix.pywin32.storagecon import STGM_CREATE, STGM_DELETEONRELEASE, STGM_READWRITE, STGM_WRITE

SOF_UNIQUEFILENAME = 0x80000000
_BINARY = getattr(os, "O_BINARY", 0)


class FileStream(Stream):
    """An unbuffered Python file as a stream; what is written counts at once.

    `release` is called once, when the stream is closed or gone.
    """

    def __init__(
        self,
        file: RawIOBase,
        *,
        writable: bool,
        name: str | None = None,
        release: Callable[[], None] | None = None,
    ) -> None:
        self.file = file
        self.writable = writable
        self.name = name
        self._release = finalize(self, release or _nothing)

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        try:
            return self.file.read(size) or b""
        except OSError as error:
            raise _failure(error, self.name) from error

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._check_writable()
        written = 0
        try:
            while written < len(data):
                written += self.file.write(data[written:]) or 0
        except OSError as error:
            raise _failure(error, self.name) from error
        return written

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        try:
            return self.file.seek(offset, origin)
        except (ValueError, OverflowError, OSError) as error:
            raise InvalidParameter("no such place in the stream", value=offset) from error

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`; growing fills with zeros."""
        self._check_writable()
        _check_size(size)
        try:
            self.file.truncate(size)
        except (OSError, OverflowError) as error:
            raise NotEnoughDisk("the file cannot be as large", value=size) from error

    def size(self) -> int:
        """See `Stream.size`."""
        here = self.file.tell()
        size = self.file.seek(0, 2)
        self.file.seek(here)
        return size

    def clone(self) -> Stream:
        """See `Stream.clone`: offered in memory only."""
        raise NoSupport("a stream on a file has one cursor")

    def commit(self) -> None:
        """Nothing: writes count at once."""

    def revert(self) -> None:
        """Nothing: writes count at once."""

    def close(self) -> None:
        """See `Stream.close`; a file to be deleted goes."""
        self._release()

    def _check_writable(self) -> None:
        if not self.writable:
            raise NoAccess("the stream is open for reading only", hint="STGM_READWRITE")


class MemoryStream(Stream):
    """Bytes in memory as a stream; clones share them."""

    writable = True

    def __init__(self, data: bytes | bytearray = b"") -> None:
        self._bytes = data if isinstance(data, bytearray) else bytearray(data)
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        if self._place >= len(self._bytes):
            return b""
        data = bytes(self._bytes[self._place : None if size < 0 else self._place + size])
        self._place += len(data)
        return data

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        end = self._place + len(data)
        if data and end > len(self._bytes):
            self._grow(max(self._place, len(self._bytes)))
        with _in_memory(end):
            self._bytes[self._place : end] = data
        self._place = end
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        base = (0, self._place, len(self._bytes))
        if origin not in (0, 1, 2) or base[origin] + offset < 0:
            raise InvalidParameter("no such place in the stream", value=offset)
        self._place = base[origin] + offset
        return self._place

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`; growing fills with zeros."""
        _check_size(size)
        self._grow(size)
        del self._bytes[size:]

    def size(self) -> int:
        """See `Stream.size`."""
        return len(self._bytes)

    def clone(self) -> Stream:
        """See `Stream.clone`."""
        other = MemoryStream(self._bytes)
        other._place = self._place
        return other

    def commit(self) -> None:
        """Nothing: writes count at once."""

    def revert(self) -> None:
        """Nothing: writes count at once."""

    def close(self) -> None:
        """Nothing: a clone may still be at work."""

    def _grow(self, size: int) -> None:
        with _in_memory(size):
            self._bytes.extend(bytes(max(size - len(self._bytes), 0)))


@contextmanager
def _in_memory(size: int) -> Iterator[None]:
    try:
        yield
    except (MemoryError, OverflowError):
        raise NotEnoughMemory("there is not as much memory", value=size) from None


def on_file(filename: str | None, flags: int, prefix: str | None) -> FileStream:
    """A stream on a file by STGM_* bits; SOF_UNIQUEFILENAME makes a new file, in the directory `filename` or the
    temporary one.

    Raises NotFound, NoAccess, InvalidParameter (a file to create must be opened for writing).
    """
    writable = bool(flags & (STGM_WRITE | STGM_READWRITE))
    if flags & STGM_CREATE and not writable:
        raise InvalidParameter("a file to create must be opened for writing", hint="STGM_CREATE | STGM_READWRITE")
    delete = bool(flags & STGM_DELETEONRELEASE)
    try:
        if flags & SOF_UNIQUEFILENAME:
            return _unique(filename, prefix, delete)
        if not filename:
            raise InvalidParameter("a file name must be given", hint="SOF_UNIQUEFILENAME for a temporary file")
        how = os.O_RDWR if writable else os.O_RDONLY
        made = os.O_CREAT | os.O_TRUNC if flags & STGM_CREATE else 0
        return _opened(os.open(filename, how | made | _BINARY, 0o666), filename, writable, delete)
    except OSError as error:
        raise _failure(error, filename) from None


def _unique(directory: str | None, prefix: str | None, delete: bool) -> FileStream:
    """A new file `<prefix>….TMP`."""
    handle, name = tempfile.mkstemp(".TMP", (prefix or "SOF")[:3], directory or None)
    return _opened(handle, name, True, delete)


def _opened(handle: int, name: str, writable: bool, delete: bool) -> FileStream:
    # The file object does not own the handle: in a cycle of garbage it might be finalized before the stream.
    def release() -> None:
        os.close(handle)
        if delete:
            Path(name).unlink(missing_ok=True)

    try:
        file = FileIO(handle, "r+" if writable else "r", closefd=False)
    except OSError:
        os.close(handle)
        raise
    return FileStream(file, writable=writable, name=name, release=release)


def _check_size(size: int) -> None:
    if size < 0:
        raise InvalidParameter("a stream's size is not negative", value=size)


def _nothing() -> None:
    """Memory needs no release."""


def _failure(error: OSError, name: str | None) -> MapiError:
    kinds: tuple[tuple[type[OSError], type[MapiError]], ...] = (
        (FileNotFoundError, NotFound),
        (PermissionError, NoAccess),
        (IsADirectoryError, NoAccess),
    )
    cls = next((made for kind, made in kinds if isinstance(error, kind)), CallFailed)
    return cls(error.strerror or "the file cannot be opened", value=name, low_level=error.errno or 0)
