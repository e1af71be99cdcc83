"""What a store tells of itself, how it gives room back, and its backups."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from tests.providers.sqlstore.helpers import file, people, save

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.properties import tags
from mapix.properties.errors import Busy, Collision, CorruptStore, NoAccess, NotFound
from mapix.properties.times import now
from mapix.properties.value import whole
from mapix.providers.sqlstore.pieces import EACH, FILE, PIECE
from mapix.providers.sqlstore.sqlite import backup
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.values import LARGE

DATA = tags.PR_ATTACH_DATA_BIN
GIANT = 4 * PIECE


@pytest.fixture
def filled(backend: SqliteBackend) -> SqliteBackend:
    """A store with something of everything."""
    folder = backend.create_folder(backend.root, "folder", {tags.PR_COMMENT: "c"})
    first = save(backend, folder=folder, recipients=people(2), attachments={0: file(b"x" * LARGE)})
    inner = AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: "inside"}))
    save(backend, {tags.PR_BODY: "y" * LARGE}, folder=folder, attachments={0: file(b"x" * LARGE), 3: inner})
    save(backend, recipients=people(1), submit=True)
    backend.copy_messages([first.number], backend.root)
    return backend


@pytest.fixture
def smaller(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Values are files from a smaller size on."""
    monkeypatch.setattr(LargeFiles, "least", GIANT)
    yield
    monkeypatch.undo()


def test_a_store_tells_what_it_holds(filled: SqliteBackend) -> None:
    stats = filled.care().stats()
    assert (stats.folders, stats.messages, stats.embedded, stats.associated, stats.deleted) == (2, 4, 1, 0, 0)
    assert (stats.recipients, stats.attachments, stats.queued) == (5, 4, 1)
    assert stats.large_values == 2
    assert stats.large_size == LARGE + 2 * LARGE
    assert stats.shared_size == 2 * LARGE
    assert 0 < stats.stored_size < LARGE
    assert stats.size > 4096
    assert stats.properties == filled.database.value("SELECT count(*) FROM property")


def test_what_is_gone_gives_its_room_back(backend: SqliteBackend, path: Path) -> None:
    with backend.transaction():
        for _ in range(60):
            save(backend, attachments={0: file(os.urandom(2 * LARGE))})
    numbers = backend.messages(backend.root)
    kept = save(backend, attachments={0: file(os.urandom(2 * LARGE))})
    backend.delete_messages(numbers)
    result = backend.care().compact()
    assert result.after < result.before - 50 * LARGE
    assert path.stat().st_size < 10 * LARGE
    assert backend.care().stats().free_size == 0
    assert whole(DATA, kept.attachments()[0][DATA])


def test_a_store_without_room_to_give_back_by_pages_is_written_anew_once(backend: SqliteBackend, path: Path) -> None:
    backend.database.rows("PRAGMA journal_mode = DELETE")
    backend.database.rows("PRAGMA auto_vacuum = NONE")
    backend.database.rows("VACUUM")
    with backend.transaction():
        for _ in range(20):
            save(backend, attachments={0: file(os.urandom(LARGE))})
    backend.delete_messages(backend.messages(backend.root))
    backend.care().compact()
    assert backend.database.value("PRAGMA auto_vacuum") == 2
    assert path.stat().st_size < 5 * LARGE


def test_others_may_write_while_room_is_given_back(filled: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    with other.transaction():
        for _ in range(40):
            save(other, attachments={0: file(os.urandom(2 * LARGE))})
    other.delete_messages(other.messages(other.root)[-40:])
    begun, done = threading.Event(), threading.Event()
    saved = []

    def write() -> None:
        while not done.is_set():
            saved.append(save(other).number)
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60)
    before = len(saved)
    filled.care().compact()
    done.set()
    writer.join()
    assert len(saved) > before
    assert set(saved) <= set(filled.messages(filled.root))
    other.close()


