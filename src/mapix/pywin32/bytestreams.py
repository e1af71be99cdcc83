"""Streams that belong to no property: in memory, and on files (CreateStreamOnHGlobal, OpenStreamOnFile)."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from mapix.interfaces.stream import Stream
from mapix.properties.errors import CallFailed, InvalidParameter, MapiError, NoAccess, NoSupport, NotFound
from mapix.pywin32.storagecon import STGM_CREATE, STGM_DELETEONRELEASE, STGM_READWRITE, STGM_WRITE

SOF_UNIQUEFILENAME = 0x80000000


class FileStream(Stream):
    """A Python binary file as a stream; what is written counts at once."""

    def __init__(self, file: BinaryIO, *, writable: bool, name: str | None = None, delete: bool = False) -> None:
        self.file = file
        self.writable = writable
        self.name = name
        self._delete = delete

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        return self.file.read(size)

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._check_writable()
        return self.file.write(data)

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
        """Write what is buffered."""
        self.file.flush()

    def revert(self) -> None:
        """Nothing: writes count at once."""

    def close(self) -> None:
        """See `Stream.close`; a temporary file is removed."""
        if not self.file.closed:
            self.file.close()
            if self._delete and self.name:
                Path(self.name).unlink(missing_ok=True)

    def __del__(self) -> None:
        self.close()

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
        mode = "w+b" if flags & STGM_CREATE else "r+b" if writable else "rb"
        file = Path(filename).open(mode)  # noqa: SIM115  # the stream closes it
        return FileStream(cast(BinaryIO, file), writable=writable, name=filename, delete=delete)
    except OSError as error:
        raise _failure(error, filename) from None


def _unique(directory: str | None, prefix: str | None, delete: bool) -> FileStream:
    """A new file `<prefix>….TMP`."""
    handle, name = tempfile.mkstemp(".TMP", (prefix or "SOF")[:3], directory or None)
    return FileStream(os.fdopen(handle, "w+b"), writable=True, name=name, delete=delete)


def _failure(error: OSError, name: str | None) -> MapiError:
    kinds: tuple[tuple[type[OSError], type[MapiError]], ...] = (
        (FileNotFoundError, NotFound),
        (PermissionError, NoAccess),
        (IsADirectoryError, NoAccess),
    )
    cls = next((made for kind, made in kinds if isinstance(error, kind)), CallFailed)
    return cls(error.strerror or "the file cannot be opened", value=name, low_level=error.errno or 0)
