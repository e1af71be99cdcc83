"""The message service of stores on PostgreSQL: its settings, its secret, and people who use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures_postgresql import PostgreSql

from mapix.interfaces.prop import Access
from mapix.properties.errors import InvalidParameter, LogonFailed, NetworkError, NotFound
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.providers.sqlstore.dsn import without_password
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.providers.sqlstore.service import check, separate
from mapix.testing.support import BenchSupport


@pytest.mark.parametrize(
    ("dsn", "bare", "password"),
    [
        ("postgresql://mail.example/mail", "postgresql://mail.example/mail", None),
        (
            "postgresql://ann@mail.example/mail?sslmode=require",
            "postgresql://ann@mail.example/mail?sslmode=require",
            None,
        ),
        ("postgresql://ann:a%40b:c@[::1]:5433/mail", "postgresql://ann@[::1]:5433/mail", "a@b:c"),
        ("postgres:///mail?host=/run&password=x%26y&user=ann", "postgres:///mail?host=%2Frun&user=ann", "x&y"),
        ("host=mail.example password=geheim user=ann", "host=mail.example user=ann", "geheim"),
        (r"password = 'it\'s two' host=x", "host=x", "it's two"),
        ("service=mail", "service=mail", None),
    ],
)
def test_a_password_is_taken_out_of_a_dsn(dsn: str, bare: str, password: str | None) -> None:
    assert without_password(dsn) == (bare, password)
    separated = separate({"dsn": dsn})
    assert separated["dsn"] == bare
    assert separated.get("password") == password


def test_a_store_is_in_a_file_or_in_a_database() -> None:
    check({"dsn": "postgresql:///mail"})
    with pytest.raises(InvalidParameter, match="exclude one another"):
        check({"dsn": "postgresql:///mail", "path": "/tmp/x"})


def open_store(settings: dict[str, Any], directory: Path, **secrets: str) -> Any:
    """The store of a section."""
    support = BenchSupport(settings, secrets=secrets, home=directory)
    return SqlStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store


def test_what_keeps_a_database_from_being_used_is_told_without_secrets(server: PostgreSql, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="no way to connect"):
        open_store({"dsn": "host=mail.example port"}, tmp_path, password="geheim")
    with pytest.raises(NetworkError) as lost:
        open_store({"dsn": f"postgresql:///mail?host={tmp_path}"}, tmp_path, password="geheim")
    with pytest.raises(NotFound, match="no such database") as missing:
        open_store({"dsn": server.dsn(database="nowhere")}, tmp_path, password="geheim")
    with pytest.raises(LogonFailed) as stranger:
        open_store({"dsn": server.dsn(user="stranger")}, tmp_path, password="geheim")
    for told in (lost, missing, stranger):
        assert "geheim" not in str(told.value)
        assert told.value.hint


class People:
    """Runs `mapix` in processes of their own, each person with a home."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, person: str, *words: str) -> str:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAPIX_")},
            "MAPIX_HOME": str(self.directory / person),
            "PYTHONWARNINGS": "error",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        command = [sys.executable, "-m", "mapix", *words]
        ran = subprocess.run(
            command, env=environment, input="a text", capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def join(self, person: str, dsn: str) -> None:
        """Make somebody a profile with a mailbox in a database, and local delivery."""
        address = f"{person}@home.example"
        self(person, "profile", "create", person)
        self(person, "profile", "default", person)
        self(person, "service", "add", "store", "--dsn", dsn, "--address", address, "--owner", person.title())
        self(person, "service", "add", "LOCAL", f"--address={address}", "--name", person.title())


def test_people_write_to_one_another_in_one_database(server: PostgreSql, tmp_path: Path) -> None:
    server.execute("CREATE DATABASE post")
    server.execute("GRANT CREATE ON DATABASE post TO PUBLIC")
    people = People(tmp_path)
    for person in ("dora", "emil"):
        server.role(person)
        people.join(person, server.dsn(user=person, database="post"))
    people("dora", "folders")
    people("emil", "folders")
    people("dora", "send", "--to", "emil@home.example", "--subject", "Across")
    people("dora", "spooler", "flush")
    listed = json.loads(people("emil", "ls", "--json"))
    assert [each["subject"] for each in listed["messages"]] == ["Across"]
    assert "Dora" in people("emil", "ls")
    assert json.loads(people("dora", "ls", "sent", "--json"))["messages"][0]["subject"] == "Across"


def test_the_mailbox_is_that_of_the_owner_s_address_and_keeps_its_name(server: PostgreSql, tmp_path: Path) -> None:
    settings = {"dsn": server.dsn(), "owner_address": "Fay@home.example", "owner_name": "Fay"}
    store = open_store(settings, tmp_path)
    store.set_props({PR_DISPLAY_NAME: "mine"})
    store.close()
    store = open_store({"dsn": server.dsn(), "mailbox": "fAY@home.example"}, tmp_path)
    assert store.get_prop(PR_DISPLAY_NAME) == "mine"
    store.close()
