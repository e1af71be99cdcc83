"""The spooler is one of several processes: who has the role, and who gets it next."""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing

import pytest
from tests.spoolbench import ANN, Scripted, result
from tests.subsystem.spooler.states import SENT, SLOW
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.spi import Outcome, OutcomeKind, RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.properties.errors import DiskError
from mapix.properties.flags import FLUSH_UPLOAD
from mapix.properties.tags import PR_RESPONSIBILITY
from mapix.subsystem.spooler import desk
from mapix.subsystem.spooler.worker import Spooler


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


@pytest.mark.parametrize("flush", ["flush", "flush_queues"])
@pytest.mark.parametrize(
    "kind", [OutcomeKind.WAIT, OutcomeKind.LATER, OutcomeKind.DONE], ids=["wait", "later", "retry"]
)
def test_flush_has_another_process_try_again_at_once(bench, kind, flush):
    """SPL-55: whatever kept the message there, and whoever is asked to hurry."""
    transport = Scripted([outcome_of(kind), SENT])
    bench.submit()
    with closing(bench.open(spooler=True)) as store:
        first = bench.spooler([transport], pace=SLOW)
        first.start()
        assert wait_for(lambda: bench.queue()[0].attempts == 1)
        second = Spooler(lambda: [store], lambda: [], default_store=lambda: store, identity=lambda: ANN)
        second.start()
        assert (second.flush(60) if flush == "flush" else second.flush_queues(FLUSH_UPLOAD, timeout=60)) == 0
        second.stop(60)
    assert len(transport.asked) == 2


def test_haste_asks_a_transport_that_wants_to_be_left_alone_once(bench):
    """SPL-55: what it says then holds for the other messages."""
    transport = Scripted(Outcome(OutcomeKind.WAIT, text="not now"))
    for number in range(3):
        bench.submit(subject=str(number))
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    assert (len(transport.asked), [each.attempts for each in bench.queue()]) == (1, [1, 1, 1])
    with closing(bench.open(spooler=True)) as store:
        desk.ask_for_haste(store)
    spooler.pump()
    assert (len(transport.asked), [each.attempts for each in bench.queue()]) == (2, [2, 2, 2])
    assert {each.reason for each in bench.queue()} == {"not now"}


def outcome_of(kind):
    return RecipientState.RETRY if kind is OutcomeKind.DONE else Outcome(kind, text="not now")


def test_when_the_other_spooler_goes_this_one_takes_over(bench, rival, monkeypatch):
    monkeypatch.setattr(desk, "APPLY", 0.05)
    bench.submit()
    spooler = bench.spooler([Scripted()])
    spooler.start()
    time.sleep(0.1)
    rival.outgoing.resign()
    assert spooler.flush(60) == 0


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
