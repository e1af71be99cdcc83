"""The tree of commands: help, version, failures and their exit codes."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mapix.cli.base import Command, Group
from mapix.cli.errors import Exit, exit_code, report, translated
from mapix.cli.main import cli
from mapix.properties import errors

from .conftest import ROOT, Mapix


def every_command(group: click.Group = cli, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, groups too."""
    context = click.Context(group)
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += every_command(command, (*path, name))
    return found


def invoke(*args: str, **env: str) -> tuple[int, str]:
    """Run the tree in this process: exit code and everything it says."""
    result = CliRunner().invoke(cli, list(args), env=env)
    return result.exit_code, result.output


def test_no_arguments_show_a_short_help() -> None:
    code, text = invoke()
    assert code == 0
    assert "mapix init" in text
    assert len(text.splitlines()) < 12


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    ("path", "command"), every_command(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_help_leads_with_an_example(path: tuple[str, ...], command: click.Command, option: str) -> None:
    code, text = invoke(*path, option)
    assert code == 0
    lines = text.splitlines()
    assert lines[0] == "Examples:"
    assert "mapix" in lines[1]
    assert isinstance(command, Command | Group)


@pytest.mark.parametrize(
    ("path", "command"), every_command(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command) -> None:
    silent = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert silent == []


def test_the_version_needs_no_checkout(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    env = {**os.environ, "MAPIX_HOME": str(tmp_path / "none")}
    for command in ([str(Path(sys.executable).with_name("mapix"))], [sys.executable, "-m", "mapix"]):
        ran = subprocess.run([*command, "--version"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
        assert ran.stdout.split()[0] == project
        assert ran.stdout.split()[1][0].isdigit()
    assert not (tmp_path / "none").exists()


def test_an_unknown_command_is_wrong_usage_and_the_nearest_is_proposed() -> None:
    code, text = invoke("statsu")
    assert code == Exit.USAGE
    assert "'status'" in text


def test_an_unknown_option_is_wrong_usage() -> None:
    assert invoke("ls", "--nonsense")[0] == Exit.USAGE


def test_a_group_alone_tells_its_commands() -> None:
    code, text = invoke("profile")
    assert code == 0
    assert "delete" in text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NotFound("x"), Exit.NOT_FOUND),
        (errors.UnknownEntryid("x"), Exit.NOT_FOUND),
        (errors.LogonFailed("x"), Exit.LOGON),
        (errors.NoAccess("x"), Exit.LOGON),
        (errors.CorruptStore("x"), Exit.CORRUPT),
        (errors.CorruptData("x"), Exit.CORRUPT),
        (errors.NetworkError("x"), Exit.FAILED),
        (errors.from_hresult(0x80049999, "x"), Exit.FAILED),
    ],
)
def test_a_mapi_failure_has_its_exit_code(error: errors.MapiError, code: Exit) -> None:
    assert exit_code(error) == code


def test_a_failure_is_one_line_with_symbol_number_reason_and_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(errors.LogonFailed("there is\nno profile\x1b[31m", hint="mapix init")) == Exit.LOGON
    text = capsys.readouterr().err
    assert text == "mapix: MAPI_E_LOGON_FAILED (0x80040111): there is no profile [31m. Try: mapix init\n"


@pytest.mark.parametrize(
    ("error", "symbol"),
    [
        (FileNotFoundError(2, "gone", "a.txt"), "MAPI_E_NOT_FOUND"),
        (PermissionError(13, "no", "a.txt"), "MAPI_E_NO_ACCESS"),
        (OSError(28, "No space left on device", "a.txt"), "MAPI_E_NOT_ENOUGH_DISK"),
        (OSError(5, "Input/output error", "a.txt"), "MAPI_E_DISK_ERROR"),
        (MemoryError(), "MAPI_E_NOT_ENOUGH_MEMORY"),
        (RuntimeError("what is this"), "MAPI_E_CALL_FAILED"),
    ],
)
def test_what_the_system_says_becomes_a_mapi_failure(error: BaseException, symbol: str) -> None:
    assert translated(error).symbol == symbol


def test_the_traceback_shows_only_when_asked(mapix: Mapix) -> None:
    assert "Traceback" in mapix("--debug", "ls", code=Exit.LOGON, MAPIX_DEBUG="1").stderr
    assert "Traceback" in mapix("ls", "--debug", code=Exit.LOGON, MAPIX_DEBUG="0").stderr
    assert "Traceback" not in mapix("ls", code=Exit.LOGON).stderr


def test_a_reader_that_goes_away_ends_it_quietly(mapix: Mapix) -> None:
    with subprocess.Popen(
        mapix.command("--help"), env=mapix.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        text = process.stderr.read()
        process.wait(60)
    assert text == ""
    assert process.returncode != 0


@pytest.mark.parametrize(("shell", "current"), [("bash", "1"), ("zsh", "1"), ("fish", "spo")])
def test_shells_can_complete_commands(mapix: Mapix, shell: str, current: str) -> None:
    ran = mapix(_MAPIX_COMPLETE=f"{shell}_complete", COMP_WORDS="mapix spo", COMP_CWORD=current)
    assert "spooler" in ran.stdout
