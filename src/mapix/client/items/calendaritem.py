"""What appointments and the messages about them share: times, place, recurrence, and the identifier of the meeting.

Sources: [MS-OXOCAL] 2.2.1, 2.2.2; each method that fills in says which.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum
from typing import Any, ClassVar, Final

from mapix.client.completing import complete_recipients
from mapix.client.items.attendees import Attendee, Response, attendee_rows
from mapix.client.items.base import (
    SE_COERCE_TO_INBOX,
    SE_OPEN_FOR_CONTEXT_MENU,
    SE_OPEN_TO_COPY,
    SE_OPEN_TO_DELETE,
    SE_OPEN_TO_MOVE,
    ItemFields,
)
from mapix.client.items.fields import NamedText
from mapix.client.items.recurrence import Recurrence
from mapix.client.items.timed import TimedItem
from mapix.client.recipient import Recipient
from mapix.formats.calendar.globalid import GlobalId
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.errors import CorruptData, NoSupport
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropType
from mapix.properties.times import from_datetime, now

_HALF_HOUR: Final = timedelta(minutes=30)
_DAY: Final = timedelta(days=1)
_FIRST: Final = ("time_zone", "all_day", "start", "organizer", "attendees")
_USUAL_REMINDER: Final = 15
_MOST_PAST: Final = 10_000


class BusyStatus(IntEnum):
    """What others see of the time (PidLidBusyStatus)."""

    FREE = 0
    TENTATIVE = 1
    BUSY = 2
    AWAY = 3
    ELSEWHERE = 4


class CalendarFields(ItemFields, total=False):
    """What everything with a time can be made of."""

    start: datetime | date
    end: datetime | date
    duration: timedelta
    all_day: bool
    time_zone: str | tzinfo
    location: str
    busy: BusyStatus
    recurrence: Recurrence
    reminder: int | timedelta | bool


class CalendarItem(TimedItem):
    """Something in a calendar, or a message about it."""

    SIDE_EFFECTS: ClassVar[int] = (
        SE_OPEN_TO_DELETE | SE_COERCE_TO_INBOX | SE_OPEN_TO_COPY | SE_OPEN_TO_MOVE | SE_OPEN_FOR_CONTEXT_MENU
    )

    ICON_FOLLOWS = (n.PidLidAppointmentStateFlags, n.PidLidAppointmentRecur)

    location = NamedText(n.PidLidLocation, "Where it is.")

    def __init__(self, mapi: MapiMessage | None = None, **fields: Any) -> None:
        self._met = False
        first = {name: fields.pop(name) for name in _FIRST if name in fields}
        super().__init__(mapi, **first, **fields)

    @property
    def busy(self) -> BusyStatus:
        """What others see of the time."""
        number = self._value(n.PidLidBusyStatus)
        return BusyStatus(number) if number in BusyStatus._value2member_map_ else BusyStatus.BUSY

    @busy.setter
    def busy(self, value: BusyStatus | int) -> None:
        self.set_named(n.PidLidBusyStatus, PropType.LONG, int(BusyStatus(value)))

    @property
    def reminder(self) -> int | None:
        """Minutes before it that a reminder comes, None when none does. Set as minutes, as a timedelta, or False."""
        return self.reminder_minutes if self.reminder_set else None

    @reminder.setter
    def reminder(self, value: int | timedelta | bool | None) -> None:
        wanted = value is not None and value is not False
        self.set_named(n.PidLidReminderSet, PropType.BOOLEAN, wanted)
        if wanted and value is not True:
            minutes = value // timedelta(minutes=1) if isinstance(value, timedelta) else int(value or 0)
            self.reminder_minutes = minutes

    @property
    def organizer(self) -> Recipient | None:
        """Who asks to the meeting."""
        name, address = self.get(t.PR_SENT_REPRESENTING_NAME), self.get(t.PR_SENT_REPRESENTING_SMTP_ADDRESS)
        address = address or self.get(t.PR_SENT_REPRESENTING_EMAIL_ADDRESS)
        return Recipient(name or "", address or "") if name or address else None

    @organizer.setter
    def organizer(self, value: str | Recipient) -> None:
        self.sender = value

    @property
    def attendees(self) -> list[Attendee]:
        """Who is asked to come, as required, optional or resource."""
        return [Attendee.of_row(row) for row in attendee_rows(self.mapi)]

    @property
    def response(self) -> Response:
        """What the owner of this calendar answered."""
        number = self._value(n.PidLidResponseStatus)
        return Response(number) if number in Response._value2member_map_ else Response.NONE

    @property
    def sequence(self) -> int:
        """How often the meeting was changed so that all must know."""
        return int(self._value(n.PidLidAppointmentSequence) or 0)

    @property
    def state(self) -> int:
        """PidLidAppointmentStateFlags."""
        return int(self._value(n.PidLidAppointmentStateFlags) or 0)

    @property
    def global_id(self) -> GlobalId | None:
        """What makes it the same everywhere."""
        return self._identifier(n.PidLidGlobalObjectId)

    @global_id.setter
    def global_id(self, value: GlobalId) -> None:
        self._put({n.PidLidGlobalObjectId: value.dump(), n.PidLidCleanGlobalObjectId: value.clean().dump()})

    @property
    def clean_id(self) -> GlobalId | None:
        """The same for all occurrences of a series."""
        found = self._identifier(n.PidLidCleanGlobalObjectId) or self.global_id
        return None if found is None else found.clean()

    def _complete(self) -> None:
        """See `Item`; of what others made, the people stay as they are told until somebody is asked to come."""
        if self._whole():
            if self.global_id is None:
                self.global_id = GlobalId.new()
            self._complete_people()
            self._changed.add(n.PidLidAppointmentStateFlags)
        super()._complete()
        self._complete_reminder()
        self._met = False

    def _whole(self) -> bool:
        return self._made or self._met

    def _complete_times(self) -> None:
        super()._complete_times()
        self._changed.add(n.PidLidAppointmentRecur)

    def _complete_reminder(self) -> None:
        sources = (n.PidLidReminderSet, n.PidLidReminderDelta, n.PidLidAppointmentStartWhole)
        if self._touched(*sources[:2]):
            self._put_missing({n.PidLidReminderDelta: _USUAL_REMINDER, n.PidLidReminderSet: False})
        if self.reminder is None or not self._follows(n.PidLidReminderSignalTime, *sources):
            return
        due = from_datetime(self._next())
        signal = due - (self.reminder or 0) * 600_000_000
        self._put({n.PidLidReminderTime: due, n.PidLidReminderSignalTime: max(signal, 0)})

    def _next(self) -> datetime:
        """When it happens next, or else did last; of a series that cannot be reckoned with, when it begins."""
        assert self.start is not None
        found = self.start
        try:
            recurrence = self.recurrence
        except (NoSupport, CorruptData):
            return found
        for one in recurrence.occurrences(self.start, _MOST_PAST) if recurrence is not None else ():
            found = one.start
            if from_datetime(found) > now():
                break
        return found

    def _complete_people(self) -> None:
        """Who comes, as text ([MS-OXOCAL] 2.2.1.16 to 2.2.1.18), and the number that the meeting has for its owner."""
        from zlib import crc32

        found = self.attendees
        named = {kind: "; ".join(one.name for one in found if one.kind == kind) for kind in ("required", "optional")}
        told = {
            n.PidLidAllAttendeesString: "; ".join(one.name for one in found),
            n.PidLidToAttendeesString: named["required"],
            n.PidLidCcAttendeesString: named["optional"],
        }
        self._put({name: text for name, text in told.items() if text or self._value(name) is not None})
        if self.clean_id is not None:
            self._put_missing({t.PR_OWNER_APPT_ID: crc32(self.clean_id.dump()) & 0x7FFFFFFF})
        if found:
            complete_recipients(self.mapi)

    def _identifier(self, name: PropertyName) -> GlobalId | None:
        data = self._value(name)
        return GlobalId.load(data) if data else None
