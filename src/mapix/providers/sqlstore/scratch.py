"""Files without a name in which large values are written before they are saved; nothing of them outlives the process.

They know the SHA-256 of their bytes where these were written one after the other. It is made along with writing, and
much of the way to the disk is done then, too.
"""

from __future__ import annotations

import io
import os
from concurrent.futures import Future
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_UNNAMED: Final = getattr(os, "O_TMPFILE", 0)
_ELSEWHERE: Final = 64 * 1024
"""Bytes of a piece that is worth another thread."""

_SYNCED: Final = (8 if hasattr(os, "posix_fadvise") else 64) << 20
"""Bytes after which what was written begins to go to the disk."""

_PIECE: Final = 1 << 20


class Scratch(io.FileIO):
    """A file of its own; `nameable` says that `give_name` can make it stay."""

    def __init__(self, file: int, *, nameable: bool) -> None:
        super().__init__(file, "rb+")
        self.nameable = nameable
        self._helpers = _Helpers(file)
        self._hashed: int | None = 0

    def write(self, data: Any) -> int:
        """See `io.FileIO.write`."""
        at = self.tell()
        written = super().write(data)
        if at == self._hashed:
            self._helpers.update(bytes(memoryview(data)[:written]) if written < len(data) else bytes(data))
            self._hashed = at + written
        elif self._hashed is not None and at < self._hashed:
            self._hashed = None
        return written

    def truncate(self, size: int | None = None) -> int:
        """See `io.FileIO.truncate`."""
        if size is not None and self._hashed is not None and size < self._hashed:
            self._hashed = None
        return super().truncate(size)

    def digest(self) -> tuple[bytes, int]:
        """The SHA-256 of all there is, and how many bytes that are."""
        size = self.seek(0, io.SEEK_END)
        if self._hashed == size:
            return self._helpers.digest(), size
        found = sha256()
        self.seek(0)
        while piece := self.read(_PIECE):
            found.update(piece)
        return found.digest(), size

    def give_name(self, path: Path) -> None:
        """Let the file stay as `path`, which is on the same file system. `OSError`."""
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.link(f"/proc/self/fd/{self.fileno()}", path.name, dst_dir_fd=directory, follow_symlinks=True)
        finally:
            os.close(directory)

    def close(self) -> None:
        """See `io.FileIO.close`."""
        self._helpers.stop()
        super().close()

    def __del__(self) -> None:
        """It goes quietly with its last user: values share it, so nobody knows when to close it."""
        self.close()


def unnamed(directory: Path) -> Scratch | None:
    """A new file on the file system of `directory`; None where there are no such files."""
    if not _UNNAMED:
        return None
    try:
        return Scratch(os.open(directory, _UNNAMED | os.O_RDWR | os.O_CLOEXEC, 0o600), nameable=True)
    except OSError:
        return None


def elsewhere() -> Scratch:
    """A new file where the system keeps such files."""
    from tempfile import mkstemp

    file, name = mkstemp(prefix="mapix-")
    if hasattr(os, "O_TEMPORARY"):
        os.close(file)
        file = os.open(name, os.O_RDWR | getattr(os, "O_BINARY", 0) | os.O_TEMPORARY)
    else:
        Path(name).unlink()
    return Scratch(file, nameable=False)


class _Helpers:
    """What is done in other threads while the next piece is written: its hash, and bringing it to the disk."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._digest = sha256()
        self._threads: ThreadPoolExecutor | None = None
        self._hashing: Future[None] | None = None
        self._syncing: Future[None] | None = None
        self._written = self._unsynced = 0

    def update(self, data: bytes) -> None:
        """Take up a piece; the one before is done then."""
        self._wait()
        if len(data) < _ELSEWHERE:
            self._digest.update(data)
            return
        threads = self._started()
        self._hashing = threads.submit(self._digest.update, data)
        self._written += len(data)
        self._unsynced += len(data)
        if self._unsynced >= _SYNCED:
            self._start_writing(threads)

    def digest(self) -> bytes:
        """The hash of all pieces."""
        self._wait()
        return self._digest.digest()

    def stop(self) -> None:
        """Let go of the threads."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    def _start_writing(self, threads: ThreadPoolExecutor) -> None:
        """Have the system bring to the disk what is new. Saying that it is not needed soon makes Linux begin at once,
        and takes nothing from memory that is not on the disk; elsewhere another thread waits for it.
        """
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):
                start = self._written - self._unsynced
                os.posix_fadvise(self._file, start, self._unsynced, os.POSIX_FADV_DONTNEED)
        elif self._syncing is None or self._syncing.done():
            self._syncing = threads.submit(_sync, self._file)
        else:
            return
        self._unsynced = 0

    def _started(self) -> ThreadPoolExecutor:
        if self._threads is None:
            from concurrent.futures import ThreadPoolExecutor

            self._threads = ThreadPoolExecutor(2, "scratch")
        return self._threads

    def _wait(self) -> None:
        if self._hashing is not None:
            self._hashing.result()
            self._hashing = None


def _sync(file: int) -> None:
    """Begin to bring a file to the disk. Whether that works, the sync of the save says."""
    with suppress(OSError):
        os.fdatasync(file) if hasattr(os, "fdatasync") else os.fsync(file)
