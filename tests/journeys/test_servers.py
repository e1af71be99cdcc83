"""Mail servers that do not want: nothing is lost, and what is wrong can be read where one looks first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from tests.fixtures_smtp import unused_port

from mapix.cli.errors import Exit

from .conftest import Home, MailServer, StartServer

BOB, CARL, DORA = "bob@elsewhere.example", "carl@elsewhere.example", "dora@elsewhere.example"
LOGON, NETWORK = "MAPI_E_LOGON_FAILED (0x80040111): ", "MAPI_E_NETWORK_ERROR (0x80040115): "


def waits(home: Home, *words: str, mapi: str | None = None) -> str:
    """Why the one message in the Outbox waits; the reason has `words`, and as a MAPI failure it says what to try."""
    (entry,) = home.waiting
    assert entry["subject"] == "Hello"
    assert entry["attempts"] >= 1
    missing = [word for word in words if word not in entry["reason"]]
    assert not missing, entry["reason"]
    assert mapi is None or (entry["reason"].startswith(mapi) and ". Try: " in entry["reason"])
    assert home.subjects("outbox") == ["Hello"]
    assert home.subjects("sent") == []
    return str(entry["reason"])


def went(home: Home, server: MailServer, *recipients: str) -> None:
    """The message went out once, and lies in Sent Items."""
    (taken,) = server.taken
    assert sorted(taken.recipients) == sorted(recipients)
    assert home.waiting == []
    assert home.subjects("sent") == ["Hello"]
    assert home.subjects("outbox") == []


def test_a_message_waits_for_the_right_password(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(user="ann", password="right")
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    mapix.init(*server.options(), "--smtp-user", "ann", "--password-command", f"cat {secret}")
    (line,) = mapix.send(BOB, code=Exit.PARTIAL)
    assert line.split("\t")[:2] == ["waiting", BOB]
    waits(mapix, "does not accept the password of ann", "535", mapi=LOGON)
    text = mapix("doctor", code=Exit.FAILED).stdout
    assert "MAPI_E_LOGON_FAILED (0x80040111)" in text
    assert "535" in text
    secret.write_text("right\n")
    mapix("spooler", "flush")
    went(mapix, server, BOB)


def test_a_profile_is_mended_and_what_waited_goes(mapix: Home, start_server: StartServer) -> None:
    server = start_server(user="ann", password="right")
    mapix.init(*server.options(), "--smtp-user", "ann", "--password-command", "echo wrong")
    mapix.send(BOB, code=Exit.PARTIAL)
    mapix("spooler", "flush", code=Exit.PARTIAL)
    assert "535" in waits(mapix, mapi=LOGON)
    mapix("service", "configure", "SMTP", "password_command=echo right")
    mapix("spooler", "flush")
    went(mapix, server, BOB)


def test_a_password_may_come_from_the_environment(mapix: Home, start_server: StartServer) -> None:
    server = start_server(user="ann", password="right")
    mapix.init(*server.options(), "--smtp-user", "ann")
    mapix.send(BOB, code=Exit.PARTIAL)
    assert "there is no password for ann" in waits(mapix, mapi=LOGON)
    mapix("spooler", "flush", MAPIX_SMTP_PASSWORD="right")
    went(mapix, server, BOB)


def test_a_password_command_that_fails_is_told(mapix: Home, start_server: StartServer) -> None:
    server = start_server(user="ann", password="right")
    mapix.init(
        *server.options(), "--smtp-user", "ann", "--password-command", "sh -c 'echo the vault is locked >&2; exit 7'"
    )
    mapix.send(BOB, code=Exit.PARTIAL)
    assert "the command for a secret failed with 7 (the vault is locked)" in waits(mapix)


def test_a_server_that_is_not_there_keeps_the_message_waiting(mapix: Home, start_server: StartServer) -> None:
    port = unused_port()
    mapix.init("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-security", "none")
    (line,) = mapix.send(BOB, code=Exit.PARTIAL)
    assert line.split("\t")[:2] == ["waiting", BOB]
    waits(mapix, f"127.0.0.1:{port} cannot be reached", "refused", mapi=NETWORK)
    ran = mapix("doctor", code=Exit.FAILED)
    assert "MAPI_E_NETWORK_ERROR (0x80040115)" in ran.stdout
    server = start_server(port=port)
    mapix("spooler", "flush")
    went(mapix, server, BOB)


def test_a_host_that_has_no_address_keeps_the_message_waiting(mapix: Home, start_server: StartServer) -> None:
    mapix.init("--smtp-host", "mail.invalid", "--smtp-security", "none")
    mapix.send(BOB, code=Exit.PARTIAL)
    assert "mail.invalid:25 cannot be reached" in waits(mapix, mapi=NETWORK)
    server = start_server()
    mapix("service", "configure", "SMTP", "host=127.0.0.1", f"port={server.port}")
    mapix("spooler", "flush")
    went(mapix, server, BOB)


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Makes the files of a certificate for a host name, by an authority in `authority.pem` nobody trusts."""

    def make(name: str) -> dict[str, str]:
        authority = trustme.CA()
        issued = authority.issue_cert(name)
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
        issued.cert_chain_pems[0].write_to_path(str(tmp_path / "certificate.pem"))
        return {"certificate": str(tmp_path / "certificate.pem"), "key": str(tmp_path / "key.pem")}

    return make


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_not_trusted(
    mapix: Home,
    start_server: StartServer,
    certificate: Callable[[str], dict[str, str]],
    tmp_path: Path,
    security: str,
) -> None:
    server = start_server(tls=security, **certificate("127.0.0.1"))
    mapix.init(*server.options(security))
    mapix.send(BOB, code=Exit.PARTIAL)
    waits(mapix, f"the certificate of 127.0.0.1:{server.port} is not trusted", mapi=NETWORK)
    text = mapix("doctor", code=Exit.FAILED).stdout
    assert "MAPI_E_NETWORK_ERROR (0x80040115)" in text
    assert "ca_file" in text
    mapix("service", "configure", "SMTP", f"ca_file={tmp_path / 'authority.pem'}")
    mapix("spooler", "flush")
    went(mapix, server, BOB)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_is_not_trusted(
    mapix: Home,
    start_server: StartServer,
    certificate: Callable[[str], dict[str, str]],
    tmp_path: Path,
    security: str,
) -> None:
    server = start_server(tls=security, **certificate("mail.example.org"))
    mapix.init(*server.options(security))
    mapix("service", "configure", "SMTP", f"ca_file={tmp_path / 'authority.pem'}")
    mapix.send(BOB, code=Exit.PARTIAL)
    waits(mapix, "is not trusted", "127.0.0.1", mapi=NETWORK)
    assert set(server.commands) <= {"EHLO"}


