"""One connection to a mail server: every reply is seen, and every way it can end is told apart."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Iterator

import pytest
import trustme
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

from mapix.properties.errors import InvalidParameter, LogonFailed, NetworkError
from mapix.providers.smtp import connection as module
from mapix.providers.smtp.connection import Connection, stuffed
from mapix.providers.smtp.server import ConnectionLostError, Envelope, Reply, Server
from mapix.providers.smtp.service import NONE, STARTTLS, TLS

MAIL = b"Message-ID: <1@test>\r\nSubject: hello\r\n\r\nbody\r\n"


def to(*recipients: str, data: bytes = MAIL, sender: str = "ann@example.com") -> Envelope:
    return Envelope(sender, recipients or ("bob@example.com",), data)


@pytest.fixture
def connect() -> Iterator[Callable[..., Connection]]:
    """Makes open connections, which are closed when the test is over."""
    made = []

    def connect(server: Running, security: str = NONE, **settings) -> Connection:
        connection = Connection(Server(server.host, server.port, security, **{"timeout": 60, **settings}))
        made.append(connection)
        connection.open()
        return connection

    yield connect
    for connection in made:
        connection.close()


@pytest.fixture
def heard() -> list[list[Reply]]:
    return []


def test_a_message_goes_over(connect, heard):
    with running() as server:
        connection = connect(server)
        replies = connection.send(to("bob@example.com", "cy@example.com"), heard.append)
        connection.close()
        assert [reply.code for reply in replies] == [250, 250]
        assert heard == [replies]
        (taken,) = server.sink.accepted
        assert taken.sender == "ann@example.com"
        assert taken.recipients == ("bob@example.com", "cy@example.com")
        assert taken.data == MAIL


def test_one_connection_carries_many_messages(connect, heard):
    with running() as server:
        connection = connect(server)
        for _ in range(5):
            connection.send(to(), heard.append)
        connection.close()
        assert server.sink.connections == 1
        assert len(server.sink.accepted) == 5
        assert server.sink.commands[-1] == "QUIT"


def test_the_client_hears_of_a_message_before_the_server_hears_another_word(connect):
    with running() as server:
        connection = connect(server)

        def accepted(replies: list[Reply]) -> None:
            time.sleep(0.05)
            assert [each.acknowledged for each in server.sink.accepted] == [False]

        connection.send(to(), accepted)
        connection.close()
        assert server.sink.accepted[0].acknowledged


def test_a_refused_recipient_does_not_stop_the_others(connect, heard):
    with running(Sink(on_rcpt={"bob@example.com": "550 5.1.1 unknown"})) as server:
        replies = connect(server).send(to("bob@example.com", "cy@example.com"), heard.append)
        assert replies == [Reply(550, "5.1.1 unknown"), Reply(250, "2.0.0 taken")]
        assert server.sink.accepted[0].recipients == ("cy@example.com",)


def test_when_everybody_is_refused_no_data_is_sent_and_the_connection_stays_usable(connect, heard):
    with running(Sink(on_rcpt={"bob@example.com": "450 4.2.1 later"})) as server:
        connection = connect(server)
        assert connection.send(to(), heard.append) == [Reply(450, "4.2.1 later")]
        assert heard == []
        assert connection.send(to("cy@example.com"), heard.append)[0].good
        assert "RSET" in server.sink.commands


def test_a_refused_sender_is_told_for_every_recipient(connect, heard):
    with running(Sink(on_mail={"ann@example.com": "550 5.1.8 bad sender"})) as server:
        replies = connect(server).send(to("bob@example.com", "cy@example.com"), heard.append)
        assert replies == [Reply(550, "5.1.8 bad sender")] * 2


@pytest.mark.parametrize("reply", ["451 4.3.0 later", "554 5.6.0 no"])
def test_a_refusal_after_the_dot_is_the_reply_for_everybody(connect, reply, heard):
    with running(Sink(on_data=lambda envelope: reply)) as server:
        replies = connect(server).send(to("bob@example.com", "cy@example.com"), heard.append)
        assert [f"{each.code} {each.text}" for each in replies] == [reply, reply]


@pytest.mark.parametrize("action", [DROP_BEFORE, LOSE])
def test_a_connection_that_breaks_after_the_dot_leaves_the_answer_unknown(connect, action, heard):
    with running(Sink(on_data=lambda envelope: action)) as server:
        connection = connect(server)
        with pytest.raises(ConnectionLostError) as lost:
            connection.send(to(), heard.append)
        assert lost.value.unknown
        assert heard == []
        assert not connection.is_open


def test_a_connection_that_breaks_after_the_reply_was_heard_all_the_same(connect, heard):
    with running(Sink(on_data=lambda envelope: DROP_AFTER)) as server:
        connection = connect(server)
        assert connection.send(to(), heard.append)[0].good
        with pytest.raises(ConnectionLostError) as lost:
            connection.send(to(), heard.append)
        assert not lost.value.unknown


def test_what_the_caller_raises_on_success_is_not_taken_for_a_lost_connection(connect):
    def accepted(replies: list[Reply]) -> None:
        raise OSError("the disk is full")

    with running() as server, pytest.raises(OSError, match="the disk is full"):
        connect(server).send(to(), accepted)


def test_an_old_connection_is_tried_before_it_is_used(connect, heard, monkeypatch):
    with running() as server:
        connection = connect(server)
        monkeypatch.setattr(module, "STALE", -1.0)
        assert connection.refresh()
        assert "NOOP" in server.sink.commands
        assert server.sink.connections == 1


def test_a_dead_connection_is_replaced(connect, heard, monkeypatch):
    with running() as server:
        connection = connect(server)
        port = server.port
    monkeypatch.setattr(module, "STALE", -1.0)
    with running(port=port) as server:
        assert not connection.refresh()
        assert connection.send(to(), heard.append)[0].good


def test_the_time_a_server_takes_is_offered_before_it_is_connected_to_and_at_each_command(connect, heard):
    said: list[int] = []
    with running() as server:
        connection = connect(server)
        connection.close()
        connection.refresh(lambda: said.append(server.sink.connections))
        assert said == [1]
        offers: list[bool] = []
        connection.send(to("bob@example.com", "cy@example.com"), heard.append, lambda: offers.append(bool(heard)))
        assert offers == [False] * 4


def test_a_server_that_is_slow_to_answer_the_dot_gets_more_time_than_for_a_command(connect, heard):
    waits = []

    def answer(envelope):
        waits.append(connection._smtp.sock.gettimeout())
        return ACCEPT

    with running(Sink(on_data=answer)) as server:
        connection = connect(server, timeout=30)
        assert connection.send(to(), heard.append)[0].good
        assert [*waits, connection._smtp.sock.gettimeout()] == [300, 30]


def test_a_server_that_never_answers_the_dot_leaves_the_answer_unknown(connect, heard, monkeypatch):
    monkeypatch.setattr(module, "FINAL_FACTOR", 0.01)
    with running(Sink(pause=60)) as server:
        connection = connect(server, timeout=30)
        with pytest.raises(ConnectionLostError, match="timed out") as lost:
            connection.send(to(), heard.append)
        assert lost.value.unknown


def test_an_unreachable_server_is_named():
    port = unused_port()
    with pytest.raises(NetworkError, match=f"127.0.0.1:{port} cannot be reached: connection refused"):
        Connection(Server("127.0.0.1", port, NONE, timeout=2)).open()


def test_a_name_nobody_knows_is_an_unreachable_server():
    with pytest.raises(NetworkError, match=r"nowhere\.invalid:25 cannot be reached"):
        Connection(Server("nowhere.invalid", 25, NONE, timeout=2)).open()


# protection and logon


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_starttls_protects_the_conversation(connect, authority, ca_file, heard):
    with running(tls_context=server_context(authority), require_starttls=True) as server:
        connection = connect(server, STARTTLS, ca_file=ca_file)
        assert connection.send(to(), heard.append)[0].good
        assert server.sink.tls == [True]


def test_tls_from_the_start_protects_the_conversation(connect, authority, ca_file, heard):
    with running(implicit_tls=server_context(authority)) as server:
        connection = connect(server, TLS, ca_file=ca_file)
        assert connection.send(to(), heard.append)[0].good
        assert server.sink.tls == [True]


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_of_an_unknown_authority_is_named(connect, authority, security):
    context = server_context(authority)
    options = {"implicit_tls": context} if security == TLS else {"tls_context": context}
    with running(**options) as server, pytest.raises(NetworkError, match=r"certificate .* is not trusted: .*issuer"):
        connect(server, security)


def test_a_certificate_for_another_name_is_named(connect, authority, ca_file):
    context = server_context(authority, "mail.example.com")
    with running(tls_context=context) as server, pytest.raises(NetworkError, match=r"certificate .* mismatch"):
        connect(server, STARTTLS, ca_file=ca_file)


def test_checking_the_certificate_can_be_turned_off(connect, authority, heard):
    with running(tls_context=server_context(authority, "mail.example.com")) as server:
        assert connect(server, STARTTLS, verify=False).send(to(), heard.append)[0].good
        assert server.sink.tls == [True]


def test_nothing_is_sent_in_the_clear_to_a_server_without_starttls(connect):
    with running() as server:
        with pytest.raises(NetworkError, match="does not offer STARTTLS; nothing is sent unprotected"):
            connect(server, STARTTLS)
        assert not any(command.startswith("MAIL") for command in server.sink.commands)


def test_a_user_logs_on(connect, authority, ca_file, heard):
    with running(tls_context=server_context(authority), authenticator=password_check("ann", "geheim")) as server:
        connection = connect(server, STARTTLS, ca_file=ca_file, user="ann", password=lambda: "geheim")
        assert connection.send(to(), heard.append)[0].good
        assert server.sink.users == ["ann"]


def test_a_wrong_password_is_a_failed_logon(connect, authority, ca_file):
    with running(tls_context=server_context(authority), authenticator=password_check("ann", "geheim")) as server:
        with pytest.raises(LogonFailed, match="does not accept the password of ann: 535") as failed:
            connect(server, STARTTLS, ca_file=ca_file, user="ann", password=lambda: "wrong")
        assert failed.value.low_level == 535


def test_a_user_without_a_password_is_a_failed_logon(connect):
    with running() as server, pytest.raises(LogonFailed, match="there is no password for ann"):
        connect(server, user="ann")


def test_a_server_without_logon_is_a_failed_logon(connect):
    with running() as server, pytest.raises(LogonFailed, match="offers no logon"):
        connect(server, user="ann", password=lambda: "geheim")


# bytes


@pytest.mark.parametrize(
    ("data", "wire"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n.\r\n"),
        (b"a\nb", b"a\r\nb\r\n.\r\n"),
        (b".a\r\n..b\r\n.", b"..a\r\n...b\r\n..\r\n.\r\n"),
        (b"a\rb\n\r", b"a\r\nb\r\n\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_a_message_on_the_wire_has_crlf_and_doubled_dots(data, wire):
    assert stuffed(data) == wire


def test_the_size_limit_is_what_the_server_tells(connect):
    with running(data_size_limit=1000) as server:
        assert connect(server).size_limit() == 1000


def test_size_is_told_with_the_sender(connect, heard):
    with running() as server:
        connect(server).send(to(), heard.append)
        assert f"MAIL ann@example.com SIZE={len(MAIL)}" in server.sink.commands


# many commands at once (RFC 2920)

CROWD = tuple(f"r{number}@example.com" for number in range(2 * module.GROUP + 7))


@pytest.mark.parametrize("crowd", [("bob@example.com", "cy@example.com"), CROWD])
@pytest.mark.parametrize(
    ("on_mail", "on_rcpt"),
    [
        ({}, {}),
        ({}, {"cy@example.com": "550 5.1.1 unknown", CROWD[150]: "450 4.2.1 later"}),
        ({}, dict.fromkeys((*CROWD, "bob@example.com", "cy@example.com"), "550 5.1.1 unknown")),
        ({"ann@example.com": "550 5.1.8 bad sender"}, {}),
        ({"ann@example.com": "421 4.3.2 closing"}, {}),
    ],
)
def test_a_server_that_takes_many_commands_at_once_is_told_the_same(connect, on_mail, on_rcpt, crowd):
    told = []
    for pipelining in (False, True):
        with running(Sink(on_mail=on_mail, on_rcpt=on_rcpt, pipelining=pipelining)) as server:
            connection, heard = connect(server), []
            replies = connection.send(to(*crowd), heard.append)
            taken = [(each.sender, each.recipients, each.data) for each in server.sink.accepted]
            told.append((replies, heard, taken, connection.is_open))
            if connection.is_open:
                assert connection.send(to("dee@example.com", sender=""), heard.append)[0].good
    assert told[0] == told[1]


def test_sender_and_recipients_go_in_one_write_where_the_server_lets_us(connect, heard, monkeypatch):
    written: list[object] = []
    with running(Sink(pipelining=True)) as server:
        connection = connect(server)
        monkeypatch.setattr(smtplib.SMTP, "send", _noting(written, smtplib.SMTP.send))
        connection.send(to("bob@example.com", "cy@example.com"), heard.append)
    assert written[0] == f"MAIL FROM:<ann@example.com> SIZE={len(MAIL)}\r\n" + (
        "RCPT TO:<bob@example.com>\r\nRCPT TO:<cy@example.com>\r\n"
    )
    assert len(written) == 3


def _noting(written, send):
    def noted(self, data):
        written.append(data)
        send(self, data)

    return noted


def test_an_address_with_a_line_end_never_becomes_a_command(connect, heard):
    with running() as server:
        with pytest.raises(InvalidParameter, match="line ends"):
            connect(server).send(to("bob@example.com>\r\nDATA"), heard.append)
        assert not server.sink.accepted
