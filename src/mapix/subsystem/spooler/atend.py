"""What spoolers do when a program ends without logging off: each finishes the message under way.

What a transport has acknowledged would be sent again if the program ended before that was written down (SPL-76).
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from mapix.subsystem.spooler.worker import Spooler

SECONDS: Final = 10.0
"""How long the end of a program waits for that."""

_log = logging.getLogger(__name__)
_working: Final[WeakSet[Spooler]] = WeakSet()


def remember(spooler: Spooler) -> None:
    """A spooler works: it is to be stopped when the program ends."""
    _working.add(spooler)


def forget(spooler: Spooler) -> None:
    """It is stopped by somebody."""
    _working.discard(spooler)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_working.clear)  # those of the parent work there


@atexit.register
def _stop_all() -> None:
    deadline = time.monotonic() + SECONDS
    with suppress(KeyboardInterrupt):
        for spooler in list(_working):
            if not spooler.stop(max(deadline - time.monotonic(), 0.0)):
                _log.warning("the program ends with a message under way: it may be sent again")
