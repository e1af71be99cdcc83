"""What has a time: from when to when, in which zone, and how often; `calendaritem` says what a calendar adds.

Sources: [MS-OXOCAL] 2.2.1.5, 2.2.1.6, 2.2.1.9, 2.2.1.44.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from mapix.client.items.base import Item
from mapix.client.items.calendartimes import times_of
from mapix.client.items.exceptions import write_exceptions
from mapix.client.items.placetime import moment, zone_of_name, zone_told
from mapix.client.items.recurrence import Occurrence, Recurrence
from mapix.client.items.series import recurrence_of
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropType
from mapix.properties.times import from_datetime, readable

_HALF_HOUR: Final = timedelta(minutes=30)
_DAY: Final = timedelta(days=1)
_OF_SERIES: Final = (
    n.PidLidAppointmentRecur,
    n.PidLidRecurrencePattern,
    n.PidLidTimeZoneStruct,
    n.PidLidAppointmentTimeZoneDefinitionRecur,
)


class TimedItem(Item):
    """Something with a time."""

    def __init__(self, mapi: MapiMessage | None = None, **options: Any) -> None:
        self._zone: tzinfo | None = None
        self._recurrence: Recurrence | None = None
        self._timed = False
        super().__init__(mapi, **options)

    @property
    def start(self) -> datetime | None:
        """When it begins, in its time zone; the first time of a series. Set to a day, it lasts whole days; a time
        without a zone is told in the item's, or that of this machine.
        """
        return self._moment(n.PidLidAppointmentStartWhole)

    @start.setter
    def start(self, value: datetime | date) -> None:
        self._set_moment(n.PidLidAppointmentStartWhole, value)

    @property
    def end(self) -> datetime | None:
        """When it ends; of whole days, midnight after the last. Half an hour, or a day, where nothing is told."""
        return self._moment(n.PidLidAppointmentEndWhole)

    @end.setter
    def end(self, value: datetime | date) -> None:
        self._set_moment(n.PidLidAppointmentEndWhole, value)

    @property
    def duration(self) -> timedelta | None:
        """How long it lasts."""
        if self.start is None or self.end is None:
            return None
        return self.end - self.start if self.all_day else self.end.astimezone(UTC) - self.start

    @duration.setter
    def duration(self, value: timedelta) -> None:
        if self.start is None:
            raise InvalidParameter("something that lasts begins at a time", value=value, hint="start=...")
        self.end = self.start + value if self.all_day else self.start.astimezone(UTC) + value

    @property
    def all_day(self) -> bool:
        """Whether it lasts whole days."""
        return bool(self._value(n.PidLidAppointmentSubType))

    @all_day.setter
    def all_day(self, value: bool) -> None:
        self._timed = True
        self.set_named(n.PidLidAppointmentSubType, PropType.BOOLEAN, bool(value))

    @property
    def time_zone(self) -> tzinfo | None:
        """The zone its times are told in, None where it tells none. Set by name, `Europe/Berlin`, or as a tzinfo."""
        if self._zone is not None:
            return self._zone
        start = readable(self._value(n.PidLidAppointmentStartWhole))
        return None if start is None else zone_told(self._value, start)

    @time_zone.setter
    def time_zone(self, zone: str | tzinfo) -> None:
        self._zone, self._timed = zone_of_name(zone), True

    @property
    def recurrence(self) -> Recurrence | None:
        """How it recurs, None when it happens once. `NoSupport` for calendars other than the Gregorian one."""
        if self._recurrence is not None:
            return self._recurrence
        series = self._series()
        return None if series is None else recurrence_of(series)

    @recurrence.setter
    def recurrence(self, value: Recurrence | None) -> None:
        if value is None:
            self._put(dict.fromkeys(_OF_SERIES))
        self._recurrence, self._timed = value, True

    @property
    def is_recurring(self) -> bool:
        """Whether it recurs, in whatever way."""
        return self._recurrence is not None or bool(self._value(n.PidLidAppointmentRecur))

    def occurrences(self, limit: int | None = None) -> list[Occurrence]:
        """When it happens: once, or the times of the series, at most `limit`. `InvalidParameter` without a limit where
        there is no end.
        """
        start, recurrence = self.start, self.recurrence
        if start is None:
            return []
        if recurrence is None:
            return [Occurrence(start.date(), start, self.end)][:limit]
        if limit is None and recurrence.until is None and recurrence.count is None:
            raise InvalidParameter("the series has no end", hint="occurrences(limit=50)")
        return list(recurrence.occurrences(start, limit, end=self.end))

    def _complete(self) -> None:
        """See `Item`; the times of what others made stay as they are until one of them is set."""
        if self._timed or self._whole():
            if self.start is None:
                raise InvalidParameter(f"a {type(self).__name__} has a start", hint="start=datetime(2026, 3, 2, 9)")
            if self._timed or self._value(n.PidLidCommonStart) is None:
                self._complete_times()
        super()._complete()

    def _whole(self) -> bool:
        """Whether all is filled in that the item does not have yet."""
        return self._made

    def _complete_times(self) -> None:
        recurrence, zone, before = self.recurrence, self.time_zone, self._series()
        start, end = self._span(recurrence)
        self._put(times_of(start, end, zone, recurrence, before))
        write_exceptions(self, before)
        self._recurrence, self._timed = None, False

    def _span(self, recurrence: Recurrence | None) -> tuple[datetime, datetime]:
        """From when to when, the first time of a series; `InvalidParameter` when that is the wrong way round."""
        assert self.start is not None
        start = self.start
        end = self.end or start + (_DAY if self.all_day else _HALF_HOUR)
        if self.all_day:
            start, end = _midnights(start, end)
        if end < start:
            raise InvalidParameter("it ends before it begins", value=(str(start), str(end)))
        if recurrence is not None:
            later = recurrence.first(start.date()) - start.date()
            start, end = start + later, end + later
        return start, end

    def _moment(self, name: PropertyName) -> datetime | None:
        found, zone = readable(self._value(name)), self.time_zone
        return found if found is None or zone is None else found.astimezone(zone)

    def _set_moment(self, name: PropertyName, value: datetime | date) -> None:
        when = moment(value, self.time_zone)
        if not isinstance(value, datetime):
            self.all_day = True
        if self._zone is None:
            self._zone = when.tzinfo
        self._timed = True
        self.set_named(name, PropType.SYSTIME, from_datetime(when))

    def _series(self) -> AppointmentRecurrence | None:
        data = self._value(n.PidLidAppointmentRecur)
        return AppointmentRecurrence.load(data) if data else None


def _midnights(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The whole days that a span touches."""
    begins = datetime.combine(start.date(), time(), start.tzinfo)
    ends = datetime.combine(end.date(), time(), end.tzinfo)
    ends = ends if ends == end and ends > begins else ends + _DAY
    return begins, ends
