"""Streams that belong to no property: in memory, and on files (CreateStreamOnHGlobal, OpenStreamOnFile)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from io import BytesIO, FileIO, RawIOBase
from pathlib import Path
from weakref import finalize

from mapix.interfaces.stream import Stream
from mapix.properties.errors import CallFailed, InvalidParameter, MapiError, NoAccess, NoSupport, NotFound
from mapix.pywin32.storagecon import STGM_CREATE, STGM_DELETEONRELEASE, STGM_READWRITE, STGM_WRITE

SOF_UNIQUEFILENAME = 0x80000000
_BINARY = getattr(os, "O_BINARY", 0)


class FileStream(Stream):
    """An unbuffered Python file as a stream; what is written counts at once.

    `release` is called once, when the stream is closed or gone.
    """

    def __init__(
        self,
        file: RawIOBase | BytesIO,
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
        return self.file.read(size) or b""

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._check_writable()
        written = 0
        while written < len(data):
            written += self.file.write(data[written:]) or 0
        return written

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        try:
            return self.file.seek(offset, origin)
        except (ValueError, OSError) as error:
            raise InvalidParameter("no such place in the stream", value=offset) from error

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`."""
        self._check_writable()
        here = self.file.tell()
        grown = size - self.file.seek(0, 2)
        if grown > 0:
            self.file.write(bytes(grown))
        self.file.truncate(size)
        self.file.seek(here)

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


class MemoryStream(FileStream):
    """Bytes in memory as a stream; clones share them."""

    def __init__(self, buffer: BytesIO | None = None) -> None:
        self._shared = buffer or BytesIO()
        self._place = 0
        super().__init__(self._shared, writable=True)

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        self._shared.seek(self._place)
        data = self._shared.read(size)
        self._place += len(data)
        return data

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._shared.seek(self._place)
        written = self._shared.write(data)
        self._place += written
        return written

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        base = (0, self._place, len(self._shared.getbuffer()))
        if origin not in (0, 1, 2) or base[origin] + offset < 0:
            raise InvalidParameter("no such place in the stream", value=offset)
        self._place = base[origin] + offset
        return self._place

    def clone(self) -> Stream:
        """See `Stream.clone`."""
        other = MemoryStream(self._shared)
        other._place = self._place
        return other

    def close(self) -> None:
        """Nothing: a clone may still be at work."""


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
