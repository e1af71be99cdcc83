"""The file of a store: made, opened again, refused, read only, out of room."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import finish, people, save, start, undone

from mapix.interfaces.prop import ChangeSet
from mapix.properties import tags
from mapix.properties.errors import CorruptStore, DiskError, MapiError, NoAccess, NotEnoughDisk, NotFound, Version
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.connection import connection_to, readable
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.providers.sqlstore.sqlite.migrate import APPLICATION_ID, scripts
from mapix.providers.sqlstore.sqlite.opening import open_store


def test_what_was_saved_is_there_after_opening_again(path: Path) -> None:
    with_values = {tags.PR_BODY: "text", tags.PR_IMPORTANCE: 2, tags.PR_HASATTACH: True}
    store = SqliteBackend(path, create=True)
    number = save(store, with_values, recipients=people(2)).number
    uid = store.uid
    store.close()
    again = SqliteBackend(path)
    assert again.uid == uid
    assert not again.is_new
    values, version = again.message(number).load(None)
    assert values == with_values | {tags.PR_SUBJECT: "Budget", tags.PR_MESSAGE_FLAGS: 8}
    assert version == 1
    assert again.message(number).recipients() == people(2)
    again.close()


def test_numbers_are_never_used_again(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    first = save(store).number
    store.delete_messages([first])
    with undone(store):
        lost = save(store).number
    second = save(store).number
    assert first < lost < second
    store.close()
    store = SqliteBackend(path)
    assert save(store).number > second
    store.close()


def test_a_missing_file_is_not_found(path: Path) -> None:
    with pytest.raises(NotFound, match="no store"):
        open_store(path)
    with pytest.raises(MapiError):
        SqliteBackend(path)
    assert not path.exists()


def test_an_empty_file_becomes_a_store_only_when_one_may_be_made(path: Path) -> None:
    path.touch()
    with pytest.raises(NotFound):
        SqliteBackend(path)
    SqliteBackend(path, create=True).close()
    SqliteBackend(path).close()


@pytest.mark.parametrize("content", [b"From ann@home.example Mon Jan  1\n" * 500, b"\0" * 5000, b"short"])
def test_a_file_that_is_no_store_is_corrupt(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CorruptStore, match=r"store\.mapix"):
        SqliteBackend(path, create=True)
    assert path.read_bytes() == content


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(CorruptStore, match="not a store"):
        SqliteBackend(path, create=True)
    with closing(sqlite3.connect(path)) as again:
        assert again.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


@pytest.mark.usefixtures("damaged")
def test_a_newer_schema_says_so(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(scripts()) + 1}")
    connection.close()
    with pytest.raises(Version, match="newer"):
        SqliteBackend(path)


@pytest.mark.usefixtures("damaged")
def test_a_file_cut_short_is_corrupt(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    with store.transaction():
        for _ in range(200):
            save(store, recipients=people(3))
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2 + 100)
    with pytest.raises(CorruptStore, match=r"mapix store check"):
        list(_use(path))


def _use(path: Path) -> list[object]:
    store = SqliteBackend(path)
    try:
        return [store.message(number).load(None) for number in store.messages(store.root)]
    finally:
        store.database.close()


def test_the_schema_is_made_by_its_migrations(backend: SqliteBackend) -> None:
    assert backend.database.value("PRAGMA user_version") == len(scripts())
    assert backend.database.value("PRAGMA application_id") == APPLICATION_ID
    assert backend.database.value("PRAGMA journal_mode") == "wal"
    assert backend.database.value("PRAGMA synchronous") == 2
    assert backend.database.value("PRAGMA foreign_keys") == 1


def test_an_older_schema_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteBackend(path, create=True)
    number = save(store).number
    store.close()
    newer = (*scripts(), "ALTER TABLE message ADD COLUMN extra TEXT;\nCREATE TABLE added (id INTEGER);\n")
    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.migrate.scripts", lambda: newer)
    with pytest.raises(Version, match="write access"):
        SqliteBackend(path, readonly=True)
    store = SqliteBackend(path)
    assert store.database.value("PRAGMA user_version") == len(newer)
    assert store.database.rows("SELECT extra FROM message WHERE id = ?", (number,)) == [(None,)]
    store.close()


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteBackend(path, create=True).close()
    newer = (*scripts(), "CREATE TABLE added (id INTEGER);\nCREATE TABLE message (id INTEGER);\n")
    with monkeypatch.context() as patch:
        patch.setattr("mapix.providers.sqlstore.sqlite.migrate.scripts", lambda: newer)
        with pytest.raises(MapiError):
            SqliteBackend(path)
    store = SqliteBackend(path)
    assert store.database.rows("SELECT 1 FROM sqlite_master WHERE name = 'added'") == []
    store.close()


def test_a_store_opened_for_reading_refuses_changes(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    number = save(store).number
    store.close()
    reader = SqliteBackend(path, readonly=True)
    assert reader.message(number).load([tags.PR_SUBJECT])[0] == {tags.PR_SUBJECT: "Budget"}
    for change in (
        lambda: save(reader),
        lambda: reader.delete_messages([number]),
        lambda: reader.create_folder(reader.root, "new", {}),
        lambda: reader.store().apply(ChangeSet({tags.PR_COMMENT: "x"})),
    ):
        with pytest.raises(NoAccess, match="reading only"):
            change()
    assert not reader.become_spooler()
    reader.close()


def test_a_file_that_is_in_use_for_a_moment_is_not_taken_for_one_that_nobody_changes(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    keeper = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    keeper.execute("PRAGMA locking_mode = EXCLUSIVE")
    keeper.execute("PRAGMA journal_mode = DELETE")
    keeper.execute("BEGIN EXCLUSIVE")
    reading = connection_to(path, "mode=ro")
    reading.execute("PRAGMA busy_timeout = 0")
    assert readable(reading, path) is reading
    keeper.execute("ROLLBACK")
    keeper.close()
    assert reading.execute("PRAGMA schema_version").fetchone()
    reading.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from mapix.properties.errors import NoAccess
from mapix.providers.sqlstore.sqlite.opening import open_store
import mapix.providers.sqlstore.schema.sqlite as schema
os.setgid(65534); os.setuid(65534)
if not os.access(next(iter(schema.__path__)), os.R_OK | os.X_OK):
    sys.exit(print("the source is closed to others"))
store = open_store(Path(sys.argv[1]))
assert store.readonly
print(len(store.messages(store.root)))
try:
    store.create_folder(store.root, "new", {})
except NoAccess:
    print("refused")
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs to become another user")
@pytest.mark.parametrize("closed_directory", [False, True])
def test_a_file_that_may_not_be_written_is_read(tmp_path: Path, closed_directory: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:  # another user cannot enter pytest's
        directory = Path(name)
        store = SqliteBackend(directory / "store.mapix", create=True)
        save(store)
        store.close()
        directory.chmod(0o555 if closed_directory else 0o777)
        (directory / "store.mapix").chmod(0o444)
        said = finish(start(READ_ONLY, directory / "store.mapix")).strip()
        directory.chmod(0o777)
    if said == "the source is closed to others":
        pytest.skip(said)
    assert said.split() == ["1", "refused"]


FULL = """
import resource, signal, sys
from pathlib import Path
from mapix.properties import tags
from mapix.properties.errors import DiskError, NotEnoughDisk
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import save
store = SqliteBackend(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv[2] != "0":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
saved = 0
try:
    while True:
        save(store, {tags.PR_BODY: "x" * 20_000})
        saved += 1
except (DiskError, NotEnoughDisk) as error:
    print(saved, type(error).__name__)
assert len(store.messages(store.root)) == saved
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files")
def test_no_room_for_the_file_is_a_disk_error_and_loses_nothing(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    saved, error = finish(start(FULL, path, 1_000_000)).split()
    assert error in ("DiskError", "NotEnoughDisk")
    assert int(saved) > 3
    assert check_store(path) == []
    store = SqliteBackend(path)
    assert len(store.messages(store.root)) == int(saved)
    save(store)
    store.close()


@pytest.mark.skipif(shutil.which("mount") is None or os.name == "nt" or os.getuid() != 0, reason="needs to mount")
def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    import subprocess

    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let a file system be mounted")
    try:
        SqliteBackend(place / "store.mapix", create=True).close()
        saved, error = finish(start(FULL, place / "store.mapix", 0)).split()
        assert error == "NotEnoughDisk"
        assert int(saved) > 3
        assert check_store(place / "store.mapix") == []
    finally:
        subprocess.run(["umount", place], check=True)


def test_sqlite_s_own_words_for_a_full_disk_are_understood(backend: SqliteBackend) -> None:
    pages = backend.database.value("PRAGMA page_count")
    backend.database.rows(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(NotEnoughDisk, match="full"):
        save(backend, {tags.PR_BODY: "x" * 50_000})


def test_errors_name_the_file(path: Path) -> None:
    (path.parent / "directory.mapix").mkdir()
    with pytest.raises((NoAccess, DiskError, CorruptStore), match=r"directory\.mapix"):
        SqliteBackend(path.parent / "directory.mapix", create=True)


def test_only_what_the_queue_records_does_not_wait_for_the_disk(backend: SqliteBackend) -> None:
    database = backend.database

    def waits() -> bool:
        return bool(database.value("PRAGMA synchronous") == 2)

    with database.write_soon():
        assert not waits()
    with database.write(), database.write_soon():
        assert waits()
    with database.write_soon(), database.write():
        assert not waits()
    with database.write():
        assert waits()


def test_what_is_recorded_while_the_log_is_written_out_is_written_out_too(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    twice = threading.Event()

    def fsync(file: int) -> None:
        calls.append(file)
        if len(calls) == 1:
            with backend.database.write_soon():
                pass
        else:
            twice.set()

    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.log.os.fsync", fsync)
    with backend.database.write_soon():
        pass
    assert twice.wait(60)
