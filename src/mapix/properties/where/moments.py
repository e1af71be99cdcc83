"""Dates and times as people write them: `2026-01-01`, `2026-01-01 14:30`, `today`, `7 days ago`, `last month`.

A moment is the first instant of what was written and the first after it: a day has 24 hours or so, `now` has no length.
What names no time zone is local time, as everywhere in Python.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from mapix.properties.errors import BadValue
from mapix.properties.times import from_datetime
from mapix.properties.where.errors import nearest
from mapix.properties.where.tokens import Kind, Token, Tokens


class Moment(NamedTuple):
    """FILETIME ticks: the first instant, and the first one after; equal for an instant."""

    start: int
    end: int


EXPECTED: Final = "a time such as 2026-01-31, 2026-01-31T14:30Z, today, 7 days ago, last month"

_DATE: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|z|[+-]\d\d:?\d\d)?)?\Z"
)
_CLOCK: Final = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|z|[+-]\d\d:?\d\d)?\Z")
_UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
_DAYS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}
_PERIODS: Final = {"this": 0, "last": -1, "next": 1}


class Clock:
    """What `now` and `today` mean: `now` as it is given, or the present in local time."""

    def __init__(self, now: datetime | None = None) -> None:
        self._given = now

    @property
    def now(self) -> datetime:
        """The present; aware where a time zone was given, else local."""
        return datetime.now() if self._given is None else self._given

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times that name none; None for local time."""
        return None if self._given is None else self._given.tzinfo


def starts_moment(token: Token) -> bool:
    """Whether a moment could begin with a token."""
    return token.kind is Kind.NUMBER or token.lower in {"now", "in", *_DAYS, *_PERIODS}


def is_unit(token: Token) -> bool:
    """Whether a token is a unit of time, as in `7 days ago`."""
    return token.lower.removesuffix("s") in _UNITS


def read_moment(tokens: Tokens, clock: Clock) -> Moment:
    """The moment that is written next; `WhereError` where there is none."""
    token = tokens.peek()
    try:
        if token.kind is Kind.NUMBER:
            return _numbered(tokens, clock)
        if token.kind is Kind.WORD:
            return _worded(tokens, clock)
    except (ValueError, OverflowError, BadValue):
        raise tokens.fault("there is no such time", token, EXPECTED) from None
    raise tokens.unexpected(EXPECTED)


def _numbered(tokens: Tokens, clock: Clock) -> Moment:
    token = tokens.peek()
    text = token.text
    if text.startswith("@"):
        tokens.take()
        return Moment(int(text[1:]), int(text[1:]))
    if text.isdecimal():
        tokens.take()
        count, unit = int(text), _unit(tokens)
        if tokens.accept_word("ago") is None:
            raise tokens.unexpected(f"ago, as in {text} {unit}s ago")
        return _counted(clock, unit, -count)
    if (found := _DATE.match(text)) is None:
        raise tokens.unexpected(EXPECTED)
    tokens.take()
    if found[4] is None and (later := tokens.peek()).kind is Kind.NUMBER and _CLOCK.match(later.text):
        tokens.take()
        found = _DATE.match(f"{text}T{later.text}")
        assert found is not None
    return _dated(found, clock)


def _dated(found: re.Match[str], clock: Clock) -> Moment:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = clock.zone if found[8] is None else _zone(found[8])
    moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    if found[4] is None:
        return _span(moment, moment + timedelta(days=1))
    start = from_datetime(moment) + int((found[7] or "").ljust(7, "0"))
    return Moment(start, start)


def _zone(text: str) -> tzinfo:
    if text in "Zz":
        return UTC
    parsed = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    assert parsed is not None
    return parsed


def _worded(tokens: Tokens, clock: Clock) -> Moment:
    word = tokens.peek().lower
    if word == "now":
        tokens.take()
        return _span(clock.now, clock.now)
    if word in _DAYS:
        tokens.take()
        return _counted(clock, "day", _DAYS[word])
    if word in _PERIODS:
        tokens.take()
        return _counted(clock, _unit(tokens), _PERIODS[word], aligned=True)
    if word == "in" and tokens.after_next().text.isdecimal():
        tokens.take()
        count = int(tokens.take().text)
        return _counted(clock, _unit(tokens), count)
    raise tokens.unexpected(EXPECTED, nearest(word, ("now", *_DAYS, *_PERIODS)))


def _unit(tokens: Tokens) -> str:
    word = tokens.peek().lower.removesuffix("s")
    if word not in _UNITS:
        raise tokens.unexpected(f"one of {', '.join(_UNITS)}", nearest(word, _UNITS))
    tokens.take()
    return word


def _counted(clock: Clock, unit: str, count: int, *, aligned: bool = False) -> Moment:
    """`count` units from now; from a day upwards the whole day, `aligned` the whole unit."""
    now = clock.now
    if unit in ("second", "minute", "hour"):
        moment = now + timedelta(**{f"{unit}s": count})
        if not aligned:
            return _span(moment, moment)
        start = moment.replace(microsecond=0, second=0 if unit != "second" else moment.second)
        start = start.replace(minute=0) if unit == "hour" else start
        return _span(start, start + timedelta(**{f"{unit}s": 1}))
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if not aligned:
        day = _moved(today, unit, count)
        return _span(day, day + timedelta(days=1))
    first = _moved(_first_day(today, unit), unit, count)
    return _span(first, _moved(first, unit, 1))


def _first_day(day: datetime, unit: str) -> datetime:
    """The first day of the week (Monday), month or year of a day."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def _moved(day: datetime, unit: str, count: int) -> datetime:
    if unit in ("day", "week"):
        return day + timedelta(**{f"{unit}s": count})
    months = day.year * 12 + day.month - 1 + (count if unit == "month" else 12 * count)
    year, month = divmod(months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, _length(year, month + 1)))


def _length(year: int, month: int) -> int:
    """The days of a month."""
    from calendar import monthrange

    return monthrange(year, month)[1]


def _span(start: datetime, end: datetime) -> Moment:
    return Moment(from_datetime(start), from_datetime(end))
