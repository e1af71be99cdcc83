"""Ending a program at once: who is asked, in which order, and what is left."""

from __future__ import annotations

from typing import Any

import pytest
from tests.subsystem.bench import BookLogon, BookProvider, Script
from tests.subsystem.nasty import Courier, Hold, log_on, offer, offer_transport, open_store, submit

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import ProviderKind, StoreLogon, StoreProvider, StoreSupport
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidObject, InvalidParameter, NoSupport, TimedOut
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.limits import Limits


class Ending:
    """What a provider has to say of its end."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log
        self.refuses = False
        self.fails: Exception | None = None

    def query_fast_shutdown(self) -> None:
        self.log.append(f"{self.name} query")
        if self.refuses:
            raise NoSupport("not now", value=self.name)

    def notify_process_shutdown(self) -> None:
        self.log.append(f"{self.name} notify")
        if self.fails is not None:
            raise self.fails

    def do_fast_shutdown(self) -> None:
        self.log.append(f"{self.name} do")
        if self.fails is not None:
            raise self.fails


class EndingCourier(Courier):
    def __init__(self, ending: Ending) -> None:
        super().__init__()
        self.ending = ending

    def fast_shutdown(self) -> Any:
        return self.ending


class Books(BookProvider):
    def __init__(self, ending: Ending) -> None:
        super().__init__(Script(), {})
        self.ending = ending

    def logon(self, support: Any) -> BookLogon:
        made = super().logon(support)
        made.fast_shutdown = lambda: self.ending  # type: ignore[method-assign]
        return made


class Stores(StoreProvider):
    """Memory stores that have something to say of their end."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        self.inner = MemoryStoreProvider()

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        made = self.inner.logon(support, entry_id=entry_id, access=access, spooler=spooler)
        made.fast_shutdown = lambda: self.ending  # type: ignore[method-assign]
        return made

    def store_entry_id(self, support: StoreSupport) -> bytes:
        return self.inner.store_entry_id(support)


class World:
    """One provider of each kind."""

    def __init__(self, system: Subsystem) -> None:
        self.log: list[str] = []
        self.transport, self.book, self.store = (Ending(name, self.log) for name in ("transport", "book", "store"))
        self.courier = EndingCourier(self.transport)
        self.system = system
        offer(system, ProviderKind.STORE, lambda: Stores(self.store), "STORE")
        offer(system, ProviderKind.ADDRESS_BOOK, lambda: Books(self.book), "BOOK")
        offer_transport(system, self.courier)

    def log_on(self) -> Any:
        session = log_on(self.system)
        open_store(session)
        session.open_address_book()
        return session


@pytest.fixture
def world(system: Subsystem, profile: str) -> World:
    return World(system)


def test_providers_are_asked_told_and_ended_in_their_order(world: World) -> None:
    """SES-69: transports, address books, stores."""
    session = world.log_on()
    order = ["transport", "book", "store"]
    session.query_fast_shutdown()
    assert world.log == [f"{name} query" for name in order]
    world.log.clear()
    session.notify_process_shutdown()
    assert [each for each in world.log if each.endswith("notify")] == [f"{name} notify" for name in order]
    world.log.clear()
    session.do_fast_shutdown()
    assert [each for each in world.log if each.endswith("do")] == [f"{name} do" for name in order]


def test_afterwards_nothing_is_called_and_nobody_was_logged_off(world: World) -> None:
    """SES-69, GEN-9."""
    session = world.log_on()
    session.do_fast_shutdown()
    for dead in (session.get_status_table, session.query_fast_shutdown, session.open_address_book):
        with pytest.raises(InvalidObject):
            dead()
    session.logoff()
    assert world.courier.logoffs == 0
    assert not world.system.profiles.in_use("Work")
    with world.log_on() as again:
        assert again.profile_name == "Work"


