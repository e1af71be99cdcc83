"""Providers that answer a store which is open already, as MAPI lets them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.subsystem.nasty import Courier, offer, offer_transport, open_store, submit

from mapix.interfaces.notify import Event, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import ProviderKind, StoreLogon, StoreProvider, StoreSupport
from mapix.properties.errors import InvalidObject
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID, PR_IPM_OUTBOX_ENTRYID
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem


class OneStore(StoreProvider):
    """Opens its store once for all clients, and once for the spooler."""

    def __init__(self) -> None:
        self.inner = MemoryStoreProvider()
        self.asked = 0
        self.logoffs = 0
        self.opened: StoreLogon | None = None

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        if spooler:
            return self.inner.logon(support, entry_id=entry_id, access=access, spooler=True)
        self.asked += 1
        if self.opened is None:
            self.opened = self.inner.logon(support, entry_id=entry_id, access=Access.MODIFY)
            ended = self.opened.logoff
            self.opened.logoff = lambda: self._ended(ended)  # type: ignore[method-assign]
        return self.opened

    def _ended(self, logoff: Any) -> None:
        self.logoffs += 1
        self.opened = None
        logoff()

    def store_entry_id(self, support: StoreSupport) -> bytes:
        return self.inner.store_entry_id(support)


@pytest.fixture
def provider(system: Subsystem, profile: str) -> OneStore:
    made = OneStore()
    offer(system, ProviderKind.STORE, lambda: made, "ONE")
    return made


def test_a_store_that_is_open_is_given_again_and_ends_with_its_last_user(system: Subsystem, provider: OneStore) -> None:
    """SPI-18, ST-002."""
    flags = MAPI_EXTENDED | MAPI_ALLOW_OTHERS
    first, second = system.logon("Work", flags=flags), system.logon("", flags=MAPI_EXTENDED)
    one, other = open_store(first), open_store(second)
    assert one is other
    first.logoff()
    assert provider.logoffs == 0
    assert other.get_prop(PR_DISPLAY_NAME)
    outbox = other.get_prop(PR_IPM_OUTBOX_ENTRYID)
    assert second.open_entry(outbox).get_prop(PR_ENTRYID) == outbox
    second.logoff()
    assert provider.logoffs == 1
    with pytest.raises(InvalidObject):
        other.get_prop(PR_DISPLAY_NAME)


def test_whoever_is_left_hears_of_changes_and_sends(system: Subsystem, provider: OneStore) -> None:
    """SPI-18: the support object of the first logon is the one that goes on being used."""
    courier = Courier()
    offer_transport(system, courier)
    flags = MAPI_EXTENDED | MAPI_ALLOW_OTHERS
    first, second = system.logon("Work", flags=flags), system.logon("", flags=MAPI_EXTENDED)
    open_store(first)
    store, heard = open_store(second), list[Notification]()
    first.logoff()
    connection = store.advise(None, Event.OBJECT_CREATED, heard.extend)
    before = provider.logoffs
    submit(second)
    second.dispatch_notifications()
    assert heard
    assert second.flush(60) == 0
    store.unadvise(connection)
    assert provider.logoffs == before
    second.logoff()
    assert (courier.sent, provider.logoffs) == (["bob@example.com"], before + 1)


def test_another_session_begins_anew(system: Subsystem, provider: OneStore) -> None:
    """SPI-18, SPI-5."""
    for turn in range(2):
        with system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
            assert open_store(session).get_prop(PR_DISPLAY_NAME)
        assert provider.logoffs == turn + 1


def test_counting_what_waits_leaves_the_store_open_to_its_users(system: Subsystem, provider: OneStore) -> None:
    """SPI-18: whoever looks into the queue is one user more, and one less."""
    with system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL) as session:
        store = open_store(session)
        assert session.pending() == 0
        assert store.get_prop(PR_DISPLAY_NAME)
        assert provider.logoffs == 0
    assert provider.logoffs == 1
