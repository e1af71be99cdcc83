"""What the tests of the pywin32 face show: the probes of calls, and the rules that tests cite."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tools.generate import ROOT

TESTS: Final = ROOT / "tests" / "pywin32"
_CITED: Final = re.compile(r"\bVS-(\d{3,4})(?:\.\.VS-(\d{3,4}))?")


class Probe(NamedTuple):
    """The probe of a call: its name, its file, and whether the call says there that something is not supported."""

    name: str
    path: Path
    refuses: bool


@cache
def probes() -> Mapping[str, Probe]:
    """The probe of each call."""
    return dict(_probes())


def _probes() -> Iterator[tuple[str, Probe]]:
    for path in sorted(TESTS.glob("calls/of_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(node, ast.FunctionDef) and isinstance(decorator, ast.Call):
                    refuses = "raises=" in ast.unparse(node)
                    yield ast.literal_eval(decorator.args[0]), Probe(node.name, path, refuses)


@cache
def citations() -> Mapping[str, list[tuple[str, Path]]]:
    """The tests that cite each rule."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted(TESTS.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule in dict.fromkeys(rules_in(ast.get_docstring(node) or "")):
                    found.setdefault(rule, []).append((node.name, path))
    return found


def rules_in(text: str) -> Iterator[str]:
    """The rules that a text cites, those of a range one by one."""
    for first, last in _CITED.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"VS-{number}"
