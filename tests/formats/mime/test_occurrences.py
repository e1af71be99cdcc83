"""Occurrences that differ: attachments with messages ([MS-OXOCAL] 2.2.10) on one side, events on the other."""

import io
from datetime import UTC, date, datetime

import pytest
from tests.formats.mime.test_calendars import MOVED, WEEKLY, ZONE, events, mail, value

import mapix
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.times import from_datetime

pytest.importorskip("icalendar")

ANEW = MimeOptions(original=False)
RICH = (
    MOVED + "DESCRIPTION:Bring\\nshoes\nLOCATION:Hall\nTRANSP:TRANSPARENT\nORGANIZER;CN=Ann:mailto:ann@example.com\n"
    "ATTENDEE;CN=Zoe;PARTSTAT=NEEDS-ACTION:mailto:zoe@example.com\n"
    "BEGIN:VALARM\nTRIGGER:-PT5M\nACTION:DISPLAY\nEND:VALARM\n"
)
SECOND = """UID:abc-1
RECURRENCE-ID;TZID=W. Europe Standard Time:20260324T100000
DTSTART;TZID=W. Europe Standard Time:20260324T150000
DTEND;TZID=W. Europe Standard Time:20260324T153000
DTSTAMP:20260101T000000Z
"""


def read(*changes: str) -> MessageContent:
    return from_mime(mail("REQUEST", WEEKLY, *changes, zone=ZONE)).value


def test_each_occurrence_that_differs_is_a_message_in_a_hidden_attachment() -> None:
    """[MS-OXOCAL] 2.2.10.1: method, flags, times; 2.2.10.2: the message."""
    content = read(RICH, SECOND)
    first, second = content.attachments
    props = first.properties
    assert (props[t.PR_ATTACH_METHOD], props[t.PR_ATTACHMENT_FLAGS]) == (ATTACH_EMBEDDED_MSG, 2)
    assert props[t.PR_ATTACHMENT_HIDDEN] is True
    assert props[t.PR_EXCEPTION_STARTTIME] == from_datetime(datetime(2026, 3, 18, 12, tzinfo=UTC))
    assert props[t.PR_EXCEPTION_ENDTIME] == from_datetime(datetime(2026, 3, 18, 13, tzinfo=UTC))
    assert props[t.PR_EXCEPTION_REPLACETIME] == from_datetime(datetime(2026, 3, 17, 9, tzinfo=UTC))
    message = first.message
    assert message is not None
    assert message.get(t.PR_MESSAGE_CLASS) == "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"
    assert message.get(t.PR_SUBJECT) == "Weekly elsewhere"
    assert message.get(t.PR_BODY) == "Bring\r\nshoes"
    assert value(message, n.PidLidAppointmentStartWhole) == from_datetime(datetime(2026, 3, 18, 11, tzinfo=UTC))
    assert value(message, n.PidLidExceptionReplaceTime) == props[t.PR_EXCEPTION_REPLACETIME]
    assert value(message, n.PidLidFExceptionalBody) is True
    assert value(message, n.PidLidReminderDelta) == 5
    assert GlobalId.load(value(message, n.PidLidGlobalObjectId)).day == date(2026, 3, 17)
    assert [row[t.PR_EMAIL_ADDRESS] for row in message.recipients] == ["zoe@example.com"]
    assert t.PR_SENSITIVITY not in message.properties
    assert value(content, n.PidLidFExceptionalAttendees) is True
    assert second.message is not None
    assert (second.message.recipients, second.message.get(t.PR_SUBJECT)) == ([], "Weekly")


def test_the_recurrence_tells_what_differs() -> None:
    """[MS-OXOCAL] 2.2.1.44.2."""
    one, two = AppointmentRecurrence.load(value(read(RICH, SECOND), n.PidLidAppointmentRecur)).exceptions
    assert (one.subject, one.location, one.busy_status, one.has_body) == ("Weekly elsewhere", "Hall", 0, True)
    assert (one.reminder_set, one.reminder_delta) == (1, 5)
    assert (two.subject, two.location, two.has_body, two.reminder_set) == (None, None, False, 0)


