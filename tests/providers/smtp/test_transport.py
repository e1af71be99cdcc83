"""The SMTP transport behind a real spooler, a real store and a real server."""

from __future__ import annotations

import pytest
from tests.fixtures_smtp import (
    ACCEPT,
    DROP_AFTER,
    DROP_BEFORE,
    LOSE,
    Running,
    Sink,
    password_check,
    running,
    unused_port,
)
from tests.spoolbench import Bench, Section, Support, recipient

from mapix.formats.mime import from_mime
from mapix.interfaces.prop import Access
from mapix.objects.messages.content import recipient_rows
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.entryid import OneOff
from mapix.properties.errors import InvalidParameter, LogonFailed, NetworkError, Unconfigured
from mapix.properties.flags import MAPI_P1, STATUS_AVAILABLE, STATUS_OFFLINE
from mapix.properties.tags import (
    PR_BODY,
    PR_EMAIL_ADDRESS,
    PR_IDENTITY_DISPLAY,
    PR_IDENTITY_ENTRYID,
    PR_IDENTITY_SEARCH_KEY,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_CLASS,
    PR_REPORT_TEXT,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
    PR_SUBJECT,
)
from mapix.providers.smtp import transport as module
from mapix.providers.smtp.service import NONE, STARTTLS, service
from mapix.providers.smtp.transport import SmtpProvider
from mapix.subsystem.spooler.delivery import Pace

SLOW = Pace(first=3600, most=3600)


@pytest.fixture
def bench(tmp_path):
    with Bench(tmp_path) as made:
        yield made


@pytest.fixture
def logon():
    """Makes transports of a server, logged off when the test is over."""
    made = []

    def logon(server: Running | int, secrets: dict | None = None, **settings):
        port = server if isinstance(server, int) else server.port
        values = {"host": "127.0.0.1", "port": port, "security": NONE, "timeout": 5, **settings}
        transport = SmtpProvider().logon(Support(Section(values, secrets or {})))
        made.append(transport)
        return transport

    yield logon
    for transport in made:
        transport.logoff()


def send(bench: Bench, transport, **options) -> int:
    return bench.spooler([transport], **options).flush(60)


def reports(bench: Bench) -> dict[str, str]:
    rows = [row for report in bench.inbox() for row in recipient_rows(report)]
    return {row[PR_EMAIL_ADDRESS]: row[PR_REPORT_TEXT] for row in rows}


def test_a_message_reaches_the_server_whole(bench, logon):
    with running() as server:
        bench.submit(
            ["bob@example.com", recipient("cy@example.com", 2), recipient("di@example.com", 3)],
            "Grüße",
            values={PR_BODY: "Hällo\r\n.\r\nlast line"},
        )
        assert send(bench, logon(server)) == 0
        (taken,) = server.sink.accepted
        assert taken.sender == "ann@example.com"
        assert sorted(taken.recipients) == ["bob@example.com", "cy@example.com", "di@example.com"]
        content = from_mime(taken.data).value
        assert content.get(PR_SUBJECT) == "Grüße"
        assert content.get(PR_BODY).splitlines() == ["Hällo", ".", "last line"]
        assert sorted(row[PR_EMAIL_ADDRESS] for row in content.recipients) == ["bob@example.com", "cy@example.com"]
        assert b"di@example.com" not in taken.data
        (kept,) = bench.contents()
        assert taken.message_id == kept.get_prop(PR_INTERNET_MESSAGE_ID)


def test_many_messages_go_over_one_connection(bench, logon):
    with running() as server:
        for _ in range(10):
            bench.submit()
        assert send(bench, logon(server)) == 0
        assert len(server.sink.accepted) == 10
        assert server.sink.connections == 1


def test_an_idle_connection_is_closed_after_a_while(bench, logon, monkeypatch):
    with running() as server:
        transport = logon(server)
        bench.submit()
        send(bench, transport)
        transport.flush()
        assert "QUIT" not in server.sink.commands
        monkeypatch.setattr(module, "KEEP_OPEN", -1.0)
        transport.flush()
        assert "QUIT" in server.sink.commands


