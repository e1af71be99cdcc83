"""Recurrence blobs: read, written byte for byte, and bounded where they are hostile."""

import contextlib
import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.calendar.calendar_cases import CORPUS, of_kind

from mapix.formats.calendar.appointment import AppointmentRecurrence, ExceptionInfo
from mapix.formats.calendar.expand import days_of
from mapix.formats.calendar.pattern import EndType, Frequency, PatternType, RecurrencePattern, first_moment
from mapix.formats.calendar.wire import DAY, minutes_of
from mapix.properties import named_tags as n
from mapix.properties.errors import BadValue, CorruptData, MapiError, NoSupport

LONGS = st.integers(0, 0xFFFFFFFF)
SHORTS = st.integers(0, 0xFFFF)
MAYBE = st.none() | LONGS
TEXTS = st.text(st.characters(codec="cp1252"), max_size=30)


@st.composite
def patterns(draw: st.DrawFn) -> RecurrencePattern:
    kind = draw(st.sampled_from(PatternType))
    by_days = kind in (PatternType.WEEK, PatternType.MONTH_NTH, PatternType.HIJRI_MONTH_NTH)
    by_nth = kind in (PatternType.MONTH_NTH, PatternType.HIJRI_MONTH_NTH)
    by_day = not by_days and kind != PatternType.DAY
    return RecurrencePattern(
        frequency=draw(SHORTS),
        pattern_type=kind,
        period=draw(LONGS),
        start=draw(LONGS),
        end=draw(LONGS),
        first=draw(LONGS),
        days=draw(LONGS) if by_days else 0,
        day=draw(LONGS) if by_day else 0,
        nth=draw(LONGS) if by_nth else 0,
        end_type=draw(LONGS),
        count=draw(LONGS),
        first_weekday=draw(LONGS),
        deleted=tuple(draw(st.lists(LONGS, max_size=4))),
        modified=tuple(draw(st.lists(LONGS, max_size=4))),
        sliding=draw(LONGS),
        calendar=draw(SHORTS),
        versions=(draw(SHORTS), draw(SHORTS)),
    )


@st.composite
def exceptions(draw: st.DrawFn) -> ExceptionInfo:
    subject, location = draw(st.none() | TEXTS), draw(st.none() | TEXTS)
    times = draw(LONGS), draw(LONGS), draw(LONGS)
    return ExceptionInfo(
        start=times[0],
        end=times[1],
        original=times[2],
        subject=subject,
        location=location,
        meeting_type=draw(MAYBE),
        reminder_delta=draw(MAYBE),
        reminder_set=draw(MAYBE),
        busy_status=draw(MAYBE),
        attachment=draw(MAYBE),
        subtype=draw(MAYBE),
        color=draw(MAYBE),
        has_body=draw(st.booleans()),
        extra_flags=draw(st.sampled_from((0, 0x0400, 0x8000))),
        ansi=(draw(st.none() | st.binary(max_size=9)), draw(st.none() | st.binary(max_size=9))),
        highlight=draw(st.binary(min_size=4, max_size=8)),
        reserved1=draw(st.binary(max_size=5)),
        reserved2=draw(st.binary(max_size=5)) if subject is not None or location is not None else b"",
        times=(1, 2, 3) if subject is not None and draw(st.booleans()) and times != (1, 2, 3) else None,
    )


@st.composite
def series(draw: st.DrawFn) -> AppointmentRecurrence:
    return AppointmentRecurrence(
        pattern=draw(patterns()),
        start_offset=draw(LONGS),
        end_offset=draw(LONGS),
        exceptions=tuple(draw(st.lists(exceptions(), max_size=3))),
        versions=(draw(LONGS), 0x3009),
        reserved1=draw(st.binary(max_size=5)),
        reserved2=draw(st.binary(max_size=5)),
        rest=draw(st.binary(max_size=5)),
    )


@given(patterns())
@settings(max_examples=examples(100), deadline=None)
def test_every_pattern_is_what_its_bytes_say(pattern: RecurrencePattern) -> None:
    """[MS-OXOCAL] 2.2.1.44.1: whatever calendar it belongs to."""
    assert RecurrencePattern.load(pattern.dump()) == pattern


@given(series())
@settings(max_examples=examples(100), deadline=None)
def test_every_series_is_what_its_bytes_say(one: AppointmentRecurrence) -> None:
    """[MS-OXOCAL] 2.2.1.44.2 to 2.2.1.44.5: exceptions, their extensions, reserved parts."""
    data = one.dump()
    read = AppointmentRecurrence.load(data)
    assert read.dump() == data
    assert [(each.subject, each.location, each.flags) for each in read.exceptions] == [
        (each.subject, each.location, each.flags) for each in one.exceptions
    ]


