"""Spoolers in the foreground, in the broker and in sessions of their own at once: one at a time works on a message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.subsystem.broker.conftest import Process

from mapix.subsystem.initialize import Subsystem

ROOT = Path(__file__).parents[2]
EACH = 8

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the broker needs sockets of the POSIX way")


@contextmanager
def mail_server(record: Path) -> Iterator[int]:
    command = [sys.executable, str(ROOT / "examples" / "smtp_server.py"), str(record)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def spooler(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`mapix spooler run`."""
    command = [sys.executable, "-m", "mapix", "spooler", "run", "--profile", "Work"]
    env = {**os.environ, "MAPIX_HOME": str(home)}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def test_of_many_spoolers_one_works_on_a_message_at_a_time(tmp_path, monkeypatch):
    """SPL-3, SPL-76; SES-13: each message reaches the server once, whoever sends it."""
    home, record = tmp_path / "home", tmp_path / "received.jsonl"
    with ExitStack() as stack:
        monkeypatch.setenv("XDG_RUNTIME_DIR", stack.enter_context(TemporaryDirectory(prefix="mx-")))
        monkeypatch.setenv("MAPIX_BROKER_LINGER", "0.5")
        port = stack.enter_context(mail_server(record))
        with Subsystem(home, sharing=False) as system:
            system.admin_profiles().create_profile("Work")
            admin = system.admin_profiles().admin_services("Work")
            admin.create_msg_service("MAPIXSTORE", "Mail", {"path": str(tmp_path / "mail.mapix")})
            smtp = {"host": "127.0.0.1", "port": port, "security": "none", "address": "ann@example.com"}
            admin.create_msg_service("SMTP", settings=smtp)
        members = []
        for shared in ("on", "on", "off", "off"):
            monkeypatch.setenv("MAPIX_BROKER", shared)
            members.append(Process(home))
            stack.callback(members[-1].close)
        stack.enter_context(spooler(home))
        for number, member in enumerate(members):
            member.do("logon", "Work", 0x28 if number < 2 else 0x22)
        for round_ in range(EACH):
            for number, member in enumerate(members):
                member.do("submit", f"{number}-{round_}")
            if round_ == EACH // 2:
                members.pop().close()
        wanted = {f"{number}-{round_}" for number in range(3) for round_ in range(EACH)}
        wanted |= {f"3-{round_}" for round_ in range(EACH // 2 + 1)}
        deadline = time.monotonic() + 60
        while len(received(record)) < len(wanted) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.2)
        assert Counter(received(record)) == Counter(wanted)


def received(record: Path) -> list[str]:
    if not record.exists():
        return []
    taken = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return [message_from_string(each["message"])["subject"] for each in taken]
