"""Messages about meetings: asked, answered, recorded, changed, called off; in files and through a session."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mapix
from mapix.client.items.attendees import Attendee
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.named import PropertyName


def named(message: mapix.Message, name: PropertyName) -> Any:
    """A named property in MAPI's form."""
    return message.get_named(name, n.NAMED_TYPES[name][0])


def saved(item: mapix.Message, path: Path) -> Any:
    """Saved to a file and read from it."""
    return mapix.open(item.save(path / "item.msg") and path / "item.msg")


def meeting(**fields: Any) -> mapix.Appointment:
    told: dict[str, Any] = {
        "subject": "Budget",
        "start": datetime(2026, 3, 2, 9),
        "duration": timedelta(hours=1),
        "time_zone": "Europe/Berlin",
        "location": "Room 1",
        "organizer": "Ann <ann@example.org>",
        "attendees": ["Bob <bob@example.org>"],
        "optional": ["Cay <cay@example.org>"],
        "reminder": 30,
    }
    return mapix.Appointment(**(told | fields))


def test_a_request_asks_all_attendees(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.4 to 2.2.6: what a client shows as a meeting to accept."""
    appointment = meeting(text="Please come")
    appointment.attach(b"data", "agenda.txt")
    request = saved(appointment.request(), tmp_path)
    assert isinstance(request, mapix.MeetingRequest)
    assert (request.message_class, request["PR_ICON_INDEX"]) == ("IPM.Schedule.Meeting.Request", 0x404)
    assert [(one.address, one.kind) for one in request.recipients] == [
        ("bob@example.org", "to"),
        ("cay@example.org", "cc"),
    ]
    assert (request.subject, request.text, request.location) == ("Budget", "Please come", "Room 1")
    assert (request.start, request.end) == (appointment.start, appointment.end)
    assert [one.name for one in request.attachments] == ["agenda.txt"]
    assert request.global_id == appointment.global_id
    assert (request.busy, request.intended_busy) == (mapix.BusyStatus.TENTATIVE, mapix.BusyStatus.BUSY)
    assert (named(request, n.PidLidMeetingType), request.response) == (1, mapix.Response.NOT_RESPONDED)
    assert (request.state, request.is_unsent, str(request.organizer)) == (3, True, "Ann <ann@example.org>")
    assert named(request, n.PidLidSideEffects) == 0x1C61
    assert named(request, n.PidLidWhere) == "Room 1"
    assert request["PR_RESPONSE_REQUESTED"]
    assert (appointment.is_meeting, named(appointment, n.PidLidFInvited)) == (True, True)


@pytest.mark.parametrize(
    ("answer", "name", "prefix", "icon", "said"),
    [
        ("accept", "Pos", "Accepted: ", 0x405, mapix.Response.ACCEPTED),
        ("tentative", "Tent", "Tentative: ", 0x407, mapix.Response.TENTATIVE),
        ("decline", "Neg", "Declined: ", 0x406, mapix.Response.DECLINED),
    ],
)
def test_an_answer_goes_to_who_organizes(
    answer: str, name: str, prefix: str, icon: int, said: mapix.Response, tmp_path: Path
) -> None:
    """[MS-OXOCAL] 2.2.7: the three kinds of answers, by class, prefix and icon."""
    appointment = meeting()
    request = saved(appointment.request(), tmp_path)
    made = getattr(request, answer)("As told", sender="Bob <bob@example.org>")
    found = saved(made, tmp_path)
    assert isinstance(found, mapix.MeetingResponse)
    assert (found.message_class, found["PR_ICON_INDEX"]) == (f"IPM.Schedule.Meeting.Resp.{name}", icon)
    assert (found.subject, found["PR_SUBJECT_PREFIX"], found.text) == (f"{prefix}Budget", prefix, "As told")
    assert (found.response, found.sender, found.start) == (said, "Bob <bob@example.org>", appointment.start)
    assert [str(one) for one in found.recipients] == ["Ann <ann@example.org>"]
    assert named(found, n.PidLidIsSilent) is False
    told = appointment.record(found)
    assert (told.name, told.response) == ("Bob", said)
    assert found.responded is not None
    again = {one.name: one.response for one in saved(appointment, tmp_path).attendees}
    assert again == {"Bob": said, "Cay": mapix.Response.NONE}


def test_an_answer_without_words_is_silent(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.7: PidLidIsSilent; who answers is told when it is sent."""
    answer = meeting(text="Please come").request().accept()
    assert (named(answer, n.PidLidIsSilent), answer.text or "", answer.sender) == (True, "", "")


def test_who_is_asked_has_it_in_the_calendar(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1.10, 2.2.1.11: received, with the answer, and what others shall see of the time."""
    weekly = mapix.Recurrence.weekly(count=3).moved(date(2026, 3, 9), datetime(2026, 3, 10, 9))
    request = saved(meeting(recurrence=weekly).request(), tmp_path)
    mine = saved(request.appointment(mapix.Response.ACCEPTED), tmp_path)
    assert isinstance(mine, mapix.Appointment)
    assert (mine.message_class, mine.busy, mine.response) == (
        "IPM.Appointment",
        mapix.BusyStatus.BUSY,
        mapix.Response.ACCEPTED,
    )
    assert (mine.state, str(mine.organizer), [one.name for one in mine.attendees]) == (
        3,
        "Ann <ann@example.org>",
        ["Bob", "Cay"],
    )
    assert mine.global_id == request.global_id
    assert [one.start.day for one in mine.occurrences()] == [2, 10, 16]
    assert len(mine.attachments) == 1
    assert named(mine, n.PidLidAppointmentReplyTime) is not None
    open_still = request.appointment()
    assert (open_still.busy, named(open_still, n.PidLidAppointmentReplyTime)) == (mapix.BusyStatus.TENTATIVE, None)
    assert request.appointment(mapix.Response.DECLINED).busy == mapix.BusyStatus.FREE


def test_a_second_request_is_an_update() -> None:
    """[MS-OXOCAL] 2.2.6.5, 2.2.1.1: a full update, of a higher sequence."""
    appointment = meeting()
    first = appointment.request()
    appointment.start = datetime(2026, 3, 3, 9)
    appointment.end = datetime(2026, 3, 3, 10)
    second = appointment.request()
    assert (first.sequence, second.sequence, appointment.sequence) == (0, 1, 1)
    assert named(second, n.PidLidMeetingType) == 0x10000
    assert (second.start, second.clean_id) == (appointment.start, first.clean_id)


def test_a_meeting_is_called_off(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.8: to all, and the time is free again."""
    appointment = meeting()
    appointment.request()
    told = saved(appointment.cancel("Sorry"), tmp_path)
    assert isinstance(told, mapix.MeetingCancellation)
    assert (told.message_class, told["PR_ICON_INDEX"]) == ("IPM.Schedule.Meeting.Canceled", 0x408)
    assert (told.subject, told.text, told.busy) == ("Canceled: Budget", "Sorry", mapix.BusyStatus.FREE)
    assert (told.state, told.sequence, len(told.recipients)) == (7, 1, 2)
    assert (appointment.is_canceled, appointment.busy) == (True, mapix.BusyStatus.FREE)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="nobody is asked"):
        meeting(attendees=[], optional=[]).request()
    with pytest.raises(InvalidParameter, match="who organizes"):
        meeting(organizer=None).request().accept()
    one = meeting()
    with pytest.raises(NotFound, match="another meeting"):
        one.record(meeting().request().accept())
    with pytest.raises(NotFound, match="not asked"):
        one.record(one.request().accept(sender="dan@example.org"))


def test_attendees_keep_what_they_answered() -> None:
    when = datetime(2026, 3, 1, 8, tzinfo=UTC)
    bob = Attendee("Bob", "bob@example.org", "optional", mapix.Response.ACCEPTED, when)
    assert meeting(attendees=[bob], optional=None).attendees == [bob]
    assert Attendee.of_row(bob.row()) == bob


def test_a_meeting_from_asking_to_recording(session: mapix.Session) -> None:
    """Through a session: sent, delivered, answered, and noted with who organizes."""
    appointment = meeting(attendees=["Ann <ann@example.org>"], optional=None)
    request = appointment.request()
    appointment.save(session.store.calendar)
    session.outbox.messages.add(request).submit()
    session.flush(10)
    (arrived,) = session.inbox.messages
    assert isinstance(arrived, mapix.MeetingRequest)
    assert (arrived.subject, arrived.start, arrived.is_unsent) == ("Budget", appointment.start, False)
    arrived.appointment(mapix.Response.ACCEPTED).save(session.store.calendar)
    session.outbox.messages.add(arrived.accept("Yes")).submit()
    session.flush(10)
    (answer,) = session.inbox.messages.where(mapix.Message.message_class == "IPM.Schedule.Meeting.Resp.Pos")
    assert isinstance(answer, mapix.MeetingResponse)
    mine = next(one for one in session.store.calendar.messages if isinstance(one, mapix.Appointment) and one.state == 1)
    assert mine.record(answer).response == mapix.Response.ACCEPTED
    mine.save()
    assert {one.response for one in session.store.calendar.messages if isinstance(one, mapix.Appointment)} == {
        mapix.Response.ORGANIZED,
        mapix.Response.ACCEPTED,
    }
