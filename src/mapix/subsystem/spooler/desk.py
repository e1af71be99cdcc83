"""What the spooler's worker knows of one store, and how it looks after that store's queue."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from mapix.interfaces.store import MsgStore, QueueEntry
from mapix.properties.errors import MapiError, NotFound, NotInQueue
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.delivery import Pace

APPLY: Final = 1.0
"""Seconds between attempts to become the spooler of a store another process works on, or one that is in trouble."""

LOOK_AT_CLOCK: Final = 60.0
"""Seconds between looks whether a queue waits for a clock that was put right."""

_NEVER: Final = float("-inf")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Desk:
    """What the worker knows of one store: whether the queue is its to work on, and when something is due; `hasty` once
    somebody wants tried at once what waits there.
    """

    store: MsgStore
    ours: bool = False
    resting: bool = False
    hasty: bool = False
    applied: float = _NEVER
    clocked: float = _NEVER
    trouble: str = ""
    version: int | None = None
    next_due: int | None = None

    def may_work(self) -> bool:
        """Whether this process is the spooler of the store; tries to become it, not too often."""
        if self.ours and not self.resting:
            return True
        if not self.may_try():
            return False
        self.applied, self.resting = time.monotonic(), False
        self.ours = self.store.outgoing.become_spooler()
        return self.ours

    def still_ours(self) -> bool:
        """Whether the role was not lost meanwhile, which happens when somebody removes what stands for it."""
        self.ours = self.ours and self.store.outgoing.become_spooler()
        return self.ours

    def may_try(self) -> bool:
        """Whether it is time to try a store again that is not ours, or rests."""
        return (not self.ours or self.resting) and time.monotonic() - self.applied >= APPLY

    def rest(self) -> None:
        """Leave a store in trouble alone for a while, without letting another process have its queue."""
        self.resting, self.applied = True, time.monotonic()

    def due(self) -> int | None:
        """When the next message is due; asks the store only when its queue changed."""
        version = self.store.outgoing.version()
        if version != self.version:
            self.next_due = self.store.outgoing.next_due()
            self.version = version
        return self.next_due

    def waits_long(self, moment: int) -> bool:
        """Whether nothing is due, and it was not looked for a while whether that is right."""
        due = self.due()
        return due is not None and due > moment and time.monotonic() - self.clocked >= LOOK_AT_CLOCK

    def tell(self, error: Exception) -> None:
        """Log why the store cannot be worked on, once for each reason."""
        known, self.trouble = self.trouble, str(error) or type(error).__name__
        level = logging.WARNING if isinstance(error, MapiError) else logging.ERROR
        if self.trouble != known:
            _log.log(level, "a store cannot be worked on now: %s", error, exc_info=level == logging.ERROR)

    def leave(self) -> None:
        """Give the role up; a store in trouble is left to the end of its connection."""
        ours, self.ours, self.resting, self.version = self.ours, False, False, None
        if ours:
            with suppress(MapiError):
                self.store.outgoing.resign()


def hasten(store: MsgStore) -> None:
    """Make what waits after a failed attempt due now; what its sender put off stays (SPL-36)."""
    moment = now()
    for entry in store.outgoing.entries():
        if entry.due > moment and (entry.attempts or is_early(entry)):
            put_off(store, entry, moment)


def ask_for_haste(store: MsgStore) -> None:
    """Have the spooler of another process try now what waits after a failed attempt: it is due, and why it waited does
    not count any more (`is_hastened`). What moved on meanwhile is left alone.
    """
    moment = now()
    for entry in store.outgoing.entries():
        if entry.due > moment and entry.attempts:
            with suppress(NotInQueue, NotFound):
                put_off(store, replace(entry, reason=""), moment)


def is_hastened(entry: QueueEntry) -> bool:
    """Whether somebody in another process wants a message tried again that had to wait."""
    return entry.attempts > 0 and not entry.reason


def set_right(store: MsgStore, pace: Pace) -> None:
    """What waits because a clock was ahead once is due now, or after the longest pause where it was tried before."""
    moment = now()
    last = moment + int(pace.longest * TICKS_PER_SECOND)
    for entry in store.outgoing.entries():
        if entry.due > last and entry.attempts:
            put_off(store, entry, last)
        elif entry.due > moment and is_early(entry):
            put_off(store, entry, moment)


def is_early(entry: QueueEntry) -> bool:
    """Whether a message was to leave as it was submitted, and was not tried; one that its sender put off is due later
    than it was submitted (M-144).
    """
    return not entry.attempts and entry.due == entry.submit_time


def put_off(store: MsgStore, entry: QueueEntry, due: int) -> None:
    store.outgoing.record(entry.entry_id, {}, due=due, attempts=entry.attempts, reason=entry.reason)
