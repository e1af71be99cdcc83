"""The pages about the command line say what the commands are, and their commands run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from .conftest import ROOT, Mapix
from .test_main import every_command

CLI_PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
FIRST_MINUTES = (ROOT / "docs" / "first-ten-minutes.md").read_text(encoding="utf-8")
EVERYWHERE = {"--help", "--debug", "--json", "--profile"}


def sections(page: str) -> dict[str, str]:
    """The text under each heading that names a command."""
    parts = re.split(r"^#{2,3} (mapix .+)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def consoles(page: str) -> list[str]:
    """The commands of a page's console blocks."""
    blocks = re.findall(r"```console\n(.*?)```", page, re.S)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_the_page_has_a_section_for_each_command_and_no_other() -> None:
    assert {"mapix " + " ".join(path) for path, _ in every_command()} == set(sections(CLI_PAGE))


@pytest.mark.parametrize(
    ("path", "command"), every_command(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_the_page_names_every_option(path: tuple[str, ...], command: click.Command) -> None:
    text = sections(CLI_PAGE)["mapix " + " ".join(path)]
    options = {name for each in command.params if isinstance(each, click.Option) for name in each.opts}
    assert {name for name in options - EVERYWHERE if f"`{name}" not in text} - {"--set"} == set()


def test_everything_that_lists_speaks_json() -> None:
    lists = {
        " ".join(path) for path, command in every_command() if any("--json" in each.opts for each in command.params)
    }
    assert lists >= {
        "ls",
        "show",
        "folders",
        "profile list",
        "service list",
        "service types",
        "spooler status",
        "status",
    }


@pytest.mark.parametrize("page", ["README.md", "docs/first-ten-minutes.md", "docs/message-files.md"])
def test_the_commands_of_the_first_minutes_run(
    mapix: Mapix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(line) for line in consoles((ROOT / page).read_text(encoding="utf-8"))]
    ours = [words for words in commands if words[0] in ("mapix", "python")]
    assert len(ours) > 5
    for number, words in enumerate(ours):
        if number and words[0] == "mapix":
            mapix(*words[1:])
        else:
            run_as_users_do(words, mapix.env)


def run_as_users_do(words: list[str], env: dict[str, str]) -> None:
    """Run a command of the page as it stands there, by the name it has on the path."""
    env = {**env, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, f"{words}\n{ran.stdout}{ran.stderr}"
    assert "Traceback" not in ran.stderr


def test_the_first_ten_minutes_are_more_than_a_minute() -> None:
    assert len([line for line in consoles(FIRST_MINUTES) if line.startswith("mapix")]) > 12
