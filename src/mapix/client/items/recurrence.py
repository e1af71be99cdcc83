"""How something recurs, as a value: by days, weeks, months or years, until when, and which times are otherwise.

    >>> from datetime import date, datetime
    >>> team = Recurrence.weekly(on=["MO", "WE"], every=2, count=4).without(date(2026, 3, 4))
    >>> [one.start.day for one in team.occurrences(datetime(2026, 3, 2, 9))]
    [2, 16, 18]
    >>> str(Recurrence.monthly(nth=-1, on="FR", until=date(2026, 12, 31)))
    'monthly on the last FR until 2026-12-31'

Days of a month beyond its end mean its last, as in Outlook. Nothing is changed in place: every method makes another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, Self

from mapix.client.items.patterns import WEEKDAYS, fields_of, pattern_of
from mapix.formats.calendar.expand import days_of
from mapix.formats.calendar.pattern import RecurrencePattern
from mapix.properties.errors import CorruptData, InvalidParameter, NotFound

_UNITS: Final = {"daily": "days", "weekly": "weeks", "monthly": "months", "yearly": "years"}
_NTH: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_MOST_EVERY: Final = 999_999


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise with the occurrence planned for the day `original`; None for what is as always. `start` and
    `end` are datetimes in the time of the series, `reminder` minutes before (or False for none), `busy` a BusyStatus.
    """

    original: date
    start: datetime | None = None
    end: datetime | None = None
    subject: str | None = None
    location: str | None = None
    reminder: int | bool | None = None
    busy: int | None = None
    all_day: bool | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something happens: the day it was planned for, when it is, and what is otherwise."""

    original: date
    start: datetime
    end: datetime | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A recurrence; made by `daily`, `weekly`, `monthly` or `yearly`. `every` counts days, weeks, months or years, `on`
    names days of the week (MO, TU …), `nth` is 1 to 4 or -1 for the last. It ends with `until`, after `count` times, or
    never. `week_start` is where weeks begin, which matters for every second week and on.
    """

    frequency: str
    every: int = 1
    on: tuple[str, ...] = ()
    day: int | None = None
    nth: int | None = None
    month: int | None = None
    until: date | None = None
    count: int | None = None
    week_start: str = "SU"
    deleted: tuple[date, ...] = ()
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if self.frequency not in _UNITS:
            raise InvalidParameter("no such frequency", value=self.frequency, hint=", ".join(_UNITS))
        if self.until is not None and self.count is not None:
            raise InvalidParameter("a recurrence ends on a day or after a number of times, not both", value=self.count)
        _within("every", self.every, 1, _MOST_EVERY)
        for name, value, most in (("day", self.day, 31), ("month", self.month, 12), ("count", self.count, 0xFFFFFFFF)):
            if value is not None:
                _within(name, value, 1, most)
        if self.nth is not None and (self.nth not in _NTH or not self.on):
            raise InvalidParameter("nth is 1 to 4 or -1, and needs a day of the week", value=self.nth, hint='on="FR"')

    @classmethod
    def daily(cls, *, every: int = 1, on: Iterable[str] | str = (), **ends: Any) -> Self:
        """Every day, every second …; with `on` every such day of the week. `until`, `count`, `week_start` as always."""
        if on and every != 1:
            raise InvalidParameter("days of the week are every week", value=every, hint="Recurrence.weekly")
        return cls(frequency="daily", every=every, on=_weekdays(on), **ends)

    @classmethod
    def weekly(cls, *, on: Iterable[str] | str = (), every: int = 1, **ends: Any) -> Self:
        """On days of the week, that of its start without any."""
        return cls(frequency="weekly", every=every, on=_weekdays(on), **ends)

    @classmethod
    def monthly(
        cls,
        *,
        day: int | None = None,
        nth: int | None = None,
        on: Iterable[str] | str = (),
        every: int = 1,
        **ends: Any,
    ) -> Self:
        """On a `day` of the month (31: its last), or on the `nth` of some days of the week; on that of its start."""
        return cls(frequency="monthly", every=every, day=day, nth=_nth(nth, on, day), on=_weekdays(on), **ends)

    @classmethod
    def yearly(
        cls,
        *,
        month: int | None = None,
        day: int | None = None,
        nth: int | None = None,
        on: Iterable[str] | str = (),
        every: int = 1,
        **ends: Any,
    ) -> Self:
        """In a `month`, as `monthly` says on which day of it."""
        on, nth = _weekdays(on), _nth(nth, on, day)
        return cls(frequency="yearly", every=every, month=month, day=day, nth=nth, on=on, **ends)

    def without(self, *days: date) -> Self:
        """The same, but not on these days."""
        changes = tuple(change for change in self.changes if change.original not in days)
        return replace(self, deleted=tuple(sorted({*self.deleted, *map(plain, days)})), changes=changes)

    def changed(self, original: date, **changes: Any) -> Self:
        """The same, but the occurrence planned for that day is otherwise; see `Change`."""
        known = [field.name for field in fields(Change)][1:]
        if unknown := [name for name in changes if name not in known]:
            raise InvalidParameter("an occurrence has nothing of this name", value=unknown[0], hint=", ".join(known))
        one = Change(plain(original), **changes)
        others = (change for change in self.changes if change.original != one.original)
        kept = tuple(day for day in self.deleted if day != one.original)
        return replace(self, deleted=kept, changes=tuple(sorted((*others, one), key=lambda each: each.original)))

    def moved(self, original: date, start: datetime, end: datetime | None = None) -> Self:
        """The same, but the occurrence planned for that day is then."""
        return self.changed(original, start=start, end=end)

    def days(self, start: date) -> Iterator[date]:
        """The days it is planned for from `start` on, whatever was changed since."""
        return days_of(self.pattern(start, bare=True))

    def first(self, start: date) -> date:
        """The first of those days; `NotFound` when there is none."""
        found = next(self.days(start), None)
        if found is None:
            raise NotFound("the recurrence ends before it begins", value=start)
        return found

    def occurrences(
        self, start: datetime, limit: int | None = None, *, end: datetime | None = None
    ) -> Iterator[Occurrence]:
        """The times it happens, in the order they were planned: the first at `start` or after, at most `limit`.

        With the `end` of the first one, each tells its own.
        """
        gone, changes = set(self.deleted), {change.original: change for change in self.changes}
        length = None if end is None else end.replace(tzinfo=None) - start.replace(tzinfo=None)
        days = (day for day in self.days(plain(start)) if day not in gone)
        for day in islice(days, limit):
            yield _occurrence(datetime.combine(day, start.timetz()), length, day, changes.get(day))

    def pattern(self, start: date, *, bare: bool = False) -> RecurrencePattern:
        """The pattern of a series that starts on a day; its first day is the first one there is. `bare` leaves out what
        was deleted and changed. `NotFound` for a recurrence that ends before it begins.
        """
        return pattern_of(self, plain(start), bare=bare)

    @classmethod
    def of_pattern(cls, pattern: RecurrencePattern) -> Self:
        """The recurrence that a pattern is. `NoSupport` for one of another calendar, `CorruptData` for no sense."""
        try:
            return cls(**fields_of(pattern))
        except InvalidParameter as error:
            raise CorruptData("a recurrence that makes no sense", value=pattern) from error

    def __str__(self) -> str:
        often = self.frequency if self.every == 1 else f"every {self.every} {_UNITS[self.frequency]}"
        where = [f"the {_NTH[self.nth]} {', '.join(self.on)}" if self.nth else ", ".join(self.on)]
        where += [f"day {self.day}"] if self.day else []
        place = " and ".join(filter(None, where))
        month = f" in month {self.month}" if self.month else ""
        ends = f" until {self.until}" if self.until else f", {self.count} times" if self.count else ""
        return often + (f" on {place}" if place else "") + month + ends


