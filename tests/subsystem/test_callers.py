"""Calls of strangers on threads of their own: nobody waits for a thread that has stopped listening."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

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
