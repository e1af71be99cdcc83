"""`mapix broker`, and the page about shared sessions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.cli.conftest import ROOT, Mapix

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")


@pytest.fixture
def shared(mapix: Mapix) -> Iterator[Mapix]:
    """Commands that may start a broker."""
    with TemporaryDirectory(prefix="mx-") as runtime:
        mapix.env |= {"XDG_RUNTIME_DIR": runtime, "MAPIX_BROKER_LINGER": "0.5"}
        mapix.init()
        yield mapix
        mapix("broker", "stop")


def member(mapix: Mapix, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=mapix.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_broker_is_shown_and_ended(shared: Mapix) -> None:
    assert not shared.json("broker", "status")["running"]
    assert "no session is shared" in shared("broker", "status").stderr
    program = "import mapix\nwith mapix.logon(shared=True) as s:\n    print('in', flush=True)\n    input()\n"
    process = member(shared, program)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    state = shared.json("broker", "status")
    assert state["running"]
    assert state["sessions"] == [
        {"profile": "Default", "members": [{"process": process.pid, "members": 1}], "waiting": 0}
    ]
    assert str(process.pid) in shared("broker", "status").stdout
    assert "ended" in shared("broker", "stop").stderr
    assert not shared.json("broker", "status")["running"]
    assert process.communicate("\n", timeout=60) == ("", "")
    assert process.returncode == 0


def test_the_example_of_the_page_shares_its_session(shared: Mapix) -> None:
    text = (ROOT / "docs" / "shared-sessions.md").read_text(encoding="utf-8")
    program = text.split("```python\n")[1].split("```")[0]
    assert "..." in program
    program = program.replace('"Work"', '"Default"').replace("...", "input()")
    process = member(shared, "import sys\n" + program.replace("input()", "print('in', flush=True); input()"))
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    assert shared.json("broker", "status")["sessions"][0]["profile"] == "Default"
    assert process.communicate("\n", timeout=60) == ("", "")


def test_the_broker_is_of_one_home_directory(shared: Mapix, tmp_path: Path) -> None:
    process = member(shared, "import mapix\nwith mapix.logon(shared=True):\n    print(1, flush=True)\n    input()\n")
    assert process.stdout is not None
    assert process.stdout.readline()
    elsewhere = Mapix(tmp_path / "elsewhere")
    elsewhere.env["XDG_RUNTIME_DIR"] = shared.env["XDG_RUNTIME_DIR"]
    assert not elsewhere.json("broker", "status")["running"]
    process.communicate("\n", timeout=60)
