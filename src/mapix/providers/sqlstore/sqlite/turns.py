"""Turns at a store's file: who writes, one process after the other, in the order they asked.

SQLite lets those who wait look again now and then; where several write all the time, the one that just wrote is there
first, and others may never come in. Waiting for a lock of the operating system on a small file beside the store is
fair, and ends at once when the turn comes. It falls free when its holder dies. Where there are no such locks nobody
waits here, and SQLite's own waiting has to do.

Connections of one process come to terms among themselves first, which is cheap: a client that submits and its spooler
write to one store in turns. Another process is looked for again a few times before a thread waits for it.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from weakref import WeakSet, WeakValueDictionary

from mapix.properties import filelocks

_PAUSES: Final = (0.0002, 0.0004, 0.0008, 0.0016)
"""Seconds between looks at a turn that another process has."""


class Turns:
    """The turns of one connection; the file at `path` stands for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._refused = not filelocks.possible
        self._here = _lock_of(path)
        self._mine = False
        _all.add(self)

    def take(self, seconds: float) -> bool:
        """Wait for the turn; False when it has not come after some time. Who has it keeps it."""
        if self._refused or self._mine:
            return True
        deadline = time.monotonic() + seconds
        if not self._here.acquire(timeout=seconds):
            return False
        self._mine = True
        try:
            came = self._take_of_all(deadline)
        except BaseException:
            self._leave_here()
            raise
        if not came:
            self._leave_here()
        return came

    def leave(self) -> None:
        """Let the next one come; harmless without the turn."""
        if self._file is not None and self._mine:
            with suppress(OSError):
                filelocks.free(self._file)
        self._leave_here()

    def close(self) -> None:
        """Let go of the file."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
        self._leave_here()

    def forget(self) -> None:
        """Have nothing of the process that this one is a fork of."""
        self._mine = False
        self._here = _lock_of(self.path)
        self.close()

    def _take_of_all(self, deadline: float) -> bool:
        """Take the turn among processes."""
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | filelocks.CLOSED_IN_CHILDREN, 0o600)
            for pause in _PAUSES:
                if filelocks.alone(self._file):
                    return True
                time.sleep(pause)
            return filelocks.alone(self._file) or self._wait(max(deadline - time.monotonic(), 0))
        except OSError:
            self._refused = True
            return True

    def _leave_here(self) -> None:
        if self._mine:
            self._mine = False
            self._here.release()

    def _wait(self, seconds: float) -> bool:
        """Wait in another thread: the system's own waiting cannot be ended from here."""
        assert self._file is not None
        waiting, came = _Waiting(self._file), False
        try:
            came = waiting.done(seconds)
        finally:
            if not came:
                self._file = None
        return came


class _Waiting:
    """Somebody who waits for a lock. When nobody wants it any more it is given back as soon as it comes."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._came = threading.Event()
        self._lock = threading.Lock()
        self._unwanted = False
        threading.Thread(target=self._wait, name="turn", daemon=True).start()

    def done(self, seconds: float) -> bool:
        """Whether the lock has come within some time. The file is the caller's again only when it has."""
        try:
            came = self._came.wait(seconds)
        except BaseException:
            if not self._give_up():
                _let_go(self._file)
            raise
        return came or not self._give_up()

    def _wait(self) -> None:
        with suppress(OSError):
            filelocks.alone(self._file, wait=True)
        with self._lock:
            if self._unwanted:
                _let_go(self._file)
            else:
                self._came.set()

    def _give_up(self) -> bool:
        """Want it no more; False when it has come just now."""
        with self._lock:
            if self._came.is_set():
                return False
            self._unwanted = True
            return True


def _let_go(file: int) -> None:
    """Close a file; where a forked child has it open, too, that alone would leave its lock."""
    with suppress(OSError):
        filelocks.free(file)
    os.close(file)


def _lock_of(path: Path) -> threading.Lock:
    """The one lock of this process for a file."""
    with _making:
        return _locks.setdefault(str(path.absolute()), threading.Lock())


_making = threading.Lock()
_locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_all: WeakSet[Turns] = WeakSet()


def _forget_all() -> None:
    """A forked child has files of its own: locks on those of its parent are its parent's."""
    global _making
    _making = threading.Lock()
    _locks.clear()
    for turns in list(_all):
        turns.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