def test_nothing_is_sent_unprotected_to_a_server_without_starttls(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options("starttls"))
    mapix.send(BOB, code=Exit.PARTIAL)
    waits(mapix, "does not offer STARTTLS; nothing is sent unprotected", mapi=NETWORK)
    assert not any(command.startswith("MAIL") for command in server.commands)
    mapix("service", "configure", "SMTP", "security=none")
    mapix("spooler", "flush")
    went(mapix, server, BOB)


def test_a_refused_sender_is_reported_to_the_sender(mapix: Home, start_server: StartServer) -> None:
    server = start_server(mail={"ann@example.org": "550 5.7.1 Sender not welcome"})
    mapix.init(*server.options())
    lines = mapix.send(BOB, CARL, code=Exit.FAILED)
    assert {line.split("\t")[0] for line in lines} == {"failed"}
    assert all("550 5.7.1 Sender not welcome" in line for line in lines)
    assert mapix.waiting == []
    assert mapix.subjects("sent") == ["Hello"]
    report = mapix.report()
    assert report["subject"] == "Undeliverable: Hello"
    assert BOB in report["text"]
    assert CARL in report["text"]
    assert "550 5.7.1 Sender not welcome" in report["text"]
    assert server.taken == []


def test_one_refused_recipient_of_three_is_named_and_the_others_get_the_mail(
    mapix: Home, start_server: StartServer
) -> None:
    server = start_server(recipients={CARL: "550 5.1.1 No mailbox of that name"})
    mapix.init(*server.options())
    states = dict(line.split("\t")[1::-1] for line in mapix.send(BOB, CARL, DORA, code=Exit.PARTIAL))
    assert states == {BOB: "sent", CARL: "failed", DORA: "sent"}
    went(mapix, server, BOB, DORA)
    assert mapix.subjects() == ["Undeliverable: Hello"]
    report = mapix.report()
    assert CARL in report["text"]
    assert "550 5.1.1 No mailbox of that name" in report["text"]
    told = report["text"].partition("The message:")[0]
    assert BOB not in told
    assert DORA not in told
    assert [each["address"] for each in report["recipients"]] == [CARL]


