"""One process of this machine that converts what it is sent, as its giver of work sees it, and as it is inside.

    worker = Worker(work, plan)
    worker.send(stretch)
    worker.receive()

Outcomes come back some at a time, as each message between processes costs both of them. How many items were begun a
process counts where its giver of work sees it, so that it is known with which one it died or does not end.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import c_longlong
from dataclasses import dataclass, field
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Final

from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan

Work = Callable[[list[Item], Plan], list[Outcome]]

START_SECONDS: Final = 120.0
"""So long a process may take until it begins."""

_END_SECONDS: Final = 10.0

_TELL_SECONDS: Final = 0.05
"""So long outcomes are kept back at most, the item under way aside."""


@dataclass(slots=True)
class Job:
    """A batch, and what became of its items; `left` counts those of which it is not known."""

    items: list[Item]
    found: list[Outcome | None]
    left: int

    def tell(self, number: int, outcome: Outcome) -> None:
        """What became of an item."""
        self.found[number] = outcome
        self.left -= 1


@dataclass(slots=True)
class Stretch:
    """Items of a batch that a worker does, `at` is the one that it is at; `again` where a process died of it before."""

    job: Job
    numbers: list[int]
    again: bool = False
    at: int = 0

    @property
    def items(self) -> list[Item]:
        """What is sent."""
        return [self.job.items[number] for number in self.numbers]

    def rest(self) -> Stretch:
        """What is not done of it."""
        return Stretch(self.job, self.numbers[self.at :], self.again)


@dataclass(slots=True)
class Late:
    """How long a worker may be silent: seconds of an item, 0 for no limit."""

    seconds: float
    since: float = field(default_factory=time.monotonic)
    begun: bool = False

    def left(self, *, busy: bool) -> float | None:
        """Seconds that are left to it, None for all there are."""
        if not self.begun:
            return self.since + START_SECONDS - time.monotonic()
        return self.since + self.seconds - time.monotonic() if busy and self.seconds else None


class Worker:
    """A process and what it was given; `limit` are the seconds after which it is late."""

    def __init__(self, work: Work, plan: Plan, limit: float) -> None:
        context = get_context("spawn")
        self.stretches: deque[Stretch] = deque()
        self.late = Late(limit)
        self.pipe, theirs = context.Pipe()
        self._told, self._begun = 0, context.RawValue(c_longlong, 0)
        self._process = context.Process(target=_serve, args=(theirs, self._begun, work, plan), daemon=False)
        with _uninterrupted():
            self._process.start()
        theirs.close()

    def send(self, stretch: Stretch) -> None:
        """Give it work; that it is dead shows when it is listened to."""
        if not self.stretches:
            self.late.since = time.monotonic()
        self.stretches.append(stretch)
        with suppress(OSError):
            self.pipe.send(stretch.items)

    def receive(self) -> None:
        """Take one thing that it says. Raises: EOFError and OSError when it is dead."""
        outcomes: list[Outcome] = self.pipe.recv()
        self.late.since, self.late.begun = time.monotonic(), True
        self._told += len(outcomes)
        for outcome in outcomes:
            stretch = self.stretches[0]
            stretch.job.tell(stretch.numbers[stretch.at], outcome)
            stretch.at += 1
            if stretch.at == len(stretch.numbers):
                self.stretches.popleft()

    @property
    def untold(self) -> int:
        """How many items it has done of which it has not told yet."""
        return max(self._begun.value - self._told - 1, 0)

    @property
    def seconds_left(self) -> float | None:
        """Until it is late, None for never."""
        return self.late.left(busy=bool(self.stretches))

    def kill(self) -> bool:
        """End it at once, and what it holds. Returns: whether it had said something that nobody had heard yet; what
        became of its items is known after that.
        """
        self._process.kill()
        self._process.join()
        self._process.close()
        heard = self._hear_last()
        self.pipe.close()
        return heard

    def _hear_last(self) -> bool:
        heard = False
        with suppress(EOFError, OSError):
            while self.pipe.poll():
                self.receive()
                heard = True
        return heard

    def end(self) -> None:
        """Let it finish the item that it is at, and end."""
        self.pipe.close()
        self._process.join(_END_SECONDS)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._process.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started hear no Ctrl-C from their first step on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C in again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, begun: c_longlong, work: Work, plan: Plan) -> None:
    """What the process does: it leaves Ctrl-C to the one who gave it work, and ends when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    limit_memory(plan.memory_limit)
    given: SimpleQueue[list[Item] | None] = SimpleQueue()
    threading.Thread(target=_take, args=(pipe, given), daemon=True).start()
    with suppress(OSError):
        pipe.send([])
        while (items := given.get()) is not None:
            found: list[Outcome] = []
            told = time.monotonic()
            for item in items:
                begun.value += 1
                found += work([item], plan)
                if time.monotonic() - told > _TELL_SECONDS:
                    pipe.send(found)
                    found, told = [], time.monotonic()
            if found:
                pipe.send(found)


def _take(pipe: Connection, given: SimpleQueue[list[Item] | None]) -> None:
    """Take what is sent even while work is done, so that nobody waits for the other for ever."""
    try:
        while True:
            given.put(pipe.recv())
    except (EOFError, OSError):
        given.put(None)
    except BaseException:
        os._exit(1)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def limit_memory(size: int) -> None:
    """Limit the memory of this process to `size` bytes, 0 for no limit, where the system can."""
    if not size:
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
