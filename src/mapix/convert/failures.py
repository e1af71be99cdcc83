"""Failures as two short texts: MAPI's symbol, and a sentence."""

from __future__ import annotations

import errno
from typing import Final

from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.properties.errors import CallFailed, MapiError, NotEnoughDisk, TimedOut, TooBig

_LONGEST = 500
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


def timed_out(item: Item, plan: Plan) -> Outcome:
    """What is told of an item that took too long."""
    text = f"it takes longer than the {plan.time_limit:g} s that an item may take"
    return Outcome(item.name, weight=item.weight, code=TimedOut.symbol, error=text)


def died(item: Item) -> Outcome:
    """What is told of an item with which a process died twice."""
    text = "the process that converted it died, twice"
    return Outcome(item.name, weight=item.weight, code=CallFailed.symbol, error=text)


def told(error: BaseException) -> tuple[str, str]:
    """The symbol of an error, and what it says in one line. Only a disk that is full is MAPI_E_NOT_ENOUGH_DISK."""
    if lacks_room(error):
        return NotEnoughDisk.symbol, "there is no room on the disk"
    if _system_number(error) == errno.EFBIG:
        return TooBig.symbol, "it becomes larger than a file can be here"
    if isinstance(error, StorageError):
        error = mapi_error(error)
    if isinstance(error, MapiError):
        return error.symbol, _line(error.text or str(error))
    if isinstance(error, FileNotFoundError):
        return "MAPI_E_NOT_FOUND", "there is no such file"
    if isinstance(error, PermissionError):
        return "MAPI_E_NO_ACCESS", "the operating system does not permit it"
    if isinstance(error, OSError):
        return "MAPI_E_DISK_ERROR", _line(error.strerror or str(error))
    if isinstance(error, MemoryError):
        return "MAPI_E_NOT_ENOUGH_MEMORY", "there is not enough memory"
    return "MAPI_E_CALL_FAILED", _line(f"{type(error).__name__}: {error}")


def lacks_room(error: BaseException) -> bool:
    """Whether a disk is full, which no source is to blame for."""
    return _system_number(error) in _NO_ROOM


def _system_number(error: BaseException | None) -> int | None:
    """The number that the operating system gave what an error was made of."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error.errno if error is not None else None


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_LONGEST]
