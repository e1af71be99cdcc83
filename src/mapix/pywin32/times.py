"""Times of the pywin32 face: aware UTC datetimes with milliseconds, as pywin32 makes them."""

from __future__ import annotations

import datetime as _datetime
import time
from collections.abc import Sequence
from typing import Any

from mapix.properties import times


class datetime(_datetime.datetime):
    """A `datetime.datetime` that can also `Format` itself."""

    __slots__ = ()

    def Format(self, format: str = "%c", /) -> str:
        """The time by a format of `strftime`."""
        return self.strftime(format)

    def __repr__(self) -> str:
        return f"pywintypes.{super().__repr__()}"


datetime.__module__ = "pywintypes"

LATEST = _datetime.datetime.max
"""What stands for times after the year 9999: the latest naive datetime."""

FIRST = datetime(1601, 1, 1, tzinfo=_datetime.UTC)
"""Where FILETIMEs begin."""

_UTC = _datetime.UTC
_LAST_DAY = (_datetime.date.max - FIRST.date()).days
_MOST = 8192
_days: dict[int, tuple[int, int, int]] = {}
_known: dict[int, datetime] = {}
_TAGS = 8
_pairs: dict[int, dict[int, tuple[int, _datetime.datetime]]] = {}


def from_moment(moment: _datetime.datetime) -> datetime:
    """`moment` as the face's class."""
    return datetime.combine(moment.date(), moment.timetz())


def cut(moment: _datetime.datetime) -> _datetime.datetime:
    """`moment` without what is finer than a millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def from_ticks(ticks: int) -> _datetime.datetime:
    """A FILETIME (100 ns since 1601 UTC) as an aware UTC time with milliseconds; `LATEST` beyond the year 9999."""
    return _known.get(ticks) or _made(ticks)


def moments(number: int, column: Sequence[int]) -> list[tuple[int, _datetime.datetime]]:
    """Many FILETIMEs under one number, as `from_ticks` gives them; the pairs are kept, as tables are read again."""
    known = _pairs.get(number, {})
    try:
        return [known[ticks] for ticks in column]
    except KeyError:
        fresh = {ticks: known.get(ticks) or (number, from_ticks(ticks)) for ticks in column}
    if number in _pairs or len(_pairs) < _TAGS:
        _pairs[number] = {**known, **fresh} if len(known) + len(fresh) <= _MOST else fresh
    return [fresh[ticks] for ticks in column]


def _made(ticks: int) -> _datetime.datetime:
    """A time that is not known, and known from now on: tables are read again and again."""
    day, rest = divmod(ticks // 10_000, 86_400_000)
    date = _days.get(day) or _day(day)
    if date is None:
        return LATEST
    minutes, rest = divmod(rest, 60_000)
    hour, minute = divmod(minutes, 60)
    second, rest = divmod(rest, 1_000)
    if len(_known) >= _MOST:
        _known.clear()
    found = _known[ticks] = datetime(*date, hour, minute, second, rest * 1_000, _UTC)
    return found


def _day(number: int) -> tuple[int, int, int] | None:
    """Year, month and day that so many days after 1601 are; None beyond the calendar."""
    if not 0 <= number <= _LAST_DAY:
        return None
    if len(_days) >= _MOST:
        _days.clear()
    day = FIRST.date() + _datetime.timedelta(number)
    found = _days[number] = day.year, day.month, day.day
    return found


def from_days(days: float) -> _datetime.datetime:
    """An application time (days since 1899-12-30) as an aware UTC time, to the nearest millisecond."""
    moment = times.apptime_to_datetime(days) + _datetime.timedelta(microseconds=500)
    return from_moment(cut(moment))


def Time(value: Any, /) -> datetime:
    """`pywintypes.Time`: seconds since 1970, a `struct_time`, its fields, or a datetime, as an aware UTC time.

    Fields and naive datetimes are local time. TypeError for anything else.
    """
    if isinstance(value, _datetime.datetime):
        moment = value
    elif isinstance(value, int | float):
        moment = _datetime.datetime.fromtimestamp(value, _datetime.UTC)
    elif isinstance(value, tuple | list | time.struct_time):
        fields = tuple(value)
        extra = fields[9] * 1000 if len(fields) == 10 else 0
        moment = _datetime.datetime(*fields[:6]).replace(microsecond=extra)
    else:
        raise TypeError(f"cannot make a time of {type(value).__name__}")
    return from_moment(moment.astimezone(_datetime.UTC))
