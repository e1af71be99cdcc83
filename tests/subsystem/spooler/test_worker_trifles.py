"""Trifles hold nothing up: a store that fails for a moment, the haste of somebody whose store was in trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.spoolbench import Bench, Scripted
from tests.subsystem.spooler.states import RETRY, SENT, SLOW
from tests.subsystem.spooler.waiting import wait_for

from mapix.properties.errors import Busy, DiskError, MapiError
from mapix.subsystem.spooler import desk
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.subsystem.spooler.worker import Spooler

Fails = Callable[[str, str, list[MapiError]], None]


@pytest.fixture
def fails(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Fails:
    """Let a method of the spooler's store (or of its queue) raise errors, one a call, and then do as ever."""

    def spoil(where: str, name: str, errors: list[MapiError]) -> None:
        target: Any = bench.spooler_store.outgoing if where == "queue" else bench.spooler_store
        kind = type(target)
        method = getattr(kind, name)

        def failing(self: Any, *args: Any, **how: Any) -> Any:
            if errors and self is target:
                raise errors.pop(0)
            return method(self, *args, **how)

        monkeypatch.setattr(kind, name, failing)

    return spoil


@pytest.mark.parametrize(
    ("where", "name"),
    [("store", "open_entry"), ("store", "finished_msg"), ("queue", "record")],
)
def test_a_store_that_is_busy_for_a_moment_keeps_no_message_for_a_minute(bench, fails, where, name):
    """SPL-14, SPL-76: it goes at once, and once."""
    bench.submit()
    fails(where, name, [Busy("another process keeps the store for itself")])
    transport = Scripted()
    bench.spooler([transport], pace=SLOW).pump()
    assert (bench.queue(), len(bench.contents()), len(transport.asked)) == ([], 1, 1)


def test_a_store_that_goes_on_being_busy_is_left_alone_for_a_while(bench, fails):
    """SPL-14: a second time the message waits as after any failure, so that nobody turns in circles."""
    bench.submit()
    fails("store", "finished_msg", [Busy("busy"), Busy("still busy"), Busy("and again")])
    transport = Scripted()
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    (entry,) = bench.queue()
    assert (entry.attempts, "still busy" in entry.reason) == (1, True)
    assert spooler.flush(60) == 0
    assert len(transport.asked) == 1


def test_a_disk_that_fails_is_no_trifle(bench, fails):
    """SPL-14."""
    bench.submit()
    fails("store", "open_entry", [DiskError("the disk failed")])
    bench.spooler([Scripted()], pace=SLOW).pump()
    assert [entry.attempts for entry in bench.queue()] == [1]


def test_haste_that_meets_a_store_in_trouble_counts_once_it_can_be_worked_on(bench, fails, monkeypatch):
    """SPL-55, SPL-43."""
    monkeypatch.setattr(desk, "APPLY", 0.0)
    bench.submit()
    transport = Scripted([RETRY, SENT])
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    fails("queue", "entries", [Busy("another process keeps the store for itself")])
    spooler.wake(ready=True)
    spooler.pump()
    spooler.pump()
    assert (bench.queue(), len(transport.asked)) == ([], 2)


def test_a_store_that_cannot_say_what_is_due_keeps_no_other_waiting(tmp_path, monkeypatch):
    """SPL-3: nobody hurries; the thread finds the other store's message by itself."""
    with Bench(tmp_path, "one") as one, Bench(tmp_path, "two") as two:
        kind = type(one.spooler_store.outgoing)
        version, asked = kind.version, []

        def failing(self):
            if self is one.spooler_store.outgoing and asked:
                raise DiskError("the disk is gone")
            return version(self)

        monkeypatch.setattr(kind, "version", failing)
        spooler = Spooler(
            lambda: [one.spooler_store, two.spooler_store],
            lambda: [LoadedTransport(b"t", "t", Scripted())],
            default_store=lambda: None,
            identity=dict,
        )
        spooler.start()
        try:
            assert wait_for(lambda: len(spooler._office.our_stores) == 2)
            asked.append(True)
            two.submit()
            assert wait_for(lambda: not two.queue(), 20)
        finally:
            spooler.stop(60)