def test_the_transports_address_is_the_envelope_sender(bench, logon):
    with running() as server:
        bench.submit(values=SENT_REPRESENTING.filled("Boss", "boss@example.com"))
        send(bench, logon(server, address="office@example.com", name="Office"))
        (taken,) = server.sink.accepted
        assert taken.sender == "office@example.com"
        assert "boss@example.com" in taken.headers["From"]
        assert "office@example.com" in taken.headers["Sender"]


def test_the_outbound_copy_gets_a_sender_and_the_stored_message_keeps_its_own(bench, logon):
    with running() as server:
        bench.submit()
        send(bench, logon(server, address="office@example.com"))
        (kept,) = bench.contents()
        assert SENDER.smtp(kept.get_props(None)) == "ann@example.com"
        assert not SENT_REPRESENTING.is_set(kept.get_props(None))


def test_a_message_without_any_sender_is_refused_with_a_clear_text(tmp_path, logon):
    with running() as server, Bench(tmp_path, owner={}) as bench:
        bench.submit()
        assert send(bench, logon(server)) == 0
        assert reports(bench)["bob@example.com"].startswith("554 5.1.7 the message has no sender")


def test_reports_are_sent_in_nobodys_name(bench, logon):
    with running() as server:
        bench.submit(values={PR_MESSAGE_CLASS: "REPORT.IPM.Note.IPNRN"})
        send(bench, logon(server))
        assert server.sink.accepted[0].sender == "<>"


def test_a_refused_recipient_is_reported_and_the_others_get_the_message(bench, logon):
    """SPL-66."""
    with running(Sink(on_rcpt={"bob@example.com": "550 5.1.1 no such user"})) as server:
        bench.submit(["bob@example.com", "cy@example.com"])
        assert send(bench, logon(server)) == 0
        assert server.sink.accepted[0].recipients == ("cy@example.com",)
        assert reports(bench) == {"bob@example.com": "550 5.1.1 no such user"}


def test_a_refused_sender_is_reported_for_everybody(bench, logon):
    with running(Sink(on_mail={"ann@example.com": "553 5.1.8 not you"})) as server:
        bench.submit(["bob@example.com", "cy@example.com"])
        assert send(bench, logon(server)) == 0
        assert set(reports(bench).values()) == {"553 5.1.8 not you"}


def test_an_address_that_is_none_is_reported_and_the_others_get_the_message(bench, logon):
    with running() as server:
        bench.submit(["not an address", "cy@example.com"])
        assert send(bench, logon(server)) == 0
        assert reports(bench) == {"not an address": "553 5.1.3 not an e-mail address: 'not an address'"}
        assert len(server.sink.accepted) == 1


def test_a_message_put_off_is_tried_again_under_the_same_message_id(bench, logon):
    answers = ["451 4.3.0 later", LOSE, ACCEPT]
    with running(Sink(on_data=lambda envelope: answers.pop(0))) as server:
        bench.submit()
        assert send(bench, logon(server)) == 0
        assert len(server.sink.accepted) == 1
        assert answers == []
        assert reports(bench) == {}


def test_a_doubt_after_the_dot_makes_at_most_a_duplicate_of_the_same_message_id(bench, logon):
    answers = [DROP_BEFORE, ACCEPT]
    with running(Sink(on_data=lambda envelope: answers.pop(0))) as server:
        bench.submit()
        assert send(bench, logon(server)) == 0
        first, second = server.sink.accepted
        assert first.message_id == second.message_id != ""


def test_a_connection_lost_after_the_reply_makes_no_duplicate(bench, logon):
    with running(Sink(on_data=lambda envelope: DROP_AFTER)) as server:
        for _ in range(3):
            bench.submit()
        assert send(bench, logon(server)) == 0
        assert len(server.sink.accepted) == 3
        assert len({each.message_id for each in server.sink.accepted}) == 3


