"""The life of a provider: made once, logged on for clients and for the spooler, ended in order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.subsystem.bench import BOOK_UID, ROOT, BookContainer, Script, fax_service
from tests.subsystem.nasty import Courier, CourierProvider, offer, until

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import (
    AddressBookLogon,
    AddressBookProvider,
    MessageService,
    ProviderKind,
    ProviderSpec,
    StoreLogon,
    Support,
)
from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidObject, NoSupport
from mapix.properties.flags import MAPI_FORCE_DOWNLOAD, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RESOURCE_TYPE,
    PR_SUBJECT,
)
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.testing.builders import recipient

NEW = MAPI_NEW_SESSION


class Recorded(MemoryStoreProvider):
    """Remembers what it was asked."""

    def __init__(self, calls: list[str], logons: list[StoreLogon]) -> None:
        calls.append("init")
        self.calls, self.logons = calls, logons

    def logon(self, support: Any, **options: Any) -> StoreLogon:
        self.calls.append("spooler logon" if options.get("spooler") else "logon")
        made = super().logon(support, **options)
        self.logons.append(made)
        return made

    def compare_store_ids(self, first: bytes, second: bytes) -> bool:
        self.calls.append("compare")
        return super().compare_store_ids(first, second)

    def shutdown(self) -> None:
        self.calls.append("shutdown")


def test_a_store_provider_is_made_once_serves_clients_and_the_spooler_and_ends(system: Subsystem, profile: str) -> None:
    """SPI-15, SPI-17, SPI-19, SPI-50: a logon and its store live and die together; the spooler has logons of its own,
    with what the profile holds, and only those may finish messages.
    """
    calls: list[str] = []
    logons: list[StoreLogon] = []
    memory = system.catalogue.get("MEMORY")
    spec = replace(memory.providers[0], load=lambda: Recorded(calls, logons))
    system.catalogue.register(replace(memory, name="RECORDED", providers=(spec,)))
    system.catalogue.register(fax_service(Script()))
    admin = system.admin_profiles().admin_services(profile)
    admin.create_msg_service("RECORDED", settings={"name": "recorded"})
    admin.create_msg_service("FAX")
    with system.logon(profile, flags=NEW) as session:
        ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), [PR_ENTRYID])
        store = session.open_msg_store(entry_id)
        outbox = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY)
        assert isinstance(outbox, MapiFolder)
        message = outbox.create_message()
        message.modify_recipients(ModifyRecipients.ADD, [recipient("a@example.com")])
        message.set_props({PR_SUBJECT: "waits"})
        message.save_changes()
        waiting = message.get_prop(PR_ENTRYID)
        message.submit_message()
        until(lambda: "spooler logon" in calls)
        with pytest.raises(NoSupport):
            store.finished_msg(waiting)
    assert calls.count("init") == 1
    assert calls[-1] == "shutdown"
    assert calls.count("shutdown") == 1
    for logon in logons:
        with pytest.raises(InvalidObject):
            logon.store.get_props()
    forget_mailbox("recorded")


class Least(AddressBookLogon):
    """The least an address book's logon object has."""

    def __init__(self) -> None:
        self.container = BookContainer({"Ann Archer": "ann@example.com"})

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        return self.container.open_entry(entry_id, access)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        return first == second

    def containers(self) -> Sequence[AbContainer]:
        return [self.container]

    def logoff(self) -> None:
        pass


class LeastProvider(AddressBookProvider):
    def logon(self, support: Support) -> AddressBookLogon:
        support.set_provider_uid(BOOK_UID)
        return Least()


def test_a_small_address_book_provider_is_enough(system: Subsystem, profile: str) -> None:
    """SPI-25, SPI-27: logon and logoff, identifiers, a status row whose state can be validated, and no more."""
    spec = ProviderSpec(ProviderKind.ADDRESS_BOOK, "least", "Least", LeastProvider)
    system.catalogue.register(MessageService("LEAST", "Least", (spec,)))
    system.admin_profiles().admin_services(profile).create_msg_service("LEAST")
    with system.logon(profile, flags=NEW) as session:
        book = session.open_address_book()
        assert book.open_entry(ROOT).get_prop(PR_DISPLAY_NAME) == "Staff"
        assert not book.resolve_name([{PR_DISPLAY_NAME: "Archer"}]).unresolved
        of_providers = Property(Relop.EQ, PR_RESOURCE_TYPE, 35)
        ((entry_id,),) = query_all_rows(session.get_status_table(), [PR_ENTRYID], of_providers)
        status = session.open_entry(entry_id)
        assert isinstance(status, Status)
        status.validate_state()
        with pytest.raises(NoSupport):
            status.settings_dialog()
        with pytest.raises(NoSupport):
            status.change_password("old", "new")
        with pytest.raises(NoSupport):
            status.flush_queues()


def test_without_mail_there_is_nothing_to_fetch_at_the_logon(system: Subsystem, profile: str) -> None:
    """LOG-19."""
    script = Script()
    system.catalogue.register(fax_service(script))
    system.admin_profiles().admin_services(profile).create_msg_service("FAX")
    with system.logon(profile, flags=NEW | MAPI_NO_MAIL | MAPI_FORCE_DOWNLOAD) as session:
        assert session.spooler is None
        assert script.logons == 0


def test_a_provider_that_two_threads_need_at_once_is_loaded_once(mail: Subsystem) -> None:
    """SPI-5: a client and the spooler, say."""
    made: list[CourierProvider] = []

    def load() -> CourierProvider:
        made.append(CourierProvider(Courier()))
        if len(made) == 1:
            other.start()
            other.join(0.1)
        return made[-1]

    offer(mail, ProviderKind.TRANSPORT, load, "COURIER")
    with mail.logon("Work", flags=NEW | MAPI_NO_MAIL) as session:
        providers, found = session._core.providers, list[Any]()
        (pair,) = session._core.handle.read().transports()
        other = threading.Thread(target=lambda: found.append(providers.transport(*pair)))
        found.append(providers.transport(*pair))
        other.join(60)
    assert (len(made), found[0]) == (1, found[1])
