"""A message is sent again to those it did not reach."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted

from mapix.interfaces.spi import RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.resend import begin_resend
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import MAPI_P1, MAPI_SUBMITTED, MAPI_TO, MSGFLAG_RESEND
from mapix.properties.tags import (
    PR_BODY,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_RECIPIENT_TYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SUBJECT,
)

SENT, FAILED = RecipientState.SENT, RecipientState.FAILED


@pytest.fixture
def report(bench):
    """Of a message that reached one and failed to reach another."""
    bench.submit(["bob@example.com", "cy@example.com"], subject="Order")
    bench.spooler([Scripted({"bob@example.com": SENT, "cy@example.com": FAILED})]).pump()
    (found,) = bench.inbox()
    return found


def test_a_resend_message_shows_everybody_and_names_who_is_to_get_it(bench, report):
    """SPL-30."""
    message = bench.folder().create_message()
    begin_resend(report, message)
    assert message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_RESEND
    assert message.get_prop(PR_MESSAGE_CLASS) == "IPM.Note"
    assert message.get_prop(PR_SUBJECT) == "Order"
    assert message.get_prop(PR_BODY).strip() == "text"
    assert message.get_prop(PR_SENDER_EMAIL_ADDRESS) is None
    message.save_changes(1)
    rows = [(row[PR_EMAIL_ADDRESS], row[PR_RECIPIENT_TYPE] & 0xFFFFFFFF) for row in recipient_rows(message)]
    assert rows == [
        ("bob@example.com", MAPI_TO | MAPI_SUBMITTED),
        ("cy@example.com", MAPI_TO | MAPI_SUBMITTED),
        ("cy@example.com", MAPI_TO | MAPI_P1),
    ]


def test_only_who_failed_gets_it_and_sees_the_list_as_it_was(bench, report):
    """SPL-30, SPL-31."""
    message = bench.folder().create_message()
    begin_resend(report, message)
    message.submit_message()
    shown = []

    def answer(submission):
        shown.append(submission.message.get_prop(PR_DISPLAY_TO))
        return SENT

    transport = Scripted(answer)
    bench.spooler([transport]).pump()
    assert transport.addresses == [["cy@example.com"]]
    assert shown == ["Bob; Cy"]
    assert bench.queue() == []


def test_what_carries_no_original_cannot_be_sent_again(bench):
    """SPL-30."""
    bench.submit(subject="plain")
    bench.spooler([Scripted()]).pump()
    (sent,) = bench.contents()
    with pytest.raises(InvalidParameter):
        begin_resend(sent, bench.folder().create_message())
