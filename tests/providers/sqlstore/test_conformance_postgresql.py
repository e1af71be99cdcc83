"""The SQL store passes the conformance suite on a real PostgreSQL, too: each test has a mailbox of one database."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures_postgresql import PostgreSql

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.store_conformance import StoreConformance
from mapix.testing.support import BenchSupport

OWNER = "owner@bench.example"


class TestPostgreSqlStore(StoreConformance):
    """One mailbox a test, named by its directory."""

    @pytest.fixture
    def tmp_path(self, tmp_path: Path, server: PostgreSql) -> Path:
        """The directory of a test, once there is a server."""
        self.server = server
        return tmp_path

    def make_store(self, tmp_path: Path) -> MsgStore:
        """See `StoreBench.make_store`; the address is this test's now."""
        if self.server.execute("SELECT to_regclass('mapix.mailbox')") != [(None,)]:
            self.server.execute("UPDATE mapix.mailbox SET owner_address = NULL, owner_key = NULL")
        return self._open(tmp_path, Access.MODIFY)

    def open_again(self, tmp_path: Path, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        """See `StoreBench.open_again`."""
        return self._open(tmp_path, access, spooler=spooler)

    def _open(self, directory: Path, access: Access, *, spooler: bool = False) -> MsgStore:
        settings = {"dsn": self.server.dsn(), "mailbox": str(directory), "owner_address": OWNER}
        support = BenchSupport(settings, home=directory)
        return SqlStoreProvider().logon(support, entry_id=None, access=access, spooler=spooler).store
