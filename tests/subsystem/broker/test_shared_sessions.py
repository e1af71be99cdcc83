"""Sessions that several processes are members of, with a real broker."""

import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.fixtures_smtp import Sink, running
from tests.subsystem.broker.conftest import Process, state, until

from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_LOGOFF_SHARED, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.subsystem.broker.frames import Done, Stop
from mapix.subsystem.broker.place import place_of
from mapix.subsystem.broker.starting import find_broker
from mapix.subsystem.initialize import Subsystem

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")
Make = Callable[[], Process]


def test_another_process_joins_without_naming_a_profile(home: Path, process: Make) -> None:
    """LOG-6, LOG-8, LOG-33, LOG-34; scenario 4."""
    first, second, third = process(), process(), process()
    assert first.do("logon", "Work", MAPI_ALLOW_OTHERS)[0] == "Work"
    assert second.do("logon", "-", 0)[0] == "Work"
    assert third.do("logon", "Work", MAPI_NEW_SESSION)[0] == "Work"
    found = state(home)
    assert found is not None
    assert [sum(one.members.values()) for one in found.sessions] == [2]
    assert set(found.sessions[0].members) == {first.popen.pid, second.popen.pid}


def test_a_logoff_leaves_the_others_and_is_told_to_them(process: Make) -> None:
    """LOG-35, NOT-14; scenario 4."""
    first, second, third = process(), process(), process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    second.do("logon", "-", 0)
    third.do("logon", "-", 0)
    first.do("logoff", 0)
    assert second.do("hear", 60) == ["left"]
    third.do("logoff", MAPI_LOGOFF_SHARED)
    assert second.do("hear", 60, 2) == ["left", "end"]
    assert second.do("submit", "still-here") == "still-here"


def test_ten_join_and_the_owners_death_takes_nothing_with_it(home: Path, process: Make) -> None:
    """LOG-35, SPL-76: what the owner submitted arrives, the others go on, and a new one joins."""
    with running(Sink()) as server:
        with Subsystem(home, sharing=False) as system:
            settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
            system.admin_profiles().admin_services("Work").create_msg_service("SMTP", "Out", settings)
        owner = process()
        owner.do("logon", "Work", MAPI_ALLOW_OTHERS)
        members = [process() for _ in range(10)]
        for each in members:
            each.say("logon", "-", 0)
        assert [each.hear()[0] for each in members] == ["Work"] * 10
        owner.do("submit", "last-words")
        owner.kill()
        assert members[0].do("hear", 60) == ["left"]
        for number, each in enumerate(members):
            each.say("submit", f"from-{number}")
        for each in members:
            each.hear()
        late = process()
        assert late.do("logon", "-", 0)[0] == "Work"
        until(lambda: len(server.sink.accepted) >= 11)
        subjects = sorted(one.headers["subject"] for one in server.sink.accepted)
        assert subjects == sorted(["last-words", *(f"from-{number}" for number in range(10))])


@pytest.mark.parametrize("watched", [False, True], ids=["at once", "when the broker has looked"])
def test_what_was_submitted_leaves_although_every_member_is_dead(home: Path, process: Make, watched: bool) -> None:
    """SPL-75, SPL-76: the broker's spooler sends it, also what came into the queue after the broker looked at it."""
    sink = Sink(pause=0.2)
    with running(sink) as server:
        with Subsystem(home, sharing=False) as system:
            settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
            system.admin_profiles().admin_services("Work").create_msg_service("SMTP", "Out", settings)
        only = process()
        only.do("logon", "Work", MAPI_ALLOW_OTHERS)
        if watched:
            assert state(home) is not None
        for number in range(5):
            only.do("submit", f"message-{number}")
        only.kill()
        until(lambda: len({one.headers["subject"] for one in sink.accepted}) == 5)
        until(lambda: state(home) is None)
        assert {one.headers["subject"] for one in sink.accepted} == {f"message-{number}" for number in range(5)}


def test_a_broker_that_died_is_replaced_and_told_again(home: Path, process: Make) -> None:
    """LOG-34."""
    first, second = process(), process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    second.do("logon", "-", 0)
    found = state(home)
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)

    def members() -> int:
        for each in (first, second):
            each.do("hear", 0.1)
        now = state(home)
        if now is None or now.pid == found.pid:
            return 0
        return sum(sum(one.members.values()) for one in now.sessions)

    until(lambda: members() == 2)
    assert first.do("shared")
    assert second.do("shared")
    late = process()
    assert late.do("logon", "-", 0)[0] == "Work"
    again = state(home)
    assert again is not None
    assert again.pid != found.pid
    assert [sum(one.members.values()) for one in again.sessions] == [3]


def test_what_the_dead_left_leaves_although_the_broker_dies_too(home: Path, process: Make) -> None:
    """SPL-76, LOG-34: a member with mail that lives sees to it, and need not do anything for that."""
    sink = Sink()
    sink.go_on.clear()
    with running(sink) as server:
        with Subsystem(home, sharing=False) as system:
            settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
            system.admin_profiles().admin_services("Work").create_msg_service("SMTP", "Out", settings)
        first, second = process(), process()
        first.do("logon", "Work", MAPI_ALLOW_OTHERS)
        second.do("logon", "-", 0)
        first.do("submit", "last-words")
        found = state(home)
        assert found is not None
        first.kill()
        os.kill(found.pid, signal.SIGKILL)
        sink.go_on.set()
        until(lambda: [one.headers["subject"] for one in sink.accepted][-1:] == ["last-words"])
        until(lambda: len(getattr(state(home), "sessions", ())) == 1)
        assert second.do("shared")


