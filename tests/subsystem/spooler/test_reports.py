"""What the sender is told: reports as values, and reports that arrive once."""

from __future__ import annotations

import io

import pytest
from tests.spoolbench import ANN, Scripted, recipient

from mapix.interfaces.message import Message
from mapix.interfaces.spi import RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.correspondents import SENDER
from mapix.objects.messages.readreport import ReadKind, report_props
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, MSGFLAG_READ
from mapix.properties.tags import (
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_DELETE_AFTER_SUBMIT,
    PR_DELIVER_TIME,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_DISPLAY_BCC,
    PR_ORIGINAL_DISPLAY_CC,
    PR_ORIGINAL_DISPLAY_NAME,
    PR_ORIGINAL_DISPLAY_TO,
    PR_ORIGINAL_ENTRYID,
    PR_ORIGINAL_SEARCH_KEY,
    PR_ORIGINAL_SUBJECT,
    PR_ORIGINAL_SUBMIT_TIME,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED,
    PR_PRIORITY,
    PR_RECIPIENT_TYPE,
    PR_REPORT_ENTRYID,
    PR_REPORT_TAG,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.properties.times import now
from mapix.subsystem.spooler.delivery import NOBODY, Pace
from mapix.subsystem.spooler.reportcontent import Kind, owed, report_content
from mapix.subsystem.spooler.reports import Reporter

SENT, FAILED, RETRY = RecipientState.SENT, RecipientState.FAILED, RecipientState.RETRY


def failed(number: int = 1, **more) -> dict:
    row = {PR_ROWID: number, PR_RESPONSIBILITY: True, PR_NDR_REASON_CODE: 0, PR_NDR_DIAG_CODE: 0}
    return row | recipient("bob@example.com") | {PR_REPORT_TEXT: "550 5.1.1 unknown"} | more


def delivered(number: int = 2, **more) -> dict:
    return {PR_ROWID: number, PR_RESPONSIBILITY: True, PR_DELIVER_TIME: now()} | recipient("cy@example.com") | more


# who is owed a report


def test_failure_is_reported_unless_it_was_declined():
    """SPL-67, RP-002, RP-006."""
    silent = failed(3) | {PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED: False}
    asked = failed(4) | {PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED: True}
    assert [row[PR_ROWID] for row in owed(Kind.FAILED, {}, [failed(1), delivered(2), silent, asked])] == [1, 4]
    assert owed(Kind.FAILED, {PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED: False}, [failed()]) == []


def test_delivery_is_reported_on_request_of_the_recipient_row_or_the_message():
    """SPL-67, RP-002, RP-006, X-34."""
    asked = delivered(3) | {PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: True}
    assert [row[PR_ROWID] for row in owed(Kind.DELIVERED, {}, [delivered(2), asked, failed()])] == [3]
    assert len(owed(Kind.DELIVERED, {PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: True}, [delivered()])) == 1


def test_nothing_is_reported_of_a_report():
    """RP-001."""
    assert owed(Kind.FAILED, {PR_MESSAGE_CLASS: "Report.IPM.Note.NDR"}, [failed()]) == []


def test_nothing_is_reported_twice():
    """RP-012."""
    assert owed(Kind.FAILED, {}, [failed() | {PR_REPORT_TIME: now()}]) == []


# what a report says

ORIGINAL = MessageContent(
    {
        PR_MESSAGE_CLASS: "IPM.Note.Order",
        PR_SUBJECT: "Order",
        PR_DISPLAY_TO: "Bob",
        PR_CONVERSATION_TOPIC: "Order",
        PR_CONVERSATION_INDEX: b"\x01" * 22,
        PR_REPORT_TAG: b"tag",
        PR_PRIORITY: 1,
        **ANN,
    },
    [failed()],
)


def test_a_nondelivery_report_has_the_required_properties():
    """SPL-65, SPL-68, RP-007."""
    report = report_content(Kind.FAILED, ORIGINAL, [failed()], 1234, to=ANN, key=b"key")
    props = report.properties
    assert props[PR_MESSAGE_CLASS] == "REPORT.IPM.Note.Order.NDR"
    assert props[PR_ORIG_MESSAGE_CLASS] == "IPM.Note.Order"
    assert props[PR_ORIGINAL_SUBJECT] == props[PR_CONVERSATION_TOPIC] == "Order"
    assert props[PR_ORIGINAL_DISPLAY_TO] == "Bob"
    assert props[PR_REPORT_TAG] == b"tag"
    assert props[PR_PRIORITY] == 1
    assert props[PR_REPORT_TIME] == props[PR_MESSAGE_DELIVERY_TIME] == 1234
    assert props[PR_SEARCH_KEY] == b"key"
    assert props[PR_SUBJECT] == "Undeliverable: Order"
    assert {PR_CONVERSATION_INDEX, PR_REPORT_TEXT, PR_SENDER_NAME} <= set(props)


class Large:
    """A text as stores hand out large ones."""

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-16-le")
        self.size = len(self.data)

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.data)