def test_a_connection_the_server_gave_up_is_replaced_without_an_attempt_lost(bench, logon):
    answers = [DROP_AFTER, ACCEPT]
    with running(Sink(on_data=lambda envelope: answers.pop(0))) as server:
        transport = logon(server)
        bench.submit()
        bench.submit()
        spooler = bench.spooler([transport], pace=SLOW)
        spooler.pump()
        assert bench.queue() == []
        assert server.sink.connections == 2


def test_an_unreachable_server_makes_mail_wait_with_a_clear_reason(bench, logon):
    """SPL-14."""
    port = unused_port()
    bench.submit()
    transport = logon(port)
    assert send(bench, transport, pace=SLOW) == 1
    said = f"MAPI_E_NETWORK_ERROR (0x80040115): the mail server 127.0.0.1:{port} cannot be reached: connection refused"
    assert bench.queue()[0].reason.partition(". Try: ")[0] == said
    assert transport._support.status[PR_STATUS_CODE] == STATUS_OFFLINE
    assert "cannot be reached" in transport._support.status[PR_STATUS_STRING]
    assert bench.inbox() == []
    with running(port=port) as server:
        assert send(bench, transport) == 0
        assert len(server.sink.accepted) == 1
        assert transport._support.status[PR_STATUS_CODE] & STATUS_AVAILABLE


def test_a_wrong_password_makes_mail_wait_with_a_clear_reason(bench, logon):
    with running(authenticator=password_check("ann", "geheim"), auth_require_tls=False) as server:
        bench.submit()
        assert send(bench, logon(server, {"password": "wrong"}, user="ann"), pace=SLOW) == 1
        assert "does not accept the password of ann: 535" in bench.queue()[0].reason
        assert bench.inbox() == []
        assert send(bench, logon(server, {"password": "geheim"}, user="ann")) == 0


def test_a_bad_certificate_makes_mail_wait_with_a_clear_reason(bench, logon):
    import ssl

    import trustme

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(tls_context=context) as server:
        bench.submit()
        assert send(bench, logon(server, security=STARTTLS), pace=SLOW) == 1
        reason = bench.queue()[0].reason
        assert "the certificate of" in reason
        assert "is not trusted" in reason
        assert server.sink.accepted == []


def test_a_server_that_wants_a_logon_first_makes_mail_wait(bench, logon):
    with running(Sink(on_mail={"ann@example.com": "530 5.7.0 log on first"})) as server:
        bench.submit()
        assert send(bench, logon(server), pace=SLOW) == 1
        assert bench.queue()[0].reason == "530 5.7.0 log on first"
        assert bench.inbox() == []


def test_a_message_beyond_the_size_limit_is_refused_before_it_is_sent(bench, logon):
    with running(data_size_limit=3000) as server:
        bench.submit(subject="big", values={PR_BODY: "x" * 5000})
        bench.submit(subject="small")
        assert send(bench, logon(server)) == 0
        assert len(server.sink.accepted) == 1
        assert "552 5.3.4 the message has" in reports(bench)["bob@example.com"]
        assert not any("SIZE=5" in command for command in server.sink.commands)


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(bench, logon):
    with running() as server:
        bench.submit(["jürgen@example.com"])
        assert send(bench, logon(server)) == 0
        assert "does not offer SMTPUTF8" in reports(bench)["jürgen@example.com"]
        assert server.sink.accepted == []


def test_an_address_beyond_ascii_goes_to_a_server_that_takes_it(bench, logon):
    with running(enable_SMTPUTF8=True) as server:
        bench.submit(["jürgen@example.com"])
        assert send(bench, logon(server)) == 0
        (taken,) = server.sink.accepted
        assert taken.recipients == ("jürgen@example.com",)
        assert "jürgen@example.com".encode() in taken.data
        assert any("SMTPUTF8" in command for command in server.sink.commands)


def test_a_domain_beyond_ascii_goes_to_any_server(bench, logon):
    with running() as server:
        bench.submit(["bob@bücher.example"])
        assert send(bench, logon(server)) == 0
        assert server.sink.accepted[0].recipients == ("bob@xn--bcher-kva.example",)


