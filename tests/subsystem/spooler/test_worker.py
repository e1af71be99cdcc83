"""The spooler at work in its thread: woken, hurried, stopped, and unhurt by stores in trouble."""

from __future__ import annotations

import threading
import time

from tests.spoolbench import Bench, Scripted
from tests.subsystem.spooler.states import RETRY, SENT, SLOW
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.spi import Outcome, OutcomeKind
from mapix.properties.errors import DiskError
from mapix.properties.tags import PR_DEFERRED_SEND_TIME, PR_SUBJECT
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler import desk, worker
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.transports import LoadedTransport


def test_the_thread_sends_what_is_submitted_when_it_is_woken(bench):
    """SPL-3."""
    spooler = bench.spooler([Scripted()])
    spooler.start()
    time.sleep(0.1)
    bench.submit()
    spooler.wake()
    assert wait_for(lambda: not bench.queue())


def test_the_thread_finds_what_another_process_submitted_without_being_woken(bench):
    spooler = bench.spooler([Scripted()])
    spooler.start()
    time.sleep(0.1)
    bench.submit()
    assert wait_for(lambda: not bench.queue())


def test_a_message_that_was_put_off_leaves_by_itself_when_its_time_has_come_and_not_before(bench):
    """SPL-36: nobody wakes the thread; the other message does not wait for it."""
    sent_at = []
    transport = Scripted(lambda submission: (sent_at.append(now()), SENT)[1])
    entry_id = bench.submit(subject="put off", values={PR_DEFERRED_SEND_TIME: now() + 3600 * TICKS_PER_SECOND})
    bench.submit(subject="at once")
    spooler = bench.spooler([transport])
    spooler.start()
    assert wait_for(lambda: len(bench.queue()) == 1)
    due = now() + TICKS_PER_SECOND // 10
    bench.spooler_store.outgoing.record(entry_id, {}, due=due, attempts=0, reason="")
    assert wait_for(lambda: not bench.queue())
    assert transport.subjects == ["at once", "put off"]
    assert sent_at[1] >= due


def test_flush_waits_until_everything_is_handed_over(bench):
    for _ in range(5):
        bench.submit()
    spooler = bench.spooler([Scripted(lambda submission: (time.sleep(0.02), SENT)[1])])
    spooler.start()
    assert spooler.flush(60) == 0
    assert spooler.pending() == 0


def test_flush_works_without_a_thread(bench):
    """SPL-3."""
    bench.submit()
    assert bench.spooler([Scripted([RETRY, RETRY, SENT])]).flush(60) == 0


def test_flush_tells_how_many_are_left_and_does_not_wait_for_what_cannot_move(bench):
    """SPL-14."""
    bench.submit()
    spooler = bench.spooler([Scripted(Outcome(OutcomeKind.WAIT, text="down"))], pace=SLOW)
    spooler.start()
    begun = time.monotonic()
    assert spooler.flush(60) == 1
    assert time.monotonic() - begun < 30


def test_flush_tries_again_what_waits_after_a_failed_attempt(bench):
    bench.submit()
    transport = Scripted([RETRY, SENT])
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    assert len(bench.queue()) == 1
    assert spooler.flush(60) == 0


def test_a_transport_that_says_it_is_ready_is_asked_at_once(bench):
    """SPL-43."""
    bench.submit()
    transport = Scripted([Outcome(OutcomeKind.WAIT, text="down"), SENT])
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.start()
    spooler.wake()
    assert wait_for(lambda: len(transport.asked) == 1)
    spooler.wake(ready=True)
    assert wait_for(lambda: not bench.queue())


def test_stop_finishes_the_message_under_way_and_takes_no_other(bench):
    begun = threading.Event()

    def answer(submission):
        begun.set()
        assert wait_for(lambda: spooler.is_stopping)
        return SENT

    for number in range(3):
        bench.submit(subject=str(number))
    spooler = bench.spooler([Scripted(answer)])
    spooler.start()
    assert begun.wait(60)
    assert spooler.stop(60)
    assert [each.get_prop(PR_SUBJECT) for each in bench.contents()] == ["0"]
    assert len(bench.queue()) == 2
    for entry in bench.queue():
        bench.store.abort_submit(entry.entry_id)


def test_a_stopped_spooler_gives_its_role_to_another(bench):
    first, second = bench.spooler([Scripted()]), bench.spooler([Scripted()])
    first.start()
    assert wait_for(lambda: bench.spooler_store in first._office.our_stores)
    first.stop(60)
    bench.submit()
    second.start()
    assert second.flush(60) == 0


def test_a_spooler_can_be_started_again(bench):
    spooler = bench.spooler([Scripted()])
    spooler.start()
    spooler.stop(60)
    bench.submit()
    spooler.start()
    assert spooler.flush(60) == 0


def test_idle_transports_are_told_so(bench):
    transport = Scripted()
    spooler = bench.spooler([transport])
    spooler.start()
    assert wait_for(lambda: transport.flushed > 0)


def test_a_store_in_trouble_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(desk, "APPLY", 0.05)
    with Bench(tmp_path, "one") as one, Bench(tmp_path, "two") as two:
        one.submit()
        two.submit()
        trouble = [True]
        due = one.spooler_store.outgoing.due

        class Failing:
            def __getattr__(self, name):
                return getattr(one.spooler_store._queue, name)

            def due(self, moment, limit=50):
                if trouble[0]:
                    raise DiskError("the disk is gone")
                return due(moment, limit)

        class Troubled:
            outgoing = Failing()

            def __getattr__(self, name):
                return getattr(one.spooler_store, name)

        from mapix.subsystem.spooler.transports import LoadedTransport

        stores = [Troubled(), two.spooler_store]
        spooler = worker.Spooler(
            lambda: stores,
            lambda: [LoadedTransport(b"t", "t", Scripted())],
            default_store=lambda: None,
            identity=dict,
        )
        spooler.start()
        try:
            assert wait_for(lambda: not two.queue())
            assert len(one.queue()) == 1
            trouble[0] = False
            assert wait_for(lambda: not one.queue())
        finally:
            spooler.stop(60)


def test_a_transport_list_that_fails_does_not_end_the_thread(bench):
    failing = [True]

    def transports():
        if failing[0]:
            raise RuntimeError("not now")
        from mapix.subsystem.spooler.transports import LoadedTransport

        return [LoadedTransport(b"t", "t", Scripted())]

    bench.submit()
    spooler = worker.Spooler(
        lambda: [bench.spooler_store], transports, default_store=lambda: None, identity=dict, pace=Pace(first=0.05)
    )
    spooler.start()
    try:
        time.sleep(0.1)
        failing[0] = False
        assert wait_for(lambda: not bench.queue())
    finally:
        spooler.stop(60)


def test_a_message_that_cannot_be_put_off_keeps_no_other_store_waiting(tmp_path, monkeypatch):
    with Bench(tmp_path, "one") as one, Bench(tmp_path, "two") as two:
        one.submit()

        def failing(*args, **kwargs):
            raise DiskError("the disk is full")

        monkeypatch.setattr(one.spooler_store._queue, "record", failing, raising=False)
        spooler = worker.Spooler(
            lambda: [one.spooler_store, two.spooler_store],
            lambda: [LoadedTransport(b"t", "t", Scripted())],
            default_store=lambda: None,
            identity=dict,
        )
        spooler.pump()
        two.submit()
        spooler.pump()
        assert not two.queue()
        assert len(one.queue()) == 1
        spooler.stop(60)
