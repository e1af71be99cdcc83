"""A stand-in for `msvcrt` on systems that have locks of regions that belong to an open file, as Windows has them.

`python -m tests.regional_locks PROGRAM …` runs a program as it would run on a system without `fcntl`, `pwd`, `grp`,
`resource`, terminals of the POSIX way, sockets in the file system, forks and users by number.
"""

from __future__ import annotations

import errno
import fcntl
import os
import runpy
import socket
import struct
import sys
from types import ModuleType
from typing import Any

LK_UNLCK, LK_LOCK, LK_NBLCK = 0, 1, 2
_HIDDEN = ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog")
_GONE = ("fork", "forkpty", "getuid", "geteuid", "getgid", "setsid", "register_at_fork", "O_CLOEXEC", "O_NOFOLLOW")
_SET = getattr(fcntl, "F_OFD_SETLK", 37)
_fcntl = fcntl.fcntl


def locking(file: int, mode: int, size: int) -> None:
    """`msvcrt.locking`: a region from where the file stands, for the opening of the file."""
    kind = fcntl.F_UNLCK if mode == LK_UNLCK else fcntl.F_WRLCK
    start = os.lseek(file, 0, os.SEEK_CUR)
    try:
        _fcntl(file, _SET, struct.pack("hhqqi4x", kind, os.SEEK_SET, start, size, 0))
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            raise PermissionError(errno.EACCES, "Permission denied") from error
        raise


def as_msvcrt() -> Any:
    """The module."""
    made: Any = ModuleType("msvcrt")
    made.locking, made.LK_UNLCK, made.LK_LOCK, made.LK_NBLCK = locking, LK_UNLCK, LK_LOCK, LK_NBLCK
    return made


class _Hiding:
    """Finds no module of the POSIX way."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in _HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def hide() -> None:
    """Be such a system from now on."""
    for name in _HIDDEN:
        sys.modules.pop(name, None)
    hiding: Any = _Hiding()
    sys.meta_path.insert(0, hiding)
    sys.modules["msvcrt"] = as_msvcrt()
    for name in _GONE:
        if hasattr(os, name):
            delattr(os, name)
    del socket.AF_UNIX


if __name__ == "__main__":
    hide()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
