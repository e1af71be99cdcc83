"""Who does the work: this process, several that are replaced when one dies (`processes`), or a cluster (`cluster`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from mapix.convert.items import Item
from mapix.convert.outcome import Outcome
from mapix.convert.plan import Plan
from mapix.convert.work import work

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
