"""What a program owes when it ends: messages its sessions submitted are handed over, or it is said how many are not.

Spooling notes each session that submitted something. `hand_over` is for the end of a program, whatever state its
sessions are in: live ones are flushed, for those that have ended a session of its own is opened (SUB-17).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mapix.properties.errors import MapiError
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

_guard = threading.RLock()
_noted: dict[tuple[Path, str], SessionCore] = {}


@dataclass(frozen=True, slots=True)
class Left:
    """What could not be handed over: `messages` of a profile, or why that is not known."""

    profile: str
    messages: int
    error: MapiError | None = None


def note(core: SessionCore) -> None:
    """A session of this process has submitted a message, or had something to send when it started."""
    with _guard:
        _noted[core.subsystem.home, core.profile_name] = core


def hand_over(timeout: float) -> list[Left]:
    """Wait at most `timeout` seconds for what was submitted since the last call; what is left, profile by profile."""
    deadline = time.monotonic() + timeout
    with _guard:
        noted = dict(_noted)
        _noted.clear()
    found = [_of_profile(*key, core, deadline) for key, core in noted.items()]
    return [each for each in found if each.messages or each.error is not None]


def forget(home: Path) -> None:
    """What was submitted from profiles of a home is nobody's matter any more."""
    with _guard:
        for key in [key for key in _noted if key[0] == home]:
            del _noted[key]


def _of_profile(home: Path, profile: str, core: SessionCore, deadline: float) -> Left:
    try:
        if core.members and core.has_mail:
            return Left(profile, core.spooling.flush(_rest(deadline)))
        return Left(profile, _by_new_session(home, profile, deadline))
    except MapiError as error:
        return Left(profile, 0, error)


def _by_new_session(home: Path, profile: str, deadline: float) -> int:
    from mapix.subsystem.initialize import Subsystem

    with Subsystem(home) as subsystem, subsystem.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        return session.flush(_rest(deadline)) if session.pending() else 0


def _rest(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.0)
