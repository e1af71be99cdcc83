"""Ctrl-C between two steps of a command that belong together."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mapix.cli import init
from mapix.cli.errors import Exit
from mapix.cli.main import cli
from mapix.client.message import Message
from mapix.client.session import Session
from mapix.subsystem import initialize
from mapix.subsystem.home import home_directory
from mapix.subsystem.profiles.profilestore import ProfileStore

OUTBOX = "In the Outbox. `mapix spooler flush` sends it now, `mapix spooler run` sends whatever comes."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def command(*words: str) -> Any:
    """Run a command in this process."""
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def interrupted_after(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function, and Ctrl-C when it is done and nobody knows yet."""

    def called(*arguments: Any, **named: Any) -> Any:
        made = call(*arguments, **named)
        signal.raise_signal(signal.SIGINT)
        return made

    return called


def interrupted_before(call: Callable[..., Any]) -> Callable[..., Any]:
    """Ctrl-C just before a function does anything."""

    def called(*arguments: Any, **named: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return call(*arguments, **named)

    return called


def once(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is interrupted when it was done for the first time."""
    calls = [interrupted_after(call)]
    return lambda *arguments, **named: (calls.pop() if calls else call)(*arguments, **named)


@pytest.mark.parametrize(
    "words",
    [
        ("send", "--to", "you@example.org", "--subject", "Once"),
        ("compose", "--send", "--subject", "Once", "you@example.org"),
    ],
    ids=["send", "compose"],
)
@pytest.mark.parametrize("owner", [Message, Session], ids=["submitted", "the session ends"])
def test_who_stops_a_command_that_has_submitted_hears_that_it_has(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], owner: type
) -> None:
    """Who hears nothing sends the message a second time (SPL-76)."""
    assert command("init", "--yes", "--address", "you@example.org").exit_code == 0
    with monkeypatch.context() as patched:
        if owner is Message:
            patched.setattr(Message, "submit", interrupted_after(Message.submit))
        else:
            patched.setattr(Session, "close", interrupted_after(Session.close))
        ran = command(*words)
    assert ran.exit_code == Exit.INTERRUPTED
    assert ran.stderr.split("\n") == [OUTBOX, "", "mapix: stopped", ""]
    assert command("spooler", "flush").exit_code == 0
    assert "Once" in command("ls", "inbox").stdout


def test_who_stops_waiting_at_once_hears_where_the_message_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command("init", "--yes", "--address", "you@example.org").exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr(Message, "submit", interrupted_after(Message.submit))
        ran = command("send", "--to", "ann@example.org", "--wait")
    assert ran.exit_code == Exit.INTERRUPTED
    assert ran.stderr.startswith("What has not left yet stays in the Outbox.")


@pytest.mark.parametrize("step", ["the subsystem ends", "the store is opened"])
def test_a_profile_of_which_the_store_was_not_opened_is_taken_back(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    assert command("init", "--yes", "--profile", "First").exit_code == 0
    with monkeypatch.context() as patched:
        if step == "the store is opened":
            patched.setattr(init, "_open_store", interrupted_before(init._open_store))
        else:
            patched.setattr(initialize, "mapi_uninitialize", once(initialize.mapi_uninitialize))
        assert command("init", "--yes", "--profile", "Second").exit_code == Exit.INTERRUPTED
    profiles = ProfileStore(home_directory())
    assert (profiles.names(), profiles.default()) == (["First"], "First")
