"""Messages on their way out: every outcome of every transport, over a real store."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted, outcome, recipient, result

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind, RecipientResult, RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.properties.errors import DiskError, NotInQueue, UnableToAbort
from mapix.properties.flags import MSGFLAG_SUBMIT, MSGFLAG_UNSENT
from mapix.properties.tags import (
    PR_DELETE_AFTER_SUBMIT,
    PR_DELIVER_TIME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_REPORT_TEXT,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUBJECT,
)
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.journey import NO_TRANSPORT
from mapix.subsystem.spooler.transports import AbsentTransport

SENT, FAILED, RETRY, DECLINED = (
    RecipientState.SENT,
    RecipientState.FAILED,
    RecipientState.RETRY,
    RecipientState.DECLINED,
)
SLOW = Pace(first=3600, most=3600)


def rows_of(bench, entry_id) -> dict[str, dict]:
    message = bench.spooler_store.open_entry(entry_id)
    return {row[PR_EMAIL_ADDRESS]: row for row in recipient_rows(message)}


def test_a_message_that_is_sent_leaves_the_queue_for_the_sent_mail_folder(bench):
    """SPL-1, SPL-25; scenario 16."""
    bench.submit(subject="off")
    transport = Scripted()
    assert bench.spooler([transport]).pump()
    assert transport.addresses == [["bob@example.com"]]
    assert bench.queue() == []
    (kept,) = bench.contents()
    assert kept.get_prop(PR_SUBJECT) == "off"
    assert kept.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT) == 0


def test_without_a_sent_mail_folder_it_stays_in_the_outbox(bench):
    """SPL-25; scenario 16."""
    bench.submit(sent=False)
    bench.spooler([Scripted()]).pump()
    assert bench.queue() == []
    assert len(bench.contents(PR_IPM_OUTBOX_ENTRYID)) == 1


@pytest.mark.parametrize("sent", [True, False])
def test_a_message_to_be_deleted_after_submission_is_gone(bench, sent):
    """Scenario 16."""
    bench.submit(sent=sent, values={PR_DELETE_AFTER_SUBMIT: True})
    bench.spooler([Scripted()]).pump()
    assert bench.contents() == bench.contents(PR_IPM_OUTBOX_ENTRYID) == bench.queue() == []


def test_messages_leave_in_the_order_of_submission(bench):
    """SPL-4."""
    for number in range(5):
        bench.submit(subject=str(number))
    transport = Scripted()
    bench.spooler([transport]).pump()
    assert transport.subjects == list("01234")


def test_what_a_transport_declines_goes_to_the_next_in_order(bench):
    """SPL-10; scenario 15."""
    bench.submit(["bob@example.com", "cy@example.com"])
    first, second = Scripted({"bob@example.com": SENT, "cy@example.com": DECLINED}), Scripted()
    bench.spooler([first, second]).pump()
    assert first.addresses == [["bob@example.com", "cy@example.com"]]
    assert second.addresses == [["cy@example.com"]]


def test_not_me_asks_the_next_transport(bench):
    """SPL-10; scenario 15."""
    bench.submit()
    first, second = Scripted(Outcome(OutcomeKind.NOT_ME)), Scripted()
    bench.spooler([first, second]).pump()
    assert second.addresses == [["bob@example.com"]]
    assert bench.queue() == []


def test_each_address_type_finds_its_transport(bench):
    """SPL-10, SPL-11."""
    bench.submit(["bob@example.com", recipient("+49 30 123", address_type="FAX")])
    smtp, fax = Scripted(), Scripted(types=AddressTypes(("fax",)))
    bench.spooler([smtp, fax]).pump()
    assert (smtp.addresses, fax.addresses) == ([["bob@example.com"]], [["+49 30 123"]])
    assert bench.queue() == []


@pytest.mark.parametrize("kind", [OutcomeKind.WAIT, OutcomeKind.BUSY])
def test_a_transport_that_is_down_makes_the_message_wait_without_a_report(bench, kind):
    """SPL-14; scenario 15."""
    bench.submit()
    transport = Scripted(Outcome(kind, wait=120, text="no line"))
    before = now()
    bench.spooler([transport]).pump()
    (entry,) = bench.queue()
    assert entry.reason == "no line"
    assert 119 * TICKS_PER_SECOND < entry.due - before < 125 * TICKS_PER_SECOND
    assert bench.inbox() == []


def test_a_transport_that_is_down_is_not_asked_for_every_message(bench):
    for _ in range(4):
        bench.submit()
    transport = Scripted(Outcome(OutcomeKind.WAIT, text="no line"))
    bench.spooler([transport], pace=SLOW).pump()
    assert len(transport.asked) == 1
    assert [entry.reason for entry in bench.queue()] == ["no line"] * 4


def test_a_later_message_overtakes_one_that_waits_for_another_transport(bench):
    """SPL-4."""
    bench.submit([recipient("+49 30 123", address_type="FAX")])
    bench.submit()
    fax = Scripted(Outcome(OutcomeKind.WAIT, text="no line"), AddressTypes(("FAX",)))
    smtp = Scripted()
    bench.spooler([fax, smtp], pace=SLOW).pump()
    assert smtp.addresses == [["bob@example.com"]]
    assert len(bench.queue()) == 1


def test_a_transport_that_was_down_gets_the_message_later(bench):
    bench.submit()
    transport = Scripted([Outcome(OutcomeKind.WAIT, wait=0.1), SENT])
    spooler = bench.spooler([transport])
    spooler.pump()
    assert spooler.flush(60) == 0
    assert len(transport.asked) == 2


def test_without_any_transport_messages_wait(bench):
    bench.submit()
    bench.spooler([]).pump()
    assert bench.queue()[0].reason == NO_TRANSPORT
    assert bench.inbox() == []


def test_a_transport_that_could_not_be_logged_on_keeps_its_mail_waiting(bench):
    """SPL-14."""
    bench.submit()
    bench.spooler([Scripted(DECLINED), AbsentTransport("the settings are incomplete")]).pump()
    assert bench.queue()[0].reason == "the settings are incomplete"


def test_only_who_was_put_off_is_tried_again(bench):
    bench.submit(["bob@example.com", "cy@example.com"])
    transport = Scripted([{"bob@example.com": SENT, "cy@example.com": RETRY}, SENT])
    spooler = bench.spooler([transport])
    assert spooler.flush(60) == 0
    assert transport.addresses == [["bob@example.com", "cy@example.com"], ["cy@example.com"]]
    assert [each.attempt for each in transport.asked] == [1, 2]
    assert len({each.message_id for each in transport.asked}) == 1
    assert len({each.delivery_key for each in transport.asked}) == 1


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


class Hook:
    def __init__(self, folder=None, error=None):
        self.folder, self.error, self.seen = folder, error, []

    def outbound(self, message):
        self.seen.append(message.get_prop(PR_SUBJECT))
        if self.error:
            raise self.error
        return self.folder


def test_an_outbound_hook_may_choose_another_folder_for_sent_mail(bench):
    """SPL-22, SPI-6."""
    target = bench.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID)
    hook = Hook(target)
    bench.submit(subject="seen")
    bench.spooler([Scripted()], hooks=[hook]).pump()
    assert hook.seen == ["seen"]
    assert bench.contents() == []
    assert [each.get_prop(PR_SUBJECT) for each in bench.contents(PR_IPM_WASTEBASKET_ENTRYID)] == ["seen"]


def test_a_sent_message_stays_where_it_is_when_the_hook_s_folder_is_gone(bench):
    root = bench.store.open_entry(None, Access.MODIFY)
    gone = root.create_folder("Gone").get_prop(PR_ENTRYID)
    root.delete_folder(gone)
    bench.submit(subject="seen")
    bench.spooler([Scripted()], hooks=[Hook(gone)]).pump()
    assert bench.queue() == []
    (message,) = bench.contents(PR_IPM_OUTBOX_ENTRYID)
    assert not message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT


def test_an_outbound_hook_that_fails_does_not_stop_the_message(bench):
    bench.submit()
    bench.spooler([Scripted()], hooks=[Hook(error=RuntimeError("no"))]).pump()
    assert bench.queue() == []
    assert len(bench.contents()) == 1


def test_a_message_whose_time_has_not_come_stays(bench):
    """SPL-36."""
    from mapix.properties.tags import PR_DEFERRED_SEND_TIME

    bench.submit(values={PR_DEFERRED_SEND_TIME: now() + 3600 * TICKS_PER_SECOND})
    transport = Scripted()
    spooler = bench.spooler([transport])
    assert not spooler.pump()
    assert spooler.flush(0.5) == 1
    assert transport.asked == []


def test_a_queued_message_stays_readable_for_clients(bench):
    entry_id = bench.submit(subject="waiting")
    bench.spooler([]).pump()
    assert bench.store.open_entry(entry_id, Access.BEST).get_prop(PR_SUBJECT) == "waiting"


def test_results_for_recipients_of_others_are_not_believed(bench):
    bench.submit([recipient("+49 30 123", address_type="FAX"), "bob@example.com"])

    def lies(submission):
        everybody = tuple(RecipientResult(row, SENT) for row in range(10))
        return Outcome(results=everybody)

    fax = Scripted(types=AddressTypes(("FAX",)))
    bench.spooler([Scripted(lies), fax]).pump()
    assert fax.addresses == [["+49 30 123"]]


# looking ahead


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
    again.flush(5)
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
