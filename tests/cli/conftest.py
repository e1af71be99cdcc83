"""The `mapix` command as users run it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.message_files import saved
from tests.forking import STRICT, forks
from tests.formats.msg.msg_cases import plain
from tests.recording import Server, recording

from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
)

ROOT = Path(__file__).parents[2]


class Mapix:
    """Runs `mapix` against one `MAPIX_HOME`."""

    fresh = False
    """Whether each command starts a Python of its own, which takes the longest of all."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("MAPIX_")}
        self.env |= {"MAPIX_HOME": str(home), **STRICT}

    def __call__(
        self, *args: str | Path, stdin: str | None = None, code: int = 0, timeout: float = 60, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; it has to end with `code`, and never with a traceback."""
        ran = self._run([*map(str, args)], {**self.env, **env}, stdin or "", timeout)
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert "MAPIX_DEBUG" in env or "Traceback" not in ran.stderr, ran.stderr
        return ran

    def _run(
        self, args: list[str], env: dict[str, str], stdin: str, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run it forked from a process that has loaded everything, where that tells the same."""
        forked = None if self.fresh else forks()
        if forked is not None and forked.possible(env):
            return forked.run(args, env=env, cwd=Path.cwd(), stdin=stdin, timeout=timeout)
        command = self.command(*args)
        return subprocess.run(
            command, env=env, input=stdin, capture_output=True, text=True, timeout=timeout, check=False
        )

    def command(self, *args: str | Path) -> list[str]:
        """The words that start `mapix`."""
        return [sys.executable, "-m", "mapix", *map(str, args)]

    def json(self, *args: str | Path) -> Any:
        """The JSON document a command prints."""
        return json.loads(self(*args, "--json").stdout)

    def init(self, *options: str | Path) -> None:
        """Make the default profile, Ann's."""
        self("init", "--yes", "--address", "ann@example.org", "--name", "Ann Archer", *options)


@pytest.fixture
def mapix(tmp_path: Path) -> Mapix:
    """A fresh home without a profile."""
    return Mapix(tmp_path / "home")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real SMTP server in a process of its own."""
    with recording(tmp_path / "received.jsonl") as running:
        yield running


@pytest.fixture
def q3(tmp_path: Path) -> Path:
    """A file with recipients, named properties, a file and a message attached."""
    content = plain()
    content.properties |= {PR_SENDER_NAME: "Me Myself", PR_SENDER_EMAIL_ADDRESS: "me@example.com"}
    content.properties[PR_CLIENT_SUBMIT_TIME] = 132_224_400_000_000_000
    return saved(content, tmp_path / "q3.msg")


@pytest.fixture
def ann(mapix: Mapix) -> Mapix:
    """A home with Ann's profile, for mail on this machine."""
    mapix.init()
    return mapix


@pytest.fixture
def online(mapix: Mapix, server: Server) -> Mapix:
    """A home with Ann's profile, and a mail server to send to."""
    mapix.init(*server.options)
    return mapix
