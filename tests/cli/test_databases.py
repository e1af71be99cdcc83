"""`mapix store …` for a store on PostgreSQL, alone in its profile and beside one in a file."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Mapix
from tests.fixtures_postgresql import PostgreSql, postgresql, programs, reason

from mapix.cli.errors import Exit

_number = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    if why := reason():
        pytest.skip(why)
    with postgresql() as running:
        yield running


@pytest.fixture
def database(server: PostgreSql) -> str:
    """A database of a test's own, and of the role `ann`."""
    name = f"cli{next(_number)}"
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'ann'"):
        server.role("ann")
    server.execute(f"CREATE DATABASE {name} OWNER ann")
    return name


@pytest.fixture
def ann(mapix: Mapix, server: PostgreSql, database: str) -> Mapix:
    """Somebody whose only store is a mailbox of the database, with three messages in it."""
    mapix("profile", "create", "ann")
    mapix("profile", "default", "ann")
    mapix("service", "add", "store", "--dsn", server.dsn("ann", database), "--address", "ann@example.org")
    mapix("service", "add", "LOCAL", "--address=ann@example.org", "--name", "Ann")
    for number in range(3):
        mapix("send", "--to", "ann@example.org", "--subject", f"number {number}", "--wait", stdin="text")
    return mapix


def spoil(server: PostgreSql, database: str) -> None:
    """Let the folders of a mailbox miscount."""
    server.execute("UPDATE mapix.folder SET content_count = content_count + 7 WHERE name = 'Inbox'", database=database)


def test_a_mailbox_is_checked_and_repaired(ann: Mapix, server: PostgreSql, database: str) -> None:
    assert ann.json("store", "check")["problems"] == []
    spoil(server, database)
    ran = ann("store", "check", code=Exit.CORRUPT)
    assert "folder counts" in " ".join(ran.stdout.split())
    assert "mapix store check --repair" in ran.stderr
    (problem,) = ann.json("store", "check", "--repair")["problems"]
    assert problem["repaired"]
    assert ann.json("store", "check")["ok"]


def test_each_store_of_a_mixed_profile_is_looked_at_once(
    ann: Mapix, server: PostgreSql, database: str, tmp_path: Path
) -> None:
    file = tmp_path / "archive.mapix"
    ann("service", "add", "store", "--path", file, "--set", "display_name=Archive")
    ann("folders")
    assert file.exists()
    assert ann.json("store", "check")["ok"]
    spoil(server, database)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE folder SET content_count = 5 WHERE parent IS NULL")
        connection.commit()
    ran = ann("store", "check", "--json", code=Exit.CORRUPT)
    assert ran.stdout.count("folder counts") == 2
    assert len(ann.json("store", "check", "--repair")["problems"]) == 2
    assert ann.json("store", "check")["ok"]


def test_a_database_that_is_away_is_no_damage(ann: Mapix, tmp_path: Path) -> None:
    ann("profile", "create", "away")
    ann("service", "add", "store", "--dsn", f"postgresql:///mail?host={tmp_path}", "--profile", "away")
    ran = ann("store", "check", "--profile", "away", code=Exit.LOGON)
    assert "connection" in ran.stderr


def test_what_a_mailbox_holds_is_told(ann: Mapix) -> None:
    found = ann.json("store", "stats")
    assert found["messages"] >= 3
    assert found["folders"] > 5
    assert found["size"] >= 0
    assert "messages" in ann("store", "stats").stdout


def test_a_mailbox_is_compacted(ann: Mapix) -> None:
    for number in ann.json("ls")["messages"][:2]:
        ann("rm", number["id"])
    kept = ann.json("store", "stats")["deleted"]
    done = ann.json("store", "compact", "--purge")
    assert done["purged"] >= kept
    assert ann.json("store", "stats")["deleted"] == 0
    assert ann.json("store", "check")["ok"]


