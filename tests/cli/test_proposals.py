"""What a command proposes can be typed as it stands, also where the profile was named."""

import shlex

import click
import pytest
from tests.cli.conftest import Mapix

from mapix.cli.main import cli
from mapix.cli.proposals import command_with_profile, with_profile


def commands(group: click.Group, above: str = "mapix") -> dict[str, click.Command]:
    """Every command there is, by the words that call it."""
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = f"{above} {name}"
        found |= commands(command, words) if isinstance(command, click.Group) else {words: command}
    return found


def test_exactly_the_commands_that_take_a_profile_are_told_it() -> None:
    for words, command in commands(cli).items():
        takes = any("--profile" in parameter.opts for parameter in command.params)
        told = command_with_profile(f"{words}, then more", "Old mail") != f"{words}, then more"
        assert told == (takes and words not in ("mapix init", "mapix run", "mapix msg diff")), words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("wrong. Try: mapix ls", "wrong. Try: mapix ls --profile 'Old mail'"),
        (
            "gone. Try: put it back, or mapix service remove SMTP, mapix service add SMTP",
            "gone. Try: put it back, or mapix service remove --profile 'Old mail' SMTP, "
            "mapix service add --profile 'Old mail' SMTP",
        ),
        ("no folder 'mapix ls'. Try: mapix folders", "no folder 'mapix ls'. Try: mapix folders --profile 'Old mail'"),
        ("no folder 'mapix ls'", "no folder 'mapix ls'"),
        (
            "Kept. `mapix spooler flush` sends it, `mapix broker status` does not.",
            "Kept. `mapix spooler flush --profile 'Old mail'` sends it, `mapix broker status` does not.",
        ),
        ("Try: mapix profile default Work", "Try: mapix profile default Work"),
        ("Try: mapix doctor --profile Work", "Try: mapix doctor --profile Work"),
        ("Try: mapix service types", "Try: mapix service types"),
    ],
)
def test_the_profile_stands_after_the_words_of_a_command(text: str, told: str) -> None:
    assert with_profile(text, "Old mail") == told
    assert with_profile(text, None) == text


def proposal(said: str) -> list[str]:
    """What stands after the last proposal, as a shell takes it."""
    return shlex.split(said.rpartition("Try: mapix ")[2].replace("…", "mail.example.org"))


def test_proposals_are_for_the_profile_that_was_named(mapix: Mapix) -> None:
    mapix("init", "--yes")
    mapix("profile", "create", "Old mail")
    for _ in range(2):
        said = mapix("service", "add", "SMTP", "--profile", "Old mail").stderr
        mapix(*proposal(said))
    assert proposal(said)[-2] != "SMTP", "there are two of them"
    said = mapix("ls", "--profile", "Old mail", code=4).stderr
    assert "mapix service add --profile 'Old mail' MAPIXSTORE" in said
    assert "Old mail" not in mapix("ls", "nowhere", code=4).stderr


def test_the_environment_names_the_profile_of_proposals_too(mapix: Mapix) -> None:
    mapix("profile", "create", "Old mail")
    said = mapix("ls", code=4, MAPIX_PROFILE="Old mail").stderr
    assert said.rstrip().endswith("Try: mapix service add MAPIXSTORE")


def test_names_with_blanks_are_quoted_in_proposals(mapix: Mapix) -> None:
    assert "--profile 'Old mail'" in mapix("profile", "create", "Old mail").stderr
    assert "mapix profile delete 'Old mail'" in mapix("profile", "create", "Old mail", code=1).stderr
    assert (
        "mapix init --profile 'Nowhere at all'"
        in mapix("service", "list", "--profile", "Nowhere at all", code=5).stderr
    )
