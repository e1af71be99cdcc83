"""The SQL store passes the conformance suite of stores; afterwards its file holds together."""

from __future__ import annotations

from pathlib import Path

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.store_conformance import StoreConformance
from mapix.testing.support import BenchSupport


def open_store(directory: Path, access: Access, *, spooler: bool = False) -> MsgStore:
    """The store in a directory of its own."""
    support = BenchSupport({"owner_address": "owner@bench.example", "durability": "normal"}, home=directory)
    return SqlStoreProvider().logon(support, entry_id=None, access=access, spooler=spooler).store


class TestSqlStore(StoreConformance):
    """One file a test."""

    def make_store(self, tmp_path: Path) -> MsgStore:
        """See `StoreBench.make_store`."""
        return open_store(tmp_path, Access.MODIFY)

    def open_again(self, tmp_path: Path, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        """See `StoreBench.open_again`."""
        return open_store(tmp_path, access, spooler=spooler)
