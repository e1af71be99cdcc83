"""Defects beside a value, and how strictly to read."""

import pytest

from mapix.formats.defects import MOST_DEFECTS, Defect, Defects, Parsed, Strictness
from mapix.properties.errors import CorruptData


def test_a_tolerant_reader_collects_what_was_wrong() -> None:
    found = Defects()
    found.note("Date", "not a date", value="yesterday")
    found.note("From", "missing")
    assert found.all == (Defect("Date", "not a date", "'yesterday'"), Defect("From", "missing"))


def test_a_strict_reader_refuses_at_the_first_defect() -> None:
    with pytest.raises(CorruptData, match="Date: not a date"):
        Defects(Strictness.STRICT).note("Date", "not a date", value="yesterday")


def test_a_defect_is_read_as_a_line() -> None:
    assert str(Defect("Date", "not a date", "'yesterday'")) == "Date: not a date: 'yesterday'"
    assert str(Defect("From", "missing")) == "From: missing"


def test_hostile_input_cannot_make_endless_defects() -> None:
    found = Defects()
    for number in range(MOST_DEFECTS + 50):
        found.note("here", "wrong", value=number)
    assert len(found.all) == MOST_DEFECTS


def test_what_stood_there_is_shortened() -> None:
    found = Defects()
    found.note("here", "long", value="x" * 10_000)
    assert len(found.all[0].found) < 200


def test_a_value_without_defects_has_none() -> None:
    assert Parsed("value").defects == ()
