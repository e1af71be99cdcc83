"""Files that are replaced whole or not at all, and one lock a directory for those who read, change and write back.

`replace_file` leaves the former content beside as `<name>.bak`: the last good copy.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mapix.properties import filelocks
from mapix.properties.errors import DiskError, MapiError, NoAccess, NotEnoughDisk
from mapix.subsystem.home import private_directory

_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_NOT_ALLOWED = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))
_HINTS = {NotEnoughDisk: "make room", NoAccess: "the permissions of file and folder, or another MAPIX_HOME"}
_inside = threading.RLock()
_held: set[Path] = set()


def replace_file(path: Path, data: bytes, *, keep: bool = True) -> None:
    """Put `data` into `path` so that a crash leaves the old or the new content; `keep` leaves the old one as `.bak`.

    Raises DiskError, NotEnoughDisk or NoAccess; then the old content stands.
    """
    private_directory(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        _write(fresh, data)
        if keep and path.exists():
            _keep_copy(path)
        fresh.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise _failure("cannot write the file", error, path) from error


def backup_of(path: Path) -> Path:
    """Where `replace_file` leaves the former content."""
    return path.with_name(path.name + ".bak")


@contextmanager
def directory_lock(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory, against other threads and other processes of this user; reentrant.

    Raises NoAccess where nothing can be written.
    """
    with _inside:
        if directory in _held:
            yield
            return
        private_directory(directory)
        with _lock_file(directory) as file:
            _lock(file)
            _held.add(directory)
            try:
                yield
            finally:
                _held.discard(directory)
                _unlock(file)


def _lock_file(directory: Path) -> IO[bytes]:
    path = directory / ".lock"
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b")
    except OSError as error:
        raise _failure("cannot lock the directory", error, path) from error


def _failure(text: str, error: OSError, path: Path) -> MapiError:
    kind = NotEnoughDisk if error.errno in _NO_ROOM else NoAccess if error.errno in _NOT_ALLOWED else DiskError
    return kind(f"{text} ({error.strerror})", value=str(path), hint=_HINTS.get(kind, ""), low_level=error.errno or 0)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _keep_copy(path: Path) -> None:
    """A second name for the present content: a link where the file system has them, else a copy."""
    backup = backup_of(path)
    with suppress(FileNotFoundError):
        backup.unlink()
    try:
        backup.hardlink_to(path)
    except (OSError, NotImplementedError):
        _write(backup, path.read_bytes())


def _sync_directory(path: Path) -> None:
    """Make the new name durable; Windows has no way to say so and no need."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(file: IO[bytes]) -> None:
    """Where the system has no locks, threads of this process exclude one another at least."""
    with suppress(OSError):
        filelocks.alone(file.fileno(), wait=True)


def _unlock(file: IO[bytes]) -> None:
    with suppress(OSError):
        filelocks.free(file.fileno())
