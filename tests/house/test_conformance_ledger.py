"""The ledger of rules is true: it is generated, knows every rule that is cited, and leaves no rule without a word."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools.generate import records
from tools.update_conformance import evidence, rules_in, scenarios

ROOT = Path(__file__).parents[2]
RULES = {row["rule"]: row for row in records("rules.csv")}
SCENARIOS = {row["number"]: row for row in records("scenarios.csv")}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("ST-040..ST-042 and P-001.", ["ST-040", "ST-041", "ST-042", "P-001"]),
        ("SPL-9..SPL-11; SES-4; [MS-OXCDATA] 2.12.4", ["SPL-9", "SPL-10", "SPL-11", "SES-4"]),
        ("E-001 and EID-1, SPL-1..XYZ-3, SPL-100, C9", ["E-001", "EID-1", "SPL-1"]),
    ],
)
def test_ranges_name_each_of_their_rules(text: str, rules: list[str]) -> None:
    assert list(rules_in(text)) == rules


def test_tests_cite_only_rules_that_exist() -> None:
    assert {rule: [test.name for test in evidence()[rule]] for rule in evidence() if rule not in RULES} == {}


def test_a_rule_has_a_test_or_a_reason() -> None:
    assert [rule for rule, row in RULES.items() if rule not in evidence() and not row["why_not"]] == []


def test_no_reason_stands_where_a_test_does() -> None:
    assert [rule for rule, row in RULES.items() if rule in evidence() and row["why_not"]] == []


def test_a_scenario_has_a_test_or_a_reason_and_not_both() -> None:
    assert set(scenarios()) <= set(SCENARIOS)
    assert [number for number, row in SCENARIOS.items() if (number in scenarios()) == bool(row["why_not"])] == []


def test_the_ledger_is_up_to_date() -> None:
    command = [sys.executable, "-m", "tools.update_conformance", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
