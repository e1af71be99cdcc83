"""Large parts on disk: what was decoded of a file that is not read into memory, as values that are read in pieces."""

from __future__ import annotations

import io
from collections.abc import Iterable
from threading import Lock
from typing import IO, Any
from weakref import finalize

from mapix.properties.scratch import scratch_file


class Spool:
    """A file without a name that holds the large parts of one message; it goes away with the last of them."""

    def __init__(self) -> None:
        self._file = scratch_file()
        self._lock = Lock()
        finalize(self, self._file.close)

    def __del__(self) -> None:
        self._file.close()

    def add(self, pieces: Iterable[bytes]) -> SpooledPart:
        """Take the bytes of a part."""
        start = self._file.seek(0, io.SEEK_END)
        for piece in pieces:
            self._file.write(piece)
        return SpooledPart(self, start, self._file.tell() - start)

    def read(self, start: int, size: int) -> bytes:
        """Bytes that were taken."""
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)


class SpooledPart:
    """A large value (`mapix.properties.value.LargeValue`) that lies in a spool."""

    __slots__ = ("_spool", "_start", "size")

    def __init__(self, spool: Spool, start: int, size: int) -> None:
        self._spool = spool
        self._start = start
        self.size = size

    def open(self) -> IO[bytes]:
        """A fresh reader at the start."""
        return io.BufferedReader(_Reader(self._spool, self._start, self.size), 1 << 16)


class _Reader(io.RawIOBase):
    """Reads a stretch of a spool."""

    def __init__(self, spool: Spool, start: int, size: int) -> None:
        self._spool, self._start, self._size, self._at = spool, start, size, 0

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the part."""
        base = (0, self._at, self._size)[whence]
        self._at = min(max(base + offset, 0), self._size)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """See io.RawIOBase."""
        data = self._spool.read(self._start + self._at, min(len(buffer), self._size - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
