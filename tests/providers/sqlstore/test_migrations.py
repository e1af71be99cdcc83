"""Stores of every schema there was, kept as files: each becomes one of this version with all its mail, or stays so."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.providers.sqlstore import oldstores
from tests.providers.sqlstore.helpers import finish, release, save, start
from tests.providers.sqlstore.oldstores import MAIL, VERSIONS, mail, old_store

from mapix.properties import tags
from mapix.properties.errors import Version
from mapix.providers.sqlstore.seals import UNSEALED
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.sqlite.migrate import newest, scripts

EXPECTED = json.loads(MAIL.read_text(encoding="ascii"))
OLDER = [version for version in VERSIONS if version < newest()]
OPEN = """
import sys
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
print("ready", flush=True)
sys.stdin.readline()
SqliteBackend(Path(sys.argv[1])).close()
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

left = int(sys.argv[2])
run, end = SqliteDatabase.run, SqliteDatabase.end

def count(call):
    def counted(self, *arguments):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(self, *arguments)
    return counted

SqliteDatabase.run, SqliteDatabase.end = count(run), count(end)
SqliteBackend(Path(sys.argv[1])).close()
print("through", left)
"""


def content(path: Path) -> list[Any]:
    store = SqliteBackend(path)
    try:
        return mail(store)
    finally:
        store.close()


def schema(path: Path) -> tuple[int, list[Any]]:
    """What a file says of itself, read without any of our code."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        sql = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'text_%' ORDER BY name"
        return version, connection.execute(sql).fetchall()


def test_every_schema_there_was_is_kept() -> None:
    assert list(range(1, newest() + 1)) == VERSIONS, "write one: see oldstores"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_any_version_keeps_its_mail(version: int, path: Path) -> None:
    old_store(version, path)
    assert schema(path)[0] == version
    assert content(path) == EXPECTED
    assert schema(path)[0] == newest()
    assert check_store(path) == []
    store = SqliteBackend(path)
    number = save(store, {tags.PR_SUBJECT: "new"}).number
    assert [store.message(number).load(None)[0][tags.PR_SUBJECT]] == ["new"]
    store.retention().delete_messages([number], 1)
    assert store.message_folder(number) is None
    store.close()


@pytest.mark.parametrize("version", OLDER)
def test_an_updated_store_has_the_schema_of_a_new_one(version: int, path: Path, tmp_path: Path) -> None:
    SqliteBackend(tmp_path / "new.mapix", create=True).close()
    SqliteBackend(old_store(version, path)).close()
    assert schema(path) == schema(tmp_path / "new.mapix")


@pytest.mark.parametrize("version", OLDER)
def test_looking_at_an_older_store_leaves_it_as_it_is(version: int, path: Path) -> None:
    before = old_store(version, path).read_bytes()
    assert check_store(path) == []
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if "check" in each.name] == []


def test_what_is_wrong_with_an_older_store_is_found_and_mended(path: Path, damaged: None) -> None:
    with closing(sqlite3.connect(old_store(1, path))) as connection:
        connection.execute("UPDATE folder SET content_count = 77 WHERE name = 'Inbox'")
        connection.commit()
    before = path.read_bytes()
    assert [finding.kind for finding in check_store(path)] == ["folder counts"]
    assert path.read_bytes() == before
    repaired = repair_store(path)
    assert [(finding.kind, finding.repaired) for finding in repaired] == [("folder counts", True), (UNSEALED, True)]
    assert schema(path)[0] == newest()
    assert content(path) == EXPECTED


@pytest.mark.parametrize("version", OLDER)
def test_an_older_store_that_is_only_read_says_so_and_stays(version: int, path: Path) -> None:
    before = old_store(version, path).read_bytes()
    with pytest.raises(Version, match="must be updated"):
        SqliteBackend(path, readonly=True)
    assert path.read_bytes() == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are killed the POSIX way")
@pytest.mark.parametrize("version", OLDER)
def test_a_kill_in_the_middle_leaves_the_old_schema_or_the_new_one(version: int, path: Path) -> None:
    old = schema(old_store(version, path))
    whole = steps(path)
    new = schema(path)
    for moment in {1, 2, whole // 2, whole - 1, whole}:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        process = start(KILLED, old_store(version, path), moment)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert schema(path) in (old, new)
        assert content(path) == EXPECTED
        assert check_store(path) == []


def steps(path: Path) -> int:
    """How many statements bring a store up to date."""
    return 1_000_000 - int(finish(start(KILLED, path, 1_000_000)).split()[1])


@pytest.mark.parametrize("version", OLDER[:: max(1, len(OLDER) - 1)])
def test_processes_that_update_a_store_at_once_wait_for_one_another(version: int, path: Path) -> None:
    old_store(version, path)
    processes = [start(OPEN, path, feed=True) for _ in range(4)]
    release(processes)
    assert content(path) == EXPECTED
    assert check_store(path) == []


def test_scripts_are_never_changed(path: Path) -> None:
    """The kept store of each version has the schema that the scripts up to it make now."""
    for version in VERSIONS:
        old_store(version, path)
        made = path.with_name("made.mapix")
        made.unlink(missing_ok=True)
        with closing(sqlite3.connect(made)) as connection:
            for script in scripts()[:version]:
                connection.executescript(script)
        assert schema(path)[1] == schema(made)[1], f"{version}: {oldstores.__name__}"
