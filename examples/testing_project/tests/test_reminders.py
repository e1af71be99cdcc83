"""A script for win32com.mapi, tested as it is: it logs on to the default profile, which is the test's own."""

import subprocess
import sys

import pytest
from mailjobs import reminders


def test_a_reminder_is_sent_with_its_invoice(mapi_outbox, tmp_path):
    invoice = tmp_path / "invoice.pdf"
    invoice.write_bytes(b"%PDF-1.7 as far as anybody looks")
    reminders.main("ann@example.org", "Invoice 17", str(invoice))
    (sent,) = mapi_outbox
    assert sent.subject == "Reminder: Invoice 17"
    assert sent.to == ["ann@example.org"]
    assert sent.text.startswith("Dear customer,")
    assert sent.attachments == {"invoice.pdf": invoice.read_bytes()}


def test_what_was_sent_lies_in_sent_items(mapi_session, mapi_outbox):
    reminders.main("ann@example.org", "Invoice 17")
    assert len(mapi_outbox) == 1
    assert [message.subject for message in mapi_session.sent.messages] == ["Reminder: Invoice 17"]


def test_an_invoice_that_is_not_there_sends_nothing(mapi_outbox):
    with pytest.raises(FileNotFoundError):
        reminders.main("ann@example.org", "Invoice 17", "/no/such/file")
    assert len(mapi_outbox) == 0


@pytest.mark.mapi(store="sqlite")
def test_the_command_sends_it_too(mapi_profile, mapi_outbox):
    command = [sys.executable, "-m", "mapix", "run", reminders.__file__, "ann@example.org", "Invoice 18"]
    subprocess.run(command, env=mapi_profile.environment, check=True, timeout=60)
    assert [sent.subject for sent in mapi_outbox] == ["Reminder: Invoice 18"]


def test_the_functions_of_win32com_are_at_hand(mapi_pywin32, mapi_outbox):
    mapi = mapi_pywin32
    mapi.MAPIInitialize(None)
    session = reminders.logon()
    with pytest.raises(Exception, match="MAPI_E_UNKNOWN_FLAGS"):
        session.GetMsgStoresTable(0x40)
    assert len(mapi_outbox) == 0
