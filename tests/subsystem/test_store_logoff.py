"""How a store is left by StoreLogoff: what is sent before, and what its user is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from tests.subsystem.spooler.waiting import wait_for
from tests.subsystem.test_status import SPOOLER, World, status_of, store_of, submit

from mapix.interfaces.spi import OutcomeKind
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import (
    FLUSH_ASYNC_OK,
    FLUSH_DOWNLOAD,
    LOGOFF_ABORT,
    LOGOFF_COMPLETE,
    LOGOFF_INBOUND,
    LOGOFF_NO_WAIT,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND,
    LOGOFF_OUTBOUND_QUEUE,
    LOGOFF_PURGE,
    LOGOFF_QUIET,
    MAPI_ALLOW_OTHERS,
)
from mapix.subsystem import storelogoff
from mapix.subsystem.initialize import Subsystem


@pytest.fixture
def world(system: Subsystem, profile: str, kept: object, tmp_path: object) -> World:
    return World(system, profile, str(tmp_path))


def test_what_waits_is_told_and_purge_sends_it_first(world: World) -> None:
    """SPL-60, ST-065."""
    with world.logon() as session:
        store, (first, second) = store_of(session), world.couriers
        assert store.store_logoff(LOGOFF_ORDERLY) == LOGOFF_COMPLETE
        first.answer = second.answer = OutcomeKind.LATER
        submit(session, "waits")
        assert wait_for(lambda: store.outgoing.entries()[0].attempts == 1)
        for wish in (LOGOFF_ORDERLY, LOGOFF_ABORT, LOGOFF_QUIET, 0):
            assert store.store_logoff(wish) == LOGOFF_OUTBOUND_QUEUE
        for wish in (LOGOFF_ORDERLY | LOGOFF_PURGE, LOGOFF_COMPLETE):
            with pytest.raises(InvalidParameter):
                store.store_logoff(wish)
        first.answer = OutcomeKind.DONE
        assert store.store_logoff(LOGOFF_PURGE) == LOGOFF_COMPLETE
        assert first.sent == ["waits"]


def test_what_is_in_hand_is_told_and_goes_on(world: World) -> None:
    """SPL-60: NO_WAIT waits for nothing, and nothing is broken off."""
    with world.logon() as session:
        store, first = store_of(session), world.couriers[0]
        first.gate = Event()
        submit(session, "in hand")
        assert wait_for(lambda: store.store_logoff(LOGOFF_NO_WAIT) == LOGOFF_OUTBOUND_QUEUE | LOGOFF_OUTBOUND)
        first.gate.set()
        assert wait_for(lambda: store.store_logoff(LOGOFF_QUIET) == LOGOFF_COMPLETE)
        assert first.sent == ["in hand"]


def test_mail_that_comes_in_is_told(world: World) -> None:
    """SPL-60."""
    with world.logon() as session:
        store, first = store_of(session), world.couriers[0]
        first.fetching = Event()
        first.mail.append("comes in")
        status_of(session, SPOOLER).flush_queues(FLUSH_DOWNLOAD | FLUSH_ASYNC_OK)
        assert wait_for(lambda: store.store_logoff(LOGOFF_QUIET) & LOGOFF_INBOUND)
        first.fetching.set()
        assert store.store_logoff(LOGOFF_ORDERLY) & LOGOFF_INBOUND == 0
        assert wait_for(lambda: store.store_logoff(LOGOFF_QUIET) == LOGOFF_COMPLETE)
        assert first.mail == []


@pytest.mark.parametrize("patience", [60.0, 0.05])
def test_orderly_waits_for_what_is_in_hand(world: World, monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    """SPL-60: and not for ever."""
    monkeypatch.setattr(storelogoff, "PURGE_SECONDS", patience)
    with world.logon() as session, ThreadPoolExecutor(1) as other:
        store, first = store_of(session), world.couriers[0]
        first.gate = Event()
        submit(session, "in hand")
        assert wait_for(lambda: store.store_logoff(LOGOFF_QUIET) & LOGOFF_OUTBOUND)
        told = other.submit(store.store_logoff, LOGOFF_ORDERLY)
        if patience < 1:
            assert told.result(60) == LOGOFF_OUTBOUND_QUEUE | LOGOFF_OUTBOUND
        first.gate.set()
        if patience > 1:
            assert told.result(60) & LOGOFF_OUTBOUND == 0


def test_nothing_is_done_for_one_while_another_member_has_the_store_open(world: World) -> None:
    """SPL-60: it is left by nobody yet."""
    with (
        world.system.logon(world.profile, flags=MAPI_ALLOW_OTHERS) as one,
        world.system.logon(world.profile) as other,
    ):
        store, (first, second) = store_of(one), world.couriers
        first.answer = second.answer = OutcomeKind.LATER
        submit(one, "waits")
        assert wait_for(lambda: store.outgoing.entries()[0].attempts == 1)
        first.answer = OutcomeKind.DONE
        store_of(other)
        assert store.store_logoff(LOGOFF_PURGE) == LOGOFF_COMPLETE
        assert first.sent == []
        other.logoff()
        assert store.store_logoff(LOGOFF_PURGE) == LOGOFF_COMPLETE
        assert first.sent == ["waits"]
