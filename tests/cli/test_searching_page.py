"""The page about searching says what the syntax is: its examples are read, and its programs run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mapix.properties.where import parse_where

from .conftest import ROOT, Mapix

PAGE = (ROOT / "docs" / "searching.md").read_text(encoding="utf-8")


def examples(heading: str) -> list[str]:
    """What the tables under a heading show in their first column."""
    section = re.split(r"^## ", PAGE, flags=re.M)
    (text,) = [part for part in section if part.startswith(heading)]
    cells = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ")]
    return [found for cell in cells for found in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("condition", examples("Conditions"))
def test_every_condition_is_understood(condition: str) -> None:
    where = parse_where(condition)
    assert parse_where(str(where)) == where


@pytest.mark.parametrize("name", examples("Properties"))
def test_every_property_is_known(name: str) -> None:
    assert parse_where(f"has {name}", names=lambda wanted: 0x8001)


def values(kind: str) -> list[str]:
    """The examples of a kind of values."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {kind} |")]
    return [found for found in re.findall(r"`([^`]+)`", line) if not found.startswith("\\")]


@pytest.mark.parametrize("moment", [*values("times"), *values("relative times")])
def test_every_time_is_understood(moment: str) -> None:
    assert parse_where(f"received > {moment}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("subject", text) for text in values("text")),
        *(("importance", number) for number in values("numbers") if number != "1.5"),
        *(("PR_HASATTACH", truth) for truth in values("true or false")),
        *(("PR_ENTRYID", data) for data in values("bytes")),
    ],
)
def test_every_value_is_understood(name: str, value: str) -> None:
    assert parse_where(f"{name} = {value}")


def test_the_programs_run(mapix: Mapix, tmp_path: Path) -> None:
    mapix("init", "--yes", "--address", "you@example.org", "--name", "You")
    for program in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        ran = subprocess.run(
            [sys.executable, "-c", program], env=mapix.env, capture_output=True, text=True, timeout=60, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")


def test_the_commands_run(mapix: Mapix) -> None:
    mapix("init", "--yes", "--address", "you@example.org", "--name", "You")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.S):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ mapix "))
            assert mapix(*words).returncode == 0
