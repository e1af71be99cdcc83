"""What comes from stdin, as a file for the while: however much it is, memory does not hold it.

    with kept(sys.stdin.buffer, plan.work) as path: ...

Its name follows from what is in it, so that the same stdin is the same source at every run, and another one another.
Several processes that are given the same at the same time share the file; the last one takes it away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from mapix.convert import lockfiles

_PIECE: Final = 1 << 20


@contextmanager
def kept(stream: IO[bytes], folder: Path) -> Iterator[Path]:
    """All of `stream` in a file of `folder`, which is made; the file goes away behind the block.

    Raises: OSError.
    """
    with ExitStack() as ending:
        part = folder / f"stdin-{os.getpid()}-{os.urandom(4).hex()}.part"
        ending.callback(part.unlink, missing_ok=True)
        path = folder / f"stdin-{_received(stream, part)}"
        lock = path.with_suffix(".lock")
        number = lockfiles.shared(lock)
        ending.callback(_let_go, number, path, lock)
        _put(part, path)
        yield path


def _received(stream: IO[bytes], part: Path) -> str:
    """Write all of a stream to a new file; what stands for it."""
    digest = sha256()
    with os.fdopen(lockfiles.opened(part, 0o600), "wb") as file:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()[:16]


def _put(part: Path, path: Path) -> None:
    """Give it its name; where the system replaces no file that another has open, that one is the same."""
    try:
        part.replace(path)
    except PermissionError:
        if not path.exists():
            raise


def _let_go(number: int, path: Path, lock: Path) -> None:
    """Take the file away when nobody else has need of it."""
    os.close(number)
    if not lock.exists():
        return
    mine = lockfiles.alone(lock)
    if mine is None:
        return
    try:
        path.unlink(missing_ok=True)
        with suppress(PermissionError):  # where files cannot be removed while they are open
            lock.unlink(missing_ok=True)
    finally:
        os.close(mine)
    if os.name == "nt":
        with suppress(OSError):
            lock.unlink(missing_ok=True)
