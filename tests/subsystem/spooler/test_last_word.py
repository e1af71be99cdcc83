"""The last word about a message: with its record the message is finished in one step, where nothing else is to be done;
where something is, or it fails, the record comes first and alone.
"""

from __future__ import annotations

from tests.spoolbench import Bench, Scripted

from mapix.interfaces.spi import RecipientResult, RecipientState
from mapix.objects.content import recipient_rows
from mapix.properties.errors import DiskError
from mapix.properties.tags import (
    PR_IPM_SENTMAIL_ENTRYID,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)

SENT = RecipientState.SENT


class Telling(Scripted):
    """Acknowledges through `progress`, and notes what the queue and the rows look like right after it."""

    def __init__(self, bench) -> None:
        super().__init__(self.tell)
        self.bench = bench
        self.left: list[list[bool]] = []
        self.recorded: list[bool] = []

    def tell(self, submission):
        submission.meanwhile()
        submission.progress([RecipientResult(row[PR_ROWID], SENT) for row in submission.recipients])
        backend = self.bench.spooler_store.context.backend
        self.left.append([row.locked for row in backend.queue()])
        kept = self.bench.spooler_store.open_entry(submission.message.entry_id)
        self.recorded.append(all(row[PR_RESPONSIBILITY] for row in recipient_rows(kept)))
        return SENT


def test_the_acknowledgement_finishes_the_message_and_locks_the_next(bench):
    for number in range(3):
        bench.submit(subject=str(number))
    transport = Telling(bench)
    bench.spooler([transport]).pump()
    assert transport.left == [[True, False], [True], []]
    assert transport.recorded == [True] * 3
    assert transport.subjects == [each.get_prop(PR_SUBJECT) for each in bench.contents()] == list("012")


def test_when_the_last_step_fails_the_record_stands_and_the_step_is_done_afterwards(bench, monkeypatch):
    bench.submit()
    finished, database = bench.spooler_store.finished_msg, bench.spooler_store.context.backend.database

    def finished_alone(entry_id):
        finished(entry_id)
        if database.depth:
            raise DiskError("no space")

    monkeypatch.setattr(bench.spooler_store, "finished_msg", finished_alone)
    transport = Telling(bench)
    bench.spooler([transport]).pump()
    assert transport.left == [[True]]
    assert transport.recorded == [True]
    assert bench.queue() == []
    assert len(bench.contents()) == 1


def test_a_next_message_that_is_gone_keeps_nothing_from_being_finished(bench):
    bench.submit(subject="first")
    second = bench.submit(subject="second")
    transport = Telling(bench)
    transport.prepare = lambda submission: bench.store.abort_submit(second)
    bench.spooler([transport]).pump()
    assert transport.left == [[]]
    assert transport.subjects == ["first"]
    assert bench.queue() == []


def test_a_hook_is_asked_before_the_message_is_finished(bench):
    class Hook:
        def outbound(self, message):
            assert len(bench.queue()) == 1

    bench.submit()
    transport = Telling(bench)
    bench.spooler([transport], hooks=[Hook()]).pump()
    assert transport.left == [[True]]
    assert transport.recorded == [True]
    assert bench.queue() == []


def test_a_report_that_is_wanted_is_made_before_the_message_is_finished(bench):
    bench.submit(values={PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: True})
    transport = Telling(bench)
    bench.spooler([transport]).pump()
    assert transport.left == [[True]]
    assert len(bench.inbox()) == 1
    assert bench.queue() == []


def test_a_copy_for_another_store_is_made_after_the_record(bench, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with Bench(tmp_path / "elsewhere") as other:
        folder = other.store.get_prop(PR_IPM_SENTMAIL_ENTRYID)
    bench.submit(sent=False, values={PR_SENTMAIL_ENTRYID: folder})
    transport = Telling(bench)
    bench.spooler([transport]).pump()
    assert transport.left == [[True]]
    assert transport.recorded == [True]
    assert bench.queue() == []
