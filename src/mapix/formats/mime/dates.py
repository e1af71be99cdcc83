"""Dates of header fields (RFC 5322 3.3) as FILETIME ticks, and back.

>>> date_text(132224400000000000)
'Thu, 02 Jan 2020 12:00:00 +0000'
>>> parse_date('Thu, 2 Jan 2020 13:00:00 +0100') == 132224400000000000
True
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from mapix.properties.errors import BadValue
from mapix.properties.times import from_datetime, to_datetime

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST: Final = 200


def date_text(ticks: int) -> str | None:
    """`ticks` (100 ns since 1601) as a date of a header, in UTC; None outside the years it can tell."""
    try:
        moment = to_datetime(ticks)
    except BadValue:
        return None
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    time = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    return f"{day}, {moment.day:02} {month} {moment.year:04} {time} +0000"


def parse_date(text: str) -> int | None:
    """The ticks of a header's date, in any of the forms found there; None for what is no date."""
    from email.utils import parsedate_tz

    try:
        parsed = parsedate_tz(text[:_LONGEST])
        if parsed is None:
            return from_datetime(_zoned(datetime.fromisoformat(text.strip())))
        moment = datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC) - timedelta(seconds=parsed[9] or 0)
        return from_datetime(moment)
    except (ValueError, TypeError, IndexError, OverflowError, BadValue):
        return None


def _zoned(moment: datetime) -> datetime:
    """A moment without a zone is in UTC: where it was written is not known."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
