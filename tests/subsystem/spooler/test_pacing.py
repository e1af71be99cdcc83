"""The first pause of the spooler, as the environment says it."""

import logging

import pytest

from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.pacing import VARIABLE, pace_of


def test_nothing_said_is_the_usual_pace():
    assert pace_of({}) == pace_of({VARIABLE: " "}) == Pace()


def test_the_first_pause_is_as_long_as_the_environment_says_and_the_next_one_twice_that():
    pace = pace_of({VARIABLE: "0.5"})
    assert [pace.pause(attempts, 0.0) for attempts in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert pace.longest == Pace().longest


@pytest.mark.parametrize("said", ["soon", "0", "-1", "1e9", "nan"])
def test_what_is_no_pause_is_told_and_passed_over(said: str, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        assert pace_of({VARIABLE: said}) == Pace()
    assert VARIABLE in caplog.text
