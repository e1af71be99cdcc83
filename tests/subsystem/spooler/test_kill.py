"""The spooler is killed at random moments, again and again, while its server misbehaves: nothing is lost, and nothing
that was acknowledged is sent twice (SPL-75, SPL-76).

The server answers slowly, puts some messages off, and breaks some connections after the dot, before or after its
reply. It notes which of its replies the client heard: the client said something afterwards.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.killing import kill_while_sending, line, process
from tests.spoolbench import Bench, recipient

from mapix.properties.tags import PR_BODY, PR_INTERNET_MESSAGE_ID, PR_SUBJECT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed the POSIX way")


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


def campaign(home: Path, *, messages: int, kills: int, pause: float, longest: float, seed: int) -> Counts:
    begun, chance, log = time.monotonic(), random.Random(seed), home / "server.log"
    with Bench(home) as bench:
        bench.spooler_store.close()
        for number in range(messages):
            bench.submit([f"user{number}@example.com"], f"message {number}", values={PR_BODY: f"text {number} " * 50})
        with process("tests.fixtures_smtp", str(log), str(seed), str(pause)) as server:
            port = line(server)
            killed, rounds = kill_while_sending(bench, {"port": int(port), "security": "none"}, kills, longest, chance)
        assert bench.queue() == []
        assert bench.inbox() == []
        kept = {each.get_prop(PR_SUBJECT): each.get_prop(PR_INTERNET_MESSAGE_ID) for each in bench.contents()}
        assert sorted(kept) == sorted(f"message {number}" for number in range(messages))
        return check(log, kept, killed, rounds, time.monotonic() - begun)


def campaign_of_two(home: Path, *, messages: int, kills: int, pause: float, longest: float, seed: int) -> list[Counts]:
    """The same with two transports and two servers: each message goes to one recipient of each."""
    begun, chance, logs = time.monotonic(), random.Random(seed), [home / "one.log", home / "two.log"]
    with Bench(home) as bench, ExitStack() as stack:
        bench.spooler_store.close()
        for number in range(messages):
            to = [f"user{number}@example.com", recipient(f"fax{number}@example.com", address_type="FAX")]
            bench.submit(to, f"message {number}")
        servers = [stack.enter_context(process("tests.fixtures_smtp", str(log), str(seed), str(pause))) for log in logs]
        settings = [{"port": int(line(server)), "security": "none"} for server in servers]
        killed, rounds = kill_while_sending(bench, settings[0], kills, longest, chance, settings[1])
        assert (bench.queue(), bench.inbox()) == ([], [])
        kept = {each.get_prop(PR_SUBJECT): each.get_prop(PR_INTERNET_MESSAGE_ID) for each in bench.contents()}
        assert sorted(kept) == sorted(f"message {number}" for number in range(messages))
    seconds = time.monotonic() - begun
    return [check(log, kept, killed, rounds, seconds, who) for log, who in zip(logs, ("user", "fax"), strict=True)]


def check(log: Path, kept: dict[str, str], kills: int, rounds: int, seconds: float, who: str = "user") -> Counts:
    """Every message arrived; none arrived again after the client had heard the reply; duplicates keep their id."""
    events = [json.loads(each) for each in log.read_text().splitlines()]
    subjects = {message_id: subject for subject, message_id in kept.items()}
    taken, heard = Counter[str](), set[str]()
    for event in events:
        number = subjects[event["id"]].removeprefix("message ")
        assert event["to"] == [f"{who}{number}@example.com"]
        if event["event"] == "acknowledged":
            heard.add(event["id"])
        else:
            assert event["id"] not in heard, f"{event['id']} was sent again after it had been acknowledged"
            taken[event["id"]] += 1
    assert set(taken) == set(subjects)
    duplicates = sum(taken.values()) - len(taken)
    return Counts(len(kept), kills, rounds, sum(taken.values()), len(heard), duplicates, seconds)


def test_a_killed_spooler_loses_nothing_and_repeats_nothing_acknowledged(tmp_path, capsys):
    """SPL-76."""
    counts = campaign(tmp_path, messages=60, kills=40, pause=0.05, longest=0.35, seed=60)
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


def test_between_two_transports_a_killed_spooler_leaves_only_what_is_not_acknowledged(tmp_path, capsys):
    """SPL-76; scenario 16: what one transport acknowledged is not sent again when the other has its turn."""
    counts = campaign_of_two(tmp_path, messages=25, kills=25, pause=0.03, longest=0.35, seed=25)
    with capsys.disabled():
        print(f"\n{counts}")
    assert counts[0].kills >= 5


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_between_two_transports_hundreds_of_kills_repeat_nothing_acknowledged(tmp_path, capsys, seed):
    """SPL-76; scenario 16."""
    counts = campaign_of_two(tmp_path, messages=150, kills=300, pause=0.05, longest=0.3, seed=seed)
    with capsys.disabled():
        print(f"\n{counts}")
    assert counts[0].kills >= 50
