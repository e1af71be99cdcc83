"""A time limit on a piece of work in this process.

    try:
        with limited(300):
            ...
    except Overdue:
        ...

In the main thread of a process that has alarms nothing but a call that never comes back to Python escapes it;
elsewhere a thread watches, which can end loops of Python only. Whoever must be sure does the work in another process
(`processes`).
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

AGAIN: Final = 1.0
"""Seconds after which work that did not end, as something in it kept the exception, is told again."""


class Overdue(BaseException):
    """The time is up. It is no `Exception`, so that nothing on the way takes it for damage of what it reads."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises Overdue in the block when it takes longer than `seconds`; 0 is no limit. Blocks are not nested."""
    if not seconds:
        yield
    elif _has_alarm():
        with _alarmed(seconds):
            yield
    else:
        with _watched(seconds):
            yield


def _has_alarm() -> bool:
    """Whether alarms reach this thread, and nobody else waits for one."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


@contextmanager
def _alarmed(seconds: float) -> Iterator[None]:
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise Overdue

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)  # which rings at once where this process had to wait
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    thread = threading.get_ident()
    _WATCH.begin(thread, time.monotonic() + seconds)
    try:
        yield
    finally:
        while True:  # it may be told just then that its time is up, at the first step of any function that is called
            try:
                _WATCH.end(thread)
                break
            except Overdue:
                continue


class _Watch:
    """One thread that looks after all others; it ends when nothing is left to look after."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._until: dict[int, float] = {}
        self._told: set[int] = set()
        self._running = False

    def begin(self, thread: int, until: float) -> None:
        """Look after a thread until then."""
        with self._changed:
            self._until[thread] = until
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="mapix time limit", daemon=True).start()
            self._changed.notify()

    def end(self, thread: int) -> None:
        """It is done; what it has not heard yet it need not hear any more. What is raised while it waits for the lock
        leaves that free, as no function of Python takes it.
        """
        with self._lock:
            self._until.pop(thread, None)
            if thread in self._told:
                _hear(thread)
                self._told.discard(thread)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for thread, until in self._until.items():
                    if until <= now:
                        self._until[thread] = now + AGAIN
                        self._told.add(thread)
                        _raise_in(thread)
                first = min(self._until.values(), default=now + _LINGER)
                if not self._changed.wait(max(first - now, 0)) and not self._until:
                    self._running = False
                    return


_LINGER: Final = 5.0
_WATCH: Final = _Watch()


def _raise_in(thread: int) -> bool:
    """Raise Overdue in a thread when it is back in Python. Returns: whether that can be; only CPython can."""
    try:
        from ctypes import c_ulong, py_object, pythonapi
    except ImportError:
        return False
    return bool(pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread), py_object(Overdue)))


def _hear(thread: int) -> None:
    """Hear, in this thread, what may still be under way to it. Were it taken back instead, CPython 3.11 would look for
    it at each step from then on, and never come past the first one in a debugger.
    """
    try:
        while _raise_in(thread):
            time.sleep(0)
    except Overdue:
        pass
