"""Time zones at this face: of names, of this machine, and out of what a calendar item has.

>>> from datetime import datetime
>>> zone_of_name("W. Europe Standard Time").utcoffset(datetime(2026, 7, 1)).seconds
7200
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Any, Final

from mapix.formats.calendar.timezones import ZoneDefinition, ZoneRule
from mapix.formats.calendar.zones import known_zone, zone_of
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter, MapiError
from mapix.properties.named import PropertyName

_LOCAL: Final = Path("/etc/localtime")
_DEFINITIONS: Final = (
    n.PidLidAppointmentTimeZoneDefinitionRecur,
    n.PidLidAppointmentTimeZoneDefinitionStartDisplay,
    n.PidLidAppointmentTimeZoneDefinitionEndDisplay,
)


def zone_of_name(zone: str | tzinfo) -> tzinfo:
    """The zone of an IANA or a Windows name; a zone as it is. `InvalidParameter` for a name nobody knows here."""
    if isinstance(zone, tzinfo):
        return zone
    found = known_zone(zone)
    if found is None:
        raise InvalidParameter("no such time zone", value=zone, hint="Europe/Berlin, or W. Europe Standard Time")
    return found


def local_zone() -> tzinfo:
    """The zone of this machine, with its name where that can be found out, else as its offset is now."""
    names = (os.environ.get("TZ", "").lstrip(":"), _linked(), time_names())
    return next(filter(None, (known_zone(name) for name in names if name)), None) or _offset()


def time_names() -> str:
    """What the system calls standard time, which on Windows is the name of a zone."""
    from time import tzname

    return tzname[0] if " " in tzname[0] else ""


def moment(value: datetime | date, zone: tzinfo | None) -> datetime:
    """A moment that has a zone: one without has `zone`, or that of this machine; a day begins at midnight."""
    if not isinstance(value, date):
        raise InvalidParameter("a time is a datetime, or the date of a whole day", value=value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value.replace(tzinfo=zone or local_zone()) if value.tzinfo is None else value


def zone_told(value: Callable[[PropertyName], Any], at: datetime) -> tzinfo | None:
    """The zone that the properties of an item tell, None where they tell none. `at` is a moment of it: a zone of the
    name that was told is taken when it has the offset then that the rules say.
    """
    for name in _DEFINITIONS:
        data = value(name)
        if data is not None:
            try:
                return _named_or_ruled(ZoneDefinition.load(data), at)
            except MapiError:
                continue
    data, told = value(n.PidLidTimeZoneStruct), value(n.PidLidTimeZoneDescription)
    if data is None:
        return None
    return zone_of(ZoneDefinition(told or "", (ZoneRule.load(data),)))


def _named_or_ruled(definition: ZoneDefinition, at: datetime) -> tzinfo:
    ruled, named = zone_of(definition), known_zone(definition.key)
    if named is not None and at.astimezone(named).utcoffset() == at.astimezone(ruled).utcoffset():
        return named
    return ruled


def _linked() -> str:
    """The zone that /etc/localtime is a link to."""
    try:
        return str(_LOCAL.resolve()).rpartition("zoneinfo/")[2] if _LOCAL.is_symlink() else ""
    except OSError:
        return ""


def _offset() -> tzinfo:
    return datetime.now(UTC).astimezone().tzinfo or UTC
