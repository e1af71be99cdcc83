"""A process that works again and again in forks of its own, and is killed at random moments: both sides of it.

The process numbers the states it makes. Before it makes one it writes the number into FILE.begun, after it into
FILE.done.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.killing import end_of, line, process, say

HARMLESS = ("FAT: it does not cover the file", "file: it ends within a sector")
"""What a crash may leave in a compound file: bytes behind the end that nothing tells of."""


class Marks:
    """How far the work on a file is, told so that it is known after a kill."""

    def __init__(self, path: Path) -> None:
        self._begun, self._done = (os.open(f"{path}.{end}", os.O_WRONLY | os.O_CREAT) for end in ("begun", "done"))

    def begin(self, number: int) -> None:
        os.pwrite(self._begun, b"%10d" % number, 0)

    def done(self, number: int) -> None:
        os.pwrite(self._done, b"%10d" % number, 0)


def number_in(path: Path) -> int:
    return int(path.read_bytes() or 0) if path.exists() else 0


def _last_begin(path: Path) -> int:
    """When a state was begun last; nanoseconds."""
    begun = Path(f"{path}.begun")
    return begun.stat().st_mtime_ns if begun.exists() else 0


def serve(work: Callable[[Path], object], path: Path) -> None:
    """Lines on standard input: the first starts the work in a process of its own (a fork), whose number is printed;
    the next waits for its end and prints how it ended.
    """
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(path)
            finally:
                os._exit(1)
        print(child, flush=True)
        print(end_of(child), flush=True)


def kill_at_work(
    module: str, path: Path, kills: int, longest: float, chance: random.Random, look: Callable[[Path], int]
) -> int:
    """Kill forks of a module that serves; `look` at the file after each, and say which state it has. It is the one
    that was begun, or the one before. Each has begun one. How many were killed between begin and done.
    """
    within = last = 0
    with process(module, str(path)) as killed:
        for _ in range(kills):
            before = _last_begin(path)
            child = int(say(killed))
            end = time.monotonic() + 60
            while _last_begin(path) == before and time.monotonic() < end:
                time.sleep(0.001)
            time.sleep(chance.uniform(0.002, longest))
            os.kill(child, signal.SIGKILL)
            assert killed.stdin is not None
            killed.stdin.write("go\n")
            killed.stdin.flush()
            assert int(line(killed)) == -signal.SIGKILL
            number = look(path)
            begun, done = (number_in(Path(f"{path}.{end}")) for end in ("begun", "done"))
            assert number in (max(done, last), begun)
            last = number
            within += begun != done
    return within
