"""The SMTP transport against a real Postfix: accepted, put off, refused, too big, wrong password, restarted midway."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from tests.fixtures_postfix import BAD_SENDER, DEFERRED, REFUSED, SIZE_LIMIT, Postfix, missing, postfix
from tests.fixtures_smtp import Running, running
from tests.killing import kill_while_sending
from tests.spoolbench import Bench, Section, Support

from mapix.objects.messages.content import recipient_rows
from mapix.properties.correspondents import SENDER
from mapix.properties.errors import LogonFailed, NetworkError
from mapix.properties.tags import PR_BODY, PR_EMAIL_ADDRESS, PR_INTERNET_MESSAGE_ID, PR_REPORT_TEXT
from mapix.providers.smtp.service import STARTTLS
from mapix.providers.smtp.transport import SmtpProvider
from mapix.subsystem.spooler.delivery import Pace

pytestmark = [
    pytest.mark.postfix,
    pytest.mark.skipif(bool(missing()), reason=missing() or "Postfix is here"),
    pytest.mark.xdist_group("postfix"),
]
SLOW = Pace(first=3600, most=3600)


@pytest.fixture(scope="module")
def sink() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def server(sink) -> Iterator[Postfix]:
    with postfix(sink.port) as made:
        yield made


@pytest.fixture(autouse=True)
def empty(sink) -> None:
    sink.sink.accepted.clear()


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    with Bench(tmp_path) as made:
        yield made


@pytest.fixture
def logon(server):
    """Makes transports of the server, logged off when the test is over."""
    made = []

    def logon(password: str = "", **settings):
        values = {
            "host": server.host,
            "port": server.port,
            "security": STARTTLS,
            "user": server.user,
            "ca_file": server.ca_file,
            "timeout": 10,
        }
        section = Section(values | settings, {"password": password or server.password})
        transport = SmtpProvider().logon(Support(section))
        made.append(transport)
        return transport

    yield logon
    for transport in made:
        transport.logoff()


def arrived(sink: Running, count: int, seconds: float = 30.0) -> Counter:
    """What reached the end of the line, by Message-ID, once there are `count` messages."""
    deadline = time.monotonic() + seconds
    while len(sink.sink.accepted) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    return Counter(each.message_id for each in sink.sink.accepted)


def sent_ids(bench: Bench) -> Counter:
    return Counter(each.get_prop(PR_INTERNET_MESSAGE_ID) for each in bench.contents())


def reports(bench: Bench) -> dict[str, str]:
    rows = [row for report in bench.inbox() for row in recipient_rows(report)]
    return {row[PR_EMAIL_ADDRESS]: row[PR_REPORT_TEXT] for row in rows}


def test_accepted_mail_arrives_once(bench, logon, sink):
    """SPL-1."""
    for number in range(20):
        bench.submit([f"user{number}@example.com"], values={PR_BODY: "Grüße\r\n.\r\n" * 20})
    assert bench.spooler([logon()]).flush(60) == 0
    assert arrived(sink, 20) == sent_ids(bench)
    assert bench.inbox() == []


def test_a_refused_recipient_is_reported_and_the_others_get_the_message(bench, logon, sink):
    bench.submit([REFUSED, "bob@example.com"])
    assert bench.spooler([logon()]).flush(60) == 0
    assert reports(bench)[REFUSED].startswith("550 5.1.1 ")
    assert "no such user" in reports(bench)[REFUSED]
    assert list(reports(bench)) == [REFUSED]
    assert arrived(sink, 1) == sent_ids(bench)


def test_a_recipient_put_off_waits_and_is_sent_when_the_server_changes_its_mind(bench, logon, sink, server):
    bench.submit([DEFERRED, "bob@example.com"])
    transport = logon()
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    (waiting,) = bench.queue()
    assert waiting.reason.startswith("451 4.3.0 ")
    assert [each.recipients for each in sink.sink.accepted] in ([], [("bob@example.com",)])
    transport.logoff()
    server.recipients(f"{REFUSED} 550 5.1.1 no such user\n")
    try:
        assert spooler.flush(60) == 0
    finally:
        transport.logoff()
        server.recipients(f"{REFUSED} 550 5.1.1 no such user\n{DEFERRED} 451 4.3.0 come back later\n")
    arrived(sink, 2)
    assert sorted(each.recipients for each in sink.sink.accepted) == [("bob@example.com",), (DEFERRED,)]
    assert bench.inbox() == []


def test_a_refused_sender_is_reported_for_everybody(tmp_path, logon):
    with Bench(tmp_path, owner=SENDER.filled("Impostor", BAD_SENDER)) as bench:
        bench.submit(["bob@example.com", "cy@example.com"])
        assert bench.spooler([logon()]).flush(60) == 0
        assert sorted(reports(bench)) == ["bob@example.com", "cy@example.com"]
        assert all("5.1.8" in text for text in reports(bench).values())


def test_a_message_beyond_the_size_limit_is_reported_before_it_is_sent(bench, logon):
    bench.submit(values={PR_BODY: "x" * 60 + "\r\n" + "y" * SIZE_LIMIT})
    assert bench.spooler([logon()]).flush(60) == 0
    assert "552 5.3.4 the message has" in reports(bench)["bob@example.com"]


def test_a_wrong_password_keeps_the_mail_waiting_with_a_clear_reason(bench, logon, sink):
    bench.submit()
    spooler = bench.spooler([logon("wrong")], pace=SLOW)
    spooler.pump()
    assert "does not accept the password of ann@test.invalid: 535" in bench.queue()[0].reason
    assert bench.inbox() == []
    with pytest.raises(LogonFailed):
        logon("wrong").validate_state()
    spooler.stop()
    assert bench.spooler([logon()]).flush(60) == 0
    assert arrived(sink, 1) == sent_ids(bench)


def test_an_untrusted_certificate_keeps_the_mail_waiting_with_a_clear_reason(bench, logon):
    bench.submit()
    bench.spooler([logon(ca_file=None)], pace=SLOW).pump()
    assert "the certificate of" in bench.queue()[0].reason
    assert "is not trusted" in bench.queue()[0].reason
    with pytest.raises(NetworkError):
        logon(ca_file=None).validate_state()


def test_without_a_logon_the_server_relays_nothing(bench, logon):
    bench.submit()
    assert bench.spooler([logon(user=None)]).flush(60) == 0
    assert "bob@example.com" in reports(bench)


def test_validate_state_finds_nothing_wrong(logon):
    transport = logon()
    transport.validate_state()
    with pytest.raises(LogonFailed):
        logon(password="wrong").validate_state()


def test_a_server_restarted_midway_loses_nothing_and_repeats_nothing_acknowledged(
    bench, logon, sink, server, monkeypatch
):
    for number in range(60):
        bench.submit([f"user{number}@example.com"])
    transport, asked, stopped = logon(), count(1), threading.Event()
    submit = transport.submit_message

    def submit_message(submission):
        """However long the server takes to stop, it finds messages left."""
        if next(asked) > 40:
            assert stopped.wait(60)
        return submit(submission)

    monkeypatch.setattr(transport, "submit_message", submit_message)
    spooler = bench.spooler([transport], pace=Pace(first=0.2, factor=1, most=0.2))
    spooler.start()
    while len(bench.queue()) > 45:
        time.sleep(0.005)
    server.stop()
    left = len(bench.queue())
    stopped.set()
    time.sleep(0.2)
    server.start()
    assert left > 0
    assert spooler.flush(60) == 0
    found = arrived(sink, 60)
    assert set(found) == set(sent_ids(bench))
    assert len(found) == 60
    doubled = {message_id: count for message_id, count in found.items() if count > 1}
    print(f"\n60 messages, {left} left at the restart, {sum(found.values())} arrived, {len(doubled)} of them twice")
    assert len(doubled) <= 1
    assert bench.inbox() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed the POSIX way")
def test_a_killed_spooler_loses_nothing(bench, sink, server):
    for number in range(150):
        bench.submit([f"user{number}@example.com"])
    settings = {
        "port": server.port,
        "security": STARTTLS,
        "user": server.user,
        "password": server.password,
        "ca_file": server.ca_file,
    }
    killed, rounds = kill_while_sending(bench, settings, 60, 0.07, random.Random(60))
    found = arrived(sink, 150)
    doubled = sum(found.values()) - len(found)
    print(f"\n150 messages, {killed} kills in {rounds} rounds, {sum(found.values())} arrived, {doubled} twice")
    assert set(found) == set(sent_ids(bench))
    assert len(found) == 150
    assert doubled <= killed
    assert killed > 3
    assert bench.inbox() == []
