"""The spooler is killed at random moments, again and again, while its server misbehaves: nothing is lost, and nothing
that was acknowledged is sent twice (SPL-75, SPL-76).

The server answers slowly, puts some messages off, and breaks some connections after the dot, before or after its
reply. It notes which of its replies the client heard: the client said something afterwards.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.spoolbench import Bench

from mapix.properties.tags import PR_BODY, PR_INTERNET_MESSAGE_ID, PR_SUBJECT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed the POSIX way")

ROOT = Path(__file__).parents[3]


@dataclass
class Counts:
    """What happened, for the record."""

    messages: int
    kills: int
    rounds: int
    taken: int
    heard: int
    duplicates: int
    seconds: float


@contextmanager
def process(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error::SyntaxWarning", "-m", *args]
    running = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        assert running.stdin is not None
        running.stdin.close()
        try:
            running.wait(20)
        finally:
            running.kill()
            running.wait()
            assert running.stdout is not None
            running.stdout.close()


def line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def say(running: subprocess.Popen[str]) -> str:
    """Give the process the word, and get its answer."""
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()
    return line(running)


def spool_and_kill(spooler: subprocess.Popen[str], seconds: float) -> bool:
    """Start a spooler and kill it after a while; whether it was still at work."""
    child = int(say(spooler))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    ended = int(say(spooler))
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def campaign(home: Path, *, messages: int, kills: int, pause: float, longest: float, seed: int) -> Counts:
    begun, chance, log = time.monotonic(), random.Random(seed), home / "server.log"
    with Bench(home) as bench:
        bench.spooler_store.close()
        for number in range(messages):
            bench.submit([f"user{number}@example.com"], f"message {number}", values={PR_BODY: f"text {number} " * 50})
        with process("tests.fixtures_smtp", str(log), str(seed), str(pause)) as server:
            port = line(server)
            killed = rounds = 0
            with process("tests.spool_process", str(bench.path), port) as spooler:
                while bench.queue() and killed < kills:
                    rounds += 1
                    killed += spool_and_kill(spooler, chance.uniform(0.02, longest))
                say(spooler)
                assert say(spooler) == "0"
        assert bench.queue() == []
        assert bench.inbox() == []
        kept = {each.get_prop(PR_SUBJECT): each.get_prop(PR_INTERNET_MESSAGE_ID) for each in bench.contents()}
        assert sorted(kept) == sorted(f"message {number}" for number in range(messages))
        return check(log, kept, killed, rounds, time.monotonic() - begun)


def check(log: Path, kept: dict[str, str], kills: int, rounds: int, seconds: float) -> Counts:
    """Every message arrived; none arrived again after the client had heard the reply; duplicates keep their id."""
    events = [json.loads(each) for each in log.read_text().splitlines()]
    subjects = {message_id: subject for subject, message_id in kept.items()}
    taken, heard = Counter[str](), set[str]()
    for event in events:
        number = subjects[event["id"]].removeprefix("message ")
        assert event["to"] == [f"user{number}@example.com"]
        if event["event"] == "acknowledged":
            heard.add(event["id"])
        else:
            assert event["id"] not in heard, f"{event['id']} was sent again after it had been acknowledged"
            taken[event["id"]] += 1
    assert set(taken) == set(subjects)
    duplicates = sum(taken.values()) - len(taken)
    return Counts(len(kept), kills, rounds, sum(taken.values()), len(heard), duplicates, seconds)


def test_a_killed_spooler_loses_nothing_and_repeats_nothing_acknowledged(tmp_path, capsys):
    counts = campaign(tmp_path, messages=60, kills=40, pause=0.05, longest=0.35, seed=random.randrange(1 << 30))
    with capsys.disabled():
        print(f"\n{counts}")
    assert counts.kills >= 10


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_a_spooler_killed_hundreds_of_times_loses_nothing(tmp_path, capsys, seed):
    counts = campaign(tmp_path, messages=200, kills=400, pause=0.05, longest=0.25, seed=seed)
    with capsys.disabled():
        print(f"\n{counts}")
    assert counts.kills >= 50
