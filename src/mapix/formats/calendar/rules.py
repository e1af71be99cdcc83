"""Recurrence rules of iCalendar (RFC 5545 3.3.10) from and to recurrence patterns ([MS-OXCICAL] 2.1.3.2).

>>> from datetime import date
>>> pattern = pattern_of_rule({"FREQ": ["WEEKLY"], "BYDAY": ["TU", "TH"], "COUNT": [3]}, date(2026, 3, 3))
>>> rule_of_pattern(pattern)
{'FREQ': ['WEEKLY'], 'INTERVAL': [1], 'COUNT': [3], 'BYDAY': ['TU', 'TH'], 'WKST': ['MO']}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from mapix.formats.calendar.expand import days_of
from mapix.formats.calendar.pattern import EndType, Frequency, PatternType, RecurrencePattern, first_moment
from mapix.formats.calendar.wire import DAY, FOREVER, day_of, minutes_of
from mapix.properties.errors import NoSupport

WEEKDAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
MOST_OCCURRENCES: Final = 20_000

_FREQUENCIES: Final = {
    "DAILY": Frequency.DAILY,
    "WEEKLY": Frequency.WEEKLY,
    "MONTHLY": Frequency.MONTHLY,
    "YEARLY": Frequency.YEARLY,
}
_NAMES: Final = {number: name for name, number in _FREQUENCIES.items()}
_KNOWN: Final = frozenset(
    ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST", "BYHOUR", "BYMINUTE")
)
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)")
_LAST: Final = 5
_LAST_DAY: Final = 31
_LONGEST_PERIOD: Final = 999
_LATEST: Final = date(4500, 1, 1)


def pattern_of_rule(rule: Mapping[str, Any], start: date, deleted: Iterable[date] = ()) -> RecurrencePattern:
    """The pattern of a rule whose first occurrence is on `start`; `deleted` are days on which it does not happen.

    Raises NoSupport for rules that no pattern can be.
    """
    told = {name.upper(): value if isinstance(value, list) else [value] for name, value in rule.items()}
    odd = sorted(set(told) - _KNOWN)
    frequency = _FREQUENCIES.get(str(_first(told, "FREQ", "")).upper())
    every = int(_first(told, "INTERVAL", 1))
    if odd or frequency is None or not 0 < every <= _LONGEST_PERIOD:
        raise NoSupport("no recurrence pattern is this rule", value=", ".join(odd) or str(dict(rule)))
    pattern = _unended(told, frequency, every, start)
    found = list(islice(days_of(pattern), 1))
    if not found:
        raise NoSupport("the rule never happens", value=str(dict(rule)))
    pattern = _begun(pattern, found[0])
    gone = tuple(sorted(minutes_of(day) // DAY * DAY for day in deleted))
    return replace(_ended(pattern, told), deleted=gone)


def rule_of_pattern(pattern: RecurrencePattern) -> dict[str, list[Any]]:
    """The rule that a pattern is, without the days that are deleted; NoSupport for other calendars."""
    if not pattern.is_gregorian:
        raise NoSupport("recurrences in other calendars have no rule", value=pattern.calendar)
    yearly = pattern.frequency == Frequency.YEARLY and not pattern.period % 12
    monthly = pattern.pattern_type in (PatternType.MONTH, PatternType.MONTH_END, PatternType.MONTH_NTH)
    name = "YEARLY" if yearly else "MONTHLY" if monthly else _NAMES.get(Frequency(pattern.frequency), "DAILY")
    if pattern.pattern_type == PatternType.WEEK:
        name = "WEEKLY"
    period = pattern.period // DAY if pattern.pattern_type == PatternType.DAY else pattern.period
    rule: dict[str, list[Any]] = {"FREQ": [name], "INTERVAL": [max(period // 12 if yearly else period, 1)]}
    if pattern.ends is EndType.COUNT:
        rule["COUNT"] = [max(pattern.count, 1)]
    elif pattern.ends is EndType.DATE:
        rule["UNTIL"] = [day_of(min(pattern.end, FOREVER))]
    rule |= _days(pattern)
    if yearly:
        rule["BYMONTH"] = [(next(days_of(pattern), None) or day_of(pattern.start)).month]
    return rule


def _days(pattern: RecurrencePattern) -> dict[str, list[Any]]:
    names = [name for bit, name in enumerate(WEEKDAYS) if pattern.days >> bit & 1]
    if pattern.pattern_type == PatternType.WEEK:
        return {"BYDAY": names, "WKST": [WEEKDAYS[pattern.first_weekday % 7]]}
    if pattern.pattern_type == PatternType.MONTH_NTH:
        nth = -1 if pattern.nth == _LAST else pattern.nth
        return {"BYDAY": [f"{nth}{names[0]}"]} if len(names) == 1 else {"BYDAY": names, "BYSETPOS": [nth]}
    if pattern.pattern_type in (PatternType.MONTH, PatternType.MONTH_END):
        return {"BYMONTHDAY": [-1 if pattern.day in (0, _LAST_DAY) else pattern.day]}
    return {}


def _first(told: Mapping[str, list[Any]], name: str, default: Any) -> Any:
    return (told.get(name) or [default])[0]


def _unended(told: Mapping[str, list[Any]], frequency: Frequency, every: int, start: date) -> RecurrencePattern:
    """The pattern without an end, as if `start` were its first day."""
    days = [found for text in told.get("BYDAY", ()) if (found := _DAY.fullmatch(str(text).upper()))]
    mask = sum({1 << WEEKDAYS.index(found[2]) for found in days})
    nth = int(next((found[1] for found in days if found[1]), 0) or _first(told, "BYSETPOS", 0))
    if frequency == Frequency.DAILY:
        if not days:
            return _made(frequency, PatternType.DAY, every * DAY, start)
        if every != 1:
            raise NoSupport("no recurrence pattern is this rule", value=str(dict(told)))
        frequency = Frequency.WEEKLY
    week_start = WEEKDAYS.index(str(_first(told, "WKST", "MO")).upper())
    if frequency == Frequency.WEEKLY:
        mask = mask or 1 << (start.weekday() + 1) % 7
        return _made(frequency, PatternType.WEEK, every, start, days=mask, first_weekday=week_start)
    period = every * (12 if frequency == Frequency.YEARLY else 1)
    anchor = _anchor(told, frequency, start)
    if days:
        if nth not in (1, 2, 3, 4, 5, -1):
            raise NoSupport("no recurrence pattern is this rule", value=str(dict(told)))
        nth = _LAST if nth == -1 else nth
        return _made(frequency, PatternType.MONTH_NTH, period, start, anchor, days=mask, nth=nth)
    day = int(_first(told, "BYMONTHDAY", start.day))
    if len(told.get("BYMONTHDAY", ())) > 1 or not (day == -1 or 1 <= day <= _LAST_DAY):
        raise NoSupport("no recurrence pattern is this rule", value=str(dict(told)))
    return _made(frequency, PatternType.MONTH, period, start, anchor, day=_LAST_DAY if day == -1 else day)


def _anchor(told: Mapping[str, list[Any]], frequency: Frequency, start: date) -> date:
    months = told.get("BYMONTH", ())
    if len(months) > 1 or (months and frequency != Frequency.YEARLY):
        raise NoSupport("no recurrence pattern is this rule", value=str(dict(told)))
    if not months:
        return start
    month = int(months[0])
    return date(start.year + (start.month > month), month, 1)


def _made(
    frequency: Frequency, kind: PatternType, period: int, start: date, anchor: date | None = None, **more: Any
) -> RecurrencePattern:
    first = first_moment(frequency, kind, period, minutes_of(anchor or start), more.get("first_weekday", 0))
    begin = minutes_of(start) // DAY * DAY
    return RecurrencePattern(
        frequency=frequency, pattern_type=kind, period=period, start=begin, first=first, end_type=EndType.NEVER, **more
    )


def _begun(pattern: RecurrencePattern, first: date) -> RecurrencePattern:
    start = minutes_of(first) // DAY * DAY
    moment = first_moment(pattern.frequency, pattern.pattern_type, pattern.period, start, pattern.first_weekday)
    return replace(pattern, start=start, first=moment)


def _ended(pattern: RecurrencePattern, told: Mapping[str, list[Any]]) -> RecurrencePattern:
    """The pattern with its end: how often it happens, and when last."""
    count, until = int(_first(told, "COUNT", 0)), _first(told, "UNTIL", None)
    if until is not None:
        last = until.date() if isinstance(until, datetime) else until
        if last >= _LATEST:
            return pattern
        bounded = replace(pattern, end_type=EndType.DATE, end=minutes_of(last) // DAY * DAY)
        many = sum(1 for _ in islice(days_of(bounded), MOST_OCCURRENCES))
        return replace(bounded, count=max(many, 1))
    if not count:
        return pattern
    days = list(islice(days_of(pattern), min(count, MOST_OCCURRENCES)))
    return replace(pattern, end_type=EndType.COUNT, count=len(days), end=minutes_of(days[-1]) // DAY * DAY)
