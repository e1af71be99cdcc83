"""CoInitialize and its kin: there is no COM to start, but every thread has a count and a mode, as with COM.

What holds between them is COM's: a thread that chose a mode keeps it until its count is 0 again.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from mapix.properties.errors import CallFailed
from mapix.pywin32 import args
from mapix.pywin32.errors import make

_CHANGED_MODE: Final = 0x80010106
_THREADED: Final = 2


class _Apartment(threading.local):
    """What a thread has initialized."""

    count = 0
    mode = 0


_here = _Apartment()


def CoInitialize() -> None:
    """Begin with COM in this thread, in the mode COINIT_APARTMENTTHREADED, or count once more."""
    _begin(_THREADED)


def CoInitializeEx(flags: Any, /) -> None:
    """As CoInitialize, in the mode that COINIT_* tell; com_error RPC_E_CHANGED_MODE in a thread that has another."""
    _begin(args.int32(flags) & _THREADED)


def CoUninitialize() -> None:
    """Undo one CoInitialize; once too often is harmless."""
    _here.count = max(0, _here.count - 1)


def OleInitialize() -> None:
    """As CoInitialize."""
    _begin(_THREADED)


def OleUninitialize() -> None:
    """As CoUninitialize."""
    CoUninitialize()


def CoFreeUnusedLibraries() -> None:
    """Nothing: there are no libraries of servers."""


def initialized() -> int:
    """How often this thread has begun and not ended."""
    return _here.count


def _begin(mode: int) -> None:
    if _here.count and _here.mode != mode:
        raise make(
            _CHANGED_MODE, CallFailed("this thread has begun with COM in another mode", hint="one mode a thread")
        )
    _here.mode = mode
    _here.count += 1
