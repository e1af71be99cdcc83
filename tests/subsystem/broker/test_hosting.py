"""The broker's spoolers: what was submitted leaves, whatever went wrong at the moment of the first look."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures_smtp import Running, Sink, running
from tests.subsystem.broker.conftest import until
from tests.subsystem.nasty import open_store, recipient

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.properties.errors import Busy, CallFailed, MapiError, NetworkError
from mapix.properties.flags import MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.tags import PR_BODY, PR_IPM_OUTBOX_ENTRYID, PR_SUBJECT
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.subsystem import spoolerstores
from mapix.subsystem.broker import hosting
from mapix.subsystem.broker.frames import VERSION, Hello, Newest, Shared, pack
from mapix.subsystem.broker.hosting import Hosting
from mapix.subsystem.broker.place import place_of
from mapix.subsystem.broker.server import Broker
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilefile import to_text

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")
UID = bytes(range(16))


@pytest.fixture
def server(home: Path) -> Iterator[Running]:
    with running(Sink()) as made:
        smtp = {"host": made.host, "port": made.port, "security": "none", "address": "ann@example.com"}
        with Subsystem(home, sharing=False) as system:
            system.admin_profiles().admin_services("Work").create_msg_service("SMTP", "Out", smtp)
        yield made


@pytest.fixture
def shared(home: Path, server: Running) -> Shared:
    """A session of others."""
    with Subsystem(home, sharing=False) as system:
        return Shared(UID, "Work", to_text(system.profiles.use("Work")), {}, {}, {})


@pytest.fixture
def hosts(home: Path, server: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosting]:
    monkeypatch.setattr(spoolerstores, "AGAIN_SECONDS", 0.01)
    with Subsystem(home, sharing=False) as system:
        made = Hosting(system, lambda uid, place, secret: None)
        yield made
        made.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is always time for the next look."""
    monkeypatch.setattr(hosting, "LOOK_SECONDS", 0.0)


