"""Several processes of this machine, which are replaced when one dies or does not end.

    for outcomes in Processes(plan, 4).run(batches): ...

Outcomes come in the order of their batches. An item with which a process dies is tried once more, and then it fails;
one that takes too long fails at once. What else the process had been given others do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from typing import Final, cast

from mapix.convert.failures import died, timed_out
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.convert.work import work
from mapix.convert.worker import Job, Stretch, Worker
from mapix.convert.workers import Batch
from mapix.properties.errors import CallFailed
from mapix.properties.interrupts import undisturbed

AHEAD: Final = 4
"""Batches on their way for each process."""

AT_ONCE: Final = 2
"""Batches that a process has been given, so that it never waits."""

GRACE: Final = 5.0
"""Seconds beyond the time limit: a process that sees for itself that an item takes too long goes on with the next."""

_FALSE_STARTS: Final = 3


class Processes:
    """So many processes of this machine."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan, self._jobs = plan, jobs
        self._limit = plan.time_limit + GRACE if plan.time_limit else 0
        self._workers: list[Worker] = []
        self._ready: deque[Stretch] = deque()
        self._false_starts = 0

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Outcome]]:
        """See `Workers`. Raises: CallFailed where processes cannot be started."""
        source = iter(batches)
        order: deque[Job] = deque()
        while True:
            while len(order) < self._jobs * AHEAD and (batch := next(source, None)) is not None:
                order.append(Job(batch, [None] * len(batch), len(batch)))
                self._ready.append(Stretch(order[-1], list(range(len(batch)))))
            if not order:
                return
            self._hand_out()
            if order[0].left:
                self._listen()
            while order and not order[0].left:
                yield cast(list[Outcome], order.popleft().found)

    def close(self) -> None:
        """See `Workers`."""
        try:
            while self._workers:
                self._workers[-1].end()
                self._workers.pop()
        except BaseException:  # whoever asks a second time does not wait
            with undisturbed():
                for worker in self._workers:
                    worker.kill()
            raise

    def _hand_out(self) -> None:
        """Give what is ready to those that have least."""
        while len(self._workers) < self._jobs:
            with undisturbed():  # one that nobody knows of is not ended
                self._workers.append(Worker(work, self._plan, self._limit))
        for many in range(AT_ONCE):
            for worker in self._workers:
                if self._ready and len(worker.stretches) <= many:
                    worker.send(self._ready.popleft())

    def _listen(self) -> None:
        """Wait until somebody says something, is gone, or is late."""
        times = [left for worker in self._workers if (left := worker.seconds_left) is not None]
        heard = wait([worker.pipe for worker in self._workers], max(min(times), 0) if times else None)
        for worker in list(self._workers):
            if worker.pipe in heard:
                self._hear(worker)
            elif (left := worker.seconds_left) is not None and left <= 0:
                self._lost(worker, late=True)

    def _hear(self, worker: Worker) -> None:
        try:
            while worker.pipe.poll():
                worker.receive()
                self._false_starts = 0
        except (EOFError, OSError):
            self._lost(worker, late=False)

    def _lost(self, worker: Worker, *, late: bool) -> None:
        """Take leave of a worker; what it was at is suspect, the rest goes to others. Nothing is, of one that was late
        and told just then that it had come to the end.
        """
        self._workers.remove(worker)
        in_time = worker.kill() and late
        begun = worker.late.begun
        stretches = list(worker.stretches)
        if begun and stretches:
            first = stretches[0]
            suspect = first.at + worker.untold
            stretches[:1] = [first.rest()] if in_time else self._without_suspect(first, suspect, late=late)
        self._ready.extendleft(reversed(stretches))
        self._false_starts += not begun
        if self._false_starts >= _FALSE_STARTS:
            hint = 'a script that converts needs `if __name__ == "__main__":`, or jobs=1'
            raise CallFailed("processes that convert cannot be started", hint=hint)

    def _without_suspect(self, stretch: Stretch, at: int, *, late: bool) -> list[Stretch]:
        """What is left of a stretch to be done; the item that it was at is done again, alone, or is one that fails."""
        at = min(at, len(stretch.numbers) - 1)
        number, rest = stretch.numbers[at], stretch.numbers[stretch.at : at] + stretch.numbers[at + 1 :]
        item = stretch.job.items[number]
        left = [Stretch(stretch.job, rest)] if rest else []
        if late or stretch.again:
            stretch.job.tell(number, timed_out(item, self._plan) if late else died(item))
            return left
        return [*left, Stretch(stretch.job, [number], again=True)]
