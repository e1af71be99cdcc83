"""The days that a pattern names, in order, exceptions aside.

    for day in days_of(pattern):
        ...

It ends with the pattern, at the latest with the year 4500, and takes no memory: who wants some takes some.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from mapix.formats.calendar.pattern import EndType, Frequency, PatternType, RecurrencePattern
from mapix.formats.calendar.wire import DAY, FIRST_DAY, FOREVER, day_of
from mapix.properties.errors import CorruptData, NoSupport

_WEEK: Final = 7
_LAST_NTH: Final = 5
_ALL_DAYS: Final = 0x7F
_END_OF_TIME: Final = FOREVER // DAY


def days_of(pattern: RecurrencePattern) -> Iterator[date]:
    """The days of a pattern's occurrences, those counted too that are deleted or went elsewhere.

    Raises: NoSupport for another calendar than the Gregorian one, CorruptData for numbers that say nothing.
    """
    if not pattern.is_gregorian:
        raise NoSupport("only the Gregorian calendar can be reckoned with", value=pattern.calendar)
    if not pattern.period:
        raise CorruptData("a recurrence has no period", value=pattern.period)
    ends = pattern.ends
    last = min(pattern.end // DAY, _END_OF_TIME) if ends is EndType.DATE else _END_OF_TIME
    many = pattern.count if ends is EndType.COUNT else None
    first = pattern.start // DAY
    for number, day in enumerate(_numbers(pattern, first)):
        if day > last or number == many:
            return
        yield FIRST_DAY + timedelta(days=day)


def _numbers(pattern: RecurrencePattern, first: int) -> Iterator[int]:
    """Days since 1601, from `first` on, without end."""
    if pattern.pattern_type == PatternType.WEEK:
        return _weekly(pattern, first)
    if pattern.pattern_type == PatternType.DAY:
        return _daily(pattern, first)
    if pattern.frequency not in (Frequency.MONTHLY, Frequency.YEARLY):
        raise CorruptData("a recurrence by months is neither monthly nor yearly", value=pattern.frequency)
    return _monthly(pattern, first)


def _daily(pattern: RecurrencePattern, first: int) -> Iterator[int]:
    step, rest = divmod(pattern.period, DAY)
    if rest:
        raise CorruptData("a daily recurrence has a period of whole days", value=pattern.period)
    day = _aligned(first, pattern.first // DAY if pattern.first else first, step)
    while True:
        yield day
        day += step


def _weekly(pattern: RecurrencePattern, first: int) -> Iterator[int]:
    if not pattern.days & _ALL_DAYS or pattern.first_weekday >= _WEEK:
        raise CorruptData("a weekly recurrence names no days of the week", value=(pattern.days, pattern.first_weekday))
    # 1601 begins with a Monday; weeks are counted from the day before that they may begin on.
    begins = pattern.first_weekday - 1
    anchor = pattern.first // DAY if pattern.first else first
    week = _aligned((first - begins) // _WEEK, (anchor - begins) // _WEEK, pattern.period)
    order = [day for day in range(_WEEK) if pattern.days >> (pattern.first_weekday + day) % _WEEK & 1]
    while True:
        yield from (day for day in (begins + week * _WEEK + each for each in order) if day >= first)
        week += pattern.period


def _monthly(pattern: RecurrencePattern, first: int) -> Iterator[int]:
    start = day_of(first * DAY)
    anchor = day_of(pattern.first) if pattern.first else start
    month = _aligned(_month(start), _month(anchor), pattern.period)
    while True:
        year, index = divmod(month, 12)
        if 1601 + year > date.max.year:
            yield _END_OF_TIME + 1
            return
        day = (date(1601 + year, index + 1, _day(pattern, 1601 + year, index + 1)) - FIRST_DAY).days
        if day >= first:
            yield day
        month += pattern.period


def _day(pattern: RecurrencePattern, year: int, month: int) -> int:
    """The day of the month that a pattern names."""
    before, longest = monthrange(year, month)
    if pattern.pattern_type == PatternType.MONTH_END:
        return longest
    if pattern.pattern_type == PatternType.MONTH:
        if not 1 <= pattern.day <= 31:
            raise CorruptData("a recurrence names a day that no month has", value=pattern.day)
        return min(pattern.day, longest)
    if not pattern.days & _ALL_DAYS or not 1 <= pattern.nth <= _LAST_NTH:
        raise CorruptData("a recurrence names no day of the month", value=(pattern.days, pattern.nth))
    found = [day for day in range(1, longest + 1) if pattern.days >> (before + day) % _WEEK & 1]
    return found[-1] if pattern.nth == _LAST_NTH else found[pattern.nth - 1]


def _month(day: date) -> int:
    return (day.year - 1601) * 12 + day.month - 1


def _aligned(number: int, anchor: int, period: int) -> int:
    """The first number from `number` on that lies whole periods from `anchor`."""
    return number + (anchor - number) % period
