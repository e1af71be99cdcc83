"""Recurrences from and to the patterns that properties hold; see `recurrence` for the values.

Sources: [MS-OXOCAL] 2.2.1.44.1, [MS-OXOTASK] 2.2.2.2.15.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from mapix.formats.calendar.expand import days_of
from mapix.formats.calendar.pattern import (
    ENDLESS_COUNT,
    EndType,
    Frequency,
    PatternType,
    RecurrencePattern,
    first_moment,
)
from mapix.formats.calendar.wire import DAY, FOREVER, day_of, minutes_of
from mapix.properties.errors import CorruptData, NotFound

if TYPE_CHECKING:
    from mapix.client.items.recurrence import Recurrence

WEEKDAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_NAMES: Final = {
    Frequency.DAILY: "daily",
    Frequency.WEEKLY: "weekly",
    Frequency.MONTHLY: "monthly",
    Frequency.YEARLY: "yearly",
}
_CODES: Final = {name: code for code, name in _NAMES.items()}
_LAST: Final = 5
_MONTHS: Final = 12


def pattern_of(recurrence: Recurrence, start: date, *, bare: bool) -> RecurrencePattern:
    """The pattern of a recurrence that starts on a day; see `Recurrence.pattern`."""
    begun = _begun(recurrence, start)
    first = next(days_of(begun), None)
    if first is None:
        raise NotFound("the recurrence ends before it begins", value=start)
    begun = _at(begun, first)
    return begun if bare else _ended(_excepted(begun, recurrence))


def fields_of(pattern: RecurrencePattern) -> dict[str, Any]:
    """What the recurrence has that a pattern is."""
    first = next(days_of(pattern), None) or day_of(pattern.start)
    name = _name(pattern)
    by_day = pattern.pattern_type in (PatternType.MONTH, PatternType.MONTH_END)
    by_nth = pattern.pattern_type == PatternType.MONTH_NTH
    return {
        "frequency": name,
        "every": _every(pattern, name),
        "on": tuple(weekday for bit, weekday in enumerate(WEEKDAYS) if pattern.days >> bit & 1),
        "day": (31 if pattern.pattern_type == PatternType.MONTH_END else pattern.day) if by_day else None,
        "nth": (-1 if pattern.nth == _LAST else pattern.nth) if by_nth else None,
        "month": first.month if name == "yearly" else None,
        "until": day_of(min(pattern.end, FOREVER)) if pattern.ends is EndType.DATE else None,
        "count": max(pattern.count, 1) if pattern.ends is EndType.COUNT else None,
        "week_start": WEEKDAYS[pattern.first_weekday % 7],
        "deleted": tuple(day_of(one) for one in pattern.deleted),
    }


def _begun(recurrence: Recurrence, start: date) -> RecurrencePattern:
    """The pattern as if its first day were `start`, whatever day that is."""
    code = _CODES[recurrence.frequency]
    kind = _kind(recurrence)
    never = recurrence.until is None and recurrence.count is None
    anchor = start
    if recurrence.frequency == "yearly" and recurrence.month is not None:
        anchor = date(start.year + (start.month > recurrence.month), recurrence.month, 1)
    period = _period(recurrence, kind)
    first_weekday = WEEKDAYS.index(recurrence.week_start)
    return RecurrencePattern(
        frequency=code,
        pattern_type=kind,
        period=period,
        start=minutes_of(start),
        end=FOREVER if recurrence.until is None else minutes_of(recurrence.until) // DAY * DAY,
        first=first_moment(code, kind, period, minutes_of(anchor), first_weekday),
        days=_mask(recurrence, start) if kind in (PatternType.WEEK, PatternType.MONTH_NTH) else 0,
        day=(recurrence.day or start.day) if kind == PatternType.MONTH else 0,
        nth=(_LAST if recurrence.nth == -1 else recurrence.nth or 0) if kind == PatternType.MONTH_NTH else 0,
        end_type=EndType.NEVER if never else EndType.DATE if recurrence.count is None else EndType.COUNT,
        count=ENDLESS_COUNT if recurrence.count is None else recurrence.count,
        first_weekday=first_weekday,
    )


def _kind(recurrence: Recurrence) -> PatternType:
    if recurrence.nth is not None:
        return PatternType.MONTH_NTH
    if recurrence.frequency in ("monthly", "yearly"):
        return PatternType.MONTH
    return PatternType.WEEK if recurrence.on or recurrence.frequency == "weekly" else PatternType.DAY


def _period(recurrence: Recurrence, kind: PatternType) -> int:
    if kind == PatternType.DAY:
        return recurrence.every * DAY
    return recurrence.every * (_MONTHS if recurrence.frequency == "yearly" else 1)


def _mask(recurrence: Recurrence, start: date) -> int:
    names = recurrence.on or (WEEKDAYS[(start.weekday() + 1) % 7],)
    return sum(1 << WEEKDAYS.index(name) for name in names)


def _at(pattern: RecurrencePattern, first: date) -> RecurrencePattern:
    start = minutes_of(first)
    anchor = first_moment(pattern.frequency, pattern.pattern_type, pattern.period, start, pattern.first_weekday)
    return replace(pattern, start=start, first=anchor)


def _excepted(pattern: RecurrencePattern, recurrence: Recurrence) -> RecurrencePattern:
    """With the days that are deleted or changed; `NotFound` for one that the pattern does not name."""
    changed = {change.original: change.start or change.original for change in recurrence.changes}
    days = {*recurrence.deleted, *changed}
    missing = set(days)
    for day in days_of(pattern) if days else ():
        if day > max(days):
            break
        missing.discard(day)
    if missing:
        raise NotFound("the recurrence has no occurrence on this day", value=min(missing))
    modified = (minutes_of(day) // DAY * DAY for day in changed.values())
    return replace(pattern, deleted=tuple(sorted(map(minutes_of, days))), modified=tuple(sorted(modified)))


def _ended(pattern: RecurrencePattern) -> RecurrencePattern:
    """With the count of its occurrences and the day of the last, whichever was not told."""
    if pattern.ends is EndType.NEVER:
        return pattern
    many, last = 0, pattern.start
    for day in days_of(pattern):
        many, last = many + 1, minutes_of(day)
    if pattern.ends is EndType.DATE:
        return replace(pattern, count=many)
    return replace(pattern, count=many, end=last)


def _name(pattern: RecurrencePattern) -> str:
    try:
        name = _NAMES[Frequency(pattern.frequency)]
    except ValueError:
        raise CorruptData("a recurrence has no known frequency", value=pattern.frequency) from None
    return "monthly" if name == "yearly" and pattern.period % _MONTHS else name


def _every(pattern: RecurrencePattern, name: str) -> int:
    if pattern.pattern_type == PatternType.DAY:
        return pattern.period // DAY
    return pattern.period // (_MONTHS if name == "yearly" else 1)
