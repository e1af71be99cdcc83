"""The properties that follow from when something is: in UTC, in its zone, and of its recurrence.

Sources: [MS-OXOCAL] 2.2.1.5, 2.2.1.6, 2.2.1.14, 2.2.1.15, 2.2.1.39 to 2.2.1.46.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final

from mapix.client.items.recurrence import Recurrence
from mapix.client.items.series import series_of
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.span import span_values
from mapix.formats.calendar.timezones import ZoneDefinition
from mapix.formats.calendar.wire import FOREVER, day_of
from mapix.formats.calendar.zones import definition_of
from mapix.properties import named_tags as n
from mapix.properties.times import from_datetime

_TYPES: Final = {"daily": 1, "weekly": 2, "monthly": 3, "yearly": 4}
_ENDLESS: Final = datetime(4500, 8, 31, 23, 59, tzinfo=UTC)
"""PidLidClipEnd of a series without an end."""

_MINUTE: Final = timedelta(minutes=1)


def times_of(
    start: datetime,
    end: datetime,
    zone: tzinfo | None,
    recurrence: Recurrence | None,
    before: AppointmentRecurrence | None,
) -> Mapping[Any, Any]:
    """The properties of something from `start` to `end`, the first time of a series where it recurs; `before` is what
    the series was.
    """
    values = span_values(start, end) | {
        n.PidLidRecurring: recurrence is not None,
        n.PidLidRecurrenceType: 0 if recurrence is None else _TYPES[recurrence.frequency],
    }
    definition = definition_of(zone or UTC, start.year)
    shown = definition.dump()
    values |= {
        n.PidLidAppointmentTimeZoneDefinitionStartDisplay: shown,
        n.PidLidAppointmentTimeZoneDefinitionEndDisplay: shown,
        n.PidLidTimeZoneDescription: _description(definition),
    }
    if recurrence is not None:
        values |= _of_series(start, end, zone or UTC, recurrence, before)
    return values


def _of_series(
    start: datetime, end: datetime, zone: tzinfo, recurrence: Recurrence, before: AppointmentRecurrence | None
) -> dict[Any, Any]:
    series = series_of(recurrence, start, end, before)
    definition = definition_of(zone, start.year, recurring=True)
    first, last = day_of(series.pattern.start), day_of(min(series.pattern.end, FOREVER))
    endless = recurrence.until is None and recurrence.count is None
    ends = _ENDLESS if endless else datetime.combine(last, time(), zone)
    return {
        n.PidLidAppointmentRecur: series.dump(),
        n.PidLidRecurrencePattern: str(recurrence),
        n.PidLidTimeZoneStruct: definition.rules[0].dump(),
        n.PidLidAppointmentTimeZoneDefinitionRecur: definition.dump(),
        n.PidLidClipStart: from_datetime(datetime.combine(first, time(), zone)),
        n.PidLidClipEnd: from_datetime(ends),
    }


def _description(definition: ZoneDefinition) -> str:
    """As people read it: `(UTC+01:00) W. Europe Standard Time`."""
    minutes = -definition.rules[0].bias
    hours, rest = divmod(abs(minutes), 60)
    return f"(UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}) {definition.key}"
