"""MAPILogon and MAPILogoff, and the session behind a handle; 0 is a session for the length of one call."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from mapix.client.session import Session
from mapix.properties import flags as f
from mapix.simple.codes import SimpleError, check_call, told_simply
from mapix.simple.constants import (
    MAPI_E_INVALID_SESSION,
    MAPI_E_LOGON_FAILURE,
    MAPI_EXTENDED,
    MAPI_FORCE_DOWNLOAD,
    MAPI_LOGON_UI,
    MAPI_NEW_SESSION,
    MAPI_PASSWORD_UI,
    SUCCESS_SUCCESS,
)

LOGON_FLAGS: Final = MAPI_LOGON_UI | MAPI_NEW_SESSION
"""What every function takes that may log on for its own call."""

_KNOWN: Final = LOGON_FLAGS | MAPI_EXTENDED | MAPI_FORCE_DOWNLOAD | MAPI_PASSWORD_UI
_LEAVE_SECONDS: Final = 30.0


@dataclass(slots=True)
class SimpleSession:
    """A session of Simple MAPI: `found` remembers when each message arrived whose identifier was given out."""

    session: Session
    found: dict[bytes, tuple[int, int]] = field(default_factory=dict)


_sessions: dict[int, SimpleSession] = {}
_numbers = itertools.count(1)
_guard = threading.Lock()


def MAPILogon(ui_param: int = 0, profile_name: str = "", password: str = "", flags: int = 0, reserved: int = 0) -> int:
    """Begin a session; its handle, for the other functions.

    Without a name the session that others share is taken where there is one, else the default profile. `flags`:
    MAPI_LOGON_UI, MAPI_PASSWORD_UI, MAPI_NEW_SESSION, MAPI_FORCE_DOWNLOAD, MAPI_EXTENDED. `ui_param` is ignored.
    Raises `SimpleError`: MAPI_E_LOGON_FAILURE, MAPI_E_USER_ABORT.
    """
    check_call(flags, _KNOWN, reserved)
    made = SimpleSession(_log_on(profile_name, password, flags))
    with _guard:
        number = next(_numbers)
        _sessions[number] = made
    return number


def MAPILogoff(session: int, ui_param: int = 0, flags: int = 0, reserved: int = 0) -> int:
    """End a session. What was sent is handed over first, for at most MAPIX_EXIT_WAIT seconds (30); the rest waits in
    the Outbox. Raises `SimpleError`: MAPI_E_INVALID_SESSION.
    """
    check_call(flags, 0, reserved)
    with _guard:
        ended = _sessions.pop(session, None)
    if ended is None:
        raise _invalid(session)
    _log_off(ended.session)
    return SUCCESS_SUCCESS


def session_of(handle: int) -> SimpleSession:
    """The session of a handle, which may not be 0; MAPI_E_INVALID_SESSION."""
    with _guard:
        found = _sessions.get(handle)
    if found is None:
        raise _invalid(handle)
    return found


@contextmanager
def session_for(handle: int, flags: int) -> Iterator[SimpleSession]:
    """The session of a handle; with 0 one for as long as the context lasts, as `flags` say."""
    if handle:
        yield session_of(handle)
        return
    session = _log_on("", "", flags & LOGON_FLAGS)
    try:
        yield SimpleSession(session)
    finally:
        _log_off(session)


def _log_on(profile: str, password: str, flags: int) -> Session:
    from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem

    passed = flags & (f.MAPI_LOGON_UI | f.MAPI_NEW_SESSION | f.MAPI_PASSWORD_UI | f.MAPI_FORCE_DOWNLOAD)
    wanted = passed | f.MAPI_EXTENDED | f.MAPI_UNICODE | f.MAPI_USE_DEFAULT
    with told_simply(MAPI_E_LOGON_FAILURE):
        mapi_initialize()
        try:
            return Session(subsystem().logon(profile or None, password or None, wanted))
        except BaseException:
            mapi_uninitialize()
            raise


def _log_off(session: Session) -> None:
    with told_simply():
        try:
            if session.mapi.pending():
                session.flush(_leave_seconds())
        finally:
            session.close()


def _leave_seconds() -> float:
    try:
        return max(float(os.environ.get("MAPIX_EXIT_WAIT", "")), 0.0)
    except ValueError:
        return _LEAVE_SECONDS


def _invalid(handle: int) -> SimpleError:
    return SimpleError(MAPI_E_INVALID_SESSION, "there is no session of this handle", value=handle, hint="MAPILogon")
