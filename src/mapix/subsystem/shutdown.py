"""Ending a program at once: IMAPIClientShutdown over the providers of a session (SES-69).

    session.query_fast_shutdown()
    session.notify_process_shutdown()
    session.do_fast_shutdown()
    os._exit(0)

Providers are asked in the order transports, address books, stores. By default it is possible unless one of them does
not want it; `MAPIX_FAST_SHUTDOWN=1` asks all of them to want it, 2 forbids it. Everything submitted or saved is on disk
at any instant (SPL-76), so that nothing is lost by it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from mapix.interfaces.spi import ProviderShutdown
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

VARIABLE: Final = "MAPIX_FAST_SHUTDOWN"
_log = logging.getLogger("mapix.subsystem")


class Policy(IntEnum):
    """Who has a say."""

    UNLESS_ONE_REFUSES = 0
    IF_ALL_AGREE = 1
    NEVER = 2


def policy() -> Policy:
    """What the environment says; `InvalidParameter` for what is none of them."""
    said = os.environ.get(VARIABLE, "").strip()
    try:
        return Policy(int(said or 0))
    except ValueError:
        raise InvalidParameter(f"{VARIABLE} is 0, 1 or 2", value=said) from None


def query(core: SessionCore) -> list[ProviderShutdown]:
    """The providers that have something to say of it, in their order; `NoSupport` where it is not possible."""
    asked = policy()
    if asked is Policy.NEVER:
        raise NoSupport("programs do not end at once here", value=asked.name, hint=f"{VARIABLE}=0")
    found = [logon.fast_shutdown() for logon in core.logons()]
    if asked is Policy.IF_ALL_AGREE and None in found:
        raise NoSupport("a provider does not know how to end at once", hint=f"{VARIABLE}=0")
    known = [each for each in found if each is not None]
    for each in known:
        each.query_fast_shutdown()
    return known


def notify(core: SessionCore) -> None:
    """Tell them; what one raises is told and passed over."""
    for each in query(core):
        _tell(each.notify_process_shutdown)


def end(core: SessionCore) -> None:
    """End the session of this process at once; `NoSupport` as for `query`."""
    known = query(core)
    core.spooling.let_go()
    for each in known:
        _tell(each.do_fast_shutdown)
    core.die()


def _tell(word: Callable[[], None]) -> None:
    try:
        word()
    except MapiError as error:
        _log.warning("a provider failed at the end of the program: %s", error)
    except Exception:
        _log.exception("a provider failed at the end of the program")