def test_occurrences_go_out_as_events_with_all_they_have() -> None:
    """[MS-OXCICAL] 2.1.3.1.1.20.20."""
    data = to_mime(read(RICH, SECOND), options=ANEW)
    assert b"message/rfc822" not in data
    master, one, two = events(data)
    assert str(one["UID"]) == str(two["UID"]) == str(master["UID"]) == "abc-1"
    assert (str(one["SUMMARY"]), str(one["DESCRIPTION"]), str(one["LOCATION"])) == (
        "Weekly elsewhere",
        "Bring\nshoes",
        "Hall",
    )
    assert str(one["ATTENDEE"]) == "mailto:zoe@example.com"
    assert (str(one["TRANSP"]), str(master["TRANSP"])) == ("TRANSPARENT", "OPAQUE")
    assert [alarm["TRIGGER"].dt.total_seconds() for alarm in one.walk("VALARM")] == [-300]
    assert one["RECURRENCE-ID"].dt.date() == date(2026, 3, 17)
    assert (str(two["SUMMARY"]), str(two["LOCATION"])) == ("Weekly", "Room 1")
    assert len(two["ATTENDEE"]) == 2
    assert two["DTSTART"].dt.astimezone(UTC) == datetime(2026, 3, 24, 14, tzinfo=UTC)
    again = from_mime(data).value
    assert value(again, n.PidLidAppointmentRecur) == value(read(RICH, SECOND), n.PidLidAppointmentRecur)
    assert len(again.attachments) == 2


def test_without_their_messages_the_recurrence_is_enough() -> None:
    content = read(RICH, SECOND)
    content.attachments = []
    _, one, two = events(to_mime(content, options=ANEW))
    assert (str(one["SUMMARY"]), str(one["LOCATION"]), str(one["TRANSP"])) == (
        "Weekly elsewhere",
        "Hall",
        "TRANSPARENT",
    )
    assert one["DTSTART"].dt.astimezone(UTC) == datetime(2026, 3, 18, 11, tzinfo=UTC)
    assert [alarm["TRIGGER"].dt.total_seconds() for alarm in one.walk("VALARM")] == [-300]
    assert two.walk("VALARM") == []


def test_a_series_is_the_same_bytes_after_a_msg_file() -> None:
    data = mail("REQUEST", WEEKLY, RICH, SECOND, zone=ZONE)
    file = io.BytesIO()
    write_msg(from_mime(data).value, file)
    with MsgFile.open(file.getvalue()) as opened:
        back = content_of(opened)
    assert to_mime(back) == data
    assert [event["RECURRENCE-ID"].dt.day for event in list(events(to_mime(back, options=ANEW)))[1:]] == [17, 24]


def test_whole_days_that_differ_are_told_by_their_day() -> None:
    series = "UID:d\nDTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260502\nRRULE:FREQ=DAILY;COUNT=4\nSUMMARY:Day\n"
    change = (
        "UID:d\nRECURRENCE-ID;VALUE=DATE:20260503\nDTSTART;VALUE=DATE:20260510\nDTEND;VALUE=DATE:20260511\nSUMMARY:x\n"
    )
    content = from_mime(mail("PUBLISH", series, change)).value
    _, one = events(to_mime(content, options=ANEW))
    assert (one["RECURRENCE-ID"].dt, one["DTSTART"].dt) == (date(2026, 5, 3), date(2026, 5, 10))


def test_two_changes_of_one_occurrence_are_one() -> None:
    content = read(MOVED, RICH)
    assert len(content.attachments) == 1
    assert len(AppointmentRecurrence.load(value(content, n.PidLidAppointmentRecur)).exceptions) == 1


def test_the_typed_face_tells_the_changes() -> None:
    message = mapix.from_mime(mail("REQUEST", WEEKLY, RICH, zone=ZONE))
    assert isinstance(message, mapix.MeetingRequest)
    assert message.recurrence is not None
    (change,) = message.recurrence.changes
    assert (change.original, change.subject, change.location) == (date(2026, 3, 17), "Weekly elsewhere", "Hall")
