"""Secrets in a shared session: what one member knows, all do, and the broker."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.fixtures_smtp import Server, Sink, password_check, running
from tests.subsystem.broker.conftest import Process, state, until

from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.subsystem.broker.frames import Done, Join, Learned, Offer, Shared
from mapix.subsystem.broker.starting import reach_broker
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilefile import to_text
from mapix.subsystem.sharing import Sharing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")
Make = Callable[[], Process]


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A server that wants a password, in the profile Work."""
    with running(Sink(), authenticator=password_check("ann", "open sesame"), auth_require_tls=False) as server:
        settings = {"host": server.host, "port": server.port, "security": "none", "user": "ann"}
        with Subsystem(home, sharing=False) as system:
            admin = system.admin_profiles().admin_services("Work")
            admin.create_msg_service("SMTP", "Out", {**settings, "address": "ann@example.com"})
        yield server


def subjects(server: Server) -> list[str]:
    return [one.headers["subject"] for one in server.sink.accepted]


@pytest.mark.parametrize("early", [False, True], ids=["joins later", "is there already"])
def test_who_joins_needs_no_password(
    server: Server, home: Path, process: Make, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    """LOG-31: credentials are given by the first member only."""
    monkeypatch.setenv("MAPIX_SMTP_PASSWORD", "open sesame")
    first = process()
    monkeypatch.delenv("MAPIX_SMTP_PASSWORD")
    second = process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    if early:
        second.do("logon", "-", 0)
    first.do("submit", "one")
    until(lambda: subjects(server) == ["one"])
    if not early:
        second.do("logon", "-", 0)
    first.kill()
    found = state(home)
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    second.do("submit", "two")
    until(lambda: subjects(server) == ["one", "two"])


def test_the_broker_sends_with_a_password_that_a_member_found_after_it_began(
    server: Server, home: Path, process: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31, SPL-36, SPL-76: what is to leave when its member is dead."""
    with closing(reach_broker(home)):
        monkeypatch.setenv("MAPIX_SMTP_PASSWORD", "open sesame")
        only = process()
        monkeypatch.delenv("MAPIX_SMTP_PASSWORD")
        only.do("logon", "Work", MAPI_ALLOW_OTHERS)
        assert state(home) is not None
        only.do("submit", "now")
        until(lambda: subjects(server) == ["now"])
        only.do("submit", "later", 1)
        only.kill()
        until(lambda: subjects(server) == ["now", "later"])


def test_a_secret_that_the_broker_finds_is_every_members(
    server: Server, home: Path, process: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31: those who are there hear of it, those who come later are told."""
    private = process()
    private.do("logon", "Work", MAPI_NEW_SESSION | MAPI_NO_MAIL)
    private.do("submit", "left-behind")
    private.do("logoff", 0)
    monkeypatch.setenv("MAPIX_SMTP_PASSWORD", "open sesame")
    with closing(reach_broker(home)) as member, Subsystem(home, sharing=False) as system:
        member.ask(Offer(Shared(b"1" * 16, "Work", to_text(system.profiles.load("Work"))), 1, mail=True), Done)
        until(lambda: subjects(server) == ["left-behind"])
        told: list[object] = []
        until(lambda: told.extend(member.poll()) or told)
        assert [(each.secret, each.typed) for each in told if isinstance(each, Learned)] == [("open sesame", False)]
        with closing(reach_broker(home)) as other:
            joined = other.ask(Join(mail=False), Shared)
        assert list(joined.secrets.values()) == ["open sesame"]


def test_what_somebody_typed_goes_before_what_others_find(home: Path) -> None:
    """LOG-28, LOG-31: what was typed at the first logon, and what is typed later."""
    with Subsystem(home) as system, Subsystem(home) as elsewhere:
        first = system.logon("Work", flags=MAPI_ALLOW_OTHERS)._core.handle
        first.learned("place", "found")
        first.said("place", "typed")
        second = elsewhere.logon()._core
        assert second.uid == system.logon()._core.uid
        assert (second.handle.secrets, second.handle.asked) == ({"place": "found"}, {"place": "typed"})
        first.said("place", "typed anew")
        until(lambda: second.poll() or second.handle.asked == {"place": "typed anew"})


def test_a_secret_that_is_found_while_the_session_is_offered_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31."""
    snapshot = Sharing._snapshot

    def slow(sharing: Sharing) -> Shared:
        told = snapshot(sharing)
        sharing._core.handle.learned("place", "found")
        sharing._core.handle.said("other", "typed")
        return told

    with Subsystem(home) as system, Subsystem(home) as elsewhere:
        monkeypatch.setattr(Sharing, "_snapshot", slow)
        system.logon("Work", flags=MAPI_ALLOW_OTHERS)
        second = elsewhere.logon()._core
        assert second.handle.known_secret("place") == "found"
        until(lambda: second.poll() or second.handle.asked == {"other": "typed"})
