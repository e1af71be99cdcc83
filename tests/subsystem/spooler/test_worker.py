"""The spooler at work in its thread: woken, hurried, stopped, and one of several processes."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing

import pytest
from tests.spoolbench import Bench, Scripted, result

from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientState, TransportLogon
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import recipient_rows
from mapix.properties import times
from mapix.properties.errors import DiskError
from mapix.properties.flags import MSGFLAG_ASSOCIATED, MSGFLAG_READ
from mapix.properties.tags import PR_DEFERRED_SEND_TIME, PR_MESSAGE_FLAGS, PR_RESPONSIBILITY, PR_SUBJECT
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler import desk, worker
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.transports import Holds, LoadedTransport

SENT, RETRY = RecipientState.SENT, RecipientState.RETRY
SLOW = Pace(first=3600, most=3600)


def wait_for(condition, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


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
    assert spooler.flush(20) == 1
    assert time.monotonic() - begun < 5


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
    begun, go = threading.Event(), threading.Event()

    def answer(submission):
        begun.set()
        go.wait(60)
        return SENT

    for number in range(3):
        bench.submit(subject=str(number))
    spooler = bench.spooler([Scripted(answer)])
    spooler.start()
    assert begun.wait(60)
    threading.Timer(0.1, go.set).start()
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


@pytest.fixture
def rival(bench):
    """Another logon to the same store, which has the spooler's role first."""
    other = bench.open(spooler=True)
    assert other.outgoing.become_spooler()
    yield other
    other.close()


def test_while_another_process_is_the_spooler_nothing_is_sent_here(bench, rival):
    bench.submit()
    transport = Scripted()
    spooler = bench.spooler([transport])
    spooler.start()
    assert spooler.flush(0.5) == 1
    assert transport.asked == []


def test_flush_waits_for_the_work_of_another_process(bench, rival):
    entry_id = bench.submit()
    spooler = bench.spooler([Scripted()])
    spooler.start()
    threading.Timer(0.2, lambda: rival.finished_msg(entry_id)).start()
    assert spooler.flush(60) == 0


def test_when_the_other_spooler_goes_this_one_takes_over(bench, rival, monkeypatch):
    monkeypatch.setattr(desk, "APPLY", 0.05)
    bench.submit()
    spooler = bench.spooler([Scripted()])
    spooler.start()
    time.sleep(0.1)
    rival.outgoing.resign()
    assert spooler.flush(60) == 0


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
        assert wait_for(lambda: not bench.queue(), 10)
    finally:
        spooler.stop(60)


class Mailbag(TransportLogon):
    """A transport that fetches."""

    def __init__(self, *subjects: str) -> None:
        self.waiting = list(subjects)
        self.accepted: list[bytes] = []

    def address_types(self):
        from mapix.interfaces.spi import AddressTypes

        return AddressTypes(("",))

    def submit_message(self, submission):
        return Outcome(OutcomeKind.NOT_ME)

    def logoff(self):
        pass

    def poll(self):
        return bool(self.waiting)

    def start_message(self, message):
        message.set_props({PR_SUBJECT: self.waiting[0]})
        message.save_changes()
        return self.waiting[0].encode()

    def accept_message(self, token):
        self.accepted.append(token)
        del self.waiting[0]


def test_waiting_mail_is_fetched_into_the_inbox_and_then_acknowledged(bench):
    """SPL-76, M-143; scenario 17."""
    bag = Mailbag("one", "two")
    spooler = bench.spooler([bag])
    assert spooler.pump()
    assert sorted(each.get_prop(PR_SUBJECT) for each in bench.inbox()) == ["one", "two"]
    assert bag.accepted == [b"one", b"two"]


def test_mail_offered_again_after_a_crash_arrives_once(bench):
    """SPL-52, SPL-76; scenario 17."""
    bag = Mailbag("one")
    bag.accept_message = lambda token: (_ for _ in ()).throw(RuntimeError("the line broke"))
    bench.spooler([bag]).pump()
    again = Mailbag("one")
    spooler = bench.spooler([again])
    bench.spooler_store.outgoing.become_spooler()
    spooler.pump()
    assert again.accepted == [b"one"]
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["one"]


def test_what_a_crash_leaves_of_a_message_under_way_is_never_seen_and_goes_at_the_next_fetch(bench, monkeypatch):
    """SPL-52, SPL-75."""
    from mapix.subsystem.spooler import inbound

    def die(*args):
        raise KeyboardInterrupt

    def hidden():
        folder = bench.store.open_entry(bench.store.get_receive_folder("")[0])
        return query_all_rows(folder.get_contents_table(associated=True), (PR_SUBJECT,))

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "_take", die)
        with pytest.raises(KeyboardInterrupt):
            bench.spooler([Mailbag("one")]).pump()
    assert bench.inbox() == []
    assert hidden() == [("one",)]
    again = bench.spooler([Mailbag("one")])
    bench.spooler_store.outgoing.become_spooler()
    again.pump()
    (arrived,) = bench.inbox()
    assert arrived.get_prop(PR_SUBJECT) == "one"
    assert not arrived.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_ASSOCIATED | MSGFLAG_READ)
    assert hidden() == []


def test_the_role_is_kept_while_an_acknowledgement_is_not_recorded(bench, monkeypatch):
    """SPL-76."""
    monkeypatch.setattr(desk, "APPLY", 0.0)
    bench.submit()
    queue, broken = type(bench.spooler_store.outgoing), [True]
    record = queue.record

    def failing(self, *args, **kwargs):
        if broken[0]:
            raise DiskError("the disk is full")
        return record(self, *args, **kwargs)

    def answer(submission):
        submission.progress([result(submission.recipients[0], SENT)])
        return SENT

    monkeypatch.setattr(queue, "record", failing)
    transport = Scripted([answer, SENT])
    first = bench.spooler([transport])
    first.pump()
    with closing(bench.open(spooler=True)) as rival:
        assert not rival.outgoing.become_spooler()
        broken[0] = False
        first.stop(60)
        assert rival.outgoing.become_spooler()
        (entry,) = rival.outgoing.entries()
        rows = recipient_rows(rival.open_entry(entry.entry_id))
    assert [row[PR_RESPONSIBILITY] for row in rows] == [True]
    assert len(transport.asked) == 1


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


@pytest.mark.skipif(os.name == "nt", reason="a file that is open stays at its place there")
def test_a_spooler_whose_role_was_taken_away_sends_nothing_more(bench):
    with closing(bench.open(spooler=True)) as rival:

        def answer(submission):
            bench.path.with_name(bench.path.name + "-spooler").unlink()
            assert rival.outgoing.become_spooler()
            return SENT

        for number in range(3):
            bench.submit(subject=str(number))
        transport = Scripted([answer, SENT, SENT])
        bench.spooler([transport]).pump()
        assert len(transport.asked) == 1
        assert len(bench.queue()) == 2


@pytest.mark.skipif(os.name == "nt", reason="how a system says that it has no locks")
def test_a_file_system_without_locks_is_told_once_and_nothing_is_sent(bench, monkeypatch, caplog):
    import errno
    import fcntl

    def refuse(file, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(desk, "APPLY", 0.0)
    monkeypatch.setattr(fcntl, "flock", refuse)
    bench.submit()
    transport = Scripted()
    spooler = bench.spooler([transport])
    spooler.pump()
    spooler.pump()
    assert transport.asked == []
    assert len(bench.queue()) == 1
    assert caplog.text.count("cannot lock") == 1
