"""Writers of one process take turns at a store's file, in the order they came.

SQLite lets whoever finds the file taken look again after a pause, and a writer that never rests keeps it away for
long. Here it waits for its turn instead. A turn is a courtesy: what keeps writers apart is SQLite's lock, and whoever
has waited for `PATIENCE` goes on without it.

    mine = turn_of(path).take()
    ...
    if mine is not None:
        mine.release()
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

PATIENCE: Final = 5.0
"""Seconds to wait for a turn."""


class Turn:
    """The turn of the connections to one file."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = Lock()

    def take(self) -> Lock | None:
        """Wait for the turn: what is to be released when it is over, None when it did not come within `PATIENCE`.

        Then whoever had it may have been interrupted before he could give it back: nobody waits for him again.
        """
        lock = self._lock
        if lock.acquire(timeout=PATIENCE):
            return lock
        if self._lock is lock:
            self.renew()
        return None

    def renew(self) -> None:
        """Forget who has it."""
        self._lock = Lock()


_turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
_guard = Lock()


def turn_of(path: Path) -> Turn:
    """The turn at the file that `path` leads to, one for all connections of this process."""
    name = os.path.realpath(path)
    with _guard:
        found = _turns.get(name)
        if found is None:
            _turns[name] = found = Turn()
        return found


def _renew_all() -> None:
    """A forked child has none of the threads that had a turn."""
    global _guard
    _guard = Lock()
    for turn in list(_turns.values()):
        turn.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
