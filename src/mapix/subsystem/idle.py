"""Idle routines: what a program has done when there is nothing else to do (SUB-21).

    mapi_init_idle()
    tag = register_idle_routine(tidy, mailbox, priority=1, csec=100, flags=FIROINTERVAL)
    ...
    deregister_idle_routine(tag)
    mapi_deinit_idle()

They run on the thread that called `mapi_init_idle`, when it dispatches notifications and there are none: those of the
highest priority first, and none of priority 0. Times are hundredths of a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from mapix.properties.errors import InvalidParameter, NotFound, UnknownFlags
from mapix.properties.flags import FIRODISABLED, FIROINTERVAL, FIROONCEONLY, FIROPERBLOCK, FIROWAIT
from mapix.subsystem.notification import after_dispatch

Idle = Callable[[Any], object]
"""FNIDLE: called with the context of the registration."""

_KNOWN: Final = FIROWAIT | FIROINTERVAL | FIROPERBLOCK | FIRODISABLED | FIROONCEONLY
_log = logging.getLogger("mapix.subsystem")


@dataclass(frozen=True, slots=True)
class Routine:
    """One registration. FIROWAIT lets `csec` pass once nothing else is to do, FIROINTERVAL between two calls;
    FIROPERBLOCK is one call until there was something to do again, FIROONCEONLY one at all.
    """

    function: Idle
    context: Any
    priority: int
    csec: int
    flags: int = 0

    def is_ready(self, idle: float, since: float, *, called: bool) -> bool:
        """Whether it is its time, `idle` seconds after there was something to do and `since` after its last call;
        `called` says that it was called since there was something to do.
        """
        if not self.priority or self.flags & FIRODISABLED or (called and self.flags & FIROPERBLOCK):
            return False
        seconds = self.csec / 100
        waited = idle if self.flags & FIROWAIT and not called else since
        return not self.flags & (FIROWAIT | FIROINTERVAL) or waited >= seconds


@dataclass(slots=True)
class IdleEngine:
    """The routines of a process."""

    clock: Callable[[], float] = time.monotonic
    _users: int = 0
    _thread: int = 0
    _busy: float = 0.0
    _routines: dict[int, Routine] = field(default_factory=dict)
    _last: dict[int, float] = field(default_factory=dict)
    _tags: count[int] = field(default_factory=lambda: count(1))
    _guard: threading.RLock = field(default_factory=threading.RLock)

    def start(self) -> int:
        """MAPIInitIdle: counts, and the first call chooses the thread. 0, as for success."""
        with self._guard:
            if not self._users:
                self._thread, self._busy = threading.get_ident(), self.clock()
                after_dispatch.append(self.dispatched)
            self._users += 1
        return 0

    def end(self) -> None:
        """MAPIDeinitIdle: the last one forgets all routines; one too many is harmless."""
        with self._guard:
            self._users = max(self._users - 1, 0)
            if not self._users and self.dispatched in after_dispatch:
                after_dispatch.remove(self.dispatched)
                self._routines.clear()
                self._last.clear()

    def register(self, routine: Routine) -> int:
        """A tag, 0 where the engine was not started. `InvalidParameter`, `UnknownFlags`."""
        _check(routine)
        with self._guard:
            if not self._users:
                return 0
            tag = next(self._tags)
            self._routines[tag], self._last[tag] = routine, self.clock()
            return tag

    def deregister(self, tag: int) -> None:
        """Forget a routine: it is called no more, except where it runs now. `NotFound`."""
        with self._guard:
            self._find(tag)
            self._routines.pop(tag)
            self._last.pop(tag)

    def change(self, tag: int, **values: Any) -> None:
        """Change what is named of a routine: function, context, priority, csec, flags. `NotFound`."""
        with self._guard:
            changed = replace(self._find(tag), **values)
            _check(changed)
            self._routines[tag] = changed

    def enable(self, tag: int, *, on: bool) -> None:
        """Let a routine be called, or no longer. `NotFound`."""
        flags = self._find(tag).flags
        self.change(tag, flags=flags & ~FIRODISABLED if on else flags | FIRODISABLED)

    def dispatched(self, told: int) -> None:
        """Notifications were told: idleness begins anew. Or there were none: call what is ready."""
        if told:
            self._busy = self.clock()
        else:
            self.run()

    def run(self) -> int:
        """Call what is ready, each once; how many were called. On another thread than the engine's none."""
        if threading.get_ident() != self._thread:
            return 0
        done = 0
        for tag in sorted(self._routines, key=self._rank):
            done += self._call(tag)
        return done

    def _rank(self, tag: int) -> tuple[int, int]:
        return -self._routines[tag].priority, tag

    def _call(self, tag: int) -> bool:
        with self._guard:
            routine, last, now = self._routines.get(tag), self._last.get(tag, 0.0), self.clock()
            called = last > self._busy
            if routine is None or not routine.is_ready(now - self._busy, now - last, called=called):
                return False
            self._last[tag] = now
            if routine.flags & FIROONCEONLY:
                self.deregister(tag)
        try:
            routine.function(routine.context)
        except Exception:
            _log.exception("an idle routine failed")
        return True

    def _find(self, tag: int) -> Routine:
        found = self._routines.get(tag)
        if found is None:
            raise NotFound("no idle routine has this tag", value=tag)
        return found


def _check(routine: Routine) -> None:
    if routine.csec < 0:
        raise InvalidParameter("the time of an idle routine is not negative", value=routine.csec)
    if routine.flags & ~_KNOWN:
        raise UnknownFlags("idle routines do not know these flags", value=hex(routine.flags & ~_KNOWN))


engine: Final = IdleEngine()
"""The engine of this process."""


def mapi_init_idle() -> int:
    """See `IdleEngine.start`."""
    return engine.start()


def mapi_deinit_idle() -> None:
    """See `IdleEngine.end`."""
    engine.end()


def register_idle_routine(
    function: Idle, context: Any = None, *, priority: int = 1, csec: int = 0, flags: int = 0
) -> int:
    """FtgRegisterIdleRoutine: see `IdleEngine.register`."""
    return engine.register(Routine(function, context, priority, csec, flags))


def deregister_idle_routine(tag: int) -> None:
    """See `IdleEngine.deregister`."""
    engine.deregister(tag)


def enable_idle_routine(tag: int, *, on: bool) -> None:
    """See `IdleEngine.enable`."""
    engine.enable(tag, on=on)


def change_idle_routine(tag: int, **values: Any) -> None:
    """See `IdleEngine.change`."""
    engine.change(tag, **values)
