"""A time zone as a component of a calendar: its rules, as others need it who do not know its name (RFC 5545 3.6.5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from mapix.formats.calendar.rules import WEEKDAYS
from mapix.formats.calendar.timezones import Onset, ZoneDefinition

_LAST: Final = 5


def zone_component(definition: ZoneDefinition) -> Any:
    """A zone by its rules, as others need it who do not know its name."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    rule = definition.effective
    zone = Timezone()
    zone.add("tzid", definition.key)
    standard, daylight = -(rule.bias + rule.standard_bias), -(rule.bias + rule.daylight_bias)
    if not rule.has_daylight:
        zone.add_component(_onset(TimezoneStandard(), standard, standard, None))
        return zone
    zone.add_component(_onset(TimezoneStandard(), daylight, standard, rule.standard))
    zone.add_component(_onset(TimezoneDaylight(), standard, daylight, rule.daylight))
    return zone


def _onset(part: Any, before: int, after: int, onset: Onset | None) -> Any:
    if onset is None:
        part.add("dtstart", datetime(1601, 1, 1))
    else:
        part.add("dtstart", onset.moment(1601) or datetime(1601, onset.month or 1, 1, onset.hour, onset.minute))
        nth = -1 if onset.nth == _LAST else onset.nth
        if not onset.year:
            part.add(
                "rrule", {"FREQ": "YEARLY", "BYMONTH": onset.month, "BYDAY": f"{nth}{WEEKDAYS[onset.weekday % 7]}"}
            )
    part.add("tzoffsetfrom", timedelta(minutes=before))
    part.add("tzoffsetto", timedelta(minutes=after))
    return part