def test_one_address_in_two_rows_is_sent_to_once(bench, logon):
    with running() as server:
        bench.submit(["bob@example.com", "bob@example.com"])
        assert send(bench, logon(server)) == 0
        assert server.sink.accepted[0].recipients == ("bob@example.com",)


def test_rows_of_a_resend_are_sent_to_and_not_shown(bench, logon):
    """SPL-31."""
    with running() as server:
        bench.submit(["bob@example.com", recipient("cy@example.com", 1 | MAPI_P1)])
        assert send(bench, logon(server)) == 0
        assert server.sink.accepted[0].recipients == ("bob@example.com", "cy@example.com")
        assert b"cy@example.com" not in server.sink.accepted[0].data


def test_more_recipients_than_a_transaction_takes_go_in_several(bench, logon):
    with running() as server:
        bench.submit([f"user{n}@example.com" for n in range(7)])
        assert send(bench, logon(server, max_recipients=3)) == 0
        assert [len(taken.recipients) for taken in server.sink.accepted] == [3, 3, 1]


def test_recipients_the_server_has_no_room_for_go_in_the_next_transaction(bench, logon):
    class Small(Sink):
        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
            if len(envelope.rcpt_tos) == 2:
                return "452 4.5.3 too many recipients"
            return await super().handle_RCPT(server, session, envelope, address, options)

    with running(Small()) as server:
        bench.submit([f"user{n}@example.com" for n in range(5)])
        bench.spooler([logon(server)], pace=SLOW).pump()
        assert bench.queue() == []
        assert [len(taken.recipients) for taken in server.sink.accepted] == [2, 2, 1]


def test_validate_state_says_what_is_wrong(logon):
    """STA-8."""
    with running(authenticator=password_check("ann", "geheim"), auth_require_tls=False) as server:
        logon(server, {"password": "geheim"}, user="ann").validate_state()
        with pytest.raises(LogonFailed):
            logon(server, {"password": "wrong"}, user="ann").validate_state()
    with pytest.raises(NetworkError):
        logon(unused_port()).validate_state()


def test_the_identity_is_whole_or_absent():
    """SES-42."""
    assert SmtpProvider().identity(Support(Section({}))) == {}
    identity = SmtpProvider().identity(Support(Section({"address": "ann@example.com", "name": "Ann"})))
    assert identity == {
        PR_IDENTITY_DISPLAY: "Ann",
        PR_IDENTITY_ENTRYID: OneOff("Ann", "SMTP", "ann@example.com").dump(),
        PR_IDENTITY_SEARCH_KEY: b"SMTP:ANN@EXAMPLE.COM\0",
    }


def test_a_service_without_a_host_is_not_configured():
    """SPI-12."""
    with pytest.raises(Unconfigured):
        SmtpProvider().logon(Support(Section({})))


@pytest.mark.parametrize(
    "settings", [{"port": 0}, {"port": 70000}, {"timeout": 0}, {"address": "nobody"}, {"address": "a b@example.com"}]
)
def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(InvalidParameter):
        service.check(settings)


def test_an_outcome_never_raises_for_what_the_peer_says(bench, logon):
    with running(Sink(on_data=lambda envelope: "500 gibberish")) as server:
        bench.submit()
        assert send(bench, logon(server)) == 0
        assert reports(bench) == {"bob@example.com": "500 gibberish"}


def test_mail_made_ready_is_not_sent_when_the_message_has_changed_since(bench, logon):
    with running() as server:
        bench.submit(subject="first")
        second = bench.submit(subject="old")
        transport = logon(server)
        prepare = transport.prepare

        def changes(submission):
            prepare(submission)
            bench.store.abort_submit(second)
            message = bench.store.open_entry(second, Access.MODIFY)
            message.set_props({PR_SUBJECT: "new"})
            message.submit_message()

        transport.prepare = changes
        assert send(bench, transport) == 0
        assert [taken.headers["Subject"] for taken in server.sink.accepted] == ["first", "new"]
