"""One spooler of a session at a time: the next one begins when the one before has left, however long that takes, and
hears what was said meanwhile. Nobody else may speak on the connections it has in hand (SPL-3, SPL-76).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mapix.subsystem.spooler.worker import Spooler
    from mapix.subsystem.spoolerstores import SpoolerStores
    from mapix.subsystem.support.hooks import ProfileHooks

Say = Callable[["Spooler"], object]


class Leaving(NamedTuple):
    """A spooler that is to end, and what it works with."""

    spooler: Spooler
    stores: SpoolerStores
    hooks: ProfileHooks

    def stop(self, timeout: float | None) -> bool:
        """Stop it; whether it has ended after `timeout` seconds, None: however long it takes."""
        return self.spooler.stop(timeout)

    def close(self) -> None:
        """Let go of what it worked with."""
        self.stores.close()
        self.hooks.close()


class Succession:
    """Whether there is place for a spooler; who begins, ends and speaks holds the guard of the session."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self._unheard: list[tuple[Say, bool]] = []

    @property
    def is_free(self) -> bool:
        """Whether the one before has left."""
        return self._free.is_set()

    def wait(self, timeout: float | None) -> bool:
        """Wait until it has; whether it has after `timeout` seconds."""
        return self._free.wait(timeout)

    def leaves(self) -> None:
        """The spooler is leaving."""
        self._free.clear()

    def hear(self, say: Say, *, sends: bool) -> None:
        """Keep something for the next one; whether it is to be there for what it `sends`."""
        self._unheard.append((say, sends))

    def left(self) -> list[tuple[Say, bool]]:
        """It has left: what was kept for the next one."""
        unheard, self._unheard = self._unheard, []
        self._free.set()
        return unheard
