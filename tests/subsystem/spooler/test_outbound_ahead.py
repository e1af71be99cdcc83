"""Messages made ready, and brought to their last step, while a peer thinks."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted
from tests.subsystem.spooler.states import SENT

from mapix.interfaces.prop import Access
from mapix.properties.tags import (
    PR_SUBJECT,
)
from mapix.properties.times import TICKS_PER_SECOND, now


def thinking(submission):
    """A peer that takes its time."""
    for _ in range(4):
        submission.meanwhile()
    return SENT


def test_the_next_message_is_made_ready_once_while_a_peer_thinks(bench):
    for number in range(3):
        bench.submit(subject=str(number))
    transport = Scripted(thinking)
    bench.spooler([transport]).pump()
    assert transport.prepared == [each.delivery_key for each in transport.asked[1:]]
    assert transport.subjects == ["0", "1", "2"]


def test_a_message_that_is_aborted_after_the_look_is_not_sent(bench):
    first, second = bench.submit(subject="first"), bench.submit(subject="second")

    def answer(submission):
        submission.meanwhile()
        bench.store.abort_submit(second)
        return SENT

    transport = Scripted([answer, SENT])
    bench.spooler([transport]).pump()
    assert transport.subjects == ["first"]
    assert bench.queue() == []
    assert first != second


@pytest.mark.parametrize("later", [False, True])
def test_a_message_submitted_anew_after_the_look_is_sent_as_it_is_now_and_when_it_is_to(bench, later):
    from mapix.properties.tags import PR_DEFERRED_SEND_TIME

    bench.submit(subject="first")
    second = bench.submit(subject="old")

    def answer(submission):
        submission.meanwhile()
        bench.store.abort_submit(second)
        message = bench.store.open_entry(second, Access.MODIFY)
        message.set_props({PR_SUBJECT: "new"})
        if later:
            message.set_props({PR_DEFERRED_SEND_TIME: now() + 3600 * TICKS_PER_SECOND})
        message.submit_message()
        return SENT

    transport = Scripted([answer, SENT])
    bench.spooler([transport]).pump()
    assert transport.subjects == (["first"] if later else ["first", "new"])
    assert len(bench.queue()) == int(later)
    if later:
        bench.store.abort_submit(second)


def test_a_transport_that_cannot_get_ready_sends_all_the_same(bench):
    class Clumsy(Scripted):
        def prepare(self, submission):
            raise RuntimeError("not now")

    for number in range(2):
        bench.submit(subject=str(number))
    transport = Clumsy(thinking)
    bench.spooler([transport]).pump()
    assert transport.subjects == ["0", "1"]
    assert bench.queue() == []


# the last step


def test_the_last_step_of_a_message_is_made_while_the_next_peer_thinks(bench):
    """SPL-76."""
    first, _ = bench.submit(subject="first"), bench.submit(subject="second")
    seen = []

    def answer(submission):
        for _ in range(2):
            seen.append([each.entry_id == first for each in bench.queue()])
            submission.meanwhile()
        return SENT

    bench.spooler([Scripted(answer)]).pump()
    assert seen == [[True, False], [True, False], [True, False], [False]]
    assert bench.queue() == []


def test_a_transport_without_time_to_spare_keeps_no_message_from_its_last_step(bench):
    bench.submit(subject="first")
    bench.submit(subject="second")
    left = []

    def answer(submission):
        left.append(len(bench.queue()))
        return SENT

    bench.spooler([Scripted(answer)]).pump()
    assert left == [2, 1]
    assert bench.queue() == []


def test_a_last_step_that_fails_puts_off_its_own_message_only(bench, monkeypatch):
    first = bench.submit(subject="first")
    bench.submit(subject="second")
    finish = bench.spooler_store.finished_msg

    def failing(entry_id, *, folder=None):
        if entry_id == first:
            raise OSError("not now")
        return finish(entry_id, folder=folder)

    monkeypatch.setattr(bench.spooler_store, "finished_msg", failing)
    transport = Scripted(thinking)
    bench.spooler([transport]).pump()
    assert transport.subjects == ["first", "second"]
    (left,) = bench.queue()
    assert (left.entry_id, left.attempts) == (first, 1)
    monkeypatch.undo()
    again = bench.spooler([transport])
    again.flush(60)
    assert transport.subjects == ["first", "second"]
    assert bench.queue() == []


def test_the_last_step_is_made_when_the_spooler_is_stopped_between_two_messages(bench):
    bench.submit(subject="first")
    second = bench.submit(subject="second")

    def answer(submission):
        submission.meanwhile()
        spooler.stop(0)
        return SENT

    transport = Scripted(answer)
    spooler = bench.spooler([transport])
    spooler.pump()
    assert transport.subjects == ["first"]
    assert [each.entry_id for each in bench.queue()] == [second]