@pytest.mark.parametrize("kind", Kind)
def test_texts_that_the_store_hands_out_in_pieces_are_read(kind):
    """SPL-68, RP-007: a subject and a line of recipients of any length."""
    texts = {PR_SUBJECT: "Order " * 50000, PR_DISPLAY_TO: "Bob; " * 50000}
    large = MessageContent(ORIGINAL.properties | {tag: Large(text) for tag, text in texts.items()}, [failed()])
    report = report_content(kind, large, [failed()], 1234, to=ANN, key=b"key")
    assert report.properties[PR_SUBJECT].endswith(": " + texts[PR_SUBJECT])
    assert report.properties[PR_ORIGINAL_DISPLAY_TO] is large.properties[PR_DISPLAY_TO]
    assert "To: Bob; Bob; " in report.properties[PR_BODY]
    assert len(report.properties[PR_BODY]) < 5000
    read = report_props(ReadKind.READ, large.properties, 1234, ANN)
    assert read[PR_SUBJECT] == "Read: " + texts[PR_SUBJECT]
    assert len(read[PR_BODY]) < 5000


@pytest.mark.parametrize("base", ["IPM." + "x" * 251, "IPM.Note." + "x." * 123, ""])
def test_the_class_of_a_report_is_one_whatever_that_of_the_message_is(base):
    """SPL-65, C-001."""
    found = report_content(Kind.FAILED, MessageContent({PR_MESSAGE_CLASS: base}), [failed()], 1, to=ANN, key=b"key")
    made = found.properties[PR_MESSAGE_CLASS]
    assert made.startswith("REPORT.IPM.")
    assert made.endswith(".NDR")
    assert ".." not in made
    assert len(made) <= 255


def test_each_recipient_of_a_report_has_the_required_columns():
    """RP-008, RP-010."""
    report = report_content(Kind.FAILED, ORIGINAL, [failed()], 1234, to=ANN, key=b"key")
    (row,) = report.recipients
    assert row[PR_NDR_DIAG_CODE] == row[PR_NDR_REASON_CODE] == 0
    assert row[PR_REPORT_TEXT] == "550 5.1.1 unknown"
    assert row[PR_REPORT_TIME] == 1234
    assert row[PR_ORIGINAL_DISPLAY_NAME] == row[PR_DISPLAY_NAME] == "Bob"
    assert row[PR_ORIGINAL_ENTRYID] == row[PR_ENTRYID]
    assert row[PR_ORIGINAL_SEARCH_KEY] == row[PR_SEARCH_KEY] == b"SMTP:BOB@EXAMPLE.COM\0"
    assert PR_RECIPIENT_TYPE in row


def test_the_body_is_readable_and_names_recipient_and_reply():
    text = report_content(Kind.FAILED, ORIGINAL, [failed()], 1234, to=ANN, key=b"k").properties[PR_BODY]
    assert "did not reach" in text
    assert "Bob <bob@example.com>" in text
    assert "550 5.1.1 unknown" in text
    assert "Subject: Order" in text


def test_a_nondelivery_report_carries_the_original_as_it_was_submitted():
    """SPL-68, RP-009."""
    report = report_content(Kind.FAILED, ORIGINAL, [failed()], 1234, to=ANN, key=b"k")
    (attachment,) = report.attachments
    assert attachment.message.properties == ORIGINAL.properties
    (row,) = attachment.message.recipients
    assert row[PR_EMAIL_ADDRESS] == "bob@example.com"
    assert not {PR_RESPONSIBILITY, PR_NDR_REASON_CODE, PR_REPORT_TEXT} & set(row)


def test_a_delivery_report_carries_no_original():
    """SPL-65, SPL-68, RP-009."""
    report = report_content(Kind.DELIVERED, ORIGINAL, [delivered()], 1234, to=ANN, key=b"k")
    assert report.attachments == []
    assert report.properties[PR_MESSAGE_CLASS] == "REPORT.IPM.Note.Order.DR"
    assert PR_DELIVER_TIME in report.recipients[0]


# how it arrives


def test_a_refused_recipient_is_told_to_the_sender_once(bench):
    """SPL-66."""
    bench.submit(["bob@example.com", "cy@example.com"], subject="Order")
    bench.spooler([Scripted({"bob@example.com": SENT, "cy@example.com": FAILED})]).pump()
    (report,) = bench.inbox()
    assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.NDR"
    assert report.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_READ == 0
    assert report.get_prop(PR_ORIGINAL_SUBMIT_TIME)
    assert report.get_prop(PR_ORIGINAL_DISPLAY_TO)
    assert report.get_prop(PR_ORIGINAL_DISPLAY_CC) == report.get_prop(PR_ORIGINAL_DISPLAY_BCC) == ""
    (row,) = recipient_rows(report)
    assert row[PR_EMAIL_ADDRESS] == "cy@example.com"
    assert row[PR_REPORT_TEXT] == "550 5.1.1 unknown"
    assert bench.queue() == []


