"""Locks of the operating system on files, which fall free when their process dies: `fcntl` where there is one, `msvcrt`
on Windows.

    if alone(file):         # a descriptor of os.open
        ...
        free(file)

What holds a lock is the opening of the file, so two openings in one process exclude one another, too. Windows has no
shared locks: whoever shares has one byte of a large region for himself, and whoever is alone has all of it.
"""

from __future__ import annotations

import errno
import os
import random
import time
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, Protocol

TAKEN: Final = frozenset((errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK))
"""What the system says when somebody else has the lock; all else means that it cannot be had by anybody."""

REGION: Final = 1 << 30
PAUSE: Final = 0.01
_TRIES: Final = 16


class Locks(Protocol):
    """One system's way to lock an open file."""

    def alone(self, file: int, *, wait: bool = False) -> bool:
        """Be the only holder; False while there are others and `wait` is not set. `OSError` without locks."""

    def shared(self, file: int) -> None:
        """Be one of several holders; waits for one that is alone."""

    def free(self, file: int) -> None:
        """Hold the file no more; closing it does the same."""


class PosixLocks:
    """`flock`."""

    def __init__(self, fcntl: Any) -> None:
        self._fcntl = fcntl

    def alone(self, file: int, *, wait: bool = False) -> bool:
        """See `Locks.alone`."""
        try:
            self._fcntl.flock(file, self._fcntl.LOCK_EX | (0 if wait else self._fcntl.LOCK_NB))
        except OSError as error:
            if error.errno in TAKEN:
                return False
            raise
        return True

    def shared(self, file: int) -> None:
        """See `Locks.shared`."""
        self._fcntl.flock(file, self._fcntl.LOCK_SH)

    def free(self, file: int) -> None:
        """See `Locks.free`."""
        self._fcntl.flock(file, self._fcntl.LOCK_UN)


class WindowsLocks:
    """`_locking` of regions beyond the content of the file."""

    def __init__(self, msvcrt: Any) -> None:
        self._msvcrt = msvcrt
        self._held: dict[int, tuple[int, int]] = {}

    def alone(self, file: int, *, wait: bool = False) -> bool:
        """See `Locks.alone`."""
        while not self._locked(file, 0, REGION):
            if not wait:
                return False
            time.sleep(PAUSE)
        return True

    def shared(self, file: int) -> None:
        """See `Locks.shared`."""
        while not any(self._locked(file, random.randrange(REGION), 1) for _ in range(_TRIES)):
            time.sleep(PAUSE)

    def free(self, file: int) -> None:
        """See `Locks.free`."""
        start, size = self._held.pop(file, (0, 0))
        if size:
            os.lseek(file, start, os.SEEK_SET)
            self._msvcrt.locking(file, self._msvcrt.LK_UNLCK, size)

    def _locked(self, file: int, start: int, size: int) -> bool:
        os.lseek(file, start, os.SEEK_SET)
        try:
            self._msvcrt.locking(file, self._msvcrt.LK_NBLCK, size)
        except OSError as error:
            if error.errno in TAKEN:
                return False
            raise
        self._held[file] = start, size
        return True


class NoLocks:
    """A system without any: nobody can be told to be alone."""

    def alone(self, file: int, *, wait: bool = False) -> bool:
        """See `Locks.alone`."""
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    def shared(self, file: int) -> None:
        """See `Locks.shared`."""
        self.alone(file, wait=True)

    def free(self, file: int) -> None:
        """See `Locks.free`."""


def locks_here() -> Locks:
    """The locks of this system."""
    with suppress(ImportError):
        return PosixLocks(import_module("fcntl"))
    with suppress(ImportError):
        return WindowsLocks(import_module("msvcrt"))
    return NoLocks()


_locks: Final = locks_here()
possible: Final = not isinstance(_locks, NoLocks)
"""Whether there are such locks on this system at all."""

CLOSED_IN_CHILDREN: Final[int] = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
"""The flag of `os.open` for files that programs started from here do not get."""

alone: Final = _locks.alone
"""Be the only holder of a file, see `Locks.alone`."""

shared: Final = _locks.shared
"""Be one of several holders of a file, see `Locks.shared`."""

free: Final = _locks.free
"""Hold a file no more, see `Locks.free`."""
