"""The store provider of the MAPIXSTORE service (IMSProvider, IMSLogon)."""

from __future__ import annotations

from mapix.interfaces.prop import Access, ChangeSet
from mapix.interfaces.spi import StoreLogon, StoreProvider, StoreSupport
from mapix.interfaces.storesettings import options
from mapix.objects.stores.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties.errors import NoSupport
from mapix.properties.tags import PR_DISPLAY_NAME, PR_MAILBOX_OWNER_NAME
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.service import DISPLAY_NAME, NAME, PROVIDER_UID


class SqlLogon(StoreLogon):
    """A store in a file that is open."""

    def __init__(self, store: StoreObject) -> None:
        self.store = store

    def logoff(self) -> None:
        """See `ProviderLogon.logoff`."""
        self.store.close()


class SqlStoreProvider(StoreProvider):
    """Opens the store of a section, and makes its file at the first logon."""

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        """See `StoreProvider.logon`.

        An identifier of another store than the section's is looked for in the same directory; `NotFound`.
        """
        backend, own = _open(support, entry_id)
        try:
            support.set_provider_uid(PROVIDER_UID)
            if own:
                _prepare(backend, support)
            chosen = options(support.section.settings)
            store = StoreObject(backend, support, provider=NAME, access=access, spooler=spooler, **chosen)
            return SqlLogon(store)
        except BaseException:
            backend.close()
            raise

    def store_entry_id(self, support: StoreSupport) -> bytes:
        """See `StoreProvider.store_entry_id`; the file is made when there is none."""
        backend, _ = _open(support, None)
        try:
            return unwrapped_entry_id(PROVIDER_UID, backend.uid)
        finally:
            backend.close()


def _open(support: StoreSupport, entry_id: bytes | None) -> tuple[SqlBackend, bool]:
    """The store of a section, a mailbox of its database or else its file, or another one beside it; and whether it is
    the section's own, for the settings of a section are not those of other people's stores.
    """
    if support.section.settings.get("dsn"):
        try:
            from mapix.providers.sqlstore.postgresql.opening import open_store_of as open_mailbox_of
        except ImportError as error:
            hint = "pip install 'mapix[postgresql]'"
            raise NoSupport(f"stores on PostgreSQL need its driver ({error})", hint=hint) from None

        return open_mailbox_of(support, entry_id)
    from mapix.providers.sqlstore.sqlite.opening import open_store_of

    return open_store_of(support, entry_id)


def _prepare(backend: SqlBackend, support: StoreSupport) -> None:
    """The name of a new store, and its owner as configured. Special folders are MAPI's to make (ST-043)."""
    if backend.readonly:
        return
    settings = support.section.settings
    backend.set_owner(settings.get("owner_address") or None)
    store = backend.store()
    if not store.load((PR_DISPLAY_NAME,))[0]:
        owner = settings.get("owner_name")
        whose = owner or settings.get("owner_address")
        name = settings.get("display_name") or (f"Mailbox - {whose}" if whose else DISPLAY_NAME)
        store.apply(ChangeSet({PR_DISPLAY_NAME: name} | ({PR_MAILBOX_OWNER_NAME: owner} if owner else {})))
