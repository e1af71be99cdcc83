"""The module `win32timezone`: zones by Windows' names, and what time it is, for scripts that make times for MAPI.

win32timezone.TimeZoneInfo("W. Europe Standard Time")
"""

from __future__ import annotations

import datetime
from typing import Any, Final, Self

_UTC_NAME: Final = "UTC"
_NOTHING: Final = datetime.timedelta()
_JANUARY, _JULY = 1, 7


class TimeZoneInfo(datetime.tzinfo):
    """A zone by its Windows name, such as `GMT Standard Time`, or by its IANA name. ValueError for none of them."""

    def __init__(self, param: str, fix_standard_time: bool = False) -> None:
        self.timeZoneName = param
        self.fixedStandardTime = fix_standard_time
        self._zone = _zone(param)

    @classmethod
    def utc(cls) -> Self:
        """Coordinated universal time."""
        return cls(_UTC_NAME)

    @classmethod
    def local(cls) -> Self:
        """The zone of this machine."""
        return cls("")

    def utcoffset(self, dt: datetime.datetime | None, /) -> datetime.timedelta | None:
        """What the zone's clocks are ahead of UTC then."""
        if dt is None:
            return None
        return self._standard(dt) if self.fixedStandardTime else self._then(dt).utcoffset()

    def dst(self, dt: datetime.datetime | None, /) -> datetime.timedelta | None:
        """How much of that is summer time; nothing where standard time is kept all the year."""
        if dt is None:
            return None
        return _NOTHING if self.fixedStandardTime else self._then(dt).dst()

    def tzname(self, dt: datetime.datetime | None, /) -> str | None:
        """What the time is called then."""
        return None if dt is None else self._then(dt).tzname()

    def fromutc(self, dt: datetime.datetime, /) -> datetime.datetime:
        """The zone's time of a moment in UTC."""
        if self.fixedStandardTime:
            return dt + self._standard(dt)
        return dt.replace(tzinfo=datetime.UTC).astimezone(self._zone).replace(tzinfo=self)

    def _standard(self, dt: datetime.datetime) -> datetime.timedelta:
        """What its clocks are ahead of UTC in that year when it is not summer: the less of January and July."""
        offsets = (self._then(dt.replace(month=month, day=1)).utcoffset() for month in (_JANUARY, _JULY))
        return min(offset or _NOTHING for offset in offsets)

    def _then(self, dt: datetime.datetime) -> datetime.datetime:
        plain = dt.replace(tzinfo=None)
        return plain.astimezone() if self._zone is None else plain.replace(tzinfo=self._zone)

    def __repr__(self) -> str:
        return f"TimeZoneInfo({self.timeZoneName!r}, {self.fixedStandardTime})"

    def __getinitargs__(self) -> tuple[Any, ...]:
        return self.timeZoneName, self.fixedStandardTime


def _zone(name: str) -> datetime.tzinfo | None:
    """The zone of a name; None is this machine's."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from mapix.formats.calendar.windowszones import iana_name

    if name in ("", _UTC_NAME):
        return datetime.UTC if name else None
    try:
        return ZoneInfo(iana_name(name) or name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"Timezone Name {name} not found") from None


def utcnow() -> datetime.datetime:
    """Now, in UTC."""
    return datetime.datetime.now(TimeZoneInfo.utc())


def now() -> datetime.datetime:
    """Now, in the zone of this machine."""
    return datetime.datetime.now(TimeZoneInfo.local())
