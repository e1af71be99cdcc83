"""How the broker comes to life: on first need, as a process that survives who started it.

    python -m mapix.subsystem.broker --home DIR [--detach]

Whoever starts it waits until one listens; of two that start at once the second one finds the first and ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mapix.properties.errors import CallFailed, NoSupport
from mapix.subsystem.broker.link import Link, open_link
from mapix.subsystem.broker.place import Place, place_of

START_SECONDS = 60.0
LONGEST_LOG = 1 << 20
"""Bytes of the log with which a broker begins it anew."""

_AGAIN = 0.05
_LAST_WORDS = 4096


def find_broker(home: Path) -> Link | None:
    """A link to the broker of a home directory, if one runs. Raises as `place_of` and `open_link` do."""
    place = place_of(home)
    return open_link(place) if place.socket.exists() else None


def reach_broker(home: Path) -> Link:
    """A link to the broker of a home directory, started where there is none. `CallFailed` when it cannot be."""
    place = place_of(home, make=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        link = open_link(place)
        if link is not None:
            return link
        _launch(home, place, deadline)
        time.sleep(0 if place.socket.exists() else _AGAIN)
    raise CallFailed("the broker does not answer", value=str(place.socket), hint="MAPIX_BROKER=off does without it")


def _launch(home: Path, place: Place, deadline: float) -> None:
    """Start a broker and wait until it listens, or has found another one."""
    if not sys.executable:
        raise NoSupport("there is no Python to run the broker with")
    command = [sys.executable, "-P", "-m", "mapix.subsystem.broker", "--home", str(home), "--detach"]
    left = max(deadline - time.monotonic(), 1.0)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=left, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CallFailed(f"the broker cannot be started ({error})") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or _last_words(place)
        why = said[-1] if said else done.returncode
        raise CallFailed(f"the broker cannot be started ({why})", value=str(place.log))


def _last_words(place: Place) -> list[str]:
    """The end of the log of a broker that ended before it listened."""
    with suppress(OSError), place.log.open("rb") as log:
        log.seek(max(log.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
        return log.read().decode(errors="replace").strip().splitlines()
    return []


def main(arguments: list[str]) -> int:
    """The process: 0 when it ended as it should, or another one serves already."""
    import argparse

    parser = argparse.ArgumentParser("mapix-broker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--detach", action="store_true")
    chosen = parser.parse_args(arguments)
    place = place_of(chosen.home, make=True)
    return _detached(chosen.home, place) if chosen.detach else _serve(chosen.home, place, -1)


def _detached(home: Path, place: Place) -> int:
    """Serve in a process of its own session; this one ends when that listens."""
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        return 0 if os.read(told, 1) else 1
    os.close(told)
    os.setsid()
    os.chdir("/")
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, source in enumerate((nothing, nothing, log)):
        os.dup2(source, number)
    os._exit(_serve(home, place, tell))


def _serve(home: Path, place: Place, tell: int) -> int:
    import logging

    from mapix.subsystem.broker.server import Broker

    def ready() -> None:
        if tell >= 0:
            os.write(tell, b"1")
            os.close(tell)

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with _only_one(place) as first:
        if first:
            _shorten(place.log)
            Broker(home, place, ready=ready).run()
        else:
            ready()
    return 0


def _shorten(log: Path) -> None:
    """Begin a log anew that has become long: a broker that finds another one takes nothing from its log."""
    with suppress(OSError):
        if log.stat().st_size > LONGEST_LOG:
            os.truncate(log, 0)


@contextmanager
def _only_one(place: Place) -> Iterator[bool]:
    """Hold the place's lock; False when another broker does."""
    import fcntl

    descriptor = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)