def test_series_of_older_writers_have_no_change_highlight() -> None:
    """[MS-OXOCAL] 2.2.1.44.4: it is there from writer version 0x3009 on."""
    one = ExceptionInfo(start=1, end=2, original=3, subject="x", highlight=None)
    old = AppointmentRecurrence(
        pattern=_weekly(), start_offset=0, end_offset=30, exceptions=(one,), versions=(0x3006, 0x3008)
    )
    read = AppointmentRecurrence.load(old.dump())
    assert read.exceptions == (replace(one, ansi=(b"x", None)),)
    assert (read.dump(), read.exceptions[0].change_highlight) == (old.dump(), 0)


def test_texts_of_exceptions_are_there_in_both_widths() -> None:
    one = ExceptionInfo(start=1, end=2, original=3, subject="Größe 大", location="b")
    data = AppointmentRecurrence(pattern=_weekly(), start_offset=0, end_offset=1, exceptions=(one,)).dump()
    assert b"\x08\x00\x07\x00Gr\xf6\xdfe ?" in data
    assert "\x07Größe 大\x01b".encode("utf-16-le") in data
    assert AppointmentRecurrence.load(data).exceptions[0].subject == "Größe 大"


def test_what_outlook_wrote_is_written_byte_for_byte() -> None:
    """And the beginning of its periods is where the rule says it is."""
    found = of_kind(n.PidLidAppointmentRecur)
    if not found:
        pytest.skip(f"no files in {CORPUS}")
    for data in found:
        read = AppointmentRecurrence.load(data)
        assert read.dump() == data
        told = read.pattern
        assert first_moment(told.frequency, told.pattern_type, told.period, told.start) == told.first
        assert len(list(days_of(told))) == told.count


def test_damaged_bytes_end_in_corrupt_data_and_nothing_else() -> None:
    """Cut anywhere, or with any byte changed: a value, or an error of MAPI."""
    one = ExceptionInfo(start=1, end=2, original=3, subject="Subject", location="Here", reminder_delta=5)
    data = AppointmentRecurrence(
        pattern=replace(_weekly(), deleted=(1, 2), modified=(3,)), start_offset=0, end_offset=1, exceptions=(one, one)
    ).dump()
    for end in range(len(data)):
        with pytest.raises(CorruptData):
            AppointmentRecurrence.load(data[:end])
    chance = random.Random(1)
    for _ in range(2000):
        spoilt = bytearray(data)
        spoilt[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(MapiError):
            list(zip(range(5), days_of(AppointmentRecurrence.load(bytes(spoilt)).pattern), strict=False))


def test_counts_that_claim_more_than_there_is_are_refused_at_once() -> None:
    head = _weekly().dump()[:-16]
    for claim in (0xFFFFFFFF, 0x10000000):
        with pytest.raises(CorruptData, match="cut short"):
            RecurrencePattern.load(head + claim.to_bytes(4, "little") + bytes(64))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"period": 0}, CorruptData),
        ({"days": 0}, CorruptData),
        ({"days": 0x80}, CorruptData),
        ({"first_weekday": 7}, CorruptData),
        ({"end_type": 7}, CorruptData),
        ({"calendar": 6}, NoSupport),
        ({"pattern_type": PatternType.HIJRI_MONTH, "day": 3}, NoSupport),
        ({"pattern_type": PatternType.MONTH, "frequency": Frequency.MONTHLY, "day": 32}, CorruptData),
        ({"pattern_type": PatternType.MONTH, "frequency": Frequency.DAILY, "day": 3}, CorruptData),
        ({"pattern_type": PatternType.MONTH_NTH, "frequency": Frequency.MONTHLY, "nth": 6}, CorruptData),
        ({"pattern_type": PatternType.DAY, "frequency": Frequency.DAILY, "period": 7}, CorruptData),
    ],
)
def test_patterns_that_make_no_sense_name_no_days(wrong: dict[str, int], error: type[MapiError]) -> None:
    with pytest.raises(error):
        next(days_of(replace(_weekly(), **wrong)))


def test_a_pattern_that_goes_beyond_all_calendars_ends() -> None:
    endless = replace(_weekly(), start=0x5AE980DF - 7 * DAY)
    assert len(list(days_of(endless))) == 1
    far = RecurrencePattern(
        frequency=Frequency.YEARLY, pattern_type=PatternType.MONTH, period=0xFFFFFFFF, day=1, start=0
    )
    assert len(list(days_of(far))) == 1


def test_what_bytes_cannot_hold_is_refused() -> None:
    with pytest.raises(BadValue):
        replace(_weekly(), period=1 << 32).dump()
    with pytest.raises(BadValue):
        replace(_weekly(), pattern_type=9).dump()
    one = ExceptionInfo(start=1, end=2, original=3, subject="x" * 70000)
    with pytest.raises(BadValue):
        AppointmentRecurrence(pattern=_weekly(), start_offset=0, end_offset=1, exceptions=(one,)).dump()
    with pytest.raises(CorruptData):
        RecurrencePattern.load(_weekly().dump() + b"x")


def _weekly() -> RecurrencePattern:
    return RecurrencePattern(
        frequency=Frequency.WEEKLY,
        pattern_type=PatternType.WEEK,
        period=1,
        days=2,
        start=minutes_of(date(2026, 3, 2)),
        end_type=EndType.NEVER,
    )
