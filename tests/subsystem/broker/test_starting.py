"""A broker that cannot be started tells why, and what it said before stays in its log."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.subsystem.broker.conftest import state

from mapix.properties.errors import CallFailed
from mapix.subsystem.broker import starting
from mapix.subsystem.broker.place import place_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")


def test_why_a_broker_cannot_be_started_is_told(home: Path) -> None:
    """LOG-34."""
    place = place_of(home, make=True)
    place.socket.mkdir()
    with pytest.raises(CallFailed) as told:
        starting.reach_broker(home)
    assert "Is a directory" in str(told.value) or "Operation not permitted" in str(told.value)
    assert told.value.value == str(place.log)


def test_who_finds_a_broker_takes_nothing_from_its_log(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOG-34: of two that start at once the second one ends."""
    monkeypatch.setenv("MAPIX_BROKER_LINGER", "60")
    with closing(starting.reach_broker(home)):
        place = place_of(home)
        place.log.write_text("said before\n")
        command = [sys.executable, "-m", "mapix.subsystem.broker", "--home", str(home), "--detach"]
        subprocess.run(command, check=True, timeout=60)
        assert place.log.read_text().startswith("said before\n")
        assert state(home) is not None


def test_a_long_log_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "LONGEST_LOG", 10)
    log = tmp_path / "broker.log"
    for text, left in (("short", "short"), ("not so short", "")):
        log.write_text(text)
        starting._shorten(log)
        assert log.read_text() == left
