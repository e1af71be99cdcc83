"""A server that ends a conversation it had kept: whoever it would take gets the message over a fresh connection."""

from __future__ import annotations

import pytest
from tests.fixtures_smtp import ACCEPT, Running, Sink, running
from tests.spoolbench import Bench, Section, Support, recipient

from mapix.objects.messages.content import recipient_rows
from mapix.properties.flags import MAPI_BCC
from mapix.properties.tags import PR_EMAIL_ADDRESS, PR_REPORT_TEXT
from mapix.providers.smtp.service import NONE
from mapix.providers.smtp.transport import SmtpProvider
from mapix.subsystem.spooler.delivery import Pace

CLOSING = "421 4.3.2 closing"
SLOW = Pace(first=3600, most=3600)


def reports(bench: Bench) -> dict[str, str]:
    """What was reported of whom."""
    rows = [row for report in bench.inbox() for row in recipient_rows(report)]
    return {row[PR_EMAIL_ADDRESS]: row[PR_REPORT_TEXT] for row in rows}


def one_round(bench: Bench, server: Running) -> None:
    """What waits is tried once."""
    values = {"host": "127.0.0.1", "port": server.port, "security": NONE, "timeout": 5}
    transport = SmtpProvider().logon(Support(Section(values, {})))
    bench.spooler([transport], pace=SLOW).pump()
    transport.logoff()


@pytest.mark.parametrize(
    ("refused", "why"),
    [("jürgen@example.com", "does not offer SMTPUTF8"), ("no@example.com", "550 5.1.1"), ("no address", "553 5.1.3")],
)
@pytest.mark.parametrize("at", ["the dot", "the sender", "the recipient"])
def test_who_can_be_reached_waits_for_nothing_when_another_recipient_cannot_be(tmp_path, refused, why, at):
    """SPL-76: nobody was told anything yet, so the message goes again at once, and once."""
    sink = Sink(on_rcpt={"no@example.com": "550 5.1.1 unknown"})
    answers = [ACCEPT, CLOSING, ACCEPT] if at == "the dot" else [ACCEPT, ACCEPT]
    sink.on_data = lambda envelope: answers.pop(0)
    closing = {"the sender": sink.on_mail, "the recipient": sink.on_rcpt}.get(at)
    who = {"the sender": "ann@example.com", "the recipient": "bob@example.com"}.get(at, "")
    greeted = sink.handle_connected

    def connected() -> int:
        if closing is not None and sink.connections:
            closing.pop(who, None)
        return greeted()

    def taken(event: str, received: object) -> None:
        if closing is not None and len(sink.accepted) == 1:
            closing[who] = CLOSING

    sink.handle_connected, sink.log = connected, taken
    with Bench(tmp_path) as bench, running(sink) as server:
        bench.submit(["cy@example.com"], "first")
        bench.submit([recipient(refused, MAPI_BCC), "bob@example.com"], "second")
        one_round(bench, server)
        assert [each.recipients for each in sink.accepted] == [("cy@example.com",), ("bob@example.com",)]
        assert bench.queue() == []
        assert list(reports(bench)) == [refused]
        assert why in reports(bench)[refused]
        assert sink.connections == 2


def test_a_server_that_closes_a_fresh_connection_is_tried_later(tmp_path):
    """Once more is enough: what it takes no mail for now waits, and nobody is reported whom it may take."""
    with Bench(tmp_path) as bench, running(Sink(on_data=lambda envelope: CLOSING)) as server:
        bench.submit([recipient("jürgen@example.com", MAPI_BCC), "bob@example.com"])
        one_round(bench, server)
        (entry,) = bench.queue()
        assert entry.reason == CLOSING
        assert list(reports(bench)) == ["jürgen@example.com"]
        assert server.sink.connections == 1
