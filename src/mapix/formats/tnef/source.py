"""Where a TNEF stream is read from: bytes, or a file whose large values stay there.

Small files are read at once. Of a large one pieces are read as they are needed, so that an attachment of any size
never lies in memory.
"""

from __future__ import annotations

import os
from io import BufferedReader, RawIOBase
from pathlib import Path
from threading import Lock
from typing import IO, Any, BinaryIO, Final, cast

from mapix.formats.tnef.layout import checksum
from mapix.properties.scratch import scratch_file

Input = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO

AT_ONCE: Final = 4 << 20
"""A file of at most so many bytes is read as one."""
MOST_AT_ONCE: Final = 64 << 20
"""What cannot be read in pieces is not read where it has more bytes than this."""
_PIECE: Final = 1 << 18


class FileSource:
    """A file that is read in pieces; a context manager that closes what it opened itself."""

    def __init__(self, file: IO[bytes], size: int, *, owned: bool) -> None:
        self._file, self.size, self._owned = file, size, owned
        self._lock = Lock()

    def read(self, offset: int, size: int) -> bytes:
        """A piece, shorter where the file ends."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)

    def __getitem__(self, part: slice) -> bytes:
        """The bytes between two places, as of bytes."""
        return self.read(part.start, part.stop - part.start)

    def checksum(self, start: int, end: int) -> int:
        """The sum of the bytes of a part, in 16 bits."""
        return sum(checksum(self.read(at, min(_PIECE, end - at))) for at in range(start, end, _PIECE)) & 0xFFFF

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        if self._owned:
            self._file.close()


class FileValue:
    """A large value that stays in its file until it is read: a `LargeValue`."""

    __slots__ = ("_offset", "_source", "size")

    def __init__(self, source: FileSource, offset: int, size: int) -> None:
        self._source, self._offset = source, offset
        self.size = size
        """Bytes."""

    def open(self) -> IO[bytes]:
        """A reader at the start."""
        return cast(IO[bytes], BufferedReader(_Reader(self), _PIECE))

    def read_at(self, offset: int, size: int) -> bytes:
        """A piece of the value."""
        return self._source.read(self._offset + offset, min(size, self.size - offset))


class _Reader(RawIOBase):
    """A value in the shape of a file that is read."""

    def __init__(self, value: FileValue) -> None:
        self._value, self._at = value, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._value.read_at(self._at, len(buffer)) if self._at < self._value.size else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._value.size)[origin])
        return self._at


def opened(source: Input) -> bytes | FileSource:
    """All bytes of a small input, else a file to read from."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | os.PathLike):
        return _opened_file(Path(source).open("rb"), owned=True)
    return _opened_file(source, owned=False) if source.seekable() else _spooled(source)


def _opened_file(file: IO[bytes], *, owned: bool) -> bytes | FileSource:
    try:
        size = file.seek(0, 2)
        file.seek(0)
        if size > AT_ONCE:
            return FileSource(file, size, owned=owned)
        data = file.read()
    except BaseException:
        if owned:
            file.close()
        raise
    if owned:
        file.close()
    return data


def _spooled(stream: IO[bytes]) -> bytes | FileSource:
    """What comes out of a pipe: kept in a file of no name where it is large."""
    data = stream.read(AT_ONCE + 1)
    if len(data) <= AT_ONCE:
        return data
    file = scratch_file()
    size = file.write(data)
    while piece := stream.read(_PIECE):
        size += file.write(piece)
    return FileSource(file, size, owned=True)
