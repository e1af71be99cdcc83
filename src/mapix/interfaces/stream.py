"""Streams: one property opened for reading or writing in pieces (IStream; P-140, P-141)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class StreamStat:
    """What there is to say about a stream (IStream::Stat): its bytes, and whether they can be changed."""

    size: int
    writable: bool


class Stream(ABC):
    """A property's bytes under a cursor.

    What is written becomes part of the owning object's pending changes at `commit`, and permanent with the object's
    `save_changes` (P-141). Closing without commit drops what was written since the last commit; text properties are
    UTF-16LE for UNICODE tags and code-page bytes for STRING8 tags. Usable as a context manager, which commits a
    writable stream on a clean exit.
    """

    writable: bool

    @abstractmethod
    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from the cursor, all the rest when negative; empty at the end."""

    @abstractmethod
    def write(self, data: bytes) -> int:
        """Put `data` at the cursor, growing the stream; the number of bytes. `NoAccess` on a read-only stream."""

    @abstractmethod
    def seek(self, offset: int, origin: int = 0) -> int:
        """Move the cursor (origin 0 start, 1 cursor, 2 end); the new position."""

    @abstractmethod
    def truncate(self, size: int) -> None:
        """Set the length to `size` bytes (SetSize)."""

    @abstractmethod
    def size(self) -> int:
        """Length in bytes."""

    @abstractmethod
    def clone(self) -> Stream:
        """Another cursor at the same place over the same bytes."""

    @abstractmethod
    def commit(self) -> None:
        """Hand what was written to the owning object."""

    @abstractmethod
    def revert(self) -> None:
        """Forget what was written since the last commit."""

    @abstractmethod
    def close(self) -> None:
        """Release the stream; twice is harmless."""

    def copy_to(self, target: Stream, size: int = -1) -> int:
        """Put up to `size` bytes from the cursor on into `target` at its cursor, all the rest when negative; how many
        (IStream::CopyTo). Both cursors move; `target` is not committed.
        """
        copied = 0
        while size < 0 or copied < size:
            data = self.read(_PIECE if size < 0 else min(_PIECE, size - copied))
            if not data:
                break
            copied += target.write(data)
        return copied

    def stat(self) -> StreamStat:
        """Its size and mode."""
        return StreamStat(self.size(), self.writable)

    def tell(self) -> int:
        """Where the cursor is."""
        return self.seek(0, 1)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None and self.writable:
            self.commit()
        self.close()


class DocfileStream(Stream):
    """A stream whose bytes are a structured-storage file: IStreamDocfile, which has no methods more (P-145)."""