def plain(day: date) -> date:
    """The day of a moment; a day as it is."""
    return date(day.year, day.month, day.day)


def _occurrence(start: datetime, length: timedelta | None, day: date, change: Change | None) -> Occurrence:
    end = None if length is None else start + length
    if change is not None and change.start is not None:
        start = _in_zone(change.start, start)
        end = None if length is None else start + length
    if change is not None and change.end is not None:
        end = _in_zone(change.end, start)
    return Occurrence(day, start, end, change)


def _in_zone(when: datetime, start: datetime) -> datetime:
    return when.replace(tzinfo=start.tzinfo) if when.tzinfo is None else when


def _weekdays(on: Iterable[str] | str) -> tuple[str, ...]:
    names = tuple(name.upper()[:2] for name in ([on] if isinstance(on, str) and on else on))
    if unknown := [name for name in names if name not in WEEKDAYS]:
        raise InvalidParameter("not a day of the week", value=unknown[0], hint=", ".join(WEEKDAYS))
    return tuple(name for name in WEEKDAYS if name in names)


def _nth(nth: int | None, on: Iterable[str] | str, day: int | None) -> int | None:
    if (nth is None) != (not on):
        raise InvalidParameter("nth and days of the week go together", value=nth, hint='nth=2, on="TU"')
    if nth is not None and day is not None:
        raise InvalidParameter("a day of the month, or the nth day of the week, not both", value=day)
    return nth


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidParameter(f"{name} is {least} to {most}", value=value)
