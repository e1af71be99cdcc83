"""Spoolers in the foreground, in the broker and in sessions of their own at once, all of them processes: one at a time
works on a message, wherever the store is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.fixtures_postgresql import PostgreSql, postgresql, reason
from tests.subsystem.broker.conftest import Process

from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.subsystem.initialize import Subsystem

ROOT = Path(__file__).parents[2]
EACH = 8
SHARED = MAPI_EXTENDED | MAPI_ALLOW_OTHERS
OWN = MAPI_EXTENDED | MAPI_NEW_SESSION

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the broker needs sockets of the POSIX way")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    """A PostgreSQL for these tests."""
    if why := reason():
        pytest.skip(why)
    with postgresql() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def mail(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The settings of a new store of each dialect."""
    if request.param == "sqlite":
        return {"path": str(tmp_path / "mail.mapix")}
    server: PostgreSql = request.getfixturevalue("server")
    address = f"{tmp_path.name.lower().replace('_', '-')}@example.com"
    return {"dsn": server.dsn(), "owner_address": address, "owner_name": "Ann"}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Where the mail server writes what it was given."""
    return tmp_path / "received.jsonl"


@pytest.fixture
def home(tmp_path: Path, record: Path, mail: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose profile has the store and a transport, and whose broker ends soon."""
    home = tmp_path / "home"
    with TemporaryDirectory(prefix="mx-") as runtime, mail_server(record) as port:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        monkeypatch.setenv("MAPIX_BROKER_LINGER", "0.5")
        with Subsystem(home, sharing=False) as system:
            system.admin_profiles().create_profile("Work")
            admin = system.admin_profiles().admin_services("Work")
            admin.create_msg_service("MAPIXSTORE", "Mail", mail)
            smtp = {"host": "127.0.0.1", "port": port, "security": "none", "address": "ann@example.com"}
            admin.create_msg_service("SMTP", settings=smtp)
        yield home


@pytest.fixture
def member(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int], Process]]:
    """Makes processes that log on, with the broker `on` or `off`; they end with the test."""
    made: list[Process] = []

    def make(shared: str, flags: int) -> Process:
        monkeypatch.setenv("MAPIX_BROKER", shared)
        made.append(Process(home))
        made[-1].do("logon", "Work", flags)
        return made[-1]

    yield make
    for each in made:
        each.close()


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


def test_of_many_spoolers_one_works_on_a_message_at_a_time(home, record, member):
    """SPL-3, SPL-76; SES-13: each message reaches the server once, whoever sends it."""
    members = [member("on", SHARED), member("on", SHARED), member("off", OWN), member("off", OWN)]
    with spooler(home):
        for round_ in range(EACH):
            for number, each in enumerate(members):
                each.do("submit", f"{number}-{round_}")
            if round_ == EACH // 2:
                members.pop().close()
        wanted = {f"{number}-{round_}" for number in range(3) for round_ in range(EACH)}
        wanted |= {f"3-{round_}" for round_ in range(EACH // 2 + 1)}
        wait_for(record, len(wanted))
        time.sleep(0.2)
        assert Counter(received(record)) == Counter(wanted)


def test_each_place_a_spooler_may_be_in_follows_the_one_that_ended(home, record, member):
    """SPL-3, SPL-75, SPL-76: in the foreground, where it is killed, in the broker, and in a session of its own."""
    writer = member("off", OWN | MAPI_NO_MAIL)
    with spooler(home) as foreground:
        writer.do("submit", "foreground")
        wait_for(record, 1)
        wait_until(lambda: writer.do("pending") == 0)
        foreground.kill()
    shared = member("on", SHARED)
    writer.do("submit", "broker")
    wait_for(record, 2)
    shared.close()
    own = member("off", OWN)
    writer.do("submit", "session")
    wait_for(record, 3)
    own.close()
    assert received(record) == ["foreground", "broker", "session"]


def wait_for(record: Path, number: int) -> None:
    """Wait until so many messages have arrived."""
    wait_until(lambda: len(received(record)) >= number)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def received(record: Path) -> list[str]:
    if not record.exists():
        return []
    taken = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return [message_from_string(each["message"])["subject"] for each in taken]
