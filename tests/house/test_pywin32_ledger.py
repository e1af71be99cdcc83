"""The ledger of the pywin32 face is true: it is generated, and shows everything there is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tools.generate import records
from tools.pywin32_evidence import TESTS, citations, probes, rules_in
from tools.update_pywin32 import counts, places

ROOT = Path(__file__).parents[2]
RULES = [row["rule"] for row in records("pywin32_shapes.csv")]


def test_ranges_name_each_of_their_rules() -> None:
    assert list(rules_in("VS-203..VS-205, P-1, and VS-1204.")) == ["VS-203", "VS-204", "VS-205", "VS-1204"]


def test_every_call_has_a_probe_and_every_probe_a_call() -> None:
    rows = [*records("pywin32_calls.csv"), *records("pywin32_com_calls.csv")]
    assert probes().keys() | {"pythoncom.PumpMessages"} == {f"{row['owner']}.{row['call']}" for row in rows}


def test_every_rule_of_shapes_is_cited_and_none_is_invented() -> None:
    assert sorted(citations()) == sorted(RULES)
    assert len(set(RULES)) == len(RULES)


def test_everything_is_shown() -> None:
    assert [(what, number) for what, number, shown in counts() if shown != number] == []
    assert {what: number for what, number, _ in counts()} == {
        "functions of `mapi`": 22,
        "functions of `exchange`": 23,
        "functions of `mapiutil`": 7,
        "methods of interfaces": 107,
        "calls of `pythoncom`, streams, storages and lock bytes": len(records("pywin32_com_calls.csv")) - 1,
        "interfaces": 23,
        "constants": 261,
        "interface identifiers and property sets": 47,
        "property tags and types of `mapitags`": 998,
        "property tags and types of `emsabtags`": 859,
        "rules of shapes": len(RULES),
    }


@pytest.mark.parametrize("place", places())
def test_the_tests_it_names_are_there(place: str) -> None:
    file, _, name = place.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_ledger_is_up_to_date() -> None:
    command = [sys.executable, "-m", "tools.update_pywin32", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
