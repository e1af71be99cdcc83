"""What happens in the middle of sharing: between two frames, between a step and the next, on two threads at once."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.broker.conftest import state, until

from mapix.properties.errors import InvalidObject
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_NO_MAIL
from mapix.subsystem import latestart
from mapix.subsystem.broker.frames import (
    Disabled,
    Done,
    Frame,
    Join,
    Learned,
    Newest,
    Nothing,
    Offer,
    Shared,
    Stop,
    pack,
)
from mapix.subsystem.broker.link import Link
from mapix.subsystem.broker.starting import reach_broker
from mapix.subsystem.core import SessionCore
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.subsystem.sharing import Sharing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")
SERVICE = b"s" * 16


@pytest.fixture
def pair(home: Path) -> Iterator[tuple[Subsystem, Subsystem]]:
    """Two subsystems, as two processes have them."""
    with Subsystem(home) as one, Subsystem(home) as other:
        yield one, other


def members(home: Path) -> list[int]:
    found = state(home)
    return [] if found is None else [sum(one.members.values()) for one in found.sessions]


def test_what_is_found_out_while_joining_is_told_to_the_others(
    pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31: secrets that were found or typed, and services that are out of use."""
    first = pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)._core
    join = SessionCore.join

    def finding(core: SessionCore, member: Session) -> bool:
        core.handle.learned("place", "found")
        core.handle.said("other", "typed")
        (core.providers.on_disabled or print)(SERVICE, "broken")
        return join(core, member)

    monkeypatch.setattr(SessionCore, "join", finding)
    pair[1].logon()
    until(lambda: first.poll() or SERVICE in first.providers.out_of_use())
    assert (first.handle.secrets, first.handle.asked) == ({"place": "found"}, {"other": "typed"})


def test_what_was_found_while_there_was_no_broker_is_told_with_the_next_one(home: Path) -> None:
    """LOG-31, LOG-34: to those who told the new broker of the session before, and to those who do later."""
    with closing(reach_broker(home)) as one, closing(reach_broker(home)) as two:
        shared = Shared(b"1" * 16, "Work", "text", {"a": "1"}, {"t": "1"}, {b"x" * 16: "no"})
        one.ask(Offer(shared, 1, mail=False), Done)
        shared = Shared(b"1" * 16, "Work", "text", {"b": "2"}, {}, {b"y" * 16: "no"})
        two.ask(Offer(shared, 1, mail=False), Done)
        heard = {one: [Learned("b", "2"), Disabled(b"y" * 16, "no")]}
        heard[two] = [Learned("a", "1"), Learned("t", "1", typed=True), Disabled(b"x" * 16, "no")]
        for link, wanted in heard.items():
            told: list[Any] = []
            until(lambda link=link, told=told, wanted=wanted: told.extend(link.poll()) or len(told) >= len(wanted))
            assert told == wanted


def test_a_service_that_fails_while_the_session_is_offered_is_told(
    pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31."""
    snapshot = Sharing._snapshot

    def slow(sharing: Sharing) -> Shared:
        told = snapshot(sharing)
        if SERVICE not in sharing._core.providers.out_of_use():
            sharing._core.providers.put_out_of_use(SERVICE, "broken")
            sharing._disabled(SERVICE, "broken")
        return told

    monkeypatch.setattr(Sharing, "_snapshot", slow)
    pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)
    second = pair[1].logon()._core
    until(lambda: second.poll() or SERVICE in second.providers.out_of_use())
    assert second.providers.out_of_use() == {SERVICE: "MAPI_E_LOGON_FAILED (0x80040111): broken"}


def test_who_joins_while_a_dead_broker_is_replaced_is_counted_once(
    home: Path, pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-34: here between the offer's making and its sending."""
    first = pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS | MAPI_NO_MAIL)
    sharing = first._core.sharing
    assert sharing is not None
    ask, joined = Link.ask, threading.Event()
    joining: list[threading.Thread] = []

    def offering(link: Link, frame: Frame, *kinds: Any) -> Any:
        if isinstance(frame, Offer) and not joining:
            thread = threading.Thread(target=lambda: (pair[0].logon(flags=MAPI_NO_MAIL), joined.set()))
            thread.start()
            joining.append(thread)
            joined.wait(0.2)
        return ask(link, frame, *kinds)

    found = state(home)
    assert found is not None
    monkeypatch.setattr(Link, "ask", offering)
    os.kill(found.pid, signal.SIGKILL)
    until(lambda: joining)
    joining[0].join(60)
    until(lambda: members(home) == [2])
    first.logoff()
    until(lambda: members(home) == [1])