def test_a_message_put_off_goes_out_once(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    (tmp_path / "grey").touch()
    server = start_server(put_off=str(tmp_path / "grey"))
    mapix.init(*server.options())
    (line,) = mapix.send(BOB, code=Exit.PARTIAL, wait=2)
    assert "451 4.7.1 Greylisted" in line
    waits(mapix, "451 4.7.1 Greylisted, come back in a minute")
    (before,) = mapix.waiting
    mapix("spooler", "flush", "--timeout", "1", code=Exit.PARTIAL)
    (entry,) = mapix.waiting
    assert entry["attempts"] > before["attempts"]
    assert mapix.subjects() == []
    (tmp_path / "grey").unlink()
    mapix("spooler", "flush")
    went(mapix, server, BOB)
    mapix("spooler", "flush")
    assert len(server.taken) == 1


def test_a_recipient_put_off_does_not_get_others_a_second_copy(mapix: Home, start_server: StartServer) -> None:
    server = start_server(recipients={CARL: "450 4.2.1 Mailbox busy"})
    mapix.init(*server.options())
    states = dict(line.split("\t")[1::-1] for line in mapix.send(BOB, CARL, code=Exit.PARTIAL, wait=5))
    assert states == {BOB: "sent", CARL: "waiting"}
    mapix("spooler", "flush", "--timeout", "2", code=Exit.PARTIAL)
    assert [taken.recipients for taken in server.taken] == [[BOB]]
    (entry,) = mapix.waiting
    assert "450 4.2.1 Mailbox busy" in entry["reason"]


def test_too_large_a_message_is_returned_without_being_transferred(
    mapix: Home, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(size=10_000_000)
    mapix.init(*server.options())
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * (30 * 4096))
    ran = mapix(
        "send", "--to", BOB, "--subject", "Hello", "--text", "x", "--attach", large, "--wait", "30", code=Exit.FAILED
    )
    state, address, said = ran.stdout.rstrip("\n").split("\t")
    assert (state, address) == ("failed", BOB)
    assert "10000000" in said
    assert "10000000" in mapix.report()["text"]
    assert "DATA" not in server.commands
    assert server.taken == []
    saved = tmp_path / "saved"
    mapix("show", "sent#1", "--save-attachments", saved)
    assert (saved / "large.bin").read_bytes() == large.read_bytes()


def test_a_message_of_hidden_recipients_hides_them(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options())
    mapix("send", "--bcc", BOB, "--bcc", CARL, "--subject", "Hello", "--text", "words", "--wait")
    went(mapix, server, BOB, CARL)
    text = server.taken[0].data
    assert b"bob" not in text
    assert b"carl" not in text
    assert b"\nBcc" not in text
    assert {each["kind"] for each in mapix.json("show", "sent#1")["recipients"]} == {"bcc"}


def test_who_is_named_twice_gets_one_copy(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options())
    ran = mapix("send", "--to", f"{BOB}, {BOB}", "--cc", BOB, "--subject", "Hello", "--text", "words", "--wait")
    assert {line.split("\t")[0] for line in ran.stdout.splitlines()} == {"sent"}
    went(mapix, server, BOB)
    assert server.commands.count(f"RCPT {BOB}") == 1


def test_an_attachment_that_is_not_there_ends_the_command_and_nothing_is_queued(mapix: Home, tmp_path: Path) -> None:
    mapix.init()
    text = mapix("send", "--to", BOB, "--attach", tmp_path / "gone.pdf", code=Exit.NOT_FOUND).stderr
    assert text.startswith("mapix: MAPI_E_NOT_FOUND (0x8004010F): ")
    assert "gone.pdf" in text
    assert mapix.waiting == []
    assert mapix.subjects("outbox") == []


def test_a_message_in_hand_when_the_wait_is_over_is_waited_for(mapix: Home, start_server: StartServer) -> None:
    server = start_server(pause=3.0)
    mapix.init(*server.options())
    (line,) = mapix.send(BOB, wait=2)
    assert line.split("\t")[:2] == ["sent", BOB]
    went(mapix, server, BOB)


def test_what_became_of_a_message_is_told_where_sent_mail_is_not_kept(mapix: Home, start_server: StartServer) -> None:
    server = start_server(recipients={CARL: "550 5.1.1 No mailbox of that name"})
    mapix.init(*server.options())
    mapix("service", "configure", "MAPIXSTORE", "keep_sent=no")
    assert [line.split("\t")[:2] for line in mapix.send(BOB)] == [["sent", BOB]]
    lines = mapix.send(BOB, CARL, code=Exit.PARTIAL)
    assert dict(line.split("\t")[1::-1] for line in lines) == {BOB: "sent", CARL: "failed"}
    assert "550 5.1.1 No mailbox of that name" in "".join(lines)
    assert mapix.subjects("sent") == []
    mapix.send(CARL, code=Exit.FAILED)


def test_without_a_server_what_goes_elsewhere_comes_back_with_what_to_do(mapix: Home) -> None:
    mapix.init()
    ran = mapix("send", "--to", BOB, "--subject", "Hello", "--text", "words", "--wait", code=Exit.FAILED)
    assert ran.stdout == f"failed\t{BOB}\tno transport takes this address\n"
    assert "Try: mapix service add SMTP --set host=" in ran.stderr
    assert "no transport takes this address" in mapix.report()["text"]
    assert mapix.subjects("sent") == ["Hello"]


def test_mail_to_oneself_arrives_in_the_profile_it_was_sent_from(mapix: Home) -> None:
    mapix.init()
    mapix.init("--profile", "Work")
    mapix.send("ann@example.org", subject="At work")
    assert mapix.subjects() == ["At work"]
    assert mapix.json("ls", "--profile", "Default")["messages"] == []


def test_what_is_no_address_is_refused_before_anything_is_made(mapix: Home) -> None:
    text = mapix("init", "--yes", "--address", "not an address", code=Exit.FAILED).stderr
    assert "MAPI_E_INVALID_PARAMETER (0x80070057)" in text
    assert "not an e-mail address: 'not an address'" in text
    assert mapix.json("profile", "list")["profiles"] == []
    mapix.init()
    assert "not an e-mail" in mapix("service", "configure", "LOCAL", "address=bad", code=Exit.FAILED).stderr
    for name in ("bob", "Bob <bob>"):
        assert "no such recipient" in mapix("send", "--to", name, "--text", "x", code=Exit.NOT_FOUND).stderr
    for address in ("x y@z.example", "bob@", "a@b; c@d", "bob@elsewhere.example\r\nX: y"):
        text = mapix("send", "--to", address, "--text", "x", code=Exit.FAILED).stderr
        assert "MAPI_E_INVALID_PARAMETER (0x80070057): not an address" in text
    assert mapix.waiting == []
    assert mapix.subjects("outbox") == []
