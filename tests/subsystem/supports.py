"""The support objects of one session, as its providers got them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.subsystem.bench import BookLogon, BookProvider, Script
from tests.subsystem.nasty import Courier, CourierProvider, MemoryStores

from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec, Setting
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION
from mapix.properties.tags import PR_ENTRYID
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


class Given:
    """The support objects of one session, by kind."""

    def __init__(self) -> None:
        self.courier = Courier()
        self.book: Any = None
        self.store: Any = None
        self.transport: Any = None
        self.service: Any = None
        self.session: Session
        self.opened: MsgStore


class Books(BookProvider):
    def __init__(self, given: Given) -> None:
        super().__init__(Script(), {"Ann": "ann@example.com"})
        self.given = given

    def logon(self, support: Any) -> BookLogon:
        self.given.book = support
        return super().logon(support)


class Stores(MemoryStores):
    def __init__(self, given: Given) -> None:
        self.given = given

    def logon(self, support: Any, **how: Any) -> Any:
        if not how["spooler"]:
            self.given.store = support
        return super().logon(support, **how)


@contextmanager
def opened_supports(system: Subsystem, profile: str) -> Iterator[Given]:
    """A session on a profile with a provider of each kind."""
    given = Given()
    courier = given.courier
    specs = (
        ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: Books(given)),
        ProviderSpec(ProviderKind.STORE, "store", "Store", lambda: Stores(given)),
        ProviderSpec(ProviderKind.TRANSPORT, "courier", "Courier", lambda: CourierProvider(courier)),
    )
    system.catalogue.register(MessageService("ALL", "All", specs, (Setting("name"),)))
    system.admin_profiles().admin_services(profile).create_msg_service("ALL", settings={"name": str(system.home)})
    with system.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        given.session = session
        given.opened = session.open_msg_store(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))[0][0])
        given.transport = courier.support
        given.service = given.store.get_svc_config_support_obj()
        session.open_address_book()
        yield given


class MemoryMailbox:
    """A store in memory that stands in no profile."""

    def wrapped(self) -> bytes:
        from mapix.objects.stores.storeobject import unwrapped_entry_id
        from mapix.properties.entryid import wrap_store
        from mapix.providers.memory.mailbox import open_mailbox
        from mapix.providers.memory.service import PROVIDER_UID

        return wrap_store("ALL", unwrapped_entry_id(PROVIDER_UID, open_mailbox("Elsewhere", "", "").uid))
