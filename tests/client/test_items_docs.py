"""The Python of the page on items runs, and prints what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "outlook-items.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_an_example_prints_what_the_page_says(number: int, tmp_path: Path) -> None:
    program = PROGRAMS[number]
    env = {**os.environ, "MAPIX_HOME": str(tmp_path / "home"), "PYTHONWARNINGS": "error"}
    if "logon" in program:
        init = [sys.executable, "-m", "mapix", "init", "--yes", "--address", "you@example.org", "--name", "You"]
        subprocess.run(init, env=env, check=True, capture_output=True, timeout=60)
    ran = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert ran.stderr == ""
    said = PAGE.read_text(encoding="utf-8")
    assert ran.stdout
    for line in ran.stdout.splitlines():
        assert f"`{line}`" in said
