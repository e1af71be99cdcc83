"""What starting may load: `python -m benchmarks start` measures the time."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapix.cli.errors import Exit

HEAVY = (
    "mapix.client",
    "mapix.subsystem",
    "mapix.objects",
    "mapix.properties",
    "json",
    "rich",
    "platformdirs",
    "sqlite3",
)


def loaded(code: str) -> set[str]:
    """Modules in a fresh Python after some code."""
    text = f"import sys\ntry:\n    {code}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    return set(python(text).stderr.split())


def python(text: str) -> subprocess.CompletedProcess[str]:
    """What a fresh Python does with a program."""
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)


def test_the_version_loads_nothing_but_click() -> None:
    found = loaded('sys.argv = ["mapix", "--version"]; from mapix.cli.main import main; main()')
    assert "mapix.cli.main" in found
    assert [name for name in HEAVY if name in found] == []


def test_importing_mapix_loads_no_room() -> None:
    assert {name for name in loaded("import mapix") if name.startswith("mapix")} == {"mapix"}


INTERRUPTED = """
import signal, sys

class Finder:
    def find_spec(self, name, *rest):
        if name == {name!r}:
            sys.meta_path.remove(self)
            {trouble}

sys.meta_path.insert(0, Finder())
sys.argv = ["mapix", "--version"]
from mapix.__main__ import main
main()
"""


@pytest.mark.parametrize("name", ["mapix.cli.main", "click", "click.core", "mapix.cli.base"])
def test_ctrl_c_while_the_command_is_loaded_is_answered_as_ever(name: str) -> None:
    ran = python(INTERRUPTED.format(name=name, trouble="signal.raise_signal(signal.SIGINT)"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (Exit.INTERRUPTED, "", "mapix: stopped\n")


@pytest.mark.parametrize(
    ("trouble", "code", "told"),
    [
        ("raise RuntimeError('no class') from KeyboardInterrupt()", Exit.INTERRUPTED, "mapix: stopped"),
        ("raise RuntimeError('no class')", 1, "RuntimeError: no class"),
    ],
)
def test_what_python_makes_of_ctrl_c_is_told_from_failures(trouble: str, code: int, told: str) -> None:
    ran = python(INTERRUPTED.format(name="mapix.cli.base", trouble=trouble))
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (code, told)


def test_the_entry_point_loads_nothing_before_it_is_called() -> None:
    assert {name for name in loaded("import mapix.__main__") if name.startswith(("mapix", "click"))} == {
        "mapix",
        "mapix.__main__",
    }


NUMBERS = """
import os, sys
from mapix.cli.main import _open_streams
_open_streams()
nowhere = [os.path.samestat(os.fstat(number), os.stat(os.devnull)) for number in range(3)]
open(sys.argv[1], "w").write(repr(nowhere))
"""


@pytest.mark.skipif(os.name == "nt", reason="this system gives streams in another way")
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_a_stream_that_is_closed_stops_no_command(closed: tuple[int, ...], tmp_path: Path) -> None:
    """Nor does a file that is opened later get its number."""
    environment = {**os.environ, "MAPIX_HOME": str(tmp_path / "home")}
    shut = " ".join(f"{number}>&-" for number in closed)
    (tmp_path / "numbers.py").write_text(NUMBERS)
    for words in ("-m mapix profile list", f"{tmp_path}/numbers.py {tmp_path}/told"):
        ran = subprocess.run(f"{sys.executable} {words} {shut}", shell=True, env=environment, check=False)
        assert ran.returncode == 0
    told = ast.literal_eval((tmp_path / "told").read_text())
    assert [told[number] for number in closed] == [True] * len(closed)


@pytest.mark.skipif(os.name == "nt", reason="this system gives streams in another way")
def test_nobody_takes_a_stdin_that_is_closed_for_an_empty_one(tmp_path: Path) -> None:
    environment = {**os.environ, "MAPIX_HOME": str(tmp_path / "home")}
    command = f"{sys.executable} -m mapix profile import - <&-"
    ran = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == Exit.FAILED
    assert "MAPI_E_DISK_ERROR" in ran.stderr
