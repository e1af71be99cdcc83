"""Code for mapix: it is given the session, and what it sent is looked at."""

import pytest
from mailjobs.reports import answered, send_report

import mapix

FIGURES = [("North", 12), ("South", 30)]


def test_a_report_goes_to_everybody_with_its_figures(mapi_session, mapi_outbox):
    send_report(mapi_session, "2026-03", FIGURES, ["ann@example.org", "bob@example.org"])
    (sent,) = mapi_outbox
    assert sent.to == ["ann@example.org", "bob@example.org"]
    assert sent.message.importance == 2
    assert "<td>South</td><td>30</td>" in sent.html
    assert sent.attachments["2026-03.csv"] == b"North;12\nSouth;30\n"
    assert sent.email["Importance"] == "high"


def test_nothing_went_out_before(mapi_outbox):
    assert list(mapi_outbox) == []


def test_who_is_unknown_comes_back_to_the_sender(mapi_session, mapi_outbox):
    mapi_outbox.refuse("bob@example.org")
    send_report(mapi_session, "2026-03", FIGURES, ["ann@example.org", "bob@example.org"])
    assert mapi_outbox[0].recipients == ["ann@example.org"]
    assert [message.message_class for message in mapi_session.inbox.messages] == ["REPORT.IPM.Note.NDR"]
    assert answered(mapi_session, "2026-03") == set()


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_answers_are_recognised(store, request):
    request.node.add_marker(pytest.mark.mapi(store=store))
    session = request.getfixturevalue("mapi_session")
    answer = mapix.Message(subject="AW: Report 2026-03", text="Fine.", sender="Ann <ann@example.org>")
    session.inbox.messages.add(answer)
    assert answered(session, "2026-03") == {"ann@example.org"}
    assert session.inbox.unread == 0


def test_the_store_has_the_folders_of_mail(mapi_store):
    assert mapi_store.inbox.count == 0
    assert mapi_store.sent.name == "Sent Items"
