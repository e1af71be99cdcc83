"""How something recurs: the RecurrencePattern of appointments and tasks ([MS-OXOCAL] 2.2.1.44.1).

    pattern, rest = RecurrencePattern.read(blob)
    pattern.frequency, pattern.period, pattern.days
    pattern.dump() + rest == blob

All numbers stand as they were, also those that calendars other than the Gregorian one use, so that what was read is
written byte for byte. Minutes count from 1601-01-01, in the time of the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from mapix.formats.calendar.wire import DAY, FOREVER, WireReader, day_of, minutes_of, number, numbered
from mapix.properties.errors import BadValue, CorruptData

VERSION: Final = 0x3004
NEVER_TOO: Final = 0xFFFFFFFF
"""Another way to write `EndType.NEVER`."""

ENDLESS_COUNT: Final = 10
"""The count of occurrences of what has no end."""


class Frequency(IntEnum):
    """How often, roughly."""

    DAILY = 0x200A
    WEEKLY = 0x200B
    MONTHLY = 0x200C
    YEARLY = 0x200D


class PatternType(IntEnum):
    """What a pattern tells days by; those of HIJRI kind belong to another calendar."""

    DAY = 0
    WEEK = 1
    MONTH = 2
    MONTH_NTH = 3
    MONTH_END = 4
    HIJRI_MONTH = 0xA
    HIJRI_MONTH_NTH = 0xB
    HIJRI_MONTH_END = 0xC


class EndType(IntEnum):
    """When it ends."""

    DATE = 0x2021
    COUNT = 0x2022
    NEVER = 0x2023


_NTH: Final = (PatternType.MONTH_NTH, PatternType.HIJRI_MONTH_NTH)
_GREGORIAN: Final = (0, 1)
_KNOWN: Final = frozenset(PatternType)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrencePattern:
    """One pattern. `days` is a mask of weekdays, Sunday 1 to Saturday 64; `day` the day of a month, 31 its last;
    `nth` 1 to 4 and 5 for the last of the days in the mask. `period` counts minutes when daily, weeks when weekly, else
    months. `deleted` and `modified` are days in minutes: those that do not happen as planned, and where they went.
    """

    frequency: int
    pattern_type: int
    period: int
    start: int
    end: int = FOREVER
    first: int = 0
    days: int = 0
    day: int = 0
    nth: int = 0
    end_type: int = EndType.NEVER
    count: int = ENDLESS_COUNT
    first_weekday: int = 0
    deleted: tuple[int, ...] = ()
    modified: tuple[int, ...] = ()
    sliding: int = 0
    calendar: int = 0
    versions: tuple[int, int] = (VERSION, VERSION)

    @classmethod
    def read(cls, data: bytes) -> tuple[RecurrencePattern, bytes]:
        """The pattern that `data` begins with, and what follows it; `CorruptData` where there is none."""
        reader = WireReader(data, "recurrence pattern")
        return cls.read_from(reader), reader.rest()

    @classmethod
    def load(cls, data: bytes) -> RecurrencePattern:
        """The pattern of a task (PidLidTaskRecurrence), which is all of it."""
        pattern, rest = cls.read(data)
        if rest:
            raise CorruptData("bytes are left over behind a recurrence pattern", value=rest)
        return pattern

    @classmethod
    def read_from(cls, reader: WireReader) -> RecurrencePattern:
        """The pattern that comes next."""
        versions = (reader.short(), reader.short())
        frequency, pattern_type, calendar = reader.short(), reader.short(), reader.short()
        first, period, sliding = reader.long(), reader.long(), reader.long()
        days, day, nth = _read_specific(reader, pattern_type)
        end_type, count, first_weekday = reader.long(), reader.long(), reader.long()
        deleted, modified = reader.longs(), reader.longs()
        return cls(
            versions=versions,
            frequency=frequency,
            pattern_type=pattern_type,
            calendar=calendar,
            first=first,
            period=period,
            sliding=sliding,
            days=days,
            day=day,
            nth=nth,
            end_type=end_type,
            count=count,
            first_weekday=first_weekday,
            deleted=deleted,
            modified=modified,
            start=reader.long(),
            end=reader.long(),
        )

    def dump(self) -> bytes:
        """The pattern as bytes; `BadValue` for numbers that do not fit."""
        head = (*self.versions, self.frequency, self.pattern_type, self.calendar)
        numbers = (self.first, self.period, self.sliding)
        ends = (self.end_type, self.count, self.first_weekday)
        return b"".join(
            (
                *(number(value, 2) for value in head),
                *(number(value, 4) for value in numbers),
                self._specific(),
                *(number(value, 4) for value in ends),
                numbered(self.deleted),
                numbered(self.modified),
                number(self.start, 4),
                number(self.end, 4),
            )
        )

    @property
    def is_gregorian(self) -> bool:
        """Whether its days are days of the Gregorian calendar."""
        return self.calendar in _GREGORIAN and self.pattern_type < PatternType.HIJRI_MONTH

    @property
    def ends(self) -> EndType:
        """When it ends; `CorruptData` for a number that says nothing."""
        kind = EndType.NEVER if self.end_type == NEVER_TOO else self.end_type
        try:
            return EndType(kind)
        except ValueError:
            raise CorruptData("a recurrence ends in no known way", value=self.end_type) from None

    def _specific(self) -> bytes:
        if self.pattern_type == PatternType.DAY:
            return b""
        if self.pattern_type == PatternType.WEEK:
            return number(self.days, 4)
        if self.pattern_type in _NTH:
            return number(self.days, 4) + number(self.nth, 4)
        if self.pattern_type not in _KNOWN:
            raise BadValue("no such kind of recurrence pattern", value=self.pattern_type)
        return number(self.day, 4)


def first_moment(frequency: int, pattern_type: int, period: int, start: int, first_weekday: int = 0) -> int:
    """FirstDateTime of a pattern that starts on the day `start` (minutes): where its count of periods begins.

    Source: [MS-OXOCAL] 2.2.1.44.1. `CorruptData` for a period of nothing.
    """
    if not period:
        raise CorruptData("a recurrence has no period", value=period)
    if pattern_type == PatternType.WEEK:
        weekday = (start // DAY + 1) % 7
        return (start - (weekday - first_weekday) % 7 * DAY) % (period * 7 * DAY)
    if frequency == Frequency.DAILY:
        return start % period
    day = day_of(start)
    months = ((day.year - 1601) * 12 + day.month - 1) % period
    return minutes_of(day.replace(year=1601 + months // 12, month=months % 12 + 1, day=1))


def _read_specific(reader: WireReader, pattern_type: int) -> tuple[int, int, int]:
    if pattern_type == PatternType.DAY:
        return 0, 0, 0
    if pattern_type == PatternType.WEEK:
        return reader.long(), 0, 0
    if pattern_type in _NTH:
        return reader.long(), 0, reader.long()
    if pattern_type not in _KNOWN:
        raise CorruptData("no such kind of recurrence pattern", value=pattern_type)
    return 0, reader.long(), 0
