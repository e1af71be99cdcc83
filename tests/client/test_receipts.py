"""Receipts, from the request to the report in the sender's Inbox."""

from __future__ import annotations

import pytest

from mapix.client import Message, Session
from mapix.formats.mime import from_mime, to_mime
from mapix.objects.messages.content import read_content
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_DEFERRED_SEND_NUMBER,
    PR_DEFERRED_SEND_UNITS,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_ORIGINAL_SUBJECT,
    PR_READ_RECEIPT_REQUESTED,
)
from mapix.properties.times import to_datetime


def send(session: Session, subject: str) -> None:
    """Mail to oneself that asks for both kinds of receipt, delivered."""
    message = session.new(subject=subject, to="ann@example.org", text="hello")
    message[PR_READ_RECEIPT_REQUESTED] = True
    message[PR_NON_RECEIPT_NOTIFICATION_REQUESTED] = True
    message.submit()
    assert session.flush(float("inf")) == 0


def reports(session: Session) -> list[tuple[str, str | None]]:
    """Class and original subject of the reports in the Inbox."""
    assert session.flush() == 0
    found = [(one[PR_MESSAGE_CLASS], one.get(PR_ORIGINAL_SUBJECT)) for one in session.inbox.messages]
    return [(kind, subject) for kind, subject in found if kind.startswith("REPORT")]


def test_who_asked_learns_that_the_message_was_read_once(session: Session) -> None:
    """RP-002..RP-005, M-120."""
    send(session, "Budget")
    (message,) = session.inbox.messages
    assert reports(session) == []
    message.mark_read()
    message.mark_read(False)
    message.mark_read()
    assert reports(session) == [("REPORT.IPM.Note.IPNRN", "Budget")]
    (report,) = [one for one in session.inbox.messages if one.subject != "Budget"]
    assert report.subject == "Read: Budget"
    assert report.sender_address == "ann@example.org"
    report.mark_read()
    assert len(reports(session)) == 1


def test_a_reader_may_keep_it_to_himself(session: Session) -> None:
    """M-120: SUPPRESS_RECEIPT."""
    send(session, "Budget")
    (message,) = session.inbox.messages
    message.mark_read(receipt=False)
    message.delete()
    assert reports(session) == []


def test_who_asked_learns_that_the_message_was_thrown_away_unread(session: Session) -> None:
    """X-14, RP-013."""
    send(session, "Budget")
    (message,) = session.inbox.messages
    message.delete()
    session.deleted.messages[0].delete()
    assert reports(session) == [("REPORT.IPM.Note.IPNNRN", "Budget")]


def test_a_receipt_is_a_disposition_notification_in_internet_mail(session: Session) -> None:
    """RP-001; RFC 8098 3: it names the message that was read."""
    send(session, "Budget")
    (message,) = session.inbox.messages
    message.mark_read()
    session.flush()
    (report,) = [one for one in session.inbox.messages if one.subject != "Budget"]
    written = to_mime(read_content(report.mapi)).decode()
    assert "multipart/report" in written
    assert "message/disposition-notification" in written
    assert f"Original-Message-ID: {message.message_id}" in written
    assert from_mime(written.encode()).value.properties[PR_MESSAGE_CLASS] == "REPORT.IPM.Note.IPNRN"


@pytest.mark.parametrize("ticks", [-1, 1 << 62, (1 << 63) - 1])
def test_a_message_of_no_time_at_all_is_listed_and_its_reader_told_of(session: Session, ticks: int) -> None:
    """P-023, RP-007: whatever somebody else wrote into it."""
    send(session, "Budget")
    (message,) = session.inbox.messages
    message.mapi.set_props({PR_CLIENT_SUBMIT_TIME: ticks, PR_MESSAGE_DELIVERY_TIME: ticks})
    message.save()
    (message,) = session.inbox.messages
    assert (message.delivered, message.submitted, message[PR_CLIENT_SUBMIT_TIME]) == (None, None, ticks)
    assert list(session.inbox.messages.select(Message.delivered)) == [(None,)]
    assert "Budget" in repr(message)
    message.mark_read()
    assert reports(session) == [("REPORT.IPM.Note.IPNRN", "Budget")]


def test_what_is_put_off_for_longer_than_there_are_years_waits(session: Session) -> None:
    """SPL-36, M-144."""
    message = session.new(subject="Budget", to="ann@example.org")
    message[PR_DEFERRED_SEND_NUMBER] = (1 << 31) - 1
    message[PR_DEFERRED_SEND_UNITS] = 3
    message.submit()
    assert session.flush(0) == session.flush(float("-inf")) == 1
    (entry,) = session.store.mapi.outgoing.entries()
    assert to_datetime(entry.due).year == 9999
