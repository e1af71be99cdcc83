"""Messages about meetings: requests, answers, cancellations (IPM.Schedule.Meeting.*).

    request = appointment.request()                  # whoever organizes
    session.outbox.messages.add(request).submit()

    answer = request.accept("I'll be there")         # whoever is asked
    session.calendar.messages.add(request.appointment(Response.ACCEPTED))

    appointment.record(answer)                       # whoever organizes, once it has come

Source: [MS-OXOCAL] 2.2.4 to 2.2.8.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Self

from mapix.client.items.attendees import Response, organizer_row, replace_attendees
from mapix.client.items.calendar import CANCELED, MEETING, RECEIVED, Appointment
from mapix.client.items.calendaritem import BusyStatus, CalendarItem
from mapix.client.items.fields import NamedTime
from mapix.client.recipient import Recipient
from mapix.interfaces.message import ModifyRecipients
from mapix.objects.messages.content import write_content
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_UNSENT
from mapix.properties.times import now

_SIDE_EFFECTS: Final = 0x1C61
"""PidLidSideEffects of what is only to be read: nothing about it can be undone ([MS-OXOCAL] 2.2.5.1)."""

_FIRST_REQUEST, _FULL_UPDATE = 0x1, 0x10000
"""PidLidMeetingType ([MS-OXOCAL] 2.2.6.5)."""

_ANSWERS: Final = {
    Response.ACCEPTED: ("IPM.Schedule.Meeting.Resp.Pos", 0x405, "Accepted: "),
    Response.DECLINED: ("IPM.Schedule.Meeting.Resp.Neg", 0x406, "Declined: "),
    Response.TENTATIVE: ("IPM.Schedule.Meeting.Resp.Tent", 0x407, "Tentative: "),
}
_BY_CLASS: Final = {name.upper(): answer for answer, (name, _, _) in _ANSWERS.items()}

_NOT_SENT: Final = (
    t.PR_MESSAGE_CLASS,
    t.PR_MESSAGE_FLAGS,
    t.PR_ICON_INDEX,
    t.PR_ENTRYID,
    t.PR_SEARCH_KEY,
    t.PR_RECORD_KEY,
    t.PR_PARENT_ENTRYID,
    t.PR_CREATION_TIME,
    t.PR_LAST_MODIFICATION_TIME,
    t.PR_CLIENT_SUBMIT_TIME,
    t.PR_MESSAGE_DELIVERY_TIME,
    t.PR_INTERNET_MESSAGE_ID,
    t.PR_TRANSPORT_MESSAGE_HEADERS,
)
_KEPT_HOME: Final = (n.PidLidReminderTime, n.PidLidReminderSignalTime)


class MeetingMessage(CalendarItem):
    """A message about a meeting."""

    SIDE_EFFECTS: ClassVar[int] = _SIDE_EFFECTS

    def _begin(self, draft: bool) -> None:
        super()._begin(draft)
        self._put({t.PR_MESSAGE_FLAGS: MSGFLAG_READ | MSGFLAG_UNSENT})

    def _take(self, other: CalendarItem, *, people: bool = True, text: str | None = None) -> None:
        """Be about what `other` is about, with its attachments, and with its attendees where they are told."""
        _copy(other, self)
        replace_attendees(self.mapi, other.attendees if people else (), None)
        if text is not None:
            self.text, self.html = text, None

    def _prefix(self, prefix: str, subject: str | None) -> None:
        self.subject = f"{prefix}{subject or ''}"
        self._put({t.PR_SUBJECT_PREFIX: prefix, t.PR_NORMALIZED_SUBJECT: subject or ""})


class MeetingRequest(MeetingMessage):
    """It asks to come to a meeting, or tells that the meeting has changed. Made by `Appointment.request`."""

    ITEM_CLASS = "IPM.Schedule.Meeting.Request"
    ICON = 0x404

    @classmethod
    def of(cls, meeting: Appointment, text: str | None = None, *, again: bool = False) -> Self:
        """The request to all attendees of a meeting."""
        request = cls()
        request._take(meeting, text=text)
        request._put(
            {
                n.PidLidMeetingType: _FULL_UPDATE if again else _FIRST_REQUEST,
                n.PidLidIntendedBusyStatus: meeting.busy,
                n.PidLidBusyStatus: BusyStatus.TENTATIVE,
                n.PidLidResponseStatus: Response.NOT_RESPONDED,
                n.PidLidAppointmentMessageClass: Appointment.ITEM_CLASS,
                n.PidLidAppointmentStateFlags: MEETING | RECEIVED,
                n.PidLidIsRecurring: meeting.is_recurring,
                n.PidLidCalendarType: _calendar(meeting),
                n.PidLidIsException: False,
                n.PidLidFInvited: True,
                n.PidLidWhere: meeting.location or "",
                n.PidLidOwnerCriticalChange: now(),
                n.PidLidAttendeeCriticalChange: now(),
                n.PidLidAppointmentSequence: meeting.sequence,
                t.PR_RESPONSE_REQUESTED: True,
                t.PR_REPLY_REQUESTED: True,
            }
        )
        request._complete()
        return request

    @property
    def intended_busy(self) -> BusyStatus:
        """What others are to see of the time of who accepts."""
        number = self._value(n.PidLidIntendedBusyStatus)
        return BusyStatus(number) if number in BusyStatus._value2member_map_ else BusyStatus.BUSY

    def accept(self, text: str | None = None, *, sender: str | Recipient | None = None) -> MeetingResponse:
        """The answer that one comes, to be sent. `sender` is who answers; without, whoever sends it."""
        return MeetingResponse.answering(self, Response.ACCEPTED, text, sender)

    def tentative(self, text: str | None = None, *, sender: str | Recipient | None = None) -> MeetingResponse:
        """The answer that one may come; as `accept`."""
        return MeetingResponse.answering(self, Response.TENTATIVE, text, sender)

    def decline(self, text: str | None = None, *, sender: str | Recipient | None = None) -> MeetingResponse:
        """The answer that one does not come; as `accept`."""
        return MeetingResponse.answering(self, Response.DECLINED, text, sender)

    def appointment(self, response: Response = Response.NOT_RESPONDED) -> Appointment:
        """The meeting as it stands in the calendar of who is asked, with what was answered; to be saved there."""
        made = Appointment(start=self.start or datetime.now().astimezone())
        _copy(self, made)
        replace_attendees(made.mapi, self.attendees, self.organizer)
        answered = response in _ANSWERS
        busy = self.intended_busy if response == Response.ACCEPTED else BusyStatus.TENTATIVE
        made._put(
            {
                n.PidLidBusyStatus: BusyStatus.FREE if response == Response.DECLINED else busy,
                n.PidLidResponseStatus: response,
                n.PidLidAppointmentStateFlags: MEETING | RECEIVED,
                n.PidLidAppointmentReplyTime: now() if answered else None,
                n.PidLidSideEffects: Appointment.SIDE_EFFECTS,
            }
        )
        made._timed, made._zone = False, None
        made._complete()
        return made


class MeetingResponse(MeetingMessage):
    """What somebody answers to a request. Made by `MeetingRequest.accept`, `tentative` and `decline`."""

    ITEM_CLASS = "IPM.Schedule.Meeting.Resp.Pos"

    responded = NamedTime(n.PidLidAttendeeCriticalChange, "When it was answered.")

    @classmethod
    def answering(
        cls, request: MeetingRequest, response: Response, text: str | None = None, sender: str | Recipient | None = None
    ) -> Self:
        """The answer to a request, addressed to who organizes; `InvalidParameter` where that is nobody."""
        if request.organizer is None:
            raise InvalidParameter("the request does not tell who organizes the meeting", value=request.subject)
        answer = cls()
        name, _, prefix = _ANSWERS[response]
        answer._take(request, people=False, text=text or "")
        _forget_correspondents(answer)
        if sender is not None:
            answer.sender = sender
        row = organizer_row(request.organizer)
        answer.mapi.modify_recipients(ModifyRecipients.REPLACE, [row])
        answer._put(
            {
                t.PR_MESSAGE_CLASS: name,
                n.PidLidAttendeeCriticalChange: now(),
                n.PidLidIsSilent: not text,
                n.PidLidResponseStatus: response,
                n.PidLidBusyStatus: request.intended_busy,
                n.PidLidReminderSet: False,
                t.PR_RESPONSE_REQUESTED: False,
                t.PR_REPLY_REQUESTED: False,
            }
        )
        answer._prefix(prefix, request.subject)
        answer._complete()
        return answer

    @property
    def response(self) -> Response:
        """What was answered."""
        return _BY_CLASS.get((self.message_class or "").upper(), Response.NONE)

    def _icon(self) -> int:
        return _ANSWERS[self.response][1] if self.response in _ANSWERS else self.ICON


class MeetingCancellation(MeetingMessage):
    """It tells that a meeting was called off. Made by `Appointment.cancel`."""

    ITEM_CLASS = "IPM.Schedule.Meeting.Canceled"
    ICON = 0x408

    @classmethod
    def of(cls, meeting: Appointment, text: str | None = None) -> Self:
        """What tells all attendees that a meeting was called off."""
        told = cls()
        told._take(meeting, text=text)
        told._put(
            {
                n.PidLidBusyStatus: BusyStatus.FREE,
                n.PidLidIntendedBusyStatus: BusyStatus.FREE,
                n.PidLidResponseStatus: Response.NOT_RESPONDED,
                n.PidLidAppointmentMessageClass: Appointment.ITEM_CLASS,
                n.PidLidAppointmentStateFlags: MEETING | RECEIVED | CANCELED,
                n.PidLidAppointmentSequence: meeting.sequence,
                n.PidLidIsRecurring: meeting.is_recurring,
                n.PidLidIsException: False,
                n.PidLidWhere: meeting.location or "",
                n.PidLidOwnerCriticalChange: now(),
                n.PidLidReminderSet: False,
                t.PR_RESPONSE_REQUESTED: False,
                t.PR_REPLY_REQUESTED: False,
            }
        )
        told._prefix("Canceled: ", meeting.subject)
        told._complete()
        return told


def _copy(source: CalendarItem, target: CalendarItem) -> None:
    """Everything of `source` but what it is and where it lies, and who it goes to."""
    content = source._content()
    home = {number for number, name in content.names.items() if name in _KEPT_HOME}
    values = {tag: value for tag, value in content.properties.items() if tag not in _NOT_SENT and tag >> 16 not in home}
    write_content(MessageContent(values, [], content.attachments, content.names), target.mapi)
    target._put({n.PidLidSideEffects: target.SIDE_EFFECTS})


def _calendar(meeting: Appointment) -> int | None:
    """PidLidCalendarType: that of the series, absent where there is none."""
    series = meeting._series()
    return None if series is None else series.pattern.calendar


def _forget_correspondents(message: MeetingMessage) -> None:
    from mapix.properties.correspondents import SENDER, SENT_REPRESENTING

    message._put(dict.fromkeys((*SENDER, *SENT_REPRESENTING)))
