"""A home directory with a profile, and processes that are members of its sessions."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mapix.properties.errors import CallFailed, MapiError
from mapix.subsystem.broker.frames import Done, State, Status, Stop
from mapix.subsystem.broker.starting import find_broker
from mapix.subsystem.initialize import Subsystem

ROOT = Path(__file__).parents[3]


class Process:
    """Another process, which does what it is told."""

    program = "tests.subsystem.broker.member"

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", self.program, str(home)]
        self.popen = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def say(self, *words: object) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(" ".join(map(str, words)) + "\n")
        self.popen.stdin.flush()

    def hear(self) -> Any:
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, self.popen.communicate()[1]
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer["answer"]

    def do(self, *words: object) -> Any:
        """Say something and hear what came of it."""
        self.say(*words)
        return self.hear()

    def kill(self) -> None:
        """SIGKILL."""
        self.popen.kill()
        self.close()

    def close(self) -> None:
        """Have it end."""
        with suppress(OSError):
            self.popen.communicate(timeout=60)


def state(home: Path) -> State | None:
    link = find_broker(home)
    if link is None:
        return None
    try:
        return link.ask(Status(), State)
    except CallFailed:
        assert link.dead
        return None
    finally:
        link.close()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for the broker's socket, with a name short enough for one."""
    with TemporaryDirectory(prefix="mx-") as place:
        monkeypatch.setenv("XDG_RUNTIME_DIR", place)
        yield Path(place)


@pytest.fixture
def home(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home directory whose broker ends soon after its last session."""
    monkeypatch.setenv("MAPIX_BROKER", "on")
    monkeypatch.setenv("MAPIX_BROKER_LINGER", "0.5")
    home = tmp_path / "home"
    with Subsystem(home, sharing=False) as system:
        system.admin_profiles().create_profile("Work")
        admin = system.admin_profiles().admin_services("Work")
        admin.create_msg_service("MAPIXSTORE", "Mail", {"path": str(tmp_path / "mail.mapix")})
    yield home
    with suppress(MapiError):
        link = find_broker(home)
        if link is not None:
            with closing(link):
                link.ask(Stop(), Done)
                link.wait_for_the_end()


@pytest.fixture
def process(home: Path) -> Iterator[Callable[[], Process]]:
    """Makes processes; they end with the test."""
    made: list[Process] = []

    def make() -> Process:
        made.append(Process(home))
        return made[-1]

    yield make
    for each in made:
        each.close()
