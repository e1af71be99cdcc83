"""Spoolers in processes of their own, killed at random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.spoolbench import Bench

ROOT = Path(__file__).parents[1]


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
            running.wait(60)
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


def end_of(child: int) -> int:
    """In the process that forks: how a child ended, when that is asked; if nobody is there to ask, it is killed."""
    if not sys.stdin.readline():
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def spool_and_kill(spooler: subprocess.Popen[str], seconds: float) -> bool:
    """Start a spooler and kill it after a while; whether it was still at work."""
    child = int(say(spooler))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    ended = int(say(spooler))
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def kill_while_sending(
    bench: Bench,
    settings: Mapping[str, Any],
    kills: int,
    longest: float,
    chance: random.Random,
    *more: Mapping[str, Any],
) -> tuple[int, int]:
    """Let spoolers work on the bench's store and kill them, until the queue is empty or there were enough kills; then
    let one finish. How many were killed at work, and how many were started.
    """
    killed = rounds = 0
    with process("tests.spool_process", str(bench.path), *map(json.dumps, (settings, *more))) as spooler:
        while bench.queue() and killed < kills:
            rounds += 1
            killed += spool_and_kill(spooler, chance.uniform(0.02, longest))
        say(spooler)
        assert say(spooler) == "0"
    return killed, rounds
