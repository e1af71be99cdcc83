"""Calls of strangers on threads of their own: nobody waits for a thread that has stopped listening."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from mapix.properties.errors import TimedOut
from mapix.subsystem.isolation import callers
from mapix.subsystem.isolation.callers import Caller, GoneError, Job


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = Caller("Acme")
    yield made
    made.close()


def test_a_thread_that_asks_after_its_call_was_answered_is_told_so(caller: Caller) -> None:
    """SPI-5: a transport may go on in threads of its own; they do not hang."""
    answered, told = threading.Event(), list[str]()

    def late(job: Job[str]) -> None:
        assert answered.wait(60)
        try:
            job.ask(lambda: told.append("done"))
        except GoneError:
            told.append("gone")

    def work(job: Job[str]) -> str:
        threads.append(threading.Thread(target=late, args=(job,), daemon=True))
        threads[0].start()
        return "sent"

    threads: list[threading.Thread] = []
    assert caller.converse("submit_message", work, 60) == "sent"
    answered.set()
    threads[0].join(30)
    assert (told, threads[0].is_alive()) == (["gone"], False)


def test_what_another_thread_asks_before_the_call_is_answered_is_done(caller: Caller) -> None:
    """SPI-5."""
    told: list[str] = []

    def work(job: Job[str]) -> str:
        helper = threading.Thread(target=lambda: job.ask(lambda: told.append("done")), daemon=True)
        helper.start()
        helper.join(60)
        return "sent"

    assert (caller.converse("submit_message", work, 60), told) == ("sent", ["done"])


def test_a_call_whose_waiter_was_interrupted_does_not_wait_for_an_answer(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPI-5: it ends, and the caller is free again; until then others are told that it is busy."""
    asked, go_on, late = threading.Event(), threading.Event(), threading.Event()
    told: list[str] = []

    class Interrupted(SimpleQueue[Any]):
        """Whoever waits here on the main thread is interrupted when the first question has come."""

        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            if threading.current_thread() is threading.main_thread() and block:
                assert asked.wait(60)
                raise KeyboardInterrupt
            return super().get(block, timeout)

    def ask(job: Job[str]) -> None:
        try:
            job.ask(lambda: told.append("done"))
        except GoneError:
            told.append("gone")

    def work(job: Job[str]) -> str:
        asking = threading.Thread(target=ask, args=(job,), daemon=True)
        asking.start()
        while job._inbox.empty():
            asking.join(0.001)
        asked.set()
        asking.join(60)
        ask(job)
        assert go_on.wait(60)
        return "late"

    with monkeypatch.context() as patched:
        patched.setattr(callers, "SimpleQueue", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            caller.converse("logon", work, 60, late=late.set)
    with pytest.raises(TimedOut, match="still in logon"):
        caller.call("logon", lambda: None, 60)
    go_on.set()
    assert late.wait(60)
    assert told == ["gone", "gone"]
    assert caller.call("logon", lambda: "again", 60) == "again"
