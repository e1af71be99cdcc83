"""Which profiles some process runs a session on (PRF-6): a lock of the operating system on a small file for each.

Any number of processes share the lock, and it falls free when the last of them ends or dies, in whatever way; forked
children have no part in it. Where there are no such locks, only the sessions of this process are known.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from mapix.properties import filelocks

_ENDING = ".use"


_all: WeakSet[Uses] = WeakSet()


class Uses:
    """The profiles below a directory that this process has in use, and a look at those of others."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[str, int] = {}
        _all.add(self)

    def take(self, stem: str) -> None:
        """Show others that a profile is in use here; where that cannot be written it is not shown."""
        if stem in self._held:
            return
        while (file := self._open(stem, create=True)) is not None:
            _share(file)
            if self._stands(file, stem):
                self._held[stem] = file
                return
            os.close(file)

    def leave(self, stem: str) -> None:
        """It is not in use here any more."""
        file = self._held.pop(stem, None)
        if file is not None:
            with suppress(OSError):
                os.close(file)

    def by_anybody(self, stem: str) -> bool:
        """Whether any process has the profile in use, this one counted."""
        if stem in self._held:
            return True
        file = self._open(stem, create=False)
        if file is None:
            return False
        try:
            return not _lock_alone(file)
        finally:
            os.close(file)

    def drop(self) -> None:
        """Let go of everything, in a child that was forked off."""
        for stem in list(self._held):
            self.leave(stem)

    def forget(self, stem: str) -> None:
        """The profile is gone, and so is its file; nobody has it in use."""
        with suppress(OSError):
            self._path(stem).unlink()

    def _path(self, stem: str) -> Path:
        return self._directory / f".{stem}{_ENDING}"

    def _open(self, stem: str, *, create: bool) -> int | None:
        flags = os.O_RDWR | filelocks.CLOSED_IN_CHILDREN | (os.O_CREAT if create else 0)
        try:
            return os.open(self._path(stem), flags, 0o600)
        except OSError:
            return None

    def _stands(self, file: int, stem: str) -> bool:
        """Whether the file is still at its place, and was not removed before it was locked."""
        try:
            return os.path.samestat(os.fstat(file), self._path(stem).stat())
        except OSError:
            return False


def _forked() -> None:
    for uses in list(_all):
        uses.drop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _share(file: int) -> None:
    with suppress(OSError):
        filelocks.shared(file)


def _lock_alone(file: int) -> bool:
    try:
        return filelocks.alone(file)
    except OSError:
        return True
