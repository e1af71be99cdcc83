"""What providers register through their support objects: sinks by key, and uids that lead to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.subsystem.bench import BOOK_UID, BookProvider, Script, WaitingProvider

from mapix.interfaces.notify import Event, ExtendedNotification, Notification
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec
from mapix.properties.errors import InvalidObject, NotFound, UnknownEntryid
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

PROVIDERS = ("book", "store", "transport")
UID = bytes(range(16))


class Kept(BookProvider):
    """Each of these keeps the support object it is logged on with."""

    def __init__(self, held: dict[str, Any]) -> None:
        super().__init__(Script(), {"Ann": "ann@example.com"})
        self.held = held

    def logon(self, support: Any) -> Any:
        self.held["book"] = support
        return super().logon(support)


class KeptTransport(WaitingProvider):
    def __init__(self, held: dict[str, Any]) -> None:
        super().__init__(Script())
        self.held = held

    def logon(self, support: Any) -> Any:
        self.held["transport"] = support
        return super().logon(support)


class KeptStore(MemoryStoreProvider):
    def __init__(self, held: dict[str, Any]) -> None:
        self.held = held

    def logon(self, support: Any, **options: Any) -> Any:
        self.held["store"] = support
        return super().logon(support, **options)


@pytest.fixture
def held() -> dict[str, Any]:
    """Support objects by kind."""
    return {}


@pytest.fixture
def session(system: Subsystem, profile: str, held: dict[str, Any]) -> Iterator[Session]:
    """With a provider of each kind logged on."""
    memory = system.catalogue.get("MEMORY")
    specs = (
        ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: Kept(held)),
        ProviderSpec(ProviderKind.TRANSPORT, "fax", "Fax", lambda: KeptTransport(held)),
        replace(memory.providers[0], load=lambda: KeptStore(held)),
    )
    system.catalogue.register(MessageService("KEPT", "Kept", specs, memory.settings))
    system.admin_profiles().admin_services(profile).create_msg_service("KEPT", settings={"name": "kept"})
    with system.logon(profile, flags=MAPI_NEW_SESSION) as made:
        made.open_address_book()
        table = made.get_msg_stores_table()
        table.set_columns([PR_ENTRYID])
        made.open_msg_store(table.query_rows(1)[0][0], no_mail=True)
        yield made
    forget_mailbox("kept")


@pytest.mark.parametrize("kind", PROVIDERS)
def test_sinks_are_told_by_key(session: Session, held: dict[str, Any], kind: str) -> None:
    """SPI-41, NOT-25, NOT-26."""
    support = held[kind]
    told: list[Notification] = []

    def sink(batch: Sequence[Notification]) -> None:
        told.extend(batch)

    news = [ExtendedNotification(Event.EXTENDED, 7)]
    number = support.subscribe(b"key", Event.EXTENDED, sink)
    support.notify(b"another key", news)
    support.notify(b"key", news)
    assert told == []
    session.dispatch_notifications()
    assert told == news
    support.unsubscribe(number)
    support.notify(b"key", news)
    session.dispatch_notifications()
    assert told == news
    with pytest.raises(NotFound):
        support.unsubscribe(number)


def test_uids_lead_to_a_provider_until_it_logs_off(system: Subsystem, session: Session, held: dict[str, Any]) -> None:
    """SPI-36, EID-5: several of one provider, the same one twice."""
    somebody = bytes(4) + UID + b"somebody"
    with pytest.raises(UnknownEntryid):
        session.compare_entry_ids(somebody, somebody)
    held["book"].set_provider_uid(UID)
    held["book"].set_provider_uid(UID)
    assert session.compare_entry_ids(somebody, somebody)
    assert session.open_entry(bytes(4) + BOOK_UID).get_prop(PR_DISPLAY_NAME) == "Staff"
    session.logoff()
    with pytest.raises(InvalidObject):
        held["book"].set_provider_uid(UID)
