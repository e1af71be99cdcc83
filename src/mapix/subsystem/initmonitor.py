"""Knowing when MAPI is initialized, without initializing it: CreateMAPIInitializationMonitor (SUB-13).

    monitor = InitializationMonitor()
    if monitor.is_initialized(): ...
    monitor.wait(5.0)

A monitor works before, during and after initialization, from any thread, as often as one likes.
"""

from __future__ import annotations

from mapix.properties.errors import TimedOut
from mapix.subsystem import initialize


class InitializationMonitor:
    """Watches this process (IMAPIInitMonitor)."""

    def is_initialized(self) -> bool:
        """Whether MAPI can be used now."""
        return initialize.is_initialized()

    def wait(self, timeout: float | None = None) -> None:
        """Return when MAPI is initialized; `TimedOut` after `timeout` seconds, never with None."""
        process = initialize._process
        with process.changed:
            if not process.changed.wait_for(self.is_initialized, timeout):
                raise TimedOut("MAPI has not been initialized in this time", value=timeout, hint="mapi_initialize()")

    def begin_wait(self, timeout: float | None = None) -> PendingWait:
        """A wait whose `end` decides which thread is kept waiting."""
        return PendingWait(self, timeout)


class PendingWait:
    """A wait that was begun (IMAPIWaitResult)."""

    def __init__(self, monitor: InitializationMonitor, timeout: float | None) -> None:
        self._monitor = monitor
        self._timeout = timeout

    def end(self, timeout: float | None = None) -> None:
        """Wait as long as was said at the beginning, or `timeout` seconds when that is given; `TimedOut`."""
        self._monitor.wait(self._timeout if timeout is None else timeout)
