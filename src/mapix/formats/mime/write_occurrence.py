"""Occurrences of a series that differ, as events of a calendar that stand in for it ([MS-OXCICAL] 2.1.3.1.1.20.20).

What differs is told by the message inside an attachment of the series ([MS-OXOCAL] 2.2.10), where there is one, else by
the series' recurrence alone; everything else is as the series has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from mapix.formats.calendar.appointment import ExceptionInfo
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.wire import moment_of
from mapix.formats.mime.exceptions import exception_messages
from mapix.formats.mime.write_event import EventItem
from mapix.formats.mime.writing import Writing
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.named import PropertyName
from mapix.properties.times import from_datetime

_FIRST_NAMED: Final = 0x8000
_NOT_SHARED: Final = frozenset((n.PidLidAppointmentRecur, n.PidLidAppointmentStartWhole, n.PidLidAppointmentEndWhole))
_OF_THE_SERIES: Final = frozenset((t.PR_MESSAGE_CLASS, t.PR_SENSITIVITY))
"""What an occurrence does not tell for itself ([MS-OXOCAL] 2.2.10.2)."""


def occurrences(series: EventItem) -> Iterator[Occurrence]:
    """Those of a series that differ, in the order of its recurrence."""
    if series.series is None or not series.series.exceptions:
        return
    messages = exception_messages(series.content)
    for one in series.series.exceptions:
        yield Occurrence(series, one, messages.get(_ticks(one.original, series)))


class Occurrence(EventItem):
    """One occurrence of `master` that differs: as its recurrence has it, and the message of it if there is one."""

    def __init__(self, master: EventItem, one: ExceptionInfo, message: MessageContent | None) -> None:
        self.master = master
        self.one = one
        self.own = message or MessageContent()
        super().__init__(Writing(self.own, master.writing.options), master.method)
        own = {tag: value for tag, value in self.own.properties.items() if tag not in _OF_THE_SERIES}
        told = {} if one.subject is None else {t.PR_SUBJECT: one.subject}
        shared = {tag: value for tag, value in master.props.items() if tag >> 16 < _FIRST_NAMED}
        self.props = {**shared, **told, **own}
        self.zone, self.definition, self.series = master.zone, master.definition, None

    @property
    def content(self) -> MessageContent:
        """See `EventItem`."""
        return self.own if self.own.recipients else self.master.content

    def value(self, name: PropertyName) -> Any:
        """The value of a named property: its own, what the recurrence has, or the series'."""
        found = super().value(name)
        if found is None:
            found = self._told().get(name)
        return found if found is not None or name in _NOT_SHARED else self.master.value(name)

    def identifier(self) -> GlobalId:
        """See `EventItem`."""
        return self.master.identifier()

    def add_series(self, event: Any) -> None:
        """Which occurrence it is."""
        whole = bool(self.master.value(n.PidLidAppointmentSubType))
        self.add_moment(event, "recurrence-id", self._moment(self.one.original), whole)

    def _moment(self, minutes: int) -> datetime:
        return moment_of(minutes).replace(tzinfo=self.master.zone)

    def _told(self) -> dict[PropertyName, Any]:
        """What the recurrence has of it."""
        one = self.one
        values = {
            n.PidLidAppointmentStartWhole: _ticks(one.start, self.master),
            n.PidLidAppointmentEndWhole: _ticks(one.end, self.master),
            n.PidLidLocation: one.location,
            n.PidLidBusyStatus: one.busy_status,
            n.PidLidIntendedBusyStatus: one.busy_status,
            n.PidLidReminderSet: None if one.reminder_set is None else bool(one.reminder_set),
            n.PidLidReminderDelta: one.reminder_delta,
            n.PidLidAppointmentSubType: None if one.subtype is None else bool(one.subtype),
        }
        return {name: value for name, value in values.items() if value is not None}


def _ticks(minutes: int, series: EventItem) -> int:
    return from_datetime(moment_of(minutes).replace(tzinfo=series.zone))
