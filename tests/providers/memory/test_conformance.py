"""The memory store passes the conformance suite of stores."""

from pathlib import Path

from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.store_conformance import StoreConformance
from mapix.testing.support import BenchSupport


def open_store(path: Path, access: Access, *, spooler: bool = False) -> MsgStore:
    """The memory store named after a path."""
    support = BenchSupport({"name": str(path)})
    return MemoryStoreProvider().logon(support, entry_id=None, access=access, spooler=spooler).store


class TestMemoryStore(StoreConformance):
    """One store a test, by the name of the test's directory."""

    def make_store(self, tmp_path: Path) -> MsgStore:
        """See `StoreBench.make_store`."""
        return open_store(tmp_path, Access.MODIFY)

    def open_again(self, tmp_path: Path, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        """See `StoreBench.open_again`."""
        return open_store(tmp_path, access, spooler=spooler)
