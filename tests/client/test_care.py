"""The care of a store from Python: looked over, counted, packed, backed up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import mapix
from mapix.properties.errors import Collision, NotFound
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "mail.mapix"


@pytest.fixture
def kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mapix.Session]:
    """A session on a store in a file, with three messages."""
    monkeypatch.setenv("MAPIX_HOME", str(file.parent / "home"))
    monkeypatch.delenv("MAPIX_PROFILE", raising=False)
    mapi_initialize()
    try:
        profiles = subsystem().admin_profiles()
        profiles.create_profile("Kept")
        profiles.admin_services("Kept").create_msg_service("MAPIXSTORE", settings={"path": str(file)})
        profiles.set_default_profile("Kept")
    finally:
        mapi_uninitialize()
    with mapix.logon() as session:
        for number in range(3):
            session.inbox.messages.new(subject=f"Message {number}", text="text " * 50_000).save()
        yield session


def test_a_store_tells_what_it_holds(kept: mapix.Session) -> None:
    stats = kept.store.stats()
    assert stats.messages == 3
    assert (stats.large_values, stats.shared_size) == (1, 2 * stats.large_size)


def test_a_sound_store_has_no_findings_and_a_damaged_one_is_mended(kept: mapix.Session, file: Path) -> None:
    assert kept.store.check() == []
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE folder SET content_count = 9 WHERE content_count = 3")
        connection.commit()
    assert [(found.kind, found.repaired) for found in kept.store.check()] == [("folder counts", False)]
    assert [(found.kind, found.repaired) for found in kept.store.check(repair=True)] == [("folder counts", True)]
    assert kept.store.check() == []


def test_what_is_deleted_gives_its_room_back(kept: mapix.Session) -> None:
    for message in kept.inbox.messages:
        message.delete(permanently=True)
    done = kept.store.compact(purge=True)
    assert done.after < done.before
    assert kept.store.stats().large_values == 0


def test_a_backup_is_a_store_of_its_own_and_takes_no_file_s_place(kept: mapix.Session, file: Path) -> None:
    target, heard = file.with_name("backup.mapix"), list[tuple[int, int]]()
    kept.store.backup(target, progress=lambda done, total: heard.append((done, total)))
    assert check_store(target) == []
    assert heard[-1][0] == heard[-1][1]
    with pytest.raises(Collision):
        kept.store.backup(str(target))
    with pytest.raises(NotFound):
        kept.store.backup(file.parent / "nowhere" / "backup.mapix")
