"""A role that one holder in the world has at a time: a lock of the operating system on a small file.

It falls free when its process dies, however it dies. Two holders in one process exclude one another too. Forked
children do not hold what their parent holds.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from mapix.properties import filelocks
from mapix.properties.errors import DiskError
from mapix.providers.sqlstore.database import Role


class RoleLock(Role):
    """The role that the file at `path` stands for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take the role; False while somebody else has it. `DiskError` where there are no locks: without them two
        holders could do the same work, so there is none.

        Where the file was removed, whoever has it open has nothing any more: the role is that of the file at `path`.
        """
        if self.stands():
            return True
        self.leave()
        file = self._open()
        if not self._locked(file):
            os.close(file)
            return False
        self._file = file
        _held.add(self)
        return self.stands() or self.take()

    def stands(self) -> bool:
        """Whether this object has the role, and the file is still at its place."""
        file = self._file  # which another thread may be leaving
        if file is None:
            return False
        try:
            return os.path.samestat(os.fstat(file), self.path.stat())
        except OSError:
            return False

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | filelocks.CLOSED_IN_CHILDREN, 0o600)
        except OSError as error:
            raise DiskError(
                f"the spooler's lock file cannot be used ({error.strerror})", value=str(self.path)
            ) from error

    def _locked(self, file: int) -> bool:
        try:
            return filelocks.alone(file)
        except OSError as error:
            os.close(file)
            raise DiskError(
                f"the file system cannot lock the spooler's file, so nothing is sent ({error.strerror})",
                value=str(self.path),
                hint="keep the store on a file system with locks",
                low_level=error.errno or 0,
            ) from error

    def leave(self) -> None:
        """Give the role up; harmless without it."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                filelocks.free(file)
            os.close(file)

    def abandon(self) -> None:
        """Let go of the file and leave the lock to whoever else has it open: what a forked child does."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


_held: WeakSet[RoleLock] = WeakSet()


def _abandon_all() -> None:
    for lock in list(_held):
        lock.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