def test_an_answer_that_was_not_waited_for_is_not_that_of_the_next_question(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the broker is asked ends the connection: both ends have to agree on what was said."""
    with closing(reach_broker(home)) as link:
        receive = Link._receive

        def interrupted(link: Link, seconds: float) -> bool:
            raise KeyboardInterrupt

        monkeypatch.setattr(Link, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            link.ask(Newest(), Newest)
        monkeypatch.setattr(Link, "_receive", receive)
        assert link.dead


def test_a_secret_is_known_to_whoever_listens_while_another_thread_does(
    pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31: the other one has taken it off the line and not kept it yet."""
    first, second = pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)._core, pair[1].logon()._core
    taken, go_on, asks = threading.Event(), threading.Event(), threading.Event()
    learn = SessionCore.learn

    def slow(core: SessionCore, *told: Any) -> None:
        taken.set()
        assert go_on.wait(60)
        learn(core, *told)

    monkeypatch.setattr(SessionCore, "learn", slow)
    first.handle.learned("place", "found")
    poller = threading.Thread(target=lambda: until(lambda: second.poll() or taken.is_set()))
    poller.start()
    assert taken.wait(60)
    came: list[str | None] = []

    def ask() -> None:
        asks.set()
        came.append(second.handle.known_secret("place"))

    asking = threading.Thread(target=ask)
    asking.start()
    assert asks.wait(60)
    asking.join(0.1)
    go_on.set()
    asking.join(60)
    poller.join(60)
    assert came == ["found"]


def test_a_logon_that_is_given_up_while_the_session_is_offered_leaves_nobody_behind(
    home: Path, pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-35: Ctrl-C while the broker starts."""

    def interrupted(sharing: Sharing, newest: bool, *, last: bool) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Sharing, "_offered", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)
    assert not pair[0].profiles.in_use("Work")
    with closing(reach_broker(home)) as link:
        assert isinstance(link.ask(Join(mail=False), Shared, Nothing), Nothing)


def test_a_session_that_ends_while_it_is_joined_is_left_for_others_too(
    home: Path, pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-35: its subsystem ends meanwhile, so nobody is counted who is not there."""
    pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)
    join = SessionCore.join

    def ending(core: SessionCore, member: Session) -> bool:
        joined = join(core, member)
        pair[1].close()
        return joined

    monkeypatch.setattr(SessionCore, "join", ending)
    ended = pair[1].logon()
    until(lambda: members(home) == [1])
    with pytest.raises(InvalidObject):
        ended.query_identity()


def test_who_leaves_fetching_to_a_broker_that_ends_does_it_then(
    home: Path, pair: tuple[Subsystem, Subsystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-1, LOG-34: also where nothing waits to be sent."""
    monkeypatch.setattr(latestart, "SECONDS", 0.0)
    services = pair[0].admin_profiles().admin_services("Work")
    services.create_msg_service("SMTP", "Out", {"host": "localhost", "port": 9, "address": "ann@example.com"})
    pair[0].logon("Work", flags=MAPI_ALLOW_OTHERS)
    monkeypatch.setattr(SessionCore, "hosted", property(lambda core: True, lambda core, hosted: None), raising=False)
    second = pair[1].logon()
    assert second.spooler is None
    with closing(reach_broker(home)) as link:
        link.ask(Stop(), Done)
    until(lambda: second.spooler)


def test_what_a_broker_said_before_it_died_is_heard_by_who_speaks_first() -> None:
    """LOG-31."""
    ours, theirs = socket.socketpair()
    link = Link(ours)
    theirs.sendall(pack(Learned("place", "found")))
    theirs.close()
    with closing(link):
        link.tell(Disabled(SERVICE, "broken"))
        assert link.dead
        assert link.poll() == [Learned("place", "found")]