def test_a_mailbox_is_copied_into_a_file_and_back(ann: Mapix, server: PostgreSql, database: str) -> None:
    ann("profile", "create", "file")
    ann("service", "add", "store", "--profile", "file")
    assert ann.json("store", "copy", "profile:file")["messages"]["failed"] == 0
    listed = {each["subject"] for each in ann.json("ls", "--profile", "file")["messages"]}
    assert listed == {f"number {number}" for number in range(3)}
    assert ann.json("store", "check", "--profile", "file")["ok"]

    ann("profile", "create", "other")
    dsn = server.dsn("ann", database)
    ann("service", "add", "store", "--dsn", dsn, "--set", "mailbox=other", "--profile", "other")
    assert ann.json("store", "copy", "profile:other", "--profile", "file")["messages"]["failed"] == 0
    assert {each["subject"] for each in ann.json("ls", "--profile", "other")["messages"]} == listed
    again = ann.json("store", "copy", "profile:other", "--profile", "file")["messages"]
    assert again["written"] == 0
    assert ann.json("store", "check", "--profile", "other")["ok"]


def test_a_mailbox_has_no_backup_file_and_is_saved_with_its_database(
    ann: Mapix, server: PostgreSql, database: str, tmp_path: Path
) -> None:
    ran = ann("store", "backup", tmp_path / "mail.mapix", code=Exit.FAILED)
    assert "pg_dump" in ran.stderr
    assert "mapix store copy" in ran.stderr
    assert not (tmp_path / "mail.mapix").exists()

    place = programs()
    assert place is not None
    if not (place / "pg_dump").exists():
        pytest.skip("needs pg_dump")
    before = ann.json("ls")
    saved = server.home / f"{database}.dump"
    server.tool("pg_dump", "--format=custom", f"--file={saved}", f"--dbname={server.dsn(database=database)}")
    server.execute(f"DROP DATABASE {database} WITH (FORCE)", f"CREATE DATABASE {database} OWNER ann")
    server.tool("pg_restore", "--exit-on-error", f"--dbname={server.dsn(database=database)}", saved)
    assert ann.json("ls") == before
    assert ann.json("store", "check")["ok"]
    ann("send", "--to", "ann@example.org", "--subject", "after", "--wait", stdin="text")
    assert len(ann.json("ls")["messages"]) == 4


def test_stores_that_cannot_be_opened_keep_no_other_from_being_looked_at(
    ann: Mapix, server: PostgreSql, database: str, tmp_path: Path
) -> None:
    file = tmp_path / "archive.mapix"
    ann("service", "add", "store", "--path", file, "--set", "display_name=Archive")
    ann("service", "add", "store", "--dsn", server.dsn("ann", "nowhere"), "--address", "other@example.org")
    ann("folders")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE folder SET content_count = 5 WHERE parent IS NULL")
        connection.commit()
    ran = ann("store", "check", "--json", code=Exit.CORRUPT)
    assert "folder counts" in ran.stdout
    assert "no such database" in ran.stdout
    assert "could not be looked at" in ann("store", "check", "--repair", code=Exit.NOT_FOUND).stderr
    assert ann.json("store", "stats", "--store", "archive")["messages"] == 0


def test_another_store_becomes_the_default_one(ann: Mapix, tmp_path: Path) -> None:
    before = ann("store", "default").stdout.strip()
    ann("service", "add", "store", "--path", tmp_path / "archive.mapix", "--set", "display_name=Archive")
    assert len(ann.json("ls")["messages"]) == 3
    ann("store", "default", "archive")
    assert ann("store", "default").stdout == "Archive\n"
    assert ann.json("ls")["messages"] == []
    ann("store", "default", before)
    assert len(ann.json("ls")["messages"]) == 3
    assert "Archive" in ann("store", "default", "nothing", code=Exit.NOT_FOUND).stderr
    ann("service", "add", "store", "--path", tmp_path / "second.mapix", "--set", "display_name=Archive")
    assert "several stores" in ann("store", "default", "archive", code=Exit.FAILED).stderr
    listed = ann.json("store", "list")["stores"]
    ann("store", "default", listed[-1]["entry_id"])
    assert [each["default"] for each in ann.json("store", "list")["stores"]] == [False, False, True]