@pytest.mark.parametrize("name", ["transport", "book", "store"])
def test_one_that_does_not_want_it_keeps_the_program_from_it(world: World, name: str) -> None:
    """SES-69: MAPI_E_NO_SUPPORT, and nothing ends."""
    getattr(world, name).refuses = True
    with world.log_on() as session:
        for ask in (session.query_fast_shutdown, session.notify_process_shutdown, session.do_fast_shutdown):
            with pytest.raises(NoSupport):
                ask()
        assert not [each for each in world.log if not each.endswith("query")]
        assert session.get_status_table().get_row_count() > 3


def test_policies_ask_all_to_agree_or_forbid_it(
    mail: Subsystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SES-69: 0 unless one opts out, 1 if all opt in, 2 never."""
    offer_transport(mail, Courier())
    with log_on(mail) as session:
        session.query_fast_shutdown()
        monkeypatch.setenv("MAPIX_FAST_SHUTDOWN", "1")
        with pytest.raises(NoSupport):
            session.query_fast_shutdown()
        monkeypatch.setenv("MAPIX_FAST_SHUTDOWN", "2")
        with pytest.raises(NoSupport):
            session.do_fast_shutdown()
        monkeypatch.setenv("MAPIX_FAST_SHUTDOWN", "3")
        with pytest.raises(InvalidParameter):
            session.query_fast_shutdown()


def test_where_all_agree_it_is_possible(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SES-69."""
    monkeypatch.setenv("MAPIX_FAST_SHUTDOWN", "1")
    world.log_on().do_fast_shutdown()
    assert world.log.count("store do") == 1


def test_one_that_fails_at_its_end_does_not_stop_the_others(world: World) -> None:
    """SES-69."""
    world.transport.fails = world.book.fails = RuntimeError("no")
    world.log_on().do_fast_shutdown()
    assert "store do" in world.log


def test_one_that_hangs_is_left_behind(mail: Subsystem, hold: Hold) -> None:
    """SES-69, SPI-50."""
    mail.limits = Limits(logoff=0.3)
    ending = Ending("transport", [])
    ending.query_fast_shutdown = hold.hang  # type: ignore[method-assign]
    offer_transport(mail, EndingCourier(ending))
    with log_on(mail) as session, pytest.raises(TimedOut):
        session.query_fast_shutdown()


def test_what_waits_is_sent_by_the_next_session(mail: Subsystem) -> None:
    """SES-69, SPL-76, SUB-17."""
    courier = Courier()
    offer_transport(mail, courier)
    mail.offline = True
    session = log_on(mail)
    submit(session)
    session.do_fast_shutdown()
    mail.offline = False
    with log_on(mail) as session:
        open_store(session)
        assert session.flush(60) == 0
    assert courier.sent == ["bob@example.com"]


def test_every_member_in_the_process_ends(world: World) -> None:
    """SES-69, LOG-35."""
    flags = MAPI_EXTENDED | MAPI_ALLOW_OTHERS
    first, second = world.system.logon("Work", flags=flags), world.system.logon("", flags=MAPI_EXTENDED)
    first.do_fast_shutdown()
    with pytest.raises(InvalidObject):
        second.get_status_table()


# the name of a store


def test_a_store_that_is_renamed_is_so_in_its_section_and_in_the_table(mail: Subsystem) -> None:
    """PRF-55, SES-30: at once, and in the next session."""
    told: list[Any] = []
    with log_on(mail) as session:
        table = session.get_msg_stores_table()
        table.advise(0x100, told.extend)  # type: ignore[arg-type]
        store = open_store(session)
        store.set_props({PR_DISPLAY_NAME: "Ann's mail"})
        assert query_all_rows(session.get_msg_stores_table(), (PR_DISPLAY_NAME,)) == [("Ann's mail",)]
        session.dispatch_notifications()
        assert told
    with log_on(mail) as session:
        assert query_all_rows(session.get_msg_stores_table(), (PR_DISPLAY_NAME,)) == [("Ann's mail",)]
        assert open_store(session).get_prop(PR_DISPLAY_NAME) == "Ann's mail"
