"""How an event of a calendar recurs, and which of its occurrences differ ([MS-OXCICAL] 2.1.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from mapix.formats.calendar.appointment import AppointmentRecurrence, ExceptionInfo
from mapix.formats.calendar.rules import pattern_of_rule
from mapix.formats.calendar.wire import DAY, FOREVER, day_of, minutes_of
from mapix.formats.mime.eventtimes import moment_of, span_of
from mapix.properties import named_tags as n
from mapix.properties.times import from_datetime

_MINUTE: Final = timedelta(minutes=1)
_ENDLESS: Final = datetime(4500, 8, 31, 23, 59, tzinfo=UTC)
_TYPES: Final = {0x200A: 1, 0x200B: 2, 0x200C: 3, 0x200D: 4}
_MOST_EXCEPTIONS: Final = 1_000


def series_values(event: Any, others: list[Any], start: datetime, end: datetime) -> dict[Any, Any]:
    """How it recurs, with the occurrences that do not happen and those that differ."""
    zone = start.tzinfo or UTC
    local = start.replace(tzinfo=None)
    offset = local.hour * 60 + local.minute
    length = (end.astimezone(zone).replace(tzinfo=None) - local) // _MINUTE
    changes = [found for each in others[:_MOST_EXCEPTIONS] if (found := _exception(each, event, zone, offset))]
    gone = {*_excluded(event, zone), *(day_of(one.original) for one in changes)}
    pattern = pattern_of_rule(dict(event["RRULE"]), start.date(), gone)
    pattern = replace(pattern, modified=tuple(sorted(one.start // DAY * DAY for one in changes)))
    made = AppointmentRecurrence(
        pattern=pattern,
        start_offset=offset,
        end_offset=offset + length,
        exceptions=tuple(sorted(changes, key=lambda one: one.original)),
    )
    endless = pattern.end >= FOREVER
    last = _ENDLESS if endless else datetime.combine(day_of(pattern.end), time(), zone)
    return {
        n.PidLidAppointmentRecur: made.dump(),
        n.PidLidRecurring: True,
        n.PidLidIsRecurring: True,
        n.PidLidRecurrenceType: _TYPES.get(pattern.frequency, 0),
        n.PidLidClipStart: from_datetime(datetime.combine(day_of(pattern.start), time(), zone)),
        n.PidLidClipEnd: from_datetime(last),
    }


def _excluded(event: Any, zone: Any) -> Iterable[date]:
    found = event.get("EXDATE") or []
    for each in found if isinstance(found, list) else [found]:
        for one in getattr(each, "dts", ())[:_MOST_EXCEPTIONS]:
            when = one.dt
            yield when.astimezone(zone).date() if isinstance(when, datetime) and when.tzinfo else _day(when)


def _day(when: Any) -> date:
    return when.date() if isinstance(when, datetime) else when


def _exception(event: Any, master: Any, zone: Any, offset: int) -> ExceptionInfo | None:
    """An occurrence that differs from the others of `master`."""
    planned = moment_of(event, "RECURRENCE-ID")
    if planned is None:
        return None
    start, end, _ = span_of(event)
    told = event["RECURRENCE-ID"].dt
    day = planned.astimezone(zone).date() if isinstance(told, datetime) else told
    summary, location = _differing(event, master, "SUMMARY"), _differing(event, master, "LOCATION")
    return ExceptionInfo(
        start=minutes_of(start.astimezone(zone).replace(tzinfo=None)),
        end=minutes_of(end.astimezone(zone).replace(tzinfo=None)),
        original=minutes_of(day) + offset,
        subject=summary,
        location=location,
    )


def _differing(event: Any, master: Any, name: str) -> str | None:
    """The text of an occurrence where it is not that of all."""
    text = event.get(name)
    return None if text is None or str(text) == str(master.get(name) or "") else str(text)
