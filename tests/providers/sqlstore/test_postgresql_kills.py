"""Clients and servers of a PostgreSQL store are killed at random moments: afterwards nothing is wrong with the mailbox,
and each message is wholly there or wholly not. Eight writers and eight readers lose nothing there, either.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
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
    with process("tests.providers.sqlstore.victim", "postgresql", "victim", str(log), seed) as victims:
        for turn in range(rounds):
            counts.rounds += 1
            seconds = chance.uniform(0.01, longest)
            if turn % 4 < 2:
                counts.kills += spool_and_kill(victims, seconds)
            else:
                counts.kills += work_and_crash(victims, server, seconds, whole=turn % 4 == 3)
            counts.lines += ledger.take()
            look_over(POSTGRESQL, "victim", ledger, counts)
    counts.seconds = round(time.monotonic() - began, 1)
    return counts


def work_and_crash(victims: object, server: PostgreSql, seconds: float, *, whole: bool) -> bool:
    """Let a worker live through the death of its server, or of a process of it, and then kill it."""
    child = int(say(victims))  # type: ignore[arg-type]
    time.sleep(seconds)
    if whole:
        server.crash()
        server.start()
    else:
        for process_id in server.backends():
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
                break
    server.wait()
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    ended = int(say(victims))  # type: ignore[arg-type]
    assert ended == -signal.SIGKILL, "the worker did not live through it"
    return True


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
