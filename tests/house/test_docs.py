"""What is written is run: examples in docstrings, and the Python of README.md."""

import doctest
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.cli.conftest import ROOT, Mapix

SOURCE = ROOT / "src"
SVG = "{http://www.w3.org/2000/svg}"


def modules_with_examples() -> list[str]:
    """Names of the modules whose text has an example for the interpreter."""
    found = [path for path in (SOURCE / "mapix").rglob("*.py") if ">>> " in path.read_text(encoding="utf-8")]
    return sorted(".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in found)


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_the_python_of_the_readme_runs_against_a_fresh_profile(tmp_path: Path) -> None:
    env = {**os.environ, "MAPIX_HOME": str(tmp_path / "home"), "PYTHONWARNINGS": "error"}
    mapix = [sys.executable, "-m", "mapix"]
    subprocess.run(
        [*mapix, "init", "--yes", "--address", "you@example.org", "--name", "You"], env=env, check=True, timeout=60
    )
    (program,) = blocks(ROOT / "README.md", "python")
    ran = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    assert ran.stdout == "Q3 ['q3.csv']\n"


def printed(program: str, home: Path) -> list[str]:
    """What a program says that runs with a fresh profile."""
    env = {**os.environ, "MAPIX_HOME": str(home), "PYTHONWARNINGS": "error"}
    Mapix(home)("init", "--yes", "--address", "you@example.org", "--name", "You")
    ran = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    return ran.stdout.splitlines()


CONCEPTS = sorted(f"concepts/{path.stem}" for path in (ROOT / "docs" / "concepts").glob("*.md"))
PAGES = [
    "stores",
    "bodies",
    "message-files",
    "converting",
    "mime",
    "tnef",
    "own-stores",
    "own-providers",
    "address-book",
    "testing",
    "simple-mapi",
    *CONCEPTS,
]


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_a_page_prints_what_the_page_says(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    for number, program in enumerate(blocks(ROOT / "docs" / f"{page}.md", "python")):
        for line in printed(program, tmp_path / str(number)):
            assert f"`{line}`" in text


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "concepts").glob("*.svg")), ids=lambda path: path.stem)
def test_a_diagram_says_in_words_what_it_shows_and_needs_nothing_else(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    names = {each.get("id"): "".join(each.itertext()) for each in root if each.tag in (f"{SVG}title", f"{SVG}desc")}
    assert all(len(names[one]) > 10 for one in root.get("aria-labelledby", "").split())
    assert len(names) == 2
    text = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|<script|@import", text)


def test_every_diagram_of_the_concepts_is_shown_with_a_description() -> None:
    pages = "".join((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") for page in CONCEPTS)
    shown = re.findall(r"!\[([^\]]{20,})\]\((\S+\.svg)\)", pages)
    assert {name for _, name in shown} == {path.name for path in (ROOT / "docs" / "concepts").glob("*.svg")}
