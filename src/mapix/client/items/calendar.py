"""Appointments (IPM.Appointment): when, where, how often, and with whom. Source: [MS-OXOCAL].

    lunch = mapix.Appointment(
        subject="Lunch", start=datetime(2026, 3, 2, 12), duration=timedelta(hours=1), location="Canteen",
        time_zone="Europe/Berlin", recurrence=mapix.Recurrence.weekly(on=["MO"], count=10), reminder=15,
    )
    lunch.save("lunch.msg")

Times are told in the item's time zone; a day instead of a time makes it last whole days. What follows from its fields,
clients read from some thirty properties, which every save fills in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from mapix.client.items.attendees import Attendee, People, Response, attendees_of, replace_attendees
from mapix.client.items.calendaritem import BusyStatus, CalendarFields, CalendarItem
from mapix.client.place import Place
from mapix.client.recipient import Recipient
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.times import now

if TYPE_CHECKING:
    from mapix.client.items.meeting import MeetingCancellation, MeetingRequest, MeetingResponse

MEETING = 0x1
RECEIVED = 0x2
CANCELED = 0x4
"""PidLidAppointmentStateFlags ([MS-OXOCAL] 2.2.1.10)."""

_ICONS = {(False, False): 0x400, (False, True): 0x401, (True, False): 0x402, (True, True): 0x403}

__all__ = ["Appointment", "AppointmentFields", "Attendee", "BusyStatus", "Response"]


class AppointmentFields(CalendarFields, total=False):
    """The fields of `Appointment`."""

    attendees: People
    optional: People
    resources: People
    organizer: str | Recipient


class Appointment(CalendarItem):
    """An appointment, and with attendees a meeting."""

    ITEM_CLASS = "IPM.Appointment"

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[AppointmentFields],
    ) -> None:
        super().__init__(mapi, place=place, row=row, **fields)

    @property
    def is_meeting(self) -> bool:
        """Whether others are asked to come."""
        return bool(self.state & MEETING) or bool(self.attendees)

    @property
    def is_canceled(self) -> bool:
        """Whether it was called off."""
        return bool(self.state & CANCELED)

    @property
    def attendees(self) -> list[Attendee]:
        """Who is asked to come, as required, optional or resource; setting replaces them all."""
        return super().attendees

    @attendees.setter
    def attendees(self, people: People) -> None:
        self._have(attendees_of(people))

    @property
    def optional(self) -> list[Attendee]:
        """Those who need not come."""
        return [one for one in self.attendees if one.kind == "optional"]

    @optional.setter
    def optional(self, people: People) -> None:
        others = [one for one in self.attendees if one.kind != "optional"]
        self._have([*others, *attendees_of(people, "optional")])

    @property
    def resources(self) -> list[Attendee]:
        """Rooms and things."""
        return [one for one in self.attendees if one.kind == "resource"]

    @resources.setter
    def resources(self, people: People) -> None:
        others = [one for one in self.attendees if one.kind != "resource"]
        self._have([*others, *attendees_of(people, "resource")])

    def request(self, text: str | None = None) -> MeetingRequest:
        """What asks the attendees to come, to be sent; the appointment, which now is a meeting, is still to be saved.

        A second one tells them of changes. `InvalidParameter` where nobody is asked.
        """
        from mapix.client.items.meeting import MeetingRequest

        if not self.attendees:
            raise InvalidParameter("nobody is asked to the meeting", hint="attendees=[...]")
        self._met, again = True, bool(self._value(n.PidLidFInvited))
        if again:
            self._put({n.PidLidAppointmentSequence: self.sequence + 1, n.PidLidAppointmentSequenceTime: now()})
        self._put({n.PidLidFInvited: True, n.PidLidAppointmentStateFlags: self.state | MEETING})
        self._complete()
        return MeetingRequest.of(self, text, again=again)

    def cancel(self, text: str | None = None) -> MeetingCancellation:
        """Call it off: what tells the attendees, to be sent; the appointment, which now is canceled, is still to be
        saved or deleted.
        """
        from mapix.client.items.meeting import MeetingCancellation

        self._met = True
        self._put({n.PidLidAppointmentSequence: self.sequence + 1, n.PidLidAppointmentSequenceTime: now()})
        self._put({n.PidLidAppointmentStateFlags: self.state | MEETING | CANCELED, n.PidLidBusyStatus: BusyStatus.FREE})
        self._complete()
        return MeetingCancellation.of(self, text)

    def record(self, answer: MeetingResponse) -> Attendee:
        """Note what an attendee answered; who that is. `NotFound` for somebody who was not asked, or for the answer to
        another meeting.
        """
        if answer.clean_id != self.clean_id:
            raise NotFound("the answer is to another meeting", value=answer.subject)
        people, address = self.attendees, (answer.sender_address or "").casefold()
        for number, one in enumerate(people):
            if one.address.casefold() == address:
                people[number] = replace(one, response=answer.response, responded=answer.responded)
                self._have(people)
                return people[number]
        raise NotFound("the answer is of somebody who was not asked", value=answer.sender_address)

    def _complete(self) -> None:
        if self._whole():
            self._complete_meeting()
        super()._complete()

    def _complete_meeting(self) -> None:
        """What every appointment has, and what one has that others are asked to ([MS-OXOCAL] 2.2.1)."""
        self._put_missing(
            {
                n.PidLidBusyStatus: BusyStatus.FREE if self.all_day else BusyStatus.BUSY,
                n.PidLidAppointmentSequence: 0,
                n.PidLidFInvited: False,
                n.PidLidAppointmentStateFlags: MEETING if self.attendees else 0,
                n.PidLidResponseStatus: Response.ORGANIZED if self.attendees else Response.NONE,
            }
        )
        if self.attendees and not self.state & MEETING:
            self._put({n.PidLidAppointmentStateFlags: self.state | MEETING})
            self._put({n.PidLidResponseStatus: Response.ORGANIZED})
        if self.attendees:
            self._put_missing({t.PR_RESPONSE_REQUESTED: True, t.PR_REPLY_REQUESTED: True})

    def _icon(self) -> int:
        return _ICONS[bool(self.state & MEETING), self.is_recurring]

    def _have(self, attendees: list[Attendee]) -> None:
        self._met = True
        replace_attendees(self.mapi, attendees, self.organizer)
