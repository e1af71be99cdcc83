"""The database's failures as MAPI's: the one place where `sqlite3` errors are understood.

Every text names the file, and what to do where something can be done.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from mapix.properties.errors import (
    BadValue,
    Busy,
    CallFailed,
    Collision,
    CorruptStore,
    DiskError,
    InvalidObject,
    MapiError,
    NoAccess,
    NoSupport,
    NotEnoughDisk,
    NotEnoughMemory,
    TooBig,
    TooComplex,
)

ERRORS: Final = (sqlite3.Error, UnicodeError, OverflowError, MemoryError)
"""What `sqlite3` may raise of a store, damaged or not."""


class _Failure(NamedTuple):
    """How one primary result code of SQLite is told."""

    kind: type[MapiError]
    text: str
    hint: str = ""


_CHECK: Final = "mapix store check"
_ANOTHER: Final = "name another file, and import messages that Outlook saved as .msg files"

_FAILURES: Final[dict[int, _Failure]] = {
    sqlite3.SQLITE_PERM: _Failure(NoAccess, "the system does not let the store be used"),
    sqlite3.SQLITE_BUSY: _Failure(Busy, "another process keeps the store for itself", "again later"),
    sqlite3.SQLITE_LOCKED: _Failure(Busy, "another user of this process keeps the store for itself", "again later"),
    sqlite3.SQLITE_PROTOCOL: _Failure(Busy, "the store is in too much use", "again later"),
    sqlite3.SQLITE_NOMEM: _Failure(NotEnoughMemory, "memory ran out"),
    sqlite3.SQLITE_READONLY: _Failure(NoAccess, "the store cannot be written to", "the permissions of file and folder"),
    sqlite3.SQLITE_IOERR: _Failure(DiskError, "the disk failed, or has no room that may be used"),
    sqlite3.SQLITE_CORRUPT: _Failure(CorruptStore, "the store is damaged", _CHECK),
    sqlite3.SQLITE_FULL: _Failure(NotEnoughDisk, "the disk is full", "make room"),
    sqlite3.SQLITE_CANTOPEN: _Failure(NoAccess, "the store cannot be opened", "the permissions of file and folder"),
    sqlite3.SQLITE_TOOBIG: _Failure(TooBig, "a value is larger than the store can hold"),
    sqlite3.SQLITE_CONSTRAINT: _Failure(Collision, "the store holds this already, or not what it belongs to"),
    sqlite3.SQLITE_AUTH: _Failure(NoAccess, "the store does not allow this"),
    sqlite3.SQLITE_NOTADB: _Failure(CorruptStore, "the file is not a store, or its beginning is damaged"),
}

_PASSING: Final = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL))
_UNWRITABLE: Final = frozenset((sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY))
_UNREADABLE: Final = (
    "Could not decode to UTF-8",
    "user-defined function raised exception",
    "no such ",
    "malformed ",
    "table ",
    "foreign key mismatch",
    "fts5: ",
    "integer overflow",
)
"""What is said when text, or a value that a function of ours reads, is not what it was stored as, or the schema is not
what it was.
"""

_TOO_COMPLEX: Final = ("too many", "too large", "parser stack overflow", "too deep")


def is_passing(error: sqlite3.Error) -> bool:
    """Whether the same call may work in a moment: somebody else is at the file."""
    return _primary(error) in _PASSING


def is_unwritable(error: sqlite3.Error) -> bool:
    """Whether the file, or the files beside it, cannot be opened or made for writing."""
    return _primary(error) in _UNWRITABLE


def translated(error: sqlite3.Error | UnicodeError | OverflowError | MemoryError, path: Path) -> MapiError:
    """What `error`, raised while working on the store at `path`, is in MAPI's words."""
    if isinstance(error, MemoryError):
        return NotEnoughMemory(
            "memory ran out, or the store asks for more than it can need", value=str(path), hint=_CHECK
        )
    if isinstance(error, UnicodeDecodeError):
        return CorruptStore("text in the store is damaged", value=str(path), hint=_CHECK)
    if isinstance(error, OverflowError | UnicodeError):
        return BadValue("a value does not fit the store", value=str(error))
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return InvalidObject("the store has been closed", value=str(path))
    code = _primary(error)
    if code == sqlite3.SQLITE_NOTADB and _is_pst(path):
        return NoSupport("the file is an Outlook data file, which is not read here", value=str(path), hint=_ANOTHER)
    found = _FAILURES.get(code)
    if found is None and str(error).startswith(_UNREADABLE):
        found = _FAILURES[sqlite3.SQLITE_CORRUPT]
    if found is None and str(error).lower().startswith(_TOO_COMPLEX):
        return TooComplex("the store cannot answer this at once", value=str(error))
    kind, text, hint = found or _Failure(CallFailed, "the store failed")
    return kind(f"{text} ({error})", value=str(path), hint=hint, low_level=getattr(error, "sqlite_errorcode", 0))


def _is_pst(path: Path) -> bool:
    """Whether a file begins as `.pst` and `.ost` files do ([MS-PST] 2.2.2.6)."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"!BDN"
    except OSError:
        return False


def _primary(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
