"""Failures as two short texts: MAPI's symbol, and a sentence."""

from __future__ import annotations

from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.properties.errors import MapiError

_LONGEST = 500


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
