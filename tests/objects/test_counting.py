"""COUNT over all rows of a table: the first so many, whatever stands around it (R-016)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.restrictions.counting import counts, select
from mapix.objects.restrictions.evaluate import matches
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import And, Comment, Count, Not, Or, Property, Relop, Restriction, Sub
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS
from mapix.testing.strategies import restrictions, rows

NUMBER = PropTag(0x68200003)
ROWS: list[dict[PropTag, Any]] = [{NUMBER: number} for number in range(10)]


def at_least(number: int) -> Restriction:
    return Property(Relop.GE, NUMBER, number)


def shown(restriction: Restriction) -> list[int]:
    return [row[NUMBER] for row in select(restriction, ROWS)]


@pytest.mark.parametrize(
    ("restriction", "numbers"),
    [
        (Count(3, And()), [0, 1, 2]),
        (Count(0, And()), []),
        (Count(3, at_least(5)), [5, 6, 7]),
        (Count(30, at_least(5)), [5, 6, 7, 8, 9]),
        (And((Count(3, at_least(5)), at_least(6))), [6, 7]),
        (And((at_least(6), Count(3, at_least(5)))), [6, 7]),
        (Or((at_least(9), Count(2, And()))), [0, 1, 9]),
        (Not(Count(8, And())), [8, 9]),
        (Count(2, Not(Count(5, And()))), [5, 6]),
        (Comment(Count(1, at_least(3))), [3]),
        (Count(2, And((at_least(2), Count(4, And())))), [2, 3]),
    ],
)
def test_the_first_rows_count_whatever_stands_around(restriction: Restriction, numbers: list[int]) -> None:
    """R-016."""
    assert shown(restriction) == numbers


@given(rows(), restrictions(), st.integers(0, 5))
def test_a_limit_takes_the_first_of_what_the_child_takes(
    given_rows: list[dict[PropTag, Any]], restriction: Restriction, limit: int
) -> None:
    """R-016."""
    plain = [row for row in given_rows if matches(restriction, row.get)]
    assert select(restriction, given_rows) == plain
    assert select(Count(limit, restriction), given_rows) == plain[:limit]


def test_rows_below_a_message_are_not_counted() -> None:
    """R-014, R-016."""
    wanted = Sub(PR_MESSAGE_RECIPIENTS, Count(1, at_least(5)))
    assert not counts(wanted)
    assert select(wanted, ROWS[:1], lambda row: lambda tag: [each.get for each in ROWS]) == ROWS[:1]


def test_what_cannot_be_evaluated_is_refused_without_rows_too() -> None:
    with pytest.raises(TooComplex):
        select(Count(1, Property(Relop.EQ, NUMBER, "x")), [])
