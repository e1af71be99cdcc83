"""Recurrences as values: the days they name, beside another's reckoning, and what is changed of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

import mapix
from mapix.client.items.patterns import WEEKDAYS
from mapix.client.items.series import recurrence_of, series_of
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.pattern import RecurrencePattern
from mapix.properties.errors import InvalidParameter, NotFound

Recurrence = mapix.Recurrence

STARTS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
EVERY = st.integers(1, 7)
DAYS = st.sets(st.sampled_from(WEEKDAYS), min_size=1)
WEEK_STARTS = st.sampled_from(WEEKDAYS)
NTH = st.sampled_from((1, 2, 3, 4, -1))


@st.composite
def ends(draw: st.DrawFn, start: date) -> dict[str, Any]:
    kind = draw(st.sampled_from(("never", "count", "until")))
    if kind == "count":
        return {"count": draw(st.integers(1, 40))}
    return {"until": start + timedelta(days=draw(st.integers(400, 4000)))} if kind == "until" else {}


@st.composite
def recurrences(draw: st.DrawFn) -> tuple[mapix.Recurrence, date]:
    """A recurrence, and a day on which it happens for the first time."""
    start, kind = draw(STARTS), draw(st.sampled_from(("daily", "weekly", "monthly", "nth", "yearly", "yearly nth")))
    every, end = draw(EVERY), draw(ends(start))
    if kind == "daily":
        return Recurrence.daily(every=every, **end), start
    if kind == "weekly":
        days = {*draw(DAYS), WEEKDAYS[(start.weekday() + 1) % 7]}
        return Recurrence.weekly(on=days, every=every, week_start=draw(WEEK_STARTS), **end), start
    if kind == "monthly":
        return Recurrence.monthly(day=min(start.day, 28), every=every, **end), start.replace(day=min(start.day, 28))
    if kind == "yearly":
        start = start.replace(day=min(start.day, 28))
        return Recurrence.yearly(month=start.month, day=start.day, every=every, **end), start
    make = Recurrence.monthly if kind == "nth" else Recurrence.yearly
    found = make(nth=draw(NTH), on=draw(DAYS), every=every, **end)
    return found, found.first(start.replace(day=1))


def of_others(one: mapix.Recurrence, start: date) -> Any:
    """The same recurrence as python-dateutil reckons it."""
    rrule = pytest.importorskip("dateutil.rrule")
    names = dict(zip(WEEKDAYS, (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA), strict=True))
    frequency = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY, "yearly": rrule.YEARLY}
    told: dict[str, Any] = {"interval": one.every, "count": one.count, "wkst": names[one.week_start]}
    if one.until is not None:
        told["until"] = datetime(one.until.year, one.until.month, one.until.day)
    if one.on:
        told["byweekday"] = [names[day] for day in one.on]
    if one.nth:
        told["bysetpos"] = one.nth
    if one.day:
        told["bymonthday"] = one.day
    if one.frequency == "yearly":
        told["bymonth"] = start.month
    return rrule.rrule(frequency[one.frequency], dtstart=datetime(start.year, start.month, start.day), **told)


@given(recurrences())
@settings(max_examples=examples(300), deadline=None)
def test_the_days_are_those_that_others_reckon(given: tuple[mapix.Recurrence, date]) -> None:
    """[MS-OXOCAL] 2.2.1.44.1 beside RFC 5545, for whatever recurs."""
    one, start = given
    assert list(islice(one.days(start), 60)) == [when.date() for when in islice(of_others(one, start), 60)]


@given(recurrences(), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_what_is_written_is_read_again(given: tuple[mapix.Recurrence, date], data: st.DataObject) -> None:
    """Through the bytes of a series, with occurrences deleted, moved and renamed."""
    one, start = given
    planned = list(islice(one.days(start), 6))
    for day in planned[1:]:
        what = data.draw(st.sampled_from(("keep", "delete", "move", "rename")))
        if what == "delete":
            one = one.without(day)
        elif what == "move":
            one = one.moved(day, datetime(day.year, day.month, day.day, 17), datetime(day.year, day.month, day.day, 18))
        elif what == "rename":
            one = one.changed(day, subject="Größe", location="大", reminder=False, busy=1)
    begins = datetime(start.year, start.month, start.day, 9, 30)
    series = series_of(one, begins, begins + timedelta(hours=1))
    found = recurrence_of(AppointmentRecurrence.load(series.dump()))
    assert (found.changes, found.deleted) == (one.changes, one.deleted)
    assert list(islice(found.days(start), 30)) == list(islice(one.days(start), 30))
    assert list(found.occurrences(begins, 20)) == list(one.occurrences(begins, 20))
    assert series_of(found, begins, begins + timedelta(hours=1), series).dump() == series.dump()


def test_days_beyond_the_end_of_a_month_mean_its_last() -> None:
    """[MS-OXOCAL] 2.2.1.44.1: as Outlook has it, not skipped."""
    last = Recurrence.monthly(day=31, count=4)
    assert [day.isoformat()[5:] for day in last.days(date(2026, 1, 31))] == ["01-31", "02-28", "03-31", "04-30"]
    assert [day.day for day in Recurrence.yearly(count=5).days(date(2024, 2, 29))] == [29, 28, 28, 28, 29]


def test_a_start_that_is_none_of_its_days_moves_to_the_first() -> None:
    monday = Recurrence.weekly(on="MO", count=2)
    assert list(monday.days(date(2026, 3, 4))) == [date(2026, 3, 9), date(2026, 3, 16)]
    assert Recurrence.yearly(month=2, day=3).first(date(2026, 3, 4)) == date(2027, 2, 3)
    assert Recurrence.yearly(month=2, nth=1, on="MO").first(date(2026, 3, 4)) == date(2027, 2, 1)
    with pytest.raises(NotFound):
        Recurrence.weekly(on="MO", until=date(2026, 3, 5)).first(date(2026, 3, 4))


def test_every_working_day_is_a_daily_pattern() -> None:
    """As Outlook writes it: daily by frequency, by weeks by pattern."""
    work = Recurrence.daily(on=["MO", "TU", "WE", "TH", "FR"], count=3)
    assert list(work.days(date(2026, 3, 5))) == [date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9)]
    pattern = work.pattern(date(2026, 3, 5))
    assert (pattern.frequency, pattern.pattern_type, pattern.days) == (0x200A, 1, 0x3E)
    assert Recurrence.of_pattern(RecurrencePattern.load(pattern.dump())) == work


def test_a_series_of_summer_keeps_its_hour_in_winter() -> None:
    """Times are told in the zone of the start."""
    start = datetime(2026, 10, 19, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    times = [one.start.astimezone(UTC).hour for one in Recurrence.weekly(count=2).occurrences(start)]
    assert times == [7, 8]
    end = start + timedelta(hours=2)
    (first, _) = Recurrence.weekly(count=2).occurrences(start, end=end)
    assert first.end == end


def test_what_was_changed_is_said_with_the_occurrence() -> None:
    team = Recurrence.weekly(count=3).changed(date(2026, 3, 9), subject="Off-site", location="Lake")
    team = team.moved(date(2026, 3, 16), datetime(2026, 3, 17, 10)).without(date(2026, 3, 2))
    nine = datetime(2026, 3, 2, 9)
    second, third = team.occurrences(nine, end=nine + timedelta(hours=1))
    assert second.change is not None
    assert (second.change.subject, second.start.hour) == ("Off-site", 9)
    assert (third.original, third.start, third.end) == (
        date(2026, 3, 16),
        datetime(2026, 3, 17, 10),
        datetime(2026, 3, 17, 11),
    )
    assert team.changed(date(2026, 3, 2), busy=0).deleted == ()
    assert [one.original.day for one in team.without(date(2026, 3, 9)).changes] == [16]


def test_it_says_what_it_is() -> None:
    assert str(Recurrence.daily()) == "daily"
    assert str(Recurrence.weekly(on=["MO", "we"], every=2, count=4)) == "every 2 weeks on MO, WE, 4 times"
    assert str(Recurrence.yearly(month=3, day=15)) == "yearly on day 15 in month 3"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Recurrence.daily(every=0),
        lambda: Recurrence.daily(count=1, until=date(2026, 1, 1)),
        lambda: Recurrence.daily(on="MO", every=2),
        lambda: Recurrence.weekly(on="XX"),
        lambda: Recurrence.monthly(day=32),
        lambda: Recurrence.monthly(nth=2),
        lambda: Recurrence.monthly(on="MO"),
        lambda: Recurrence.monthly(nth=5, on="MO"),
        lambda: Recurrence.monthly(nth=1, on="MO", day=2),
        lambda: Recurrence.yearly(month=13),
        lambda: Recurrence(frequency="hourly"),
        lambda: Recurrence.weekly(count=0),
        lambda: Recurrence.weekly().changed(date(2026, 1, 1), colour=3),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any) -> None:
    with pytest.raises(InvalidParameter):
        make()


def test_a_day_that_is_none_of_its_days_cannot_be_deleted() -> None:
    with pytest.raises(NotFound, match="no occurrence"):
        Recurrence.weekly(on="MO").without(date(2026, 3, 3)).pattern(date(2026, 3, 2))
