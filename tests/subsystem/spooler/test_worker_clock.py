"""The spooler and clocks that are wrong: nothing waits longer than it should."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.spi import Outcome, OutcomeKind
from mapix.properties import times
from mapix.properties.tags import PR_DEFERRED_SEND_TIME
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler import desk
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.transports import Holds


def test_a_clock_that_is_set_back_does_not_lengthen_what_a_transport_asked_for():
    holds, noon = Holds(), 133_000_000_000_000_000
    holds.heard(b"t", Outcome(OutcomeKind.WAIT, wait=60), noon, Pace(), 0.0)
    assert holds.still(b"t", noon + TICKS_PER_SECOND) is not None
    assert holds.still(b"t", noon - 3600 * TICKS_PER_SECOND) is None


@pytest.fixture
def a_clock_that_was_ahead(monkeypatch):
    """Submit while the clock is a year ahead."""

    def submit(bench):
        later = now() + 365 * 86400 * TICKS_PER_SECOND
        with monkeypatch.context() as patched:
            patched.setattr(times, "now", lambda: later)
            return bench.submit()

    return submit


def test_what_was_submitted_while_the_clock_was_ahead_leaves_when_it_is_right(bench, a_clock_that_was_ahead):
    a_clock_that_was_ahead(bench)
    transport = Scripted()
    bench.spooler([transport]).pump()
    assert len(transport.asked) == 1
    assert bench.queue() == []


def test_flush_sends_what_was_submitted_while_the_clock_was_ahead(bench, a_clock_that_was_ahead):
    transport = Scripted()
    spooler = bench.spooler([transport])
    spooler.pump()
    a_clock_that_was_ahead(bench)
    assert spooler.flush(60) == 0


def test_the_thread_finds_out_that_the_clock_was_put_right(bench, a_clock_that_was_ahead, monkeypatch):
    monkeypatch.setattr(desk, "LOOK_AT_CLOCK", 0.1)
    spooler = bench.spooler([Scripted()])
    spooler.start()
    a_clock_that_was_ahead(bench)
    assert wait_for(lambda: not bench.queue())


def test_what_its_sender_put_off_stays_put_off_by_a_clock_that_was_ahead(bench):
    due = now() + 3600 * TICKS_PER_SECOND
    bench.submit(values={PR_DEFERRED_SEND_TIME: due})
    bench.spooler([Scripted()]).pump()
    assert [entry.due for entry in bench.queue()] == [due]


def test_no_retry_is_further_away_than_the_longest_pause(bench):
    entry_id = bench.submit()
    far = now() + 365 * 86400 * TICKS_PER_SECOND
    bench.spooler_store.outgoing.record(entry_id, {}, due=far, attempts=3, reason="busy")
    pace = Pace(first=100.0, most=100.0, spread=0.0)
    bench.spooler([Scripted()], pace=pace).pump()
    (entry,) = bench.queue()
    assert entry.due <= now() + 100 * TICKS_PER_SECOND
    assert (entry.attempts, entry.reason) == (3, "busy")
