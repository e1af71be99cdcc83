"""When an event of a calendar is: the moments that it tells, with their zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any


def moment_of(event: Any, name: str) -> datetime | None:
    """The moment that a property of an event tells, None where it tells none; ValueError for what is no moment."""
    found = event.get(name)
    found = found[0] if isinstance(found, list) else found
    return None if found is None else moment_of_value(getattr(found, "dt", None))


def span_of(event: Any) -> tuple[datetime, datetime, bool]:
    """From when to when, and whether that is whole days."""
    start = moment_of(event, "DTSTART")
    if start is None:
        raise ValueError("the event has no start")
    all_day = not isinstance(event["DTSTART"].dt, datetime)
    end = moment_of(event, "DTEND")
    if end is None and "DURATION" in event:
        end = start + event["DURATION"].dt
    if end is None or end.astimezone(UTC) < start.astimezone(UTC):
        end = start + timedelta(days=1) if all_day else start
    return start, end, all_day


def moment_of_value(value: Any) -> datetime:
    """A moment of a calendar with its zone: a day begins at midnight, what has no zone is taken for UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ValueError("no moment")
