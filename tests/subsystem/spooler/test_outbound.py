"""Messages on their way out: every outcome of every transport, hooks, and who waits, over a real store."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted, recipient
from tests.subsystem.spooler.states import DECLINED, RETRY, SENT, SLOW

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind
from mapix.objects.messages.content import recipient_rows
from mapix.properties.flags import MSGFLAG_SUBMIT, MSGFLAG_UNSENT
from mapix.properties.tags import (
    PR_DELETE_AFTER_SUBMIT,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_RESPONSIBILITY,
    PR_SUBJECT,
)
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.spooler.journey import NO_TRANSPORT
from mapix.subsystem.spooler.transports import AbsentTransport


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


def test_each_call_shows_who_is_the_transport_s_to_handle(bench):
    """SPL-10, SPL-76; scenario 15: PR_RESPONSIBILITY in the message's own table; nothing of it is saved."""
    shown = []

    def look(answer):
        def asked(submission):
            rows = recipient_rows(submission.message)
            shown.append({row[PR_EMAIL_ADDRESS]: row[PR_RESPONSIBILITY] for row in rows})
            return answer

        return asked

    bench.submit(["bob@x", recipient("7", address_type="FAX"), "cy@x"])
    first = Scripted(look({"bob@x": SENT, "cy@x": DECLINED}))
    fax, last = Scripted(look(SENT), types=AddressTypes(("FAX",))), Scripted(look(RETRY))
    bench.spooler([first, fax, last]).pump()
    assert shown == [
        {"bob@x": False, "7": True, "cy@x": False},
        {"bob@x": True, "7": False, "cy@x": True},
        {"bob@x": True, "7": True, "cy@x": False},
    ]
    (waiting,) = bench.contents(PR_IPM_OUTBOX_ENTRYID)
    assert [row[PR_RESPONSIBILITY] for row in recipient_rows(waiting)] == [True, True, False]


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
