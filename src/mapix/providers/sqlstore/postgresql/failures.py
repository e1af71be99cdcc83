"""The database's failures as MAPI's: the one place where `psycopg` errors are understood.

Every text names the place, never a password, and what to do where something can be done.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import psycopg

from mapix.properties.errors import (
    BadValue,
    Busy,
    CallFailed,
    Collision,
    CorruptStore,
    DiskError,
    InvalidObject,
    LogonFailed,
    MapiError,
    NetworkError,
    NoAccess,
    NotEnoughDisk,
    NotEnoughMemory,
    NotEnoughResources,
    NotFound,
    TooBig,
    TooComplex,
    UnableToComplete,
    Version,
)


class _Failure(NamedTuple):
    """How one state, or class of states, is told."""

    kind: type[MapiError]
    text: str
    hint: str = ""


_AGAIN: Final = "again later"
_CHECK: Final = "mapix store check"
_LOST: Final = _Failure(NetworkError, "the connection to the database was lost", "the server, or the network to it")

_FAILURES: Final[dict[str, _Failure]] = {
    "08": _LOST,
    "21": _Failure(CallFailed, "the database failed"),
    "22": _Failure(BadValue, "a value does not fit the store"),
    "23": _Failure(Collision, "the store holds this already, or not what it belongs to"),
    "25006": _Failure(NoAccess, "the database takes no changes now"),
    "25P02": _Failure(UnableToComplete, "an earlier part of the transaction failed"),
    "28": _Failure(LogonFailed, "the database does not know this user, or not this password", "the user and password"),
    "3D000": _Failure(NotFound, "there is no such database", "make it first: createdb"),
    "3F000": _Failure(Version, "the database has no stores, or others than this version can use"),
    "40": _Failure(Busy, "others were in the way; nothing of the transaction was done", _AGAIN),
    "42501": _Failure(NoAccess, "the database does not let this user do that"),
    "42P01": _Failure(Version, "the store is of another version", "a mapix of the same version everywhere"),
    "42703": _Failure(Version, "the store is of another version", "a mapix of the same version everywhere"),
    "53100": _Failure(NotEnoughDisk, "the database's disk is full", "make room"),
    "53200": _Failure(NotEnoughMemory, "the database's memory ran out"),
    "53300": _Failure(NotEnoughResources, "the database has no connection left", "max_connections of the server"),
    "54000": _Failure(TooBig, "a value is larger than the store can hold"),
    "54": _Failure(TooComplex, "the store cannot answer this at once"),
    "55P03": _Failure(Busy, "another process keeps the store for itself", _AGAIN),
    "57014": _Failure(Busy, "the database gave the question up", _AGAIN),
    "57": _LOST,
    "58030": _Failure(DiskError, "the database's disk failed"),
    "XX001": _Failure(CorruptStore, "the database is damaged", _CHECK),
    "XX002": _Failure(CorruptStore, "an index of the database is damaged", _CHECK),
}

_STARTING: Final = ("starting up", "in recovery mode", "not yet accepting connections", "shutting down")
"""What a server says that will serve in a moment; the driver tells it as text only."""

ERRORS: Final = (psycopg.Error, UnicodeError, OverflowError, MemoryError)
"""What the driver raises."""


def is_lost(error: Exception) -> bool:
    """Whether the connection is gone with which the error came."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = error.sqlstate or "08"
    return state[:2] == "08" or state in ("57P01", "57P02", "57P03", "57P05")


def is_conflict(error: Exception) -> bool:
    """Whether the database gave something up so that others could go on: the same may succeed in a moment."""
    return isinstance(error, psycopg.Error) and error.sqlstate in ("40001", "40P01")


def is_starting(error: Exception) -> bool:
    """Whether the server is there, but cannot serve for a moment."""
    return isinstance(error, psycopg.OperationalError) and (
        error.sqlstate == "57P03" or any(words in str(error) for words in _STARTING)
    )


def translated(error: Exception, place: str) -> MapiError:
    """What `error`, raised while working on the store at `place`, is in MAPI's words."""
    if isinstance(error, MemoryError):
        return NotEnoughMemory("memory ran out, or the store asks for more than it can need", value=place, hint=_CHECK)
    if isinstance(error, OverflowError | UnicodeError):
        return BadValue("a value does not fit the store", value=str(error))
    if isinstance(error, psycopg.InterfaceError | psycopg.OperationalError) and "is closed" in str(error):
        return InvalidObject("the store has been closed", value=place)
    state = getattr(error, "sqlstate", None) or ""
    if not state and isinstance(error, psycopg.OperationalError):
        state = _unnamed(str(error))
    if not state and isinstance(error, psycopg.DataError):
        state = "22000"
    kind, text, hint = _FAILURES.get(state) or _FAILURES.get(state[:2]) or _Failure(CallFailed, "the store failed")
    said = str(error).partition("\n")[0]
    return kind(f"{text} ({said})", value=place, hint=hint)


def _unnamed(text: str) -> str:
    """The state behind a failure to connect, which the driver tells as text only."""
    if "password" in text or "authentication" in text or 'role "' in text:
        return "28000"
    if 'database "' in text and "does not exist" in text:
        return "3D000"
    return "53300" if "too many clients" in text or "connection slots" in text else "08006"
