"""Transports that work offline, and those that are remote: what ValidateState says to them (SPL-45, STA-9).

Any transport can be taken offline and back: the spooler leaves it alone meanwhile, and its mail waits. One that shows
STATUS_REMOTE_ACCESS keeps headers besides; MAPI shows in its row what it is asked to do with them, and it does it with
the next flush. The line itself is never taken by this. What is said here holds for all processes (`lines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.interfaces.spi import TransportLogon
from mapix.properties.errors import NoSupport
from mapix.properties.flags import (
    ABORT_XP_HEADER_OPERATION,
    FORCE_XP_CONNECT,
    FORCE_XP_DISCONNECT,
    PROCESS_XP_HEADER_CACHE,
    REFRESH_XP_HEADER_CACHE,
    STATUS_AVAILABLE,
    STATUS_INBOUND_ACTIVE,
    STATUS_INBOUND_ENABLED,
    STATUS_OFFLINE,
    STATUS_OUTBOUND_ACTIVE,
    STATUS_OUTBOUND_ENABLED,
    STATUS_REMOTE_ACCESS,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_REMOTE_VALIDATE_OK, PR_STATUS_CODE, PR_STATUS_STRING

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

TEXT: Final = "working offline"
_INBOUND: Final = STATUS_INBOUND_ENABLED | STATUS_INBOUND_ACTIVE
_OUTBOUND: Final = STATUS_OUTBOUND_ENABLED | STATUS_OUTBOUND_ACTIVE


class Word(NamedTuple):
    """What one flag of ValidateState changes: bits of the status code, whether the transport is offline afterwards, and
    PR_REMOTE_VALIDATE_OK; None for what stays.
    """

    on: int = 0
    off: int = 0
    offline: bool | None = None
    may_validate: bool | None = None


_HEADERS: Final = {
    ABORT_XP_HEADER_OPERATION: Word(off=_INBOUND, offline=True, may_validate=True),
    PROCESS_XP_HEADER_CACHE: Word(on=_OUTBOUND, may_validate=False),
    REFRESH_XP_HEADER_CACHE: Word(on=_INBOUND, offline=False, may_validate=False),
}
_LINE: Final = {FORCE_XP_DISCONNECT: Word(offline=True), FORCE_XP_CONNECT: Word(offline=False)}
WORDS: Final = {**_HEADERS, **_LINE}
"""What is said to a transport, in this order where several things are."""

REMOTE: Final = sum(WORDS)


def offline(code: int) -> dict[PropTag, Any]:
    """What the row of a transport shows that is not to connect."""
    return {PR_STATUS_CODE: code & ~STATUS_AVAILABLE | STATUS_OFFLINE, PR_STATUS_STRING: TEXT}


def online(code: int) -> dict[PropTag, Any]:
    """What it shows when it may again."""
    return {PR_STATUS_CODE: code & ~STATUS_OFFLINE | STATUS_AVAILABLE, PR_STATUS_STRING: ""}


def go_on_without_line(core: SessionCore, uid: bytes) -> None:
    """A transport that needs no line has logged on where the user works offline: it is not taken offline by that."""
    if core.spooling.is_offline(uid):
        core.spooling.lines.needs_none(uid)
        if not core.spooling.is_offline(uid):
            core.status.change(uid, online)


def validate_remote(core: SessionCore, uid: bytes, logon: TransportLogon, flags: int) -> None:
    """ValidateState with flags of `REMOTE`. `NoSupport` for headers of a transport that keeps none, and what the
    transport raises: `Busy` where it cannot give up.
    """
    headers = flags & sum(_HEADERS)
    if headers:
        if not core.status.row(uid).get(PR_STATUS_CODE, 0) & STATUS_REMOTE_ACCESS:
            raise NoSupport("this transport keeps no headers of its mail", hint="FORCE_XP_CONNECT, FORCE_XP_DISCONNECT")
        logon.remote(headers)
    for flag, word in WORDS.items():
        if flags & flag:
            _say(core, uid, word)


def _say(core: SessionCore, uid: bytes, word: Word) -> None:
    def said(old: int) -> dict[PropTag, Any]:
        code = old & ~word.off | word.on
        values: dict[PropTag, Any] = {PR_STATUS_CODE: code}
        if word.offline is not None:
            values |= offline(code) if word.offline else online(code)
        if word.may_validate is not None:
            values[PR_REMOTE_VALIDATE_OK] = word.may_validate
        return values

    if word.offline is not None:
        core.spooling.set_offline(uid, offline=word.offline)
    core.status.change(uid, said)
