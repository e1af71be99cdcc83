"""Search folders on PostgreSQL, held to the plain meaning."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.drawn import examples
from tests.fixtures_postgresql import PostgreSql

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.searchmachine import SearchMachine
from mapix.testing.support import BenchSupport

_number = itertools.count()


def test_whatever_happens_results_are_right(server: PostgreSql, tmp_path: Path) -> None:
    """F-040..F-045."""
    right: list[bytes] = []

    class PostgreSqlSearches(SearchMachine):
        def make_store(self, opening: int) -> MsgStore:
            if not opening:
                self.mailbox = f"searches {next(_number)}"
            support = BenchSupport({"dsn": server.dsn(), "mailbox": self.mailbox}, home=tmp_path)
            return SqlStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store

        def check(self, search: bytes) -> None:
            super().check(search)
            right.append(search)

    run_state_machine_as_test(
        PostgreSqlSearches,
        settings=settings(
            max_examples=examples(10), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert right
