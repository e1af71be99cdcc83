"""Being offline holds for the profile: in every process, and for those that begin later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures_smtp import Running, Sink, running
from tests.subsystem.nasty import log_on, submit, until
from tests.subsystem.test_offline import status_of

from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import (
    FORCE_XP_CONNECT,
    FORCE_XP_DISCONNECT,
    MAPI_TRANSPORT_PROVIDER,
    STATUS_AVAILABLE,
    STATUS_OFFLINE,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_PROVIDER_DLL_NAME,
    PR_PROVIDER_UID,
    PR_RESOURCE_TYPE,
    PR_SERVICE_NAME,
    PR_SERVICE_UID,
    PR_STATUS_CODE,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.lines import Lines
from mapix.subsystem.session import Session


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def server(sink: Sink) -> Iterator[Running]:
    with running(sink) as made:
        yield made


@pytest.fixture
def office(system: Subsystem, profile: str, tmp_path: Path, server: Running) -> Subsystem:
    """A profile with a mailbox in a file and an SMTP transport."""
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("MAPIXSTORE", settings={"path": str(tmp_path / "mail.mapix")})
    smtp = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
    services.create_msg_service("SMTP", "Out", settings=smtp)
    return system


def mapix(home: Path, *words: str) -> str:
    """What a command says, run in a process of its own."""
    env = {**os.environ, "MAPIX_HOME": str(home), "MAPIX_BROKER": "off"}
    done = subprocess.run(
        [sys.executable, "-m", "mapix", *words], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout + done.stderr


def state(session: Session) -> int:
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, "SMTP")
    ((code,),) = query_all_rows(session.get_status_table(), (PR_STATUS_CODE,), wanted)
    return int(code) & (STATUS_AVAILABLE | STATUS_OFFLINE)


def said(session: Session, flag: int) -> None:
    status: Any = status_of(session, "SMTP")
    status.validate_state(flag)


def test_two_processes_are_offline_together(office: Subsystem, sink: Sink) -> None:
    """SPL-45, STA-9: what one says the other does, at once and without being asked."""
    with log_on(office) as session:
        assert state(session) == STATUS_AVAILABLE
        assert "Out is offline." in mapix(office.home, "spooler", "offline", "--profile", "Work")
        assert state(session) == STATUS_OFFLINE
        submit(session)
        session.flush(0.1)
        assert (session.pending(), len(sink.accepted)) == (1, 0)
        assert "offline" in mapix(office.home, "status", "--profile", "Work")
        assert "Out is online." in mapix(office.home, "spooler", "online", "Out", "--profile", "Work")
        until(lambda: session.pending() == 0)
        assert (state(session), len(sink.accepted)) == (STATUS_AVAILABLE, 1)


def test_who_logs_on_later_is_offline_too(office: Subsystem, sink: Sink) -> None:
    """SPL-45: until it is taken online, by whomever."""
    with log_on(office) as session:
        said(session, FORCE_XP_DISCONNECT)
    with Subsystem(office.home) as other, log_on(other) as session:
        assert state(session) == STATUS_OFFLINE
        submit(session)
        session.flush(0.1)
        said(session, FORCE_XP_CONNECT)
        assert session.flush(60) == 0
    assert len(sink.accepted) == 1


def test_two_sessions_of_one_process_are_offline_together(office: Subsystem, sink: Sink) -> None:
    """SPL-45."""
    with log_on(office) as first, log_on(office) as second:
        submit(second)
        assert second.flush(60) == 0
        said(first, FORCE_XP_DISCONNECT)
        submit(second)
        second.flush(0.1)
        assert (second.pending(), state(second)) == (1, STATUS_OFFLINE)
        said(first, FORCE_XP_CONNECT)
        until(lambda: second.pending() == 0)
    assert len(sink.accepted) == 2


def test_a_home_that_cannot_be_written_to_keeps_it_in_the_session(office: Subsystem) -> None:
    """SPL-45."""
    (office.home / "offline").write_text("in the way", encoding="utf-8")
    with log_on(office) as session:
        said(session, FORCE_XP_DISCONNECT)
        assert state(session) == STATUS_OFFLINE
        said(session, FORCE_XP_CONNECT)
        assert state(session) == STATUS_AVAILABLE


def test_a_service_that_is_deleted_leaves_nothing_behind(office: Subsystem) -> None:
    """SPL-45."""
    with log_on(office) as session:
        said(session, FORCE_XP_DISCONNECT)
    assert len(list((office.home / "offline").iterdir())) == 1
    services = office.admin_profiles().admin_services("Work")
    rows = query_all_rows(services.get_msg_service_table(), (PR_SERVICE_UID, PR_SERVICE_NAME))
    services.delete_msg_service(next(uid for uid, name in rows if name == "SMTP"))
    assert list((office.home / "offline").iterdir()) == []


def test_a_transport_that_is_not_there_cannot_be_taken_offline(office: Subsystem) -> None:
    """SPL-45."""
    with pytest.raises(subprocess.CalledProcessError) as error:
        mapix(office.home, "spooler", "offline", "Nothing", "--profile", "Work")
    assert "the profile has no such transport" in error.value.stderr


def test_a_transport_that_could_not_be_logged_on_keeps_no_other_from_going_offline(office: Subsystem) -> None:
    """SPL-45: it is told, and the exit code says that it was done in part."""
    services = office.admin_profiles().admin_services("Work")
    for name in ("Before", "Behind"):
        services.create_msg_service("SMTP", name)
    rows = query_all_rows(services.get_provider_table(), (PR_PROVIDER_UID, PR_SERVICE_UID, PR_RESOURCE_TYPE))
    transports = {service: provider for provider, service, kind in rows if kind == MAPI_TRANSPORT_PROVIDER}
    names: dict[str, bytes] = dict(query_all_rows(services.get_msg_service_table(), (PR_DISPLAY_NAME, PR_SERVICE_UID)))
    services.msg_service_transport_order([transports[names[each]] for each in ("Before", "Out", "Behind")])
    with pytest.raises(subprocess.CalledProcessError) as error:
        mapix(office.home, "spooler", "offline", "--profile", "Work")
    assert error.value.returncode == 3
    first, second, third = error.value.stderr.splitlines()
    assert first.startswith("mapix: Before: MAPI_E_NO_SUPPORT")
    assert second == "Out is offline."
    assert third.endswith("it is not logged on. Try: mapix status --profile Work")
    with log_on(office) as session:
        codes = query_all_rows(
            session.get_status_table(), (PR_STATUS_CODE,), Property(Relop.EQ, PR_DISPLAY_NAME, "Out")
        )
        assert [code & (STATUS_AVAILABLE | STATUS_OFFLINE) for (code,) in codes] == [STATUS_OFFLINE]
    with pytest.raises(subprocess.CalledProcessError) as error:
        mapix(office.home, "spooler", "online", "Before", "--profile", "Work")
    assert error.value.returncode == 1


def test_what_is_said_here_hides_nothing_that_is_said_elsewhere(mail: Subsystem) -> None:
    """SPL-45, STA-9: others' words since the last look are news still, whatever is said here meanwhile."""
    with log_on(mail) as session:
        core = session._core
        here, elsewhere, mine, other = Lines(core), Lines(core), core.new_uid(), core.new_uid()
        elsewhere.cut(other)
        here.cut(mine)
        assert here.look()
        elsewhere.restore(other)
        here.restore(mine)
        assert here.look()
        assert not here.look()


def test_what_waits_because_of_a_line_that_is_back_before_the_next_look_does_not_wait_on(office: Subsystem) -> None:
    """SPL-45: who was told that the line is cut hears that it is there again."""
    with log_on(office) as session:
        mine, (pair,) = session._core.spooling.lines, session._core.handle.read().transports()
        others = Lines(session._core)
        others.cut(pair[1].uid)
        assert mine.is_cut(pair[1].uid)
        others.restore(pair[1].uid)
        assert mine.look()
        assert not mine.look()
        assert state(session) == STATUS_AVAILABLE
