"""A stretch of a file as a file of its own."""

from __future__ import annotations

import io
from typing import IO, Any


class Span(io.RawIOBase):
    """`size` bytes of a file from `start` on, to be read anywhere."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, origin: int = io.SEEK_SET) -> int:
        """As of every file; not before the beginning."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[origin]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """What is there, at most as much as `buffer` holds."""
        room = max(min(len(buffer), self._size - self._at), 0)
        self._file.seek(self._start + self._at)
        data = self._file.read(room)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def span(file: IO[bytes], start: int, size: int) -> IO[bytes]:
    """A stretch of a file, to be read in pieces."""
    return io.BufferedReader(Span(file, start, size))
