"""Files that are locked, and that whoever is alone with one may take away, with the folder that they lie in.

number = alone(folder / "lock")      # None where somebody else has it
...
os.close(number)
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mapix.convert.footprint import within
from mapix.properties import filelocks

_EVERYBODY: Final = 0o666
_FLAGS: Final[int] = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | filelocks.CLOSED_IN_CHILDREN


def alone(path: Path) -> int | None:
    """Lock a file for oneself; it is made with its folder. Its descriptor; None where another has it.

    Raises: OSError.
    """
    try:
        return _held(path, filelocks.alone)
    except BlockingIOError:
        return None


def shared(path: Path) -> int:
    """Lock a file as one of several; waits for one who is alone with it. Its descriptor.

    Raises: OSError.
    """
    return _held(path, _share)


def opened(path: Path, mode: int = _EVERYBODY) -> int:
    """Open a file, made with its folder, which is made again where somebody takes it away just then; its descriptor.

    Raises: OSError.
    """
    return within(path.parent, lambda: os.open(path, _FLAGS, mode))


def _share(number: int) -> bool:
    filelocks.shared(number)
    return True


def _held(path: Path, lock: Callable[[int], bool]) -> int:
    """What is locked stands at `path`: a file that somebody took away meanwhile would keep nobody out."""
    while True:
        number = opened(path)
        try:
            if not lock(number):
                raise BlockingIOError
            if _stands(path, number):
                return number
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def _stands(path: Path, number: int) -> bool:
    """Whether the file that is open is the one of this name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(number))
    except FileNotFoundError:
        return False
