"""Failures as two short texts: MAPI's symbol, and a sentence."""

from __future__ import annotations

from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.properties.errors import CallFailed, MapiError, TimedOut

_LONGEST = 500


def timed_out(item: Item, plan: Plan) -> Outcome:
    """What is told of an item that took too long."""
    text = f"it takes longer than the {plan.time_limit:g} s that an item may take"
    return Outcome(item.name, weight=item.weight, code=TimedOut.symbol, error=text)


def died(item: Item) -> Outcome:
    """What is told of an item with which a process died twice."""
    text = "the process that converted it died, twice"
    return Outcome(item.name, weight=item.weight, code=CallFailed.symbol, error=text)


def told(error: BaseException) -> tuple[str, str]:
    """The symbol of an error, and what it says in one line."""
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


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_LONGEST]
