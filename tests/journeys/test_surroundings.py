"""Homes, locales and readers of all kinds: whatever surrounds it, `mapix` says what it means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from mapix.cli.errors import Exit

from .conftest import Home, StartServer

ANN = "ann@example.org"
SUBJECT = "Größe \U0001f600 \u05e9\u05dc\u05d5\u05dd"
posix = pytest.mark.skipif(sys.platform == "win32", reason="locales and homes as on Unix")


def alone(home: Home, *args: str | Path, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with nothing in its environment but what is named."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        home.command(*args), cwd=home.home.parent, env=kept | env, input=stdin, capture_output=True, check=False
    )


@posix
@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "nowhere.Klingon-7"])
def test_words_of_all_scripts_survive_any_locale(mapix: Home, locale: str) -> None:
    mapix.init()
    env = {"MAPIX_HOME": str(mapix.home), "LC_ALL": locale}
    text = "über alle Maßen\n"
    ran = alone(
        mapix,
        "send",
        "--to",
        f"Jörg <{ANN}>",
        "--subject",
        SUBJECT,
        "--text",
        "-",
        "--wait",
        stdin=text.encode(),
        **env,
    )
    assert ran.returncode == 0, ran.stderr
    (row,) = json.loads(alone(mapix, "ls", "--json", **env).stdout)["messages"]
    assert (row["subject"], row["to"]) == (SUBJECT, "Jörg")
    assert SUBJECT in alone(mapix, "ls", **env).stdout.decode()
    shown = alone(mapix, "show", "inbox#1", **env).stdout.decode()
    assert text in shown
    assert f"Jörg <{ANN}>" in shown


@posix
def test_arguments_that_an_ascii_locale_spoils_are_refused_and_stored_text_is_shown(mapix: Home) -> None:
    mapix.init()
    env = {"MAPIX_HOME": str(mapix.home), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = alone(mapix, "send", "--to", ANN, "--subject", SUBJECT, **env)
    assert ran.returncode == Exit.FAILED
    assert b"MAPI_E_INVALID_PARAMETER (0x80070057): an argument is not text in ascii" in ran.stderr
    mapix.send(ANN, subject=SUBJECT)
    for command in (["ls"], ["show", "inbox#1"], ["ls", "--json"]):
        ran = alone(mapix, *command, **env)
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(alone(mapix, "ls", "--json", **env).stdout)["messages"][0]["subject"] == SUBJECT


@posix
def test_what_is_no_text_is_refused_and_not_sent(mapix: Home) -> None:
    mapix.init()
    env = {"MAPIX_HOME": str(mapix.home), "LC_ALL": "C.UTF-8"}
    ran = alone(mapix, "send", "--to", ANN, "--text", "-", stdin=b"latin \xfcber\n", **env)
    assert ran.returncode == Exit.FAILED
    assert b"MAPI_E_INVALID_PARAMETER (0x80070057): stdin is not text in utf-8" in ran.stderr
    ran = alone(mapix, "send", "--to", ANN, "--subject", os.fsdecode(b"latin \xfcber"), **env)
    assert ran.returncode == Exit.FAILED
    assert b"an argument is not text in utf-8" in ran.stderr
    assert mapix.waiting == []


@posix
def test_without_a_home_directory_it_works_all_the_same(mapix: Home, tmp_path: Path) -> None:
    ran = alone(mapix, "profile", "list", XDG_DATA_HOME=str(tmp_path / "data"))
    assert (ran.returncode, ran.stdout) == (0, b"")
    env = {"MAPIX_HOME": str(mapix.home), "HOME": str(tmp_path / "nowhere")}
    assert alone(mapix, "init", "--yes", "--address", ANN, **env).returncode == 0
    assert alone(mapix, "send", "--to", ANN, "--subject", "Hello", "--text", "x", "--wait", **env).returncode == 0
    assert mapix.subjects() == ["Hello"]
    assert not (tmp_path / "nowhere").exists()


@posix
@pytest.mark.parametrize(("home", "where"), [("~/mail", "nowhere/mail"), ("relative/mail", "relative/mail")])
def test_a_home_may_be_named_from_where_one_is(mapix: Home, tmp_path: Path, home: str, where: str) -> None:
    ran = alone(mapix, "init", "--yes", "--address", ANN, MAPIX_HOME=home, HOME=str(tmp_path / "nowhere"))
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / where / "profiles" / "Default.toml").exists()


def test_a_home_that_is_a_file_is_told(mapix: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in (["init", "--yes"], ["profile", "list"], ["ls"], ["doctor"]):
        ran = mapix(*command, MAPIX_HOME=str(tmp_path / "file"), code=Exit.FAILED)
        assert "MAPI_E_DISK_ERROR (0x80040116)" in ran.stdout + ran.stderr
        assert str(tmp_path / "file") in ran.stdout + ran.stderr


def lists(name: str, command: click.Command | None) -> bool:
    """Whether a command prints one document of what is there; `watch` never ends, copies and salvage want a target."""
    others = ("watch", "copy", "salvage", "import", "create", "change", "forget")
    return command is not None and name not in others and any("--json" in each.opts for each in command.params)


def wants(command: click.Command | None) -> bool:
    """Whether a command wants to be told something: a file, a name."""
    return command is not None and any(isinstance(each, click.Argument) and each.required for each in command.params)


ASKED = {"show": ["inbox#1"], "props": ["inbox#1"], "search": ["--where", "read or not read"]}
"""What commands want to be told that list something."""


def listings(home: Home) -> list[list[str]]:
    """Every command that lists, found by its `--json`."""
    found = []

    from mapix.cli.main import cli

    def walk(group: click.Group, path: list[str]) -> None:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                walk(command, [*path, name])
            elif lists(name, command) and (" ".join([*path, name]) in ASKED or not wants(command)):
                found.append([*path, name, *ASKED.get(" ".join([*path, name]), ())])

    walk(cli, [])
    assert len(found) >= 11
    return found


def test_json_of_every_listing_is_one_document(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options())
    awkward = 'quote " back\\slash \x1b[31m \u2028 ' + SUBJECT
    mapix("send", "--to", f'"{SUBJECT}, x" <{ANN}>', "--subject", awkward, "--text", awkward, "--wait")
    mapix("send", "--to", "bob@elsewhere.example", "--subject", awkward, "--text", awkward)
    mapix("profile", "create", "Empty")
    for command in [*listings(mapix), ["ls", "outbox"], ["show", "inbox#1", "--props"], ["profile", "show", "Empty"]]:
        document = mapix.json(*command)
        assert isinstance(document, dict), command
        assert document["schema"] == 1
        check_values(document)
    assert mapix.json("ls")["messages"][0]["subject"] == awkward
    assert mapix.json("ls", "deleted") == {"schema": 1, "folder": "Deleted Items", "messages": []}


def check_values(value: Any) -> None:
    """Nothing in a document is the `repr` of something."""
    if isinstance(value, dict):
        for each in value.values():
            check_values(each)
    elif isinstance(value, list):
        for each in value:
            check_values(each)
    else:
        assert not str(value).startswith(("<", "b'")) or "@" in str(value), value


def test_a_list_that_was_cut_says_so_beside_it(mapix: Home) -> None:
    mapix.init()
    for number in range(3):
        mapix.send(ANN, subject=f"n {number}")
    ran = mapix("ls", "--limit", "2")
    assert len(ran.stdout.splitlines()) == 2
    assert ran.stderr == "1 more; --limit shows them, --after ID goes on\n"
    assert mapix("ls", "--limit", "3").stderr == ""
    assert mapix("ls", "sent", "--unread", "--limit", "1").stderr == "Sent Items: nothing unread\n"
