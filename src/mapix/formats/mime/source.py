"""Where the bytes of a message are looked for: in memory, or in a file of which never much is read at once.

>>> MemorySource(b"a\\nb").find(b"b", 0, 3)
2
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Final, Protocol

from mapix.properties.errors import InvalidParameter
from mapix.properties.scratch import scratch_file

PIECE: Final = 1 << 20
"""Bytes of a file that are read at once."""

IN_MEMORY: Final = 4 << 20
"""A file of at most so many bytes is read into memory."""


class Source(Protocol):
    """Bytes by their offsets."""

    size: int

    def find(self, what: bytes, start: int, end: int) -> int:
        """The offset of the first `what` that lies within `start` and `end`, -1 where there is none."""

    def slice(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`."""


class MemorySource:
    """Bytes that are in memory."""

    __slots__ = ("data", "find", "size")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.find = data.find

    def slice(self, start: int, end: int) -> bytes:
        """See `Source`."""
        return self.data[start:end]


class FileSource:
    """Bytes of a file that can be read anywhere; it must stay open and unchanged while it is looked at."""

    __slots__ = ("_file", "size")

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)

    def find(self, what: bytes, start: int, end: int) -> int:
        """See `Source`."""
        overlap = len(what) - 1
        while end - start >= len(what):
            piece = self.slice(start, min(end, start + PIECE + overlap))
            found = piece.find(what)
            if found >= 0:
                return start + found
            if len(piece) <= overlap:
                break
            start += len(piece) - overlap
        return -1

    def slice(self, start: int, end: int) -> bytes:
        """See `Source`."""
        self._file.seek(start)
        return self._file.read(max(end - start, 0))


class PipeSource(FileSource):
    """Bytes that a pipe brought, in a file without a name, which goes away with the source."""

    __slots__ = ("_kept",)

    def __init__(self, begin: bytes, pipe: IO[bytes]) -> None:
        from shutil import copyfileobj

        self._kept = scratch_file()
        self._kept.write(begin)
        copyfileobj(pipe, self._kept, PIECE)
        super().__init__(self._kept)

    def __del__(self) -> None:
        self._kept.close()


def check_binary(data: object) -> None:
    """Refuse what gives no bytes, text and files of text among it; `InvalidParameter`."""
    if isinstance(data, io.TextIOBase) or not hasattr(data, "seekable"):
        hint = 'open(path, "rb"), or text.encode()'
        raise InvalidParameter("bytes are wanted, or a file open for bytes", value=type(data).__name__, hint=hint)


def source_of(data: bytes | IO[bytes]) -> Source:
    """The source for bytes, or for an open file: a small one is read, a large one looked at piece by piece."""
    if isinstance(data, bytes | bytearray | memoryview):
        return MemorySource(bytes(data))
    check_binary(data)
    if not data.seekable():
        begin = data.read(IN_MEMORY + 1)
        return MemorySource(begin) if len(begin) <= IN_MEMORY else PipeSource(begin, data)
    size = data.seek(0, io.SEEK_END)
    if size > IN_MEMORY:
        return FileSource(data)
    data.seek(0)
    return MemorySource(data.read())


def pieces(source: Source, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a source, a piece at a time."""
    while start < end:
        piece = source.slice(start, min(start + PIECE, end))
        if not piece:
            return
        yield piece
        start += len(piece)
