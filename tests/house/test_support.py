"""The table of what works is true: each row that works names a test that exists."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tools.generate import records

ROOT = Path(__file__).parents[2]
ROWS = records("support.csv")


def names(path: Path) -> set[str]:
    """Test functions, and `Class::function`, of a file."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("row", [row for row in ROWS if row["state"].startswith("works")], ids=lambda row: row["what"])
def test_what_works_is_shown_by_a_test(row: dict[str, str]) -> None:
    assert row["shown_by"], "a row that works names its test"
    for shown in row["shown_by"].split(" "):
        file, _, name = shown.partition("::")
        assert name in names(ROOT / file)


def test_every_row_says_whether_it_works() -> None:
    assert {row["state"] for row in ROWS} <= {"works", "not yet"}


def test_the_readme_shows_the_table_as_the_data_says() -> None:
    command = [sys.executable, "-m", "tools.update_support", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
