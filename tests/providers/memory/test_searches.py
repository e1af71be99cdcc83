"""Search folders of memory stores, held to the plain meaning."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import HealthCheck, settings
from tests.drawn import examples
from tests.providers.memory.test_conformance import open_store

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.testing.searchmachine import SearchMachine

_number = itertools.count()


class MemorySearches(SearchMachine):
    """F-040..F-045: whatever happens, results are right."""

    def make_store(self, opening: int) -> MsgStore:
        """See `SearchMachine.make_store`."""
        if not opening:
            self.place = Path(f"searches {next(_number)}")
        return open_store(self.place, Access.MODIFY)


TestMemorySearches = MemorySearches.TestCase
TestMemorySearches.settings = settings(
    max_examples=examples(25), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
