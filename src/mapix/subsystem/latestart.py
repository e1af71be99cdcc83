"""A spooler that starts without a reason of its own, once its session has lived for a moment (SPL-1, SPL-3).

It polls transports, and sends what programs without mail submit. Programs that end sooner do not pay for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

SECONDS = 1.0
"""How long a session with mail lives before that."""


class LateStart:
    """Calls `start` after a moment, once for each time that it is asked to, unless it is told otherwise."""

    def __init__(self, start: Callable[[], object]) -> None:
        self._start = start
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Let the moment begin; more than once is harmless."""
        if self._timer is None:
            self._timer = timer = threading.Timer(SECONDS, self._over)
            timer.daemon = True
            timer.start()

    def forget(self) -> None:
        """It is not to be started any more."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _over(self) -> None:
        if self._timer is threading.current_thread():
            self._start()
