"""One process watches a folder in which another one works: the typed face, on a store in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mapix
from mapix.client.watching import Change
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem

SECONDS = 60.0
_OTHER = """
import mapix
with mapix.logon(mail=False) as session:
    folder = session.store.root.folder("Work")
    message = folder.messages.new(subject="Urgent budget").save()
    message.subject = "Agenda"
    message.save()
    folder.message(message.entry_id).delete(permanently=True)
    folder.messages.new(subject="Budget, again").save()
"""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mapix.Session]:
    """A session on a store in a file."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MAPIX_PROFILE", raising=False)
    mapi_initialize()
    try:
        profiles = subsystem().admin_profiles()
        profiles.create_profile("Test")
        profiles.admin_services("Test").create_msg_service("MAPIXSTORE", settings={})
        profiles.set_default_profile("Test")
    finally:
        mapi_uninitialize()
    with mapix.logon(mail=False) as session:
        yield session


def work_elsewhere() -> None:
    """Have another process do something in the folder, to its end."""
    done = subprocess.run([sys.executable, "-c", _OTHER], env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_another_process_does_is_heard_in_order(session: mapix.Session) -> None:
    """N-008, N-005."""
    folder = session.store.root.create_folder("Work")
    with folder.watch(timeout=SECONDS) as watch:
        work_elsewhere()
        events = [next(watch) for _ in range(4)]
    assert [event.kind for event in events] == [Change.ADDED, Change.CHANGED, Change.REMOVED, Change.ADDED]
    assert len({event.entry_id for event in events[:3]}) == 1
    assert events[3].message is not None
    assert events[3].message.subject == "Budget, again"


def test_a_search_folder_here_follows_what_another_process_does(session: mapix.Session) -> None:
    """F-043: the other process keeps the results in step, and this one hears of them."""
    folder = session.store.root.create_folder("Work")
    found = session.store.search_folders.new("Budgets", mapix.Message.subject.contains("budget"), [folder])
    with found.watch(timeout=SECONDS) as watch:
        work_elsewhere()
        event = next(watch)
    assert event.kind in (Change.ADDED, Change.RELOAD)
    assert [message.subject for message in found.messages] == ["Budget, again"]
