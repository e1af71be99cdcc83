"""Shells complete commands, options and names."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mapix.cli.errors import Exit

from .conftest import Mapix


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(mapix: Mapix, shell: str) -> None:
    script = mapix("completion", shell).stdout
    assert f"_MAPIX_COMPLETE={shell}_complete" in script
    assert mapix("completion", SHELL=f"/usr/bin/{shell}").stdout == script


def test_a_shell_that_is_unknown_is_asked_for(mapix: Mapix) -> None:
    assert "bash, zsh, fish" in mapix("completion", SHELL="/bin/other", code=Exit.USAGE).stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_what_is_typed(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    shim = tmp_path / "mapix"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m mapix "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    program = f"""
        eval "$({shim} completion bash)"
        COMP_WORDS=(mapix profile delete d) COMP_CWORD=3
        _mapix_completion {shim}
        printf '%s\n' "${{COMPREPLY[@]}}"
    """
    ran = subprocess.run(["bash", "-c", program], env=mapix.env, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "Default\n", ran.stderr


def test_profiles_services_and_providers_are_completed_by_name(mapix: Mapix) -> None:
    mapix.init()

    def completed(*words: str) -> list[str]:
        env = {"_MAPIX_COMPLETE": "bash_complete", "COMP_CWORD": str(len(words)), "COMP_WORDS": " ".join(("x", *words))}
        return [line.partition(",")[2] for line in mapix(**env).stdout.splitlines()]

    assert completed("ls", "--profile", "D") == ["Default"]
    assert completed("service", "add", "SM") == ["SMTP"]
    (store,) = mapix.json("provider", "list", "MAPIXSTORE")["providers"]
    assert completed("provider", "show", store["uid"][:4]) == [store["uid"][:8]]
    assert completed("service", "copy", "LOCAL", "--to", "D") == ["Default"]


def test_settings_are_completed_as_options_and_their_choices(mapix: Mapix) -> None:
    mapix.init("--smtp-host", "mail.example.org")
    uid = mapix.json("service", "list")["services"][-1]["uid"]

    def completed(*words: str) -> list[str]:
        env = {"_MAPIX_COMPLETE": "bash_complete", "COMP_CWORD": str(len(words)), "COMP_WORDS": " ".join(("x", *words))}
        return [line.partition(",")[2] for line in mapix(**env).stdout.splitlines()]

    for command in (("add", "smtp"), ("configure", "SMTP"), ("configure", uid[:6])):
        assert completed("service", *command, "--ho") == ["--host"]
        assert completed("service", *command, "--security", "st") == ["starttls"]
        assert completed("service", *command, "--verify", "") == ["yes", "no"]
        assert "--host" not in completed("service", *command, "--host", "a", "--")
        assert {"--host", "--profile"} <= set(completed("service", *command, "--"))
    assert "--host" not in completed("service", "add", "nope", "--ho")
    mapix("service", "configure", "SMTP", "--port", "2525", "user=ann")
    settings = mapix.json("service", "list")["services"][-1]["settings"]
    assert (settings["port"], settings["user"]) == (2525, "ann")


def test_a_service_is_called_on_command_lines_as_in_the_examples(mapix: Mapix) -> None:
    mapix.init()
    words = "x service configure store --keep"
    env = {"_MAPIX_COMPLETE": "bash_complete", "COMP_CWORD": "4", "COMP_WORDS": words}
    assert mapix(**env).stdout == "plain,--keep-sent\n"
    mapix("service", "configure", "store", "--keep-sent", "no")
    assert mapix.json("provider", "list", "store")["providers"][0]["service"] == "MAPIXSTORE"
    assert mapix.json("service", "remove", "contacts")["service"] == "CONTACTS"
    assert "no such message service: ''" in mapix("service", "remove", "", code=Exit.NOT_FOUND).stderr


def test_where_profiles_cannot_be_read_nothing_is_completed_and_nothing_said(mapix: Mapix) -> None:
    mapix.home.write_text("a file")
    env = {"_MAPIX_COMPLETE": "bash_complete", "COMP_CWORD": "3", "COMP_WORDS": "x profile show "}
    said = mapix(**env)
    assert (said.stdout.strip(), said.stderr) == ("", "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_names_with_blanks_as_one_word(mapix: Mapix, tmp_path: Path) -> None:
    mapix("profile", "create", "My mail")
    shim = tmp_path / "mapix"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m mapix "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    program = f"""
        eval "$({shim} completion bash)"
        for typed in M 'My\\ m'; do
            COMPREPLY=() COMP_WORDS=(mapix profile delete "$typed") COMP_CWORD=3
            _mapix_completion {shim}
            printf '%s\\n' "${{COMPREPLY[@]}}"
        done
    """
    ran = subprocess.run(["bash", "-c", program], env=mapix.env, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "My\\ mail\nMy\\ mail\n", ran.stderr