def test_a_broker_that_was_asked_to_end_is_not_replaced_before_somebody_looks(home: Path, process: Make) -> None:
    first = process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    until(lambda: state(home) is not None)
    link = find_broker(home)
    assert link is not None
    with closing(link):
        link.ask(Stop(), Done)
        link.wait_for_the_end()
    until(lambda: first.do("shared") is False)
    assert state(home) is None
    until(lambda: (first.do("hear", 0.1), first.do("shared"))[1])


def test_the_broker_ends_when_nobody_needs_it(home: Path, process: Make) -> None:
    first = process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    assert state(home) is not None
    first.do("logoff", 0)
    until(lambda: state(home) is None)
    assert not place_of(home).socket.exists()
    again = process()
    again.do("logon", "Work", MAPI_ALLOW_OTHERS)
    assert state(home) is not None


def test_two_that_share_at_once_find_one_broker(home: Path, process: Make) -> None:
    both = [process(), process()]
    for each in both:
        each.say("logon", "Work", MAPI_ALLOW_OTHERS | MAPI_NEW_SESSION)
    assert [each.hear()[0] for each in both] == ["Work", "Work"]
    found = state(home)
    assert found is not None
    assert len(found.sessions) == 2


def test_a_member_without_mail_keeps_to_itself(home: Path, process: Make) -> None:
    """LOG-30, LOG-32; scenario 5."""
    first, second = process(), process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS | MAPI_NO_MAIL)
    assert second.do("logon", "-", 0)[0] == "Work"
    first.do("logoff", 0)
    assert second.do("hear", 60) == ["left"]


def test_sessions_stay_private_where_that_is_wanted(home: Path, process: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-34."""
    monkeypatch.setenv("MAPIX_BROKER", "off")
    first = process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    assert first.do("shared") is False
    monkeypatch.setenv("MAPIX_BROKER", "on")
    assert state(home) is None


def test_what_a_private_session_left_behind_goes_when_somebody_joins(home: Path, process: Make) -> None:
    """SUB-17, SPL-76: who joins leaves looking after the queues to the broker, which may have looked before."""
    sink = Sink()
    with running(sink) as server:
        with Subsystem(home, sharing=False) as system:
            settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
            system.admin_profiles().admin_services("Work").create_msg_service("SMTP", "Out", settings)
        owner, private, joiner = process(), process(), process()
        owner.do("logon", "Work", MAPI_ALLOW_OTHERS)
        until(lambda: len(getattr(state(home), "sessions", ())) == 1)
        private.do("logon", "Work", MAPI_NEW_SESSION | MAPI_NO_MAIL)
        private.do("submit", "left-behind")
        private.do("logoff", 0)
        joiner.do("logon", "-", 0)
        until(lambda: [one.headers["subject"] for one in sink.accepted] == ["left-behind"])


def test_what_members_read_does_not_pass_through_the_broker(home: Path, process: Make) -> None:
    """LOG-34: a broker that is stopped in its tracks keeps nobody from the stores."""
    first, second = process(), process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    first.do("submit", "one")
    second.do("logon", "-", 0)
    found = state(home)
    assert found is not None
    os.kill(found.pid, signal.SIGSTOP)
    try:
        assert second.do("subjects") == ["one"]
        first.do("submit", "two")
        assert second.do("subjects") == ["one", "two"]
    finally:
        os.kill(found.pid, signal.SIGCONT)


def test_the_newest_shared_session_is_the_one_that_is_joined_wherever_it_is(home: Path, process: Make) -> None:
    """LOG-9: also by a process that has an older one; who holds that keeps it."""
    with Subsystem(home, sharing=False) as system:
        system.admin_profiles().create_profile("Home")
    other = process()
    with Subsystem(home) as system:
        older = system.logon("Work", flags=MAPI_ALLOW_OTHERS)
        assert other.do("logon", "Home", MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS)[0] == "Home"
        with system.logon("Work") as joined:
            assert joined.profile_name == "Home"
            with system.logon() as again:
                assert again.profile_name == "Home"
        assert older.profile_name == "Work"
        other.do("logoff", 0)
        until(lambda: [one.profile for one in getattr(state(home), "sessions", ())] == ["Work"])
        with system.logon() as left:
            assert left.profile_name == "Work"
            found = state(home)
            assert found is not None
            assert [one.members for one in found.sessions] == [{os.getpid(): 2}]


def test_the_newest_of_several_sessions_of_one_process_is_joined(home: Path, process: Make) -> None:
    """LOG-9."""
    with Subsystem(home, sharing=False) as system:
        system.admin_profiles().create_profile("Home")
    with Subsystem(home) as system:
        system.logon("Work", flags=MAPI_ALLOW_OTHERS)
        newer = system.logon("Home", flags=MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS)
        with system.logon() as joined:
            assert joined.profile_name == "Home"
        newer.logoff()
        with system.logon() as joined:
            assert joined.profile_name == "Work"
        assert process().do("logon", "-", 0)[0] == "Work"
