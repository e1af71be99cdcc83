"""Turns at a store's file: who writes, one process after the other, in the order they asked.

SQLite lets those who wait look again now and then; where several write all the time, the one that just wrote is there
first, and others may never come in. Waiting for a lock of the operating system on a small file beside the store is
fair, and ends at once when the turn comes. It falls free when its holder dies. Where there are no such locks nobody
waits here, and SQLite's own waiting has to do.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]


class Turns:
    """The turns of one connection; the file at `path` stands for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._refused = fcntl is None
        _all.add(self)

    def take(self, seconds: float) -> bool:
        """Wait for the turn; False when it has not come after some time."""
        if self._refused:
            return True
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._wait(seconds)
        except OSError:
            self._refused = True
        return True

    def leave(self) -> None:
        """Let the next one come; harmless without the turn."""
        if self._file is not None:
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _wait(self, seconds: float) -> bool:
        """Wait in another thread: the system's own waiting cannot be ended from here."""
        assert self._file is not None
        waiting = _Waiting(self._file)
        if waiting.done(seconds):
            return True
        self._file = None
        return False


class _Waiting:
    """Somebody who waits for a lock. When nobody wants it any more it is given back as soon as it comes."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._came = threading.Event()
        self._lock = threading.Lock()
        self._unwanted = False
        threading.Thread(target=self._wait, name="turn", daemon=True).start()

    def done(self, seconds: float) -> bool:
        """Whether the lock has come within some time. The file is not the caller's any more when it has not."""
        try:
            came = self._came.wait(seconds)
        except BaseException:
            self._give_up()
            raise
        return came or not self._give_up()

    def _wait(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._lock:
            if self._unwanted:
                os.close(self._file)
            else:
                self._came.set()

    def _give_up(self) -> bool:
        """Want it no more; False when it has come just now."""
        with self._lock:
            if self._came.is_set():
                return False
            self._unwanted = True
            return True


_all: WeakSet[Turns] = WeakSet()


def _forget_all() -> None:
    """A forked child has files of its own: locks on those of its parent are its parent's."""
    for turns in list(_all):
        turns.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
