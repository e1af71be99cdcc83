"""`mapix spooler run`: stores in trouble do not end it, and nobody has to wait for what does not end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Mapix

import mapix
from mapix.cli.spooler import stopped_by_signals, watch
from mapix.interfaces.store import QueueEntry
from mapix.properties.errors import DiskError, MapiError, NetworkError
from mapix.testing.sandbox import sandbox


@pytest.fixture
def session(tmp_path: Path) -> Iterator[mapix.Session]:
    with sandbox(tmp_path) as box, box.logon() as made:
        yield made


class Stop(threading.Event):
    """Ends a watch after so many looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.left = looks

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        return self.left <= 0


class Queue:
    """The queue of a store that is in trouble now and then."""

    def __init__(self, troubles: list[MapiError | None]) -> None:
        self.troubles = troubles

    def version(self) -> int:
        if (trouble := self.troubles.pop(0)) is not None:
            raise trouble
        return len(self.troubles)

    def entries(self) -> list[object]:
        return []


def test_a_store_in_trouble_is_told_once_and_looked_at_again(
    session: mapix.Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, full = NetworkError("the server is gone"), DiskError("the disk fails")
    queue = Queue([None, lost, lost, full, full, None, full])
    monkeypatch.setattr(type(session.store.mapi), "outgoing", queue)
    watch([session.store], Stop(7))
    name = f"mapix: {session.store.name}"
    told = capsys.readouterr().err.splitlines()
    assert [line.startswith(name) for line in told] == [True] * 3
    assert ["gone" in line for line in told] == [True, False, False]
    assert queue.troubles == []


def test_what_a_store_in_trouble_could_not_say_is_told_when_it_can(
    session: mapix.Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its queue has changed, and cannot be read just then; nothing changes after that."""
    for number in range(3):
        session.new(subject=f"n {number}", to="bob@elsewhere.example", text="x").submit()
    queue = session.store.mapi.outgoing
    entries, troubles = queue.entries, [True]

    def troubled() -> list[QueueEntry]:
        if troubles and troubles.pop():
            raise DiskError("the disk fails")
        return entries()

    monkeypatch.setattr(queue, "entries", troubled)
    watch([session.store], Stop(3))
    trouble, *told = capsys.readouterr().err.splitlines()
    assert "the disk fails" in trouble
    assert told == [f"waiting  n {number}" for number in range(3)]


def test_a_store_that_is_in_the_profile_twice_has_one_queue(ann: Mapix) -> None:
    """SPL-4."""
    ann("ls")
    (path,) = (ann.home / "stores").glob("*.mapix")
    ann("service", "add", "MAPIXSTORE", f"path={path}", "display_name=Again")
    ann("spooler", "offline")
    ann("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "x")
    assert [each["subject"] for each in ann.json("spooler", "status")["waiting"]] == ["Hello"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")
def test_a_second_ctrl_c_is_one_as_ever() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stopped_by_signals() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with stopped_by_signals() as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