def test_giant_values_that_compress_well_are_taken_in(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, smaller: None
) -> None:
    text, noise = b"a line of text\n" * (GIANT // 10), os.urandom(GIANT)
    first, second = (save(backend, attachments={0: file(data)}) for data in (text, noise))
    assert [packing for (packing,) in backend.database.rows("SELECT packing FROM blob ORDER BY id")] == [FILE, FILE]
    result = backend.care().compact()
    assert result.after < result.before
    assert [packing for (packing,) in backend.database.rows("SELECT packing FROM blob ORDER BY id")] == [EACH, FILE]
    assert len(list(backend.database.files.directory.iterdir())) == 1
    assert whole(DATA, first.attachments()[0][DATA]) == text
    assert whole(DATA, second.attachments()[0][DATA]) == noise


def test_what_was_deleted_long_ago_goes_for_ever(backend: SqliteBackend) -> None:
    numbers = [save(backend).number for _ in range(300)]
    kept = backend.retention()
    kept.delete_messages(numbers[:250], now() - 10**10)
    kept.delete_messages(numbers[250:260], now() + 10**10)
    result = backend.care().compact(purge_before=now())
    assert result.purged == 250
    assert len(kept.messages(backend.root)) == 10
    assert len(backend.messages(backend.root)) == 40


def same(first: SqliteBackend, second: SqliteBackend) -> None:
    """Two stores hold the same."""
    for table in ("folder", "message", "property", "recipient", "attachment", "queue", "store", "named_property"):
        sql = f"SELECT * FROM {table} ORDER BY 1, 2"
        assert first.database.rows(sql) == second.database.rows(sql)
    for folder in (first.root, *first.children(first.root)):
        for number in first.messages(folder):
            mine, theirs = first.message(number).attachments(), second.message(number).attachments()
            assert [whole(DATA, part.get(DATA)) for part in mine.values()] == [
                whole(DATA, part.get(DATA)) for part in theirs.values()
            ]


def test_a_backup_holds_everything_in_one_file(filled: SqliteBackend, tmp_path: Path, smaller: None) -> None:
    save(filled, attachments={0: file(os.urandom(GIANT)), 1: file(b"z" * GIANT)})
    target = tmp_path / "there" / "backup.mapix"
    target.parent.mkdir()
    heard: list[tuple[int, int]] = []
    filled.care().backup(target, progress=lambda done, total: heard.append((done, total)))
    assert [each.name for each in target.parent.iterdir()] == ["backup.mapix"]
    assert target.stat().st_mode & 0o77 == 0
    assert heard[-1][0] == heard[-1][1] > 10
    assert check_store(target) == []
    copy = SqliteBackend(target)
    same(filled, copy)
    copy.close()


def test_a_backup_opens_its_files_before_others_take_them_away(
    filled: SqliteBackend, path: Path, tmp_path: Path, smaller: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = save(filled, attachments={0: file(b"z" * GIANT)}).number
    other, files = SqliteBackend(path), filled.database.files
    deleting = threading.Thread(target=other.delete_messages, args=([number],))
    opened = files.open

    def slowly(digest: bytes) -> IO[bytes]:
        if not deleting.ident:
            deleting.start()
            deleting.join(0.2)
        return opened(digest)

    monkeypatch.setattr(files, "open", slowly)
    filled.care().backup(tmp_path / "backup.mapix")
    deleting.join()
    copy = SqliteBackend(tmp_path / "backup.mapix")
    assert whole(DATA, copy.message(number).attachments()[0][DATA]) == b"z" * GIANT
    for each in (copy, other):
        each.close()


def test_a_backup_that_comes_too_late_for_one_of_many_files_says_so(
    filled: SqliteBackend, tmp_path: Path, smaller: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_HELD", 1)
    numbers = [save(filled, attachments={0: file(text * GIANT)}).number for text in (b"a", b"z")]
    target = tmp_path / "backup.mapix"

    def delete(done: int, total: int) -> None:
        filled.delete_messages(numbers)

    with pytest.raises(Busy, match="deleted before"):
        filled.care().backup(target, progress=delete)
    assert not target.exists()


def test_a_backup_never_takes_the_place_of_a_file(filled: SqliteBackend, tmp_path: Path) -> None:
    target = tmp_path / "backup.mapix"
    target.write_bytes(b"mine")
    with pytest.raises(Collision):
        filled.care().backup(target)
    assert target.read_bytes() == b"mine"
    with pytest.raises(NotFound):
        filled.care().backup(tmp_path / "nowhere" / "backup.mapix")


@pytest.mark.usefixtures("damaged")
def test_a_backup_of_a_damaged_store_is_refused_and_leaves_nothing(filled: SqliteBackend, tmp_path: Path) -> None:
    with filled.database.write():
        filled.database.run("UPDATE folder SET content_count = 7")
    target = tmp_path / "there" / "backup.mapix"
    target.parent.mkdir()
    with pytest.raises(CorruptStore, match="folder counts"):
        filled.care().backup(target)
    assert list(target.parent.iterdir()) == []


def test_a_backup_is_of_one_moment_while_others_write(backend: SqliteBackend, path: Path, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        other = SqliteBackend(path)
        while not done.is_set():
            with other.transaction():
                for _ in range(2):
                    save(other, attachments={0: file(os.urandom(LARGE))})
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(5):
            target = tmp_path / f"backup{round_}.mapix"
            backend.care().backup(target)
            copy = SqliteBackend(target)
            assert len(copy.messages(copy.root)) % 2 == 0
            copy.close()
    finally:
        done.set()
        writer.join()


def test_a_backup_keeps_giant_values_that_are_deleted_meanwhile(
    backend: SqliteBackend, tmp_path: Path, smaller: None
) -> None:
    data = os.urandom(GIANT)
    message = save(backend, attachments={0: file(data)})
    target = tmp_path / "backup.mapix"
    backend.care().backup(target, progress=lambda done, total: backend.delete_messages([message.number]) and None)
    assert backend.messages(backend.root) == []
    assert backend.database.files.names() == []
    copy = SqliteBackend(target)
    assert whole(DATA, copy.message(message.number).attachments()[0][DATA]) == data
    copy.close()


@pytest.mark.usefixtures("damaged")
def test_files_that_belong_to_nothing_are_found_and_go(path: Path, smaller: None) -> None:
    store = SqliteBackend(path, create=True)
    save(store, attachments={0: file(os.urandom(GIANT))})
    directory = store.database.files.directory
    store.close()
    (directory / ("00" * 32)).write_bytes(b"x")
    (finding,) = check_store(path)
    assert (finding.kind, finding.detail) == ("file of no large value", "00" * 32)
    assert [each.repaired for each in repair_store(path)] == [True]
    assert check_store(path) == []
    (kept,) = directory.iterdir()
    kept.write_bytes(os.urandom(GIANT))
    assert [each.kind for each in check_store(path)] == ["large value that is not what it was"]
    kept.unlink()
    assert [each.kind for each in check_store(path)] == ["large value that cannot be read"]


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="needs a user whom permissions hold back")
def test_a_store_that_may_only_be_read_is_checked_and_not_repaired(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    path.chmod(0o400)
    assert check_store(path) == []
    with pytest.raises(NoAccess):
        repair_store(path)


def test_a_new_store_can_give_back_its_pages(backend: SqliteBackend) -> None:
    assert backend.database.value("PRAGMA auto_vacuum") == 2
    assert sqlite3.sqlite_version_info > (3, 35)


def test_a_collector_that_died_half_way_is_in_nobodys_way(
    backend: SqliteBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smaller: None
) -> None:
    message = save(backend, attachments={0: file(os.urandom(GIANT))})
    monkeypatch.setattr(backend.database, "after_commit", lambda: None)
    backend.delete_messages([message.number])
    (kept,) = backend.database.files.directory.iterdir()
    kept.unlink()
    assert check_store(backend.path) == []
    backend.care().backup(tmp_path / "backup.mapix")
    backend.care().compact()
    assert backend.database.rows("SELECT * FROM blob") == []
    copy = SqliteBackend(tmp_path / "backup.mapix")
    assert copy.database.rows("SELECT * FROM blob") == []
    copy.close()
