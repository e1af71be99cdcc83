"""The ledger of rules is true: it is generated, knows every rule that is cited, and leaves no rule without a word."""

import subprocess
import sys
from pathlib import Path

from tools.generate import records
from tools.update_conformance import evidence, rules_in

ROOT = Path(__file__).parents[2]
RULES = {row["rule"]: row for row in records("rules.csv")}


def test_ranges_name_each_of_their_rules() -> None:
    assert list(rules_in("ST-040..ST-042 and P-001; SPL-76 is another's.")) == ["ST-040", "ST-041", "ST-042", "P-001"]


def test_tests_cite_only_rules_that_exist() -> None:
    assert {rule: [test.name for test in evidence()[rule]] for rule in evidence() if rule not in RULES} == {}


def test_a_rule_has_a_test_or_a_reason() -> None:
    assert [rule for rule, row in RULES.items() if rule not in evidence() and not row["why_not"]] == []


def test_no_reason_stands_where_a_test_does() -> None:
    assert [rule for rule, row in RULES.items() if rule in evidence() and row["why_not"]] == []


def test_the_ledger_is_up_to_date() -> None:
    command = [sys.executable, "-m", "tools.update_conformance", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
