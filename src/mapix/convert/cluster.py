"""The work on the workers of a dask cluster (`pip install 'mapix[cluster]'`), which see the same folders.

    for outcomes in Cluster(plan, "tcp://10.0.0.1:8786").run(batches): ...

A batch whose worker dies is done again by another; as its targets have the names of its sources and get them when they
are whole, nothing is there twice. Only this process writes the journal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from mapix.convert.failures import died
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.convert.work import work
from mapix.convert.workers import Batch
from mapix.properties.errors import NoSupport, TimedOut

AHEAD: Final = 4
"""Batches on their way for each thread of a worker."""

CONNECT_SECONDS: Final = 30


class Cluster:
    """All workers of a scheduler, told by its address or by the file that it writes."""

    def __init__(self, plan: Plan, address: str) -> None:
        self._plan = plan
        self._client = _client(address)

    def run(self, batches: Iterable[Batch]) -> Iterator[list[Outcome]]:
        """What became of the items of each batch, in order."""
        source = iter(batches)
        waiting: deque[tuple[Batch, Any]] = deque()
        while True:
            while len(waiting) < self._room() and (batch := next(source, None)) is not None:
                waiting.append((batch, self._submit(batch)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            yield self._outcomes(batch, future)

    def close(self) -> None:
        """Let the cluster go."""
        self._client.close()

    def _submit(self, batch: Batch) -> Any:
        return self._client.submit(work, batch, self._plan, pure=False, retries=0)

    def _room(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(sum(threads.values()), 1) * AHEAD

    def _outcomes(self, batch: Batch, future: Any) -> list[Outcome]:
        """A batch with which workers die again and again is done item by item."""
        killed = _distributed().KilledWorker
        try:
            found: list[Outcome] = future.result()
        except killed:
            if len(batch) == 1:
                return [died(batch[0])]
            return [one for item in batch for one in self._outcomes([item], self._submit([item]))]
        return found


def _client(address: str) -> Any:
    distributed = _distributed()
    where = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    try:
        return distributed.Client(**where, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise TimedOut("the scheduler of the cluster does not answer", value=address) from error


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError:
        raise NoSupport("a cluster needs the package distributed", hint="pip install 'mapix[cluster]'") from None
