"""What a program has done when there is nothing else to do; and initializing MAPI where one should not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, CourierProvider, log_on, offer, submit

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import InvalidParameter, NotFound, UnknownFlags
from mapix.properties.flags import FIRODISABLED, FIROINTERVAL, FIROONCEONLY, FIROPERBLOCK, FIROWAIT
from mapix.subsystem import idle
from mapix.subsystem.idle import IdleEngine, Routine
from mapix.subsystem.initialize import Subsystem, is_initialized, mapi_initialize, mapi_uninitialize


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(clock: Clock) -> Iterator[IdleEngine]:
    made = IdleEngine(clock)
    assert made.start() == 0
    yield made
    made.end()


def noting(log: list[Any]) -> Callable[[Any], bool]:
    def note(context: Any) -> bool:
        log.append(context)
        return False

    return note


def test_the_highest_priority_comes_first_and_none_of_zero(engine: IdleEngine) -> None:
    """SUB-21, C25: positive is higher."""
    log: list[Any] = []
    for priority in (1, 0, 9, -3, 5):
        assert engine.register(Routine(noting(log), priority, priority, 0)) > 0
    assert engine.run() == 4
    assert log == [9, 5, 1, -3]


def test_routines_run_when_nothing_is_dispatched_on_the_thread_that_started(home: Any) -> None:
    """SUB-21, NOT-22: HrDispatchNotifications is the message loop here."""
    log: list[Any] = []
    assert idle.mapi_init_idle() == 0
    try:
        tag = idle.register_idle_routine(noting(log), "tidy")
        with Subsystem(home) as system:
            other = threading.Thread(target=system.dispatch_notifications)
            other.start()
            other.join()
            assert log == []
            system.dispatch_notifications()
            assert log == ["tidy"]
            idle.enable_idle_routine(tag, on=False)
            system.dispatch_notifications()
            idle.enable_idle_routine(tag, on=True)
            idle.change_idle_routine(tag, context="sweep")
            system.dispatch_notifications()
            idle.deregister_idle_routine(tag)
            system.dispatch_notifications()
    finally:
        idle.mapi_deinit_idle()
    assert log == ["tidy", "sweep"]


def test_an_interval_lies_between_two_calls(engine: IdleEngine, clock: Clock) -> None:
    """SUB-21: hundredths of a second."""
    log: list[Any] = []
    engine.register(Routine(noting(log), None, 1, 50, FIROINTERVAL))
    for now in (0.0, 0.4, 0.6, 0.9, 1.2):
        clock.now = now
        engine.run()
    assert len(log) == 2


def test_a_routine_may_wait_until_nothing_was_to_do_for_a_while(engine: IdleEngine, clock: Clock) -> None:
    """SUB-21."""
    log: list[Any] = []
    engine.register(Routine(noting(log), None, 1, 100, FIROWAIT))
    clock.now = 0.9
    engine.dispatched(1)
    clock.now = 1.5
    engine.dispatched(0)
    assert log == []
    clock.now = 2.0
    engine.dispatched(0)
    assert len(log) == 1


def test_a_routine_may_run_once_in_a_time_of_idleness_or_once_at_all(engine: IdleEngine, clock: Clock) -> None:
    """SUB-21."""
    log: list[Any] = []
    engine.register(Routine(noting(log), "block", 2, 0, FIROPERBLOCK))
    once = engine.register(Routine(noting(log), "once", 1, 0, FIROONCEONLY))
    for now, told in ((1.0, 0), (2.0, 0), (3.0, 4), (4.0, 0)):
        clock.now = now
        engine.dispatched(told)
    assert log == ["block", "once", "block"]
    with pytest.raises(NotFound):
        engine.deregister(once)


def test_one_that_fails_does_not_stop_the_others(engine: IdleEngine, caplog: pytest.LogCaptureFixture) -> None:
    """SUB-21."""
    log: list[Any] = []

    def fail(context: Any) -> None:
        raise RuntimeError("no")

    engine.register(Routine(fail, None, 2, 0))
    engine.register(Routine(noting(log), "other", 1, 0))
    with caplog.at_level(logging.CRITICAL):
        assert engine.run() == 2
    assert log == ["other"]


def test_what_is_no_routine_is_refused_and_without_the_engine_there_is_no_tag(engine: IdleEngine) -> None:
    """SUB-21: NULL."""
    with pytest.raises(UnknownFlags):
        engine.register(Routine(print, None, 1, 0, 0x1000))
    with pytest.raises(InvalidParameter):
        engine.register(Routine(print, None, 1, -1))
    with pytest.raises(NotFound):
        engine.change(99, priority=2)
    disabled = engine.register(Routine(print, None, 1, 0, FIRODISABLED))
    assert engine.run() == 0
    engine.start()
    engine.end()
    engine.deregister(disabled)
    engine.end()
    engine.end()
    assert engine.register(Routine(print, None, 1, 0)) == 0
    engine.start()


# initializing from a provider


class Eager(CourierProvider):
    """Initializes MAPI where no provider should, and balances it."""

    def logon(self, support: Any) -> Any:
        mapi_initialize()
        mapi_uninitialize()
        return super().logon(support)


def test_a_provider_that_initializes_mapi_does_no_harm(
    mail: Subsystem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SUB-11: it must not, and where it does it is counted."""
    monkeypatch.setenv("MAPIX_HOME", str(mail.home / "other"))
    courier = Courier()
    offer(mail, ProviderKind.TRANSPORT, lambda: Eager(courier), "EAGER")
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        assert not is_initialized()
    assert courier.sent == ["bob@example.com"]
