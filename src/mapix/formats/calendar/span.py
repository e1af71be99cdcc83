"""From when to when something in a calendar is, as its message tells it several times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.times import from_datetime

_MINUTE: Final = timedelta(minutes=1)


def span_values(start: datetime, end: datetime) -> dict[Any, Any]:
    """The properties, by tags and names, of something from `start` to `end`, which are aware of their zones; the
    duration is in minutes. Source: [MS-OXOCAL] 2.2.1.5 to 2.2.1.7, 2.2.1.14, 2.2.1.15, 2.2.1.30.
    """
    begins, ends = from_datetime(start), from_datetime(end)
    return {
        n.PidLidAppointmentStartWhole: begins,
        n.PidLidAppointmentEndWhole: ends,
        n.PidLidAppointmentDuration: (end.astimezone(UTC) - start.astimezone(UTC)) // _MINUTE,
        n.PidLidCommonStart: begins,
        n.PidLidCommonEnd: ends,
        n.PidLidClipStart: begins,
        n.PidLidClipEnd: ends,
        t.PR_START_DATE: begins,
        t.PR_END_DATE: ends,
    }