def test_the_original_can_be_opened_inside_the_report(bench):
    bench.submit(subject="Order")
    bench.spooler([Scripted(FAILED)]).pump()
    (report,) = bench.inbox()
    inner = report.open_attach(0).open_property(PR_ATTACH_DATA_OBJ, Message)
    assert inner.get_prop(PR_SUBJECT) == "Order"
    assert [row[PR_EMAIL_ADDRESS] for row in recipient_rows(inner)] == ["bob@example.com"]
    assert report.open_attach(0).get_prop(PR_ATTACH_METHOD) == ATTACH_EMBEDDED_MSG


def test_whom_no_transport_takes_is_told_to_the_sender(bench):
    """SPL-10, SPL-15, M-142; scenario 15."""
    bench.submit([recipient("+49 30 123", address_type="FAX"), "bob@example.com"])
    bench.spooler([Scripted()]).pump()
    (report,) = bench.inbox()
    (row,) = recipient_rows(report)
    assert row[PR_REPORT_TEXT] == NOBODY
    assert bench.queue() == []


def test_several_failures_of_one_attempt_make_one_report(bench):
    """SPL-66, RP-012."""
    bench.submit([f"nobody{n}@example.com" for n in range(3)])
    bench.spooler([Scripted(FAILED)]).pump()
    (report,) = bench.inbox()
    assert len(recipient_rows(report)) == 3


def test_a_failure_is_told_at_once_while_others_are_still_tried(bench):
    bench.submit(["bob@example.com", "cy@example.com"])
    transport = Scripted([{"bob@example.com": FAILED, "cy@example.com": RETRY}, SENT])
    spooler = bench.spooler([transport], pace=Pace(first=3600))
    spooler.pump()
    assert len(bench.inbox()) == len(bench.queue()) == 1
    assert spooler.flush(60) == 0
    assert len(bench.inbox()) == 1


def test_a_crash_between_the_report_and_its_record_makes_no_second_report(bench, monkeypatch):
    bench.submit(["bob@example.com", "cy@example.com"])

    class Killed(BaseException):
        pass

    report = Reporter.report

    def dies(self, *args):
        report(self, *args)
        raise Killed

    transport = Scripted([{"bob@example.com": FAILED, "cy@example.com": RETRY}, {"cy@example.com": FAILED}])
    monkeypatch.setattr(Reporter, "report", dies)
    with pytest.raises(Killed):
        bench.spooler([transport]).pump()
    monkeypatch.setattr(Reporter, "report", report)
    bench.spooler_store.outgoing.resign()
    bench.spooler_store.close()
    bench.spooler_store = bench.open(spooler=True)
    assert bench.spooler([transport]).flush(60) == 0
    told = [[row[PR_EMAIL_ADDRESS] for row in recipient_rows(each)] for each in bench.inbox()]
    assert sorted(told) == [["bob@example.com"], ["cy@example.com"]]


def test_the_same_message_submitted_again_is_reported_again(bench):
    for _ in range(2):
        bench.submit()
    bench.spooler([Scripted(FAILED)]).pump()
    assert len(bench.inbox()) == 2


def test_a_delivery_report_comes_when_it_was_asked_for(bench):
    """SPL-65, SPL-67."""
    bench.submit(values={PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED: True})
    bench.spooler([Scripted()]).pump()
    (report,) = bench.inbox()
    assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.DR"
    assert report.get_prop(PR_SUBJECT) == "Delivered: hello"


def test_a_report_asked_to_go_elsewhere_is_sent_there(bench):
    """SPL-68, RP-003, RP-014."""
    elsewhere = OneOff("Post office", "SMTP", "post@example.com").dump()
    bench.submit(values={PR_REPORT_ENTRYID: elsewhere})
    transport = Scripted([FAILED, SENT])
    spooler = bench.spooler([transport])
    spooler.pump()
    assert spooler.flush(60) == 0
    assert bench.inbox() == []
    assert transport.addresses == [["bob@example.com"], ["post@example.com"]]
    assert bench.contents(PR_IPM_OUTBOX_ENTRYID) == []


@pytest.mark.parametrize("reader", [b"nobody", bytes(20), bytes(4) + b"sixteen of bytes" + b"and more"])
def test_a_report_asked_to_go_to_nobody_who_can_be_reached_is_the_sender_s(bench, reader):
    bench.submit(values={PR_REPORT_ENTRYID: reader})
    transport = Scripted(FAILED)
    bench.spooler([transport]).pump()
    assert bench.queue() == []
    assert len(transport.asked) == 1
    (report,) = bench.inbox()
    assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.NDR"
    assert PR_DELETE_AFTER_SUBMIT not in report.get_props()


def test_a_report_asked_to_go_to_the_sender_goes_to_the_inbox(bench):
    bench.submit(values={PR_REPORT_ENTRYID: OneOff("Me", "SMTP", "Ann@Example.com").dump()})
    bench.spooler([Scripted(FAILED)]).pump()
    assert len(bench.inbox()) == 1


def test_the_reader_of_a_report_is_the_sender_of_the_message():
    report = report_content(Kind.FAILED, ORIGINAL, [failed()], 1, to=ANN, key=b"k")
    from mapix.objects.messages.correspondents import RECEIVED_BY

    assert RECEIVED_BY.smtp(report.properties) == SENDER.smtp(ANN)