class Obstacle:
    """Keeps everybody from the stores of the broker while it stands."""

    def __init__(self, error: MapiError, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: MapiError | None = error
        self.met = 0
        logon: Any = SqlStoreProvider.logon

        def kept(*arguments: Any, **options: Any) -> Any:
            if self.error is None:
                return logon(*arguments, **options)
            self.met += 1
            raise self.error

        monkeypatch.setattr(SqlStoreProvider, "logon", kept)


def leave(home: Path, subject: str) -> None:
    """Leave a message in the queue that nobody is told of."""
    with (
        Subsystem(home, sharing=False) as system,
        system.logon("Work", flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as session,
    ):
        store: Any = open_store(session)
        message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
        message.set_props({PR_SUBJECT: subject, PR_BODY: "text"})
        message.modify_recipients(ModifyRecipients.ADD, [recipient("bob@example.com")])
        message.submit_message()


def subjects(server: Running) -> list[str]:
    return [each.headers["subject"] for each in server.sink.accepted]


def tidied(hosts: Hosting) -> bool:
    hosts.tidy()
    return hosts.is_empty


@pytest.mark.parametrize("error", [Busy("kept by another"), NetworkError("gone for a moment")], ids=["busy", "away"])
def test_a_store_that_could_not_be_looked_at_holds_nothing_back(
    home: Path, server: Running, shared: Shared, hosts: Hosting, monkeypatch: pytest.MonkeyPatch, error: MapiError
) -> None:
    """SPL-76, LOG-22: neither a count nor an opening that failed for a moment says that nothing waits."""
    leave(home, "waiting")
    obstacle = Obstacle(error, monkeypatch)
    hosts.keep(shared)
    hosts.release(UID)
    until(lambda: tidied(hosts) or obstacle.met >= 3)
    assert not hosts.is_empty
    obstacle.error = None
    until(lambda: tidied(hosts))
    assert subjects(server) == ["waiting"]


def test_for_a_store_that_is_gone_for_good_a_session_without_members_is_not_kept_for_ever(
    home: Path,
    shared: Shared,
    hosts: Hosting,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """SUB-17."""
    leave(home, "waiting")
    Obstacle(NetworkError("gone"), monkeypatch)
    hosts.keep(shared)
    hosts.release(UID)
    assert not tidied(hosts)
    monkeypatch.setattr(hosting, "PATIENCE_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING):
        assert tidied(hosts)
    assert "the next logon" in caplog.text


def test_a_broker_without_its_home_keeps_no_session(
    home: Path, server: Running, shared: Shared, hosts: Hosting
) -> None:
    """SUB-17: what waits is not tried for ever from a directory that somebody removed."""
    server.sink.on_mail["ann@example.com"] = "451 later"
    leave(home, "waiting")
    hosts.keep(shared)
    hosts.release(UID)
    until(lambda: "MAIL ann@example.com" in " ".join(server.sink.commands))
    assert not tidied(hosts)
    shutil.rmtree(home)
    until(lambda: tidied(hosts))


def test_what_came_into_a_queue_without_a_word_is_found_while_members_live(
    home: Path, server: Running, shared: Shared, hosts: Hosting, at_once: None
) -> None:
    """SPL-76: its sender was killed, and the broker that would have been told of it before this one."""
    hosts.keep(shared)
    hosts.tidy()
    assert hosts.waiting(UID) == 0
    leave(home, "unheard of")
    hosts.tidy()
    until(lambda: subjects(server) == ["unheard of"])
    assert hosts.has(UID)


def test_a_session_that_could_not_be_entered_is_entered_later(
    home: Path, server: Running, shared: Shared, hosts: Hosting, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-76."""
    leave(home, "waiting")
    adopt, failing = Subsystem.adopt, [CallFailed("not now"), CallFailed("nor now")]

    def adopted(*arguments: Any) -> Any:
        if failing:
            raise failing.pop()
        return adopt(*arguments)

    monkeypatch.setattr(Subsystem, "adopt", adopted)
    hosts.keep(shared)
    hosts.tidy()
    assert not hosts.has(UID)
    assert not hosts.is_empty
    hosts.tidy()
    assert hosts.has(UID)
    until(lambda: subjects(server) == ["waiting"])
    hosts.release(UID)
    until(lambda: tidied(hosts))


@pytest.mark.parametrize("fails", [1, 2], ids=["for a moment", "for good"])
def test_a_session_that_is_over_before_it_could_be_entered_gets_one_last_try(
    home: Path, server: Running, shared: Shared, hosts: Hosting, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """SPL-76."""
    leave(home, "waiting")
    adopt, failing = Subsystem.adopt, [CallFailed("not now") for _ in range(fails)]

    def adopted(*arguments: Any) -> Any:
        if failing:
            raise failing.pop()
        return adopt(*arguments)

    monkeypatch.setattr(Subsystem, "adopt", adopted)
    hosts.keep(shared)
    hosts.release(UID)
    until(lambda: tidied(hosts))
    assert subjects(server) == (["waiting"] if fails == 1 else [])


def test_trouble_with_one_session_does_not_end_the_broker(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """SPL-76: the mail of the others depends on it."""

    def tidy(hosts: Hosting) -> None:
        raise RuntimeError("a provider's fault")

    async def serve() -> None:
        broker = Broker(home, place_of(home, make=True))
        broker._linger, broker._patience = 0.05, 0.0
        await broker._wait_for_the_end()
        broker._thread.shutdown()
        broker._subsystem.close()

    monkeypatch.setattr(Hosting, "tidy", tidy)
    asyncio.run(serve())
    assert "a provider's fault" in caplog.text


def test_a_broker_that_ends_takes_nobody_in(home: Path) -> None:
    """LOG-34: who is let in by a broker that is gone at once would believe its session shared."""

    async def meet() -> bytes:
        broker = Broker(home, place_of(home, make=True))
        broker._ends = True
        ours, theirs = socket.socketpair()
        with ours, theirs:
            await broker._meet(*await asyncio.open_connection(sock=theirs))
            ours.settimeout(60)
            return await asyncio.get_running_loop().run_in_executor(None, ours.recv, 1)

    assert asyncio.run(meet()) == b""


def test_a_broker_waits_for_who_started_it_and_for_what_they_want(home: Path) -> None:
    """LOG-34: on a busy machine that takes longer than a broker without sessions lingers."""

    async def serve() -> list[bool]:
        broker = Broker(home, place_of(home, make=True))
        broker._linger = 0.01
        waiting = asyncio.ensure_future(broker._wait_for_the_end())
        await asyncio.sleep(0.1)
        ended = [waiting.done()]
        ours, theirs = socket.socketpair()
        with ours, theirs:
            meeting = asyncio.ensure_future(broker._meet(*await asyncio.open_connection(sock=theirs)))
            reader, writer = await asyncio.open_connection(sock=ours)
            writer.write(pack(Hello(VERSION, 1)))
            await reader.readexactly(4)
            await asyncio.sleep(0.1)
            ended.append(waiting.done())
            writer.write(pack(Newest()))
            await asyncio.wait_for(waiting, 60)
            writer.close()
            await meeting
        broker._thread.shutdown()
        broker._subsystem.close()
        return ended

    assert asyncio.run(serve()) == [False, False]
