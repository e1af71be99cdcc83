"""The store provider of the MEMORY service (IMSProvider, IMSLogon)."""

from __future__ import annotations

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import StoreLogon, StoreProvider, StoreSupport
from mapix.interfaces.storesettings import options
from mapix.objects.stores.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import NotFound
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import Mailbox, find_mailbox, open_mailbox
from mapix.providers.memory.service import PROVIDER_UID


class MemoryLogon(StoreLogon):
    """A memory store that is open."""

    def __init__(self, store: StoreObject) -> None:
        self.store = store

    def logoff(self) -> None:
        """See `ProviderLogon.logoff`."""
        self.store.close()


class MemoryStoreProvider(StoreProvider):
    """Opens memory stores by the settings of a section."""

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        """See `StoreProvider.logon`; `NotFound` for the identifier of a store this process does not have."""
        mailbox = _configured(support)
        if entry_id is not None and ObjectEntryId.load(entry_id).store != mailbox.uid:
            mailbox = _known(entry_id)
        support.set_provider_uid(PROVIDER_UID)
        backend = MemoryBackend(mailbox)
        chosen = options(support.section.settings)
        store = StoreObject(backend, support, provider="MEMORY", access=access, spooler=spooler, **chosen)
        return MemoryLogon(store)

    def store_entry_id(self, support: StoreSupport) -> bytes:
        """See `StoreProvider.store_entry_id`."""
        return unwrapped_entry_id(PROVIDER_UID, _configured(support).uid)


def _configured(support: StoreSupport) -> Mailbox:
    settings = support.section.settings
    return open_mailbox(
        settings.get("name") or "Memory", settings.get("owner_address") or "", settings.get("owner_name") or ""
    )


def _known(entry_id: bytes) -> Mailbox:
    mailbox = find_mailbox(uid=ObjectEntryId.load(entry_id).store)
    if mailbox is None:
        raise NotFound("no store in memory has this identifier", value=entry_id)
    return mailbox
