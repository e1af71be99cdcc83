"""Clients and servers of a PostgreSQL store are killed at random moments: afterwards nothing is wrong with the mailbox,
and each message is wholly there or wholly not. Eight writers and eight readers lose nothing there, either.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from psycopg import OperationalError
from tests.fixtures_postgresql import PostgreSql, postgresql, reason
from tests.killing import process, say, spool_and_kill
from tests.providers.sqlstore.kinds import DSN, POSTGRESQL
from tests.providers.sqlstore.test_crowds import crowd
from tests.providers.sqlstore.test_kills import Counts, Ledger, look_over

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed the POSIX way")


@pytest.fixture
def victim(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgreSql]:
    """A server of one's own, which may be killed; what it was told to write it keeps, as the system goes on."""
    if why := reason():
        pytest.skip(why)
    with postgresql() as server:
        monkeypatch.setenv(DSN, server.dsn())
        yield server


def campaign(server: PostgreSql, directory: Path, rounds: int, longest: float, chance: random.Random) -> Counts:
    """Kill in turn the client, a process of the server, and the whole server, and look the mailbox over each time."""
    log = directory / "log"
    log.touch()
    POSTGRESQL.close(POSTGRESQL.open("victim"))
    ledger, counts, began, seed = Ledger(log), Counts(), time.monotonic(), str(chance.randrange(1 << 30))
    crashes = (None, no_crash, partial(kill_a_process, server), partial(kill_all, server))
    with process("tests.providers.sqlstore.victim", "postgresql", "victim", str(log), seed) as victims:
        for turn in range(rounds):
            counts.rounds += 1
            seconds = chance.uniform(0.01, longest)
            if crash := crashes[turn % 4]:
                counts.kills += work_and_crash(victims, log, crash, seconds)
            else:
                counts.kills += spool_and_kill(victims, seconds)
            counts.lines += ledger.take()
            look_over(POSTGRESQL, "victim", ledger, counts)
    counts.seconds = round(time.monotonic() - began, 1)
    return counts


def work_and_crash(victims: subprocess.Popen[str], log: Path, crash: Callable[[], object], seconds: float) -> bool:
    """Let a worker do something and live through a crash, and then kill it."""
    before = log.stat().st_size
    child, deadline = int(say(victims)), time.monotonic() + 60
    while log.stat().st_size == before:
        assert time.monotonic() < deadline, "the worker does nothing"
        time.sleep(0.005)
    time.sleep(seconds)
    crash()
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    ended = int(say(victims))
    assert ended == -signal.SIGKILL, "the worker did not live through it"
    return True


def no_crash() -> None:
    """Nothing but the worker is killed."""


def kill_all(server: PostgreSql) -> None:
    """Kill the whole server, and start it again."""
    server.crash()
    server.start()


def kill_a_process(server: PostgreSql) -> None:
    """Kill a process that serves the worker, if there is one; return when the server has begun again because of it."""
    deadline, begun = time.monotonic() + 60, None
    while time.monotonic() < deadline:
        with suppress(OperationalError, ProcessLookupError):
            checkpointer, process_id = server.execute(PROCESSES)[0]
            begun = begun or checkpointer
            if process_id is None or checkpointer != begun:
                break
            os.kill(process_id, signal.SIGKILL)
        time.sleep(0.01)
    server.wait()


PROCESSES = """
SELECT (SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'),
  (SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name LIKE 'mapix %')
"""
"""One that is another whenever the server has begun again, and one that serves a mailbox."""


def test_a_kill_of_client_or_server_leaves_a_sound_mailbox(
    victim: PostgreSql, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = campaign(victim, tmp_path, 16, 0.3, random.Random(16))
    with capsys.disabled():
        print(f"\npostgresql: {counts}")
    assert counts.kills == 16


@pytest.mark.soak
def test_two_hundred_kills_of_client_or_server_leave_a_sound_mailbox(
    victim: PostgreSql, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = campaign(victim, tmp_path, 200, 0.4, random.Random(7))
    with capsys.disabled():
        print(f"\npostgresql: {counts}")
    assert counts.kills == 200


def test_eight_writers_and_eight_readers_lose_nothing(victim: PostgreSql, capsys: pytest.CaptureFixture[str]) -> None:
    found = crowd(POSTGRESQL, "crowded", 5)
    with capsys.disabled():
        print(f"\npostgresql: {found.told}")
    assert (found.counters, found.messages) == (found.counted, found.left)


@pytest.mark.soak
def test_eight_writers_and_eight_readers_lose_nothing_in_a_minute(
    victim: PostgreSql, capsys: pytest.CaptureFixture[str]
) -> None:
    found = crowd(POSTGRESQL, "crowded", 60)
    with capsys.disabled():
        print(f"\npostgresql: {found.told}")
    assert (found.counters, found.messages) == (found.counted, found.left)
