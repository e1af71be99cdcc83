"""Who does the work: this process, or several that are replaced when one dies.

    for outcomes in Processes(plan, 4).run(batches): ...

Outcomes come in the order of their batches. Batches that were on their way when a process died are done again item by
item, alone; an item with which a process dies then is one that fails.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Final, Protocol

from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.convert.work import work

AHEAD: Final = 4
"""Batches on their way for each process."""

Batch = list[Item]


class Workers(Protocol):
    """Does batches."""

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Outcome]]:
        """What became of the items of each batch, in order."""

    def close(self) -> None:
        """End it."""


class Here:
    """This process does all."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Outcome]]:
        """See `Workers`."""
        for batch in batches:
            yield work(batch, self._plan)

    def close(self) -> None:
        """See `Workers`."""


class Processes:
    """So many processes of this machine."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan, self._jobs = plan, jobs
        self._pool = _pool(jobs)

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Outcome]]:
        """See `Workers`."""
        source = iter(batches)
        waiting: deque[tuple[Batch, Future[list[Outcome]]]] = deque()
        while True:
            while len(waiting) < self._jobs * AHEAD and (batch := next(source, None)) is not None:
                waiting.append((batch, self._submit(batch)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            try:
                outcomes = future.result()
            except BrokenProcessPool:
                waiting = deque(self._again(waiting))
                outcomes = self._alone(batch)
            yield outcomes

    def close(self) -> None:
        """See `Workers`."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, batch: Batch) -> Future[list[Outcome]]:
        try:
            return self._pool.submit(work, batch, self._plan)
        except BrokenProcessPool as error:
            failed: Future[list[Outcome]] = Future()
            failed.set_exception(error)
            return failed

    def _again(
        self, waiting: Iterable[tuple[Batch, Future[list[Outcome]]]]
    ) -> Iterator[tuple[Batch, Future[list[Outcome]]]]:
        """New processes; batches that were done stay so, and the others are suspected as well."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for batch, future in waiting:
            if future.done() and not future.cancelled() and future.exception() is None:
                yield batch, future
            else:
                done: Future[list[Outcome]] = Future()
                done.set_result(self._alone(batch))
                yield batch, done
        self._pool = _pool(self._jobs)

    def _alone(self, batch: Batch) -> list[Outcome]:
        """The items of a batch one by one, in a process that may die of any of them."""
        found: list[Outcome] = []
        pool = _pool(1)
        try:
            for item in batch:
                try:
                    found += pool.submit(work, [item], self._plan).result()
                except BrokenProcessPool:
                    found.append(died(item))
                    pool.shutdown(wait=False)
                    pool = _pool(1)
        finally:
            pool.shutdown(wait=True)
        return found


def died(item: Item) -> Outcome:
    """What is told of an item with which a process died twice."""
    text = "the process that converted it died, twice"
    return Outcome(item.name, weight=item.weight, code="MAPI_E_CALL_FAILED", error=text)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """A worker leaves Ctrl-C to the one who gave it work, and ends when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
