"""How an event of a calendar recurs, and which of its occurrences differ ([MS-OXCICAL] 2.1.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from mapix.formats.calendar.appointment import AppointmentRecurrence, ExceptionInfo
from mapix.formats.calendar.rules import pattern_of_rule
from mapix.formats.calendar.wire import DAY, FOREVER, day_of, minutes_of
from mapix.formats.mime.eventstate import busy_of, reminder_of
from mapix.formats.mime.eventtimes import moment_of, span_of
from mapix.properties import named_tags as n
from mapix.properties.times import from_datetime

_MINUTE: Final = timedelta(minutes=1)
_ENDLESS: Final = datetime(4500, 8, 31, 23, 59, tzinfo=UTC)
_TYPES: Final = {0x200A: 1, 0x200B: 2, 0x200C: 3, 0x200D: 4}
_MOST_EXCEPTIONS: Final = 1_000


def changes_of(event: Any, others: list[Any], start: datetime) -> list[tuple[ExceptionInfo, Any]]:
    """The occurrences of an event that differ, each with the event that stands in for it; one a moment."""
    found = {}
    for each in others[:_MOST_EXCEPTIONS]:
        one = _exception(each, event, start.tzinfo or UTC, _minutes(start))
        if one is not None:
            found[one.original] = (one, each)
    return [found[original] for original in sorted(found)]


def series_values(event: Any, changes: list[ExceptionInfo], start: datetime, end: datetime) -> dict[Any, Any]:
    """How it recurs, with the occurrences that do not happen and those that differ."""
    zone = start.tzinfo or UTC
    local = start.replace(tzinfo=None)
    offset = _minutes(start)
    length = (end.astimezone(zone).replace(tzinfo=None) - local) // _MINUTE
    gone = {*_excluded(event, zone), *(day_of(one.original) for one in changes)}
    pattern = pattern_of_rule(dict(event["RRULE"]), start.date(), gone)
    pattern = replace(pattern, modified=tuple(sorted(one.start // DAY * DAY for one in changes)))
    made = AppointmentRecurrence(
        pattern=pattern,
        start_offset=offset,
        end_offset=offset + length,
        exceptions=tuple(changes),
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


def _minutes(start: datetime) -> int:
    return start.hour * 60 + start.minute


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
    busy, reminder = busy_of(event), reminder_of(event)
    whole = isinstance(event["DTSTART"].dt, datetime) != isinstance(master["DTSTART"].dt, datetime)
    return ExceptionInfo(
        start=minutes_of(start.astimezone(zone).replace(tzinfo=None)),
        end=minutes_of(end.astimezone(zone).replace(tzinfo=None)),
        original=minutes_of(day) + offset,
        subject=differing(event, master, "SUMMARY"),
        location=differing(event, master, "LOCATION"),
        busy_status=busy if busy != busy_of(master) else None,
        reminder_set=int(reminder is not None) if reminder != reminder_of(master) else None,
        reminder_delta=reminder if reminder != reminder_of(master) else None,
        subtype=int(not isinstance(event["DTSTART"].dt, datetime)) if whole else None,
        has_body=differing(event, master, "DESCRIPTION") is not None,
    )


def differing(event: Any, master: Any, name: str) -> str | None:
    """The text of an occurrence where it is not that of all."""
    text = event.get(name)
    return None if text is None or str(text) == str(master.get(name) or "") else str(text)
