"""What journeys start from: a home of one's own, the `mapix` command, mail servers in processes of their own.

Every journey ends with a look at the store: `mapix store check` has to find nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import ROOT, Mapix
from tests.journeys.mail_server import Behaviour


class Taken:
    """A message a server took."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.sender: str = record["sender"]
        self.recipients: list[str] = record["recipients"]
        self.data: bytes = record["message"].encode("latin-1")

    @property
    def mail(self) -> EmailMessage:
        """The message as the standard library reads it."""
        found = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def lines(self) -> list[bytes]:
        """Its lines without their ends."""
        return self.data.split(b"\r\n")


class MailServer:
    """A mail server that runs in a process of its own."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.record = Path(behaviour.record)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.mail_server", behaviour.dump()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def _records(self) -> list[dict[str, Any]]:
        if not self.record.exists():
            return []
        lines = self.record.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def taken(self) -> list[Taken]:
        """The messages it took, in order."""
        return [Taken(each) for each in self._records if "message" in each]

    @property
    def commands(self) -> list[str]:
        """What it was told, in order."""
        return [each["command"] for each in self._records if "command" in each]

    def options(self, security: str = "none", host: str = "127.0.0.1") -> list[str]:
        """What `mapix init` needs to know of it."""
        return ["--smtp-host", host, "--smtp-port", str(self.port), "--smtp-security", security]

    def stop(self) -> None:
        """End it; twice is harmless."""
        if self._process.poll() is None:
            self._process.communicate(timeout=60)


class Home(Mapix):
    """A home and the `mapix` command on it, with shorthands for what journeys ask."""

    def send(self, *to: str, code: int = 0, wait: int | None = 60, subject: str = "Hello", **extra: Any) -> list[str]:
        """Send to `to` and wait; the lines that tell what became of each recipient."""
        words = [word for address in to for word in ("--to", address)]
        options = ["--wait", str(wait)] if wait is not None else []
        ran = self("send", *words, "--subject", subject, "--text", "words", *options, code=code, **extra)
        return ran.stdout.splitlines()

    def subjects(self, folder: str = "inbox") -> list[str]:
        """The subjects of a folder, newest first."""
        return [each["subject"] for each in self.json("ls", folder)["messages"]]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """What waits in the Outbox."""
        found: list[dict[str, Any]] = self.json("spooler", "status")["waiting"]
        return found

    def report(self, number: int = 1) -> dict[str, Any]:
        """A message of the Inbox that has to be a non-delivery report."""
        found: dict[str, Any] = self.json("show", f"inbox#{number}")
        assert found["class"].upper() == "REPORT.IPM.NOTE.NDR"
        return found

    def start(self, *args: str | Path, **env: str) -> subprocess.Popen[str]:
        """Start a command that is to be disturbed while it runs."""
        return subprocess.Popen(
            self.command(*args),
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


StartServer = Callable[..., MailServer]


@pytest.fixture
def mapix(tmp_path: Path) -> Iterator[Home]:
    """A fresh home; its stores have to be well when the journey is over."""
    home = Home(tmp_path / "home")
    yield home
    if (home.home / "stores").exists():
        assert json.loads(home("store", "check", "--json").stdout)["problems"] == []


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts mail servers, by what `Behaviour` says of them."""
    started: list[MailServer] = []

    def start(**behaviour: Any) -> MailServer:
        record = tmp_path / f"server-{len(started)}.jsonl"
        started.append(MailServer(Behaviour(str(record), **behaviour)))
        return started[-1]

    yield start
    for server in started:
        server.stop()
