"""Writes `docs/conformance.md`: each rule with the tests that show it, or why none does yet, and the scenarios.

A test shows a rule by citing it in its docstring (`T-035`, or `ST-040..ST-047` for several), and plays a scenario, or a
part of it, by saying so (`Scenario 7`). The rules, and why some have no test, are in `tools/data/rules.csv`, the
scenarios in `tools/data/scenarios.csv`; a reason goes by itself when there is a test. Tests of `mapix.testing` are
inherited by every store.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tools.generate import DATA, ROOT, SOURCE, records, run

LEDGER = ROOT / "docs" / "conformance.md"
SESSION_KINDS = ("GEN", "EID", "SUB", "LOG", "SES", "PRF", "SPI", "SPL", "STA", "NOT", "ABK", "IMS")
_OBJECT_RULE = r"(?:ST|RP|PG|[PFMATRENCX])-\d{2,3}[a-z]?"
_SESSION_RULE = rf"(?:{'|'.join(SESSION_KINDS)})-\d{{1,2}}"
CITED = re.compile(rf"\b({_OBJECT_RULE}|{_SESSION_RULE})(?:\.\.([A-Z]+)-(\d{{1,3}}))?\b")
PLAYED = re.compile(r"\bscenario (\d+)", re.IGNORECASE)
_SHOWN = 3
_SUITES = {"book": "address book", "transport": "transport"}

_INTRODUCTION = """\
# Conformance

What this project promises is written down as numbered rules. This page names tests that show each rule, or why none
does. It has three parts: [the objects](#the-objects), [the session](#the-session) around them, and
[scenarios](#scenarios) that play several rules together. **Every store** marks tests of the conformance suite in
`mapix.testing`, which the stores in memory, on SQLite and on PostgreSQL pass, and which a store of your own
inherits; **every address book** and **every transport** mark those for providers of these kinds."""

_OBJECTS = """\
## The objects

P properties, ST stores, F folders, M messages, A attachments, T tables, R restrictions, E entry identifiers, N
notifications, C message classes, RP reports, PG progress, X where the reference contradicts itself and one reading was
chosen."""

_SESSION = """\
## The session

GEN rules for every call, EID entry identifiers of a session, SUB starting and stopping, LOG logon, SES the session,
PRF profiles and message services, SPI service providers, SPL the spooler, STA status objects, NOT notifications, ABK
the address book, IMS message sessions (messages in files)."""

_SCENARIOS = """\
## Scenarios

Each plays several rules together, in one test or several."""


class Shown(NamedTuple):
    """A test that cites a rule or plays a scenario."""

    name: str
    path: Path

    @property
    def inherited(self) -> bool:
        """Whether it belongs to a suite that providers inherit."""
        return self.path.is_relative_to(SOURCE)


def rules_in(text: str) -> Iterator[str]:
    """The rules that a text cites, those of a range one by one."""
    for rule, other, last in CITED.findall(text):
        kind, _, first = rule.partition("-")
        if other != kind:
            yield rule
            continue
        for number in range(int(first), int(last) + 1):
            yield f"{kind}-{number:0{len(first)}}"


@cache
def _tests() -> list[tuple[Shown, str]]:
    """Every test with its docstring."""
    found = []
    for path in sorted([*ROOT.glob("tests/**/test_*.py"), *SOURCE.glob("testing/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.append((Shown(node.name, path), ast.get_docstring(node) or ""))
    return found


@cache
def evidence() -> Mapping[str, list[Shown]]:
    """The tests that cite each rule, by rule."""
    return _by(rules_in)


@cache
def scenarios() -> Mapping[str, list[Shown]]:
    """The tests that play each scenario, by its number."""
    return _by(PLAYED.findall)


def ledger() -> str:
    """The text of the page."""
    rules = records("rules.csv")
    of_session = [rule for rule in rules if rule["rule"].partition("-")[0] in SESSION_KINDS]
    of_objects = [rule for rule in rules if rule not in of_session]
    lines = [_INTRODUCTION, "", _OBJECTS, "", *_part(of_objects), _SESSION, "", *_part(of_session), _SCENARIOS, ""]
    return "\n".join([*lines, *_table("scenario", (_played(each) for each in records("scenarios.csv"))), ""])


def without_reasons(name: str, shown: Callable[[], Mapping[str, list[Shown]]]) -> str:
    """The text of a file of the data set; what a test shows needs no reason why none does."""
    rows = records(name)
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"why_not": ""} if next(iter(row.values())) in shown() else row)
    return text.getvalue()


REASONED = {"rules.csv": evidence, "scenarios.csv": scenarios}


def _by(keys: Callable[[str], Iterable[str]]) -> Mapping[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for test, text in _tests():
        for key in dict.fromkeys(keys(text)):
            found.setdefault(key, []).append(test)
    return found


def _part(rules: Sequence[dict[str, str]]) -> list[str]:
    shown = sum(1 for rule in rules if rule["rule"] in evidence())
    lines = [f"{shown} of {len(rules)} rules are shown by tests.", ""]
    for area, group in groupby(rules, key=lambda rule: rule["area"]):
        rows = ((rule["rule"], _cell(evidence().get(rule["rule"], ()), rule["why_not"])) for rule in group)
        lines += [f"### {area.capitalize()}", "", *_table("rule", rows), ""]
    return lines


def _table(head: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"| {head} | shown by |", "|---|---|", *(f"| {name} | {cell} |" for name, cell in rows)]


def _played(scenario: dict[str, str]) -> tuple[str, str]:
    tests = scenarios().get(scenario["number"], ())
    return f"{scenario['number']}. {scenario['scenario']}", _cell(tests, scenario["why_not"], limit=len(tests))


def _cell(tests: Sequence[Shown], why_not: str, *, limit: int = _SHOWN) -> str:
    if not tests:
        return f"no test: {why_not or 'not built yet'}"
    first = sorted(tests, key=lambda test: not test.inherited)[:limit]
    names = [f"{_sentence(test.name)} ({_place(test)})" for test in first]
    more = [f"and {len(tests) - limit} more"] if len(tests) > limit else []
    return "; ".join(names + more)


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _place(test: Shown) -> str:
    if not test.inherited:
        return f"`{test.path.relative_to(ROOT).as_posix()}`"
    return f"**every {_SUITES.get(test.path.stem.partition('_')[0], 'store')}**"


if __name__ == "__main__":
    files = {DATA / name: without_reasons(name, shown) for name, shown in REASONED.items()}
    raise SystemExit(run({**files, LEDGER: ledger()}))
