"""Search folders of SQL stores, held to the plain meaning."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from tests.providers.sqlstore.test_conformance import open_store

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.testing.searchmachine import SearchMachine


class SqliteSearches(SearchMachine):
    """F-040..F-045: whatever happens, results are right, and the file holds together."""

    def make_store(self, opening: int) -> MsgStore:
        """See `SearchMachine.make_store`."""
        if not opening:
            self.directory = TemporaryDirectory()
        return open_store(Path(self.directory.name), Access.MODIFY)

    def teardown(self) -> None:
        """Close the store, and look it over."""
        super().teardown()
        for path in Path(self.directory.name).rglob("*.mapix"):
            assert check_store(path) == []
        self.directory.cleanup()


TestSqliteSearches = SqliteSearches.TestCase
TestSqliteSearches.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
