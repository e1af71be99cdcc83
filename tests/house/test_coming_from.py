"""The page for those who come from pywin32: its table is made from the data, and its programs do the same in pairs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from tools import update_coming_from as tool
from tools.generate import SOURCE, run

BLOCK = re.compile(r"```(py|python)\n(.*?)```", re.S)
TEXT = tool.PAGE.read_text(encoding="utf-8")
PAIRS = 5


def test_the_table_is_what_the_data_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tool.files(), ["--check"]) == 0, "python -m tools.update_coming_from"


def test_every_difference_is_one_of_a_call() -> None:
    known = {(row["owner"], row["call"]) for row in tool.calls()}
    assert set(tool.differences()) <= known
    assert all(tool.differences().values())


@pytest.mark.parametrize("module", ["mapi", "exchange", "mapiutil", "pythoncom"])
def test_every_function_of_the_table_is_there(module: str) -> None:
    functions = {row["call"] for row in tool.calls() if row["owner"] == module}
    assert len(functions) > 5
    assert {
        name for name in functions if not callable(getattr(import_module(f"mapix.pywin32.{module}"), name, None))
    } == set()


def test_every_method_of_the_table_is_there() -> None:
    rooms = (path for path in (SOURCE / "pywin32").glob("*.py") if path.stem != "__init__")
    modules = [import_module(f"mapix.pywin32.{path.stem}") for path in rooms]
    classes = {name: one for module in modules for name, one in vars(module).items() if isinstance(one, type)}
    methods = [(row["owner"], row["call"]) for row in tool.calls() if row["owner"].startswith("PyI")]
    assert len(methods) > 100
    assert [one for one in methods if not callable(getattr(classes[one[0]], one[1], None))] == []


def execute(words: list[str | Path], home: Path) -> list[str]:
    """What a program prints that runs on a profile in `home`, and says nothing else."""
    env = {**os.environ, "MAPIX_HOME": str(home), "PYTHONWARNINGS": "error"}
    ran = subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def test_both_programs_of_each_pair_do_what_the_page_says(tmp_path: Path) -> None:
    """SUB-17: they run one after the other on one profile, those for pywin32 by `mapix run`."""
    init = ["-m", "mapix", "init", "--yes", "--address", "you@example.org", "--name", "You"]
    env = {**os.environ, "MAPIX_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, *init], env=env, check=True, capture_output=True, timeout=60)
    (_, start), *programs = BLOCK.findall(TEXT)
    assert [language for language, _ in programs] == ["py", "python"] * PAIRS
    printed = []
    for number, (language, program) in enumerate(programs):
        script = tmp_path / f"{number}.py"
        script.write_text(f"{start}\n{program}" if language == "py" else program, encoding="utf-8")
        words: list[str | Path] = ["-m", "mapix", "run", script] if language == "py" else [script]
        lines = execute(words, tmp_path / "home")
        assert all(f"`{line}`" in TEXT for line in lines), lines
        printed.append(lines)
    assert printed[2::2][0] == printed[3::2][0] == ["Q3 you@example.org"] * 2
    assert all(of_pywin32 == ours for of_pywin32, ours in zip(printed[4::2], printed[5::2], strict=True))
    assert all(printed[2:])
