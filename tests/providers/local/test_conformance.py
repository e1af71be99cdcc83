"""The local transport passes the conformance suite: its peers are mailboxes in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import TransportProvider
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.properties.tags import PR_MESSAGE_DELIVERY_TIME, PR_SUBJECT
from mapix.providers.local.transport import LocalProvider
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.support import BenchSupport
from mapix.testing.transport_conformance import TransportConformance, TransportPowers


class TestLocalTransport(TransportConformance):
    """The whole suite, each test with mailboxes of its own."""

    powers = TransportPowers.ALL & ~TransportPowers.RECEIVES

    def make_store(self, tmp_path: Path) -> MsgStore:
        self.mailboxes = {self.address(name): self._mailbox(name) for name in ("ann", "bob", "cy")}
        return super().make_store(tmp_path)

    def make_provider(self) -> TransportProvider:
        return LocalProvider()

    def settings(self, tmp_path: Path) -> Mapping[str, Any]:
        return {"address": "me@example.com"}

    def address(self, name: str) -> str:
        return f"{name}@{self.tmp_path.name}.example".replace("_", "-")

    def arrived(self) -> Sequence[tuple[str, Sequence[str]]]:
        found = [
            (time, subject, address)
            for address, store in self.mailboxes.items()
            for subject, time in query_all_rows(self._arrivals(store), (PR_SUBJECT, PR_MESSAGE_DELIVERY_TIME))
        ]
        return [(subject, [address]) for _, subject, address in sorted(found)]

    def unknown_address(self) -> str:
        return self.address("nobody")

    def _mailbox(self, name: str) -> MsgStore:
        support = BenchSupport({"name": f"{name} of {self.tmp_path}", "owner_address": self.address(name)})
        store = MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store
        validate_ipm_subtree(store, full=True)
        return store

    def _arrivals(self, store: MsgStore) -> Any:
        folder_id, _ = store.get_receive_folder("IPM")
        folder: Any = store.open_entry(folder_id)
        return folder.get_contents_table()
