"""Writes `docs/conformance.md`: each rule of the object model with the tests that show it, or why none does yet.

A test shows a rule by citing it in its docstring (`T-035`, or `ST-040..ST-047` for several). The rules, and why some
have no test, are in `tools/data/rules.csv`. Tests of `mapix.testing` are inherited by every store.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tools.generate import ROOT, SOURCE, records, run

LEDGER = ROOT / "docs" / "conformance.md"
CITED = re.compile(r"\b(ST|RP|PG|[PFMATRENCX])-(\d{2,3}[a-z]?)(?:\.\.\1-(\d{2,3}))?\b")
_SHOWN = 3

_INTRODUCTION = """\
# Conformance

The meaning of properties, stores, folders, messages, attachments, tables, restrictions, entry identifiers and
notifications is written down as numbered rules (P properties, ST stores, F folders, M messages, A attachments, T
tables, R restrictions, E entry identifiers, N notifications, C message classes, RP reports, PG progress, X where the
reference contradicts itself and one reading was chosen). This page names tests that show each rule, or why none does.
**Every store** marks tests of the conformance suite in `mapix.testing`, which the stores in memory, on SQLite and on
PostgreSQL pass, and which a store of your own inherits."""


class Shown(NamedTuple):
    """A test that cites a rule."""

    name: str
    path: Path

    @property
    def by_every_store(self) -> bool:
        """Whether it belongs to the suite that stores inherit."""
        return self.path.is_relative_to(SOURCE)


def rules_in(text: str) -> Iterator[str]:
    """The rules that a text cites, those of a range one by one."""
    for kind, first, last in CITED.findall(text):
        if not last:
            yield f"{kind}-{first}"
            continue
        for number in range(int(first), int(last) + 1):
            yield f"{kind}-{number:0{len(first)}}"


@cache
def evidence() -> dict[str, list[Shown]]:
    """The tests that cite each rule, by rule."""
    found: dict[str, list[Shown]] = {}
    for path in sorted([*ROOT.glob("tests/**/test_*.py"), *SOURCE.glob("testing/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule in dict.fromkeys(rules_in(ast.get_docstring(node) or "")):
                    found.setdefault(rule, []).append(Shown(node.name, path))
    return found


def ledger() -> str:
    """The text of the page."""
    rules = records("rules.csv")
    shown = sum(1 for rule in rules if rule["rule"] in evidence())
    lines = [_INTRODUCTION, "", f"{shown} of {len(rules)} rules are shown by tests.", ""]
    for area, group in groupby(rules, key=lambda rule: rule["area"]):
        lines += [f"## {area.capitalize()}", "", "| rule | shown by |", "|---|---|"]
        lines += [f"| {rule['rule']} | {_cell(rule)} |" for rule in group]
        lines.append("")
    return "\n".join(lines)


def _cell(rule: dict[str, str]) -> str:
    tests = sorted(evidence().get(rule["rule"], ()), key=lambda test: not test.by_every_store)
    if not tests:
        return f"no test: {rule['why_not'] or 'not built yet'}"
    names = [f"{_sentence(test.name)} ({_place(test)})" for test in tests[:_SHOWN]]
    more = [f"and {len(tests) - _SHOWN} more"] if len(tests) > _SHOWN else []
    return "; ".join(names + more)


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _place(test: Shown) -> str:
    return "**every store**" if test.by_every_store else f"`{test.path.relative_to(ROOT).as_posix()}`"


if __name__ == "__main__":
    raise SystemExit(run({LEDGER: ledger()}))
