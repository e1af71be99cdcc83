"""Who has a file open, and what they permit others: exactly within this process, by a lock of the system across them.

The lock is `flock`, where the system has it: shared for readers that exclude writers, exclusive for the others. It is
a lock among programs that ask for it, as this one does.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from typing import Final

from mapix.formats.cfb.lockbytes import FileBytes
from mapix.formats.cfb.modes import can_read, can_write
from mapix.formats.storage import SHARE_MASK, Mode
from mapix.formats.storageerrors import ShareViolation

if sys.platform != "win32":
    import fcntl

_READ: Final = 1
_WRITE: Final = 2
_DENIED: Final = {
    Mode.SHARE_EXCLUSIVE: _READ | _WRITE,
    Mode.SHARE_DENY_WRITE: _WRITE,
    Mode.SHARE_DENY_READ: _READ,
    Mode.SHARE_DENY_NONE: 0,
}

_guard = threading.RLock()
"""Reentrant: a storage that nobody holds any more may be collected, and its claim released, while another is made."""

_open: dict[tuple[int, int], list[Claim]] = {}


class Claim:
    """What one opener does with a file, and denies others. Raises: ShareViolation where that does not go together."""

    def __init__(self, file: FileBytes, mode: int) -> None:
        self.access = (_READ if can_read(mode) else 0) | (_WRITE if can_write(mode) else 0)
        self.denied = _DENIED[Mode(mode & SHARE_MASK)]
        status = os.fstat(file.fileno)
        self._key = (status.st_dev, status.st_ino)
        with _guard:
            others = list(_open.get(self._key, ()))
            if any(other.access & self.denied or self.access & other.denied for other in others):
                raise ShareViolation("it is open in a way that excludes this one", value=str(file.path))
            _lock(file, self.access, self.denied)
            _open.setdefault(self._key, []).append(self)

    def release(self) -> None:
        """The file is about to be closed."""
        with _guard:
            others = _open.get(self._key, [])
            if self in others:
                others.remove(self)
            if not others:
                _open.pop(self._key, None)


def _lock(file: FileBytes, access: int, denied: int) -> None:
    if sys.platform == "win32":
        return
    alone = bool(denied & _READ) or bool(access & _WRITE and denied)
    try:
        fcntl.flock(file.fileno, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        if not denied:
            fcntl.flock(file.fileno, fcntl.LOCK_UN)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise ShareViolation("another program has it open", value=str(file.path)) from error
