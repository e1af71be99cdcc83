"""What became of each recipient is written down: nobody gets a message twice, whatever fails and when."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted, outcome, recipient, result
from tests.subsystem.spooler.states import DECLINED, FAILED, RETRY, SENT, SLOW

from mapix.interfaces.spi import AddressTypes, Outcome, RecipientResult
from mapix.objects.messages.content import recipient_rows
from mapix.properties.errors import DiskError, NotInQueue, UnableToAbort
from mapix.properties.tags import (
    PR_DELIVER_TIME,
    PR_EMAIL_ADDRESS,
    PR_REPORT_TEXT,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUBJECT,
)
from mapix.properties.times import now


def rows_of(bench, entry_id) -> dict[str, dict]:
    message = bench.spooler_store.open_entry(entry_id)
    return {row[PR_EMAIL_ADDRESS]: row for row in recipient_rows(message)}


def test_results_are_durable_when_progress_returns(bench):
    """SPL-76."""
    entry_id = bench.submit(["bob@example.com", "cy@example.com"])
    seen = []

    def answer(submission):
        first = submission.recipients[0]
        submission.progress([result(first, SENT)])
        other = bench.open(spooler=True)
        try:
            stored = {row[PR_EMAIL_ADDRESS]: row for row in recipient_rows(other.open_entry(entry_id))}
        finally:
            other.close()
        seen.append({address: bool(row[PR_RESPONSIBILITY]) for address, row in stored.items()})
        return RETRY

    bench.spooler([Scripted([answer, SENT])], pace=SLOW).pump()
    assert seen == [{"bob@example.com": True, "cy@example.com": False}]


def test_a_transport_that_fails_after_progress_repeats_nobody(bench):
    bench.submit(["bob@example.com", "cy@example.com"])

    def answer(submission):
        submission.progress([result(submission.recipients[0], SENT)])
        raise RuntimeError("the transport fell over")

    transport = Scripted([answer, SENT])
    spooler = bench.spooler([transport])
    assert spooler.flush(60) == 0
    assert transport.addresses == [["bob@example.com", "cy@example.com"], ["cy@example.com"]]


def test_why_a_transport_failed_is_the_reason_the_message_waits(bench):
    bench.submit()

    def answer(submission):
        raise RuntimeError("the transport fell over")

    bench.spooler([Scripted(answer)], pace=SLOW).pump()
    assert bench.queue()[0].reason == "RuntimeError: the transport fell over"


def test_a_store_that_cannot_record_never_makes_a_recipient_be_sent_twice(bench, monkeypatch):
    bench.submit(["bob@example.com", "cy@example.com"])
    queue = type(bench.spooler_store.outgoing)
    record, broken = queue.record, [True]

    def failing(self, *args, **kwargs):
        if broken[0]:
            raise DiskError("the disk is full")
        return record(self, *args, **kwargs)

    def answer(submission):
        submission.progress([result(submission.recipients[0], SENT)])
        return outcome(submission, {"cy@example.com": RETRY})

    monkeypatch.setattr(queue, "record", failing)
    transport = Scripted([answer, SENT])
    spooler = bench.spooler([transport])
    spooler.pump()
    assert transport.addresses == [["bob@example.com", "cy@example.com"]]
    spooler.pump()
    assert len(transport.asked) == 1
    broken[0] = False
    assert spooler.flush(60) == 0
    assert transport.addresses == [["bob@example.com", "cy@example.com"], ["cy@example.com"]]


def test_recipients_who_have_it_already_are_shown_and_not_sent(bench):
    """C9: duplicates carry PR_RESPONSIBILITY TRUE when the message is queued."""
    bench.support.expand_recips = lambda rows: [
        row | {PR_RESPONSIBILITY: number > 0} for number, row in enumerate(rows)
    ]
    bench.submit(["bob@example.com", "bob@example.com"])
    transport = Scripted()
    bench.spooler([transport]).pump()
    assert transport.addresses == [["bob@example.com"]]
    assert bench.queue() == []


def test_what_became_of_each_recipient_stands_in_its_row(bench):
    bench.submit(["bob@example.com", "cy@example.com"])
    bench.spooler([Scripted({"bob@example.com": SENT, "cy@example.com": FAILED})]).pump()
    rows = {row[PR_EMAIL_ADDRESS]: row for row in recipient_rows(bench.contents()[0])}
    assert PR_DELIVER_TIME in rows["bob@example.com"]
    assert rows["cy@example.com"][PR_REPORT_TEXT] == "550 5.1.1 unknown"
    assert PR_DELIVER_TIME not in rows["cy@example.com"]


def test_abort_works_before_not_during_and_not_after(bench):
    """SPL-35; scenario 15."""
    aborted = bench.submit(subject="never")
    bench.store.abort_submit(aborted)
    tried = []

    def answer(submission):
        with pytest.raises(UnableToAbort):
            bench.store.abort_submit(sent)
        tried.append(True)
        return SENT

    sent = bench.submit(subject="off")
    bench.spooler([Scripted(answer)]).pump()
    assert tried == [True]
    with pytest.raises(NotInQueue):
        bench.store.abort_submit(sent)
    assert [each.get_prop(PR_SUBJECT) for each in bench.contents()] == ["off"]


def test_a_crash_between_two_transports_leaves_only_the_second_to_do(bench):
    """SPL-76; scenario 16."""
    bench.submit(["bob@example.com", "cy@example.com"])

    class Killed(BaseException):
        pass

    def dies(submission):
        raise Killed

    first = Scripted({"bob@example.com": SENT, "cy@example.com": DECLINED})
    with pytest.raises(Killed):
        bench.spooler([first, Scripted(dies)]).pump()
    bench.spooler_store.outgoing.resign()
    bench.spooler_store.close()
    bench.spooler_store = bench.open(spooler=True)
    again, second = Scripted(), Scripted()
    bench.spooler([again, second]).pump()
    assert again.addresses == [["cy@example.com"]]
    assert bench.queue() == []


def test_a_message_with_nobody_left_to_serve_is_finished_after_a_restart(bench):
    """SPL-76."""
    entry_id = bench.submit()
    row = rows_of(bench, entry_id)["bob@example.com"]
    bench.spooler_store.outgoing.become_spooler()
    sent = {PR_RESPONSIBILITY: True, PR_DELIVER_TIME: now()}
    bench.spooler_store.outgoing.record(entry_id, {row[PR_ROWID]: sent}, due=now(), attempts=0, reason="")
    transport = Scripted()
    bench.spooler([transport]).pump()
    assert transport.asked == []
    assert bench.queue() == []
    assert len(bench.contents()) == 1


def test_results_for_recipients_of_others_are_not_believed(bench):
    bench.submit([recipient("+49 30 123", address_type="FAX"), "bob@example.com"])

    def lies(submission):
        everybody = tuple(RecipientResult(row, SENT) for row in range(10))
        return Outcome(results=everybody)

    fax = Scripted(types=AddressTypes(("FAX",)))
    bench.spooler([Scripted(lies), fax]).pump()
    assert fax.addresses == [["+49 30 123"]]
