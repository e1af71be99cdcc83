"""A stream as a Python file to read from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from mapix.formats.cfb.sectors import Extents


class StreamFile(io.RawIOBase):
    """A seekable read-only file over the bytes of a stream; nothing is read ahead."""

    def __init__(self, extents: Extents) -> None:
        self._extents = extents
        self._place = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the cursor is."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the cursor; the new place."""
        start = (0, self._place, self._extents.size)[whence]
        if start + offset < 0:
            raise ValueError("a place before the start of the stream")
        self._place = start + offset
        return self._place

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, all the rest when negative or None; only at the end fewer."""
        if self.closed:
            raise ValueError("the stream is closed")
        rest = max(self._extents.size - self._place, 0)
        data = self._extents.read_at(self._place, rest if size is None or size < 0 else min(size, rest))
        self._place += len(data)
        return data

    def readall(self) -> bytes:
        """All the rest."""
        return self.read()

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill `buffer` as far as there is something; how many bytes."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
