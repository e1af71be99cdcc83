"""Calendars in mail: requests, answers, cancellations and appointments, both ways ([MS-OXCICAL])."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

import mapix
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.expand import days_of
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.rules import pattern_of_rule, rule_of_pattern
from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import NoSupport
from mapix.properties.named import PropertyName
from mapix.properties.times import from_datetime

icalendar = pytest.importorskip("icalendar")

ANEW = MimeOptions(original=False)
ZONE = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
WEEKLY = """UID:abc-1
SUMMARY:Weekly
DTSTART;TZID=W. Europe Standard Time:20260303T100000
DTEND;TZID=W. Europe Standard Time:20260303T110000
RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=5
EXDATE;TZID=W. Europe Standard Time:20260310T100000
DTSTAMP:20260101T000000Z
ORGANIZER;CN=Ann:mailto:ann@example.com
ATTENDEE;CN=Bill;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bill@example.com
ATTENDEE;CN=Eve;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:eve@example.com
LOCATION:Room 1
SEQUENCE:2
CLASS:PRIVATE
X-MICROSOFT-CDO-BUSYSTATUS:OOF
BEGIN:VALARM
TRIGGER:-PT30M
ACTION:DISPLAY
END:VALARM
"""
MOVED = """UID:abc-1
SUMMARY:Weekly elsewhere
RECURRENCE-ID;TZID=W. Europe Standard Time:20260317T100000
DTSTART;TZID=W. Europe Standard Time:20260318T120000
DTEND;TZID=W. Europe Standard Time:20260318T130000
DTSTAMP:20260101T000000Z
"""


def mail(method: str, *events: str, zone: str = "", more: str = "") -> bytes:
    """A mail with a text and a calendar."""
    inside = "".join(f"BEGIN:VEVENT\n{event}END:VEVENT\n" for event in events)
    calendar = f"BEGIN:VCALENDAR\nPRODID:x\nVERSION:2.0\nMETHOD:{method}\n{zone}{inside}END:VCALENDAR\n"
    text = (
        "From: Ann <ann@example.com>\nTo: Bill <bill@example.com>\nSubject: Weekly\nMIME-Version: 1.0\n"
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nLet's meet\n"
        f"--b\nContent-Type: text/calendar; method={method}; charset=utf-8{more}\n\n{calendar}\n--b--\n"
    )
    return text.replace("\n", "\r\n").encode()


def value(content: MessageContent, name: PropertyName) -> Any:
    number = next((number for number, each in content.names.items() if each == name), None)
    return next((found for tag, found in content.properties.items() if tag >> 16 == number), None)


def events(data: bytes) -> Iterator[Any]:
    """The events of the calendar that mail has, as icalendar reads them."""
    import email

    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/calendar":
            yield from icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")


def test_a_request_is_a_meeting_request_with_all_it_says() -> None:
    """[MS-OXCICAL] 2.1.3.1.1: times in the zone of the place, people, state, reminder."""
    content = from_mime(mail("REQUEST", WEEKLY, MOVED, zone=ZONE)).value
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Schedule.Meeting.Request"
    assert content.get(t.PR_BODY) == "Let's meet"
    assert [each.properties[t.PR_ATTACHMENT_HIDDEN] for each in content.attachments] == [True]
    assert value(content, n.PidLidAppointmentStartWhole) == from_datetime(datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert value(content, n.PidLidAppointmentEndWhole) == from_datetime(datetime(2026, 3, 3, 10, tzinfo=UTC))
    assert GlobalId.load(value(content, n.PidLidGlobalObjectId)).uid == "abc-1"
    assert value(content, n.PidLidLocation) == "Room 1"
    assert value(content, n.PidLidAppointmentSequence) == 2
    assert value(content, n.PidLidIntendedBusyStatus) == 3
    assert value(content, n.PidLidReminderDelta) == 30
    assert content.get(t.PR_SENSITIVITY) == 2
    people = [(row[t.PR_EMAIL_ADDRESS], row[t.PR_RECIPIENT_TYPE]) for row in content.recipients]
    assert people == [("bill@example.com", 1), ("eve@example.com", 2)]


def test_a_series_has_its_pattern_and_what_differs() -> None:
    """[MS-OXOCAL] 2.2.1.44: the deleted day, the moved day, the time of the place."""
    content = from_mime(mail("REQUEST", WEEKLY, MOVED, zone=ZONE)).value
    series = AppointmentRecurrence.load(value(content, n.PidLidAppointmentRecur))
    assert [str(day) for day in days_of(series.pattern)] == [f"2026-03-{day:02}" for day in (3, 10, 17, 24, 31)]
    assert (series.start_offset, series.end_offset) == (600, 660)
    assert len(series.pattern.deleted) == 2
    (moved,) = series.exceptions
    assert (moved.subject, moved.start % 1440) == ("Weekly elsewhere", 720)


def test_a_request_goes_out_as_a_calendar_that_says_the_same() -> None:
    content = from_mime(mail("REQUEST", WEEKLY, MOVED, zone=ZONE)).value
    data = to_mime(content, options=ANEW)
    assert b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n" in data
    master, moved = events(data)
    assert str(master["UID"]) == "abc-1"
    assert master["DTSTART"].dt.astimezone(UTC) == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert master["RRULE"]["BYDAY"] == ["TU"]
    assert master["RRULE"]["COUNT"] == [5]
    assert master["EXDATE"].dts[0].dt.date() == date(2026, 3, 10)
    assert moved["RECURRENCE-ID"].dt.date() == date(2026, 3, 17)
    assert moved["DTSTART"].dt.astimezone(UTC) == datetime(2026, 3, 18, 11, tzinfo=UTC)
    again = from_mime(data).value
    for name in (
        n.PidLidAppointmentRecur,
        n.PidLidAppointmentStartWhole,
        n.PidLidGlobalObjectId,
        n.PidLidReminderDelta,
    ):
        assert value(again, name) == value(content, name)


@pytest.mark.parametrize(
    ("method", "status", "message_class"),
    [
        ("REPLY", "ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos"),
        ("REPLY", "DECLINED", "IPM.Schedule.Meeting.Resp.Neg"),
        ("REPLY", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
        ("COUNTER", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
        ("CANCEL", "NEEDS-ACTION", "IPM.Schedule.Meeting.Canceled"),
        ("PUBLISH", "NEEDS-ACTION", "IPM.Appointment"),
    ],
)
def test_the_method_and_the_answer_tell_the_class_both_ways(method: str, status: str, message_class: str) -> None:
    """[MS-OXCICAL] 2.1.3.1.1.1."""
    event = (
        "UID:x\nDTSTART:20260303T100000Z\nDTEND:20260303T110000Z\nDTSTAMP:20260101T000000Z\n"
        f"ORGANIZER:mailto:bill@example.com\nATTENDEE;PARTSTAT={status}:mailto:ann@example.com\n"
    )
    content = from_mime(mail(method, event)).value
    assert content.get(t.PR_MESSAGE_CLASS) == message_class
    (again,) = events(to_mime(content, options=ANEW))
    if method == "REPLY":
        assert again["ATTENDEE"].params["PARTSTAT"] == status
    assert f"method={method}".encode() in to_mime(content, options=ANEW)


def test_a_whole_day_is_a_day() -> None:
    content = from_mime(mail("REQUEST", "UID:d\nDTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260502\n")).value
    assert value(content, n.PidLidAppointmentSubType) is True
    (event,) = events(to_mime(content, options=ANEW))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 5, 1), date(2026, 5, 2))


def test_a_request_is_one_at_the_typed_face() -> None:
    message = mapix.from_mime(mail("REQUEST", WEEKLY, MOVED, zone=ZONE))
    assert isinstance(message, mapix.MeetingRequest)
    assert message.start is not None
    assert message.start.astimezone(UTC) == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert message.recurrence is not None
    assert message.recurrence.count == 5


@pytest.mark.parametrize(
    "calendar",
    [
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"no calendar",
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_meeting_stays_a_file(calendar: bytes) -> None:
    data = b"From: a@b.test\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n" + calendar
    content = from_mime(data).value
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
    assert [each.properties[t.PR_ATTACH_DATA_BIN] for each in content.attachments] == [calendar]


def test_a_calendar_beside_a_mail_stays_a_file() -> None:
    data = mail("PUBLISH", WEEKLY, zone=ZONE, more="\nContent-Disposition: attachment; filename=a.ics")
    content = from_mime(data).value
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
    assert len(content.attachments) == 1


RULES = (
    {"FREQ": ["DAILY"], "INTERVAL": [3], "COUNT": [4]},
    {"FREQ": ["WEEKLY"], "INTERVAL": [2], "BYDAY": ["MO", "FR"], "UNTIL": [date(2026, 6, 1)]},
    {"FREQ": ["MONTHLY"], "INTERVAL": [1], "BYMONTHDAY": [31]},
    {"FREQ": ["MONTHLY"], "INTERVAL": [1], "BYMONTHDAY": [-1], "COUNT": [3]},
    {"FREQ": ["MONTHLY"], "INTERVAL": [2], "BYDAY": ["-1FR"], "COUNT": [3]},
    {"FREQ": ["MONTHLY"], "INTERVAL": [1], "BYDAY": ["MO", "TU", "WE", "TH", "FR"], "BYSETPOS": [1], "COUNT": [3]},
    {"FREQ": ["YEARLY"], "INTERVAL": [1], "BYMONTHDAY": [24], "BYMONTH": [12], "COUNT": [3]},
    {"FREQ": ["YEARLY"], "INTERVAL": [1], "BYDAY": ["2SU"], "BYMONTH": [5], "COUNT": [3]},
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(map(str, rule["FREQ"])))
def test_rules_name_the_days_that_other_readers_name(rule: dict[str, list[Any]]) -> None:
    """[MS-OXCICAL] 2.1.3.2: held against dateutil's own reckoning."""
    rrule = pytest.importorskip("dateutil.rrule")
    pattern = pattern_of_rule(rule, date(2026, 1, 1))
    text = icalendar.vRecur(rule).to_ical().decode()
    expected = [one.date() for one in rrule.rrulestr(text, dtstart=datetime(2026, 1, 1))[:3]]
    if rule.get("BYMONTHDAY") != [31]:
        assert [day for day, _ in zip(days_of(pattern), range(3), strict=False)] == expected
    first = next(days_of(pattern))
    assert rule_of_pattern(pattern_of_rule(rule_of_pattern(pattern), first)) == rule_of_pattern(pattern)


@pytest.mark.parametrize(
    "rule",
    [
        {"FREQ": ["HOURLY"]},
        {"FREQ": ["YEARLY"], "BYWEEKNO": [3]},
        {"FREQ": ["MONTHLY"], "BYMONTHDAY": [1, 15]},
        {"FREQ": ["DAILY"], "INTERVAL": [0]},
        {"FREQ": ["MONTHLY"], "BYDAY": ["MO"], "BYSETPOS": [7]},
    ],
)
def test_rules_that_no_pattern_is_are_refused(rule: dict[str, list[Any]]) -> None:
    with pytest.raises(NoSupport):
        pattern_of_rule(rule, date(2026, 1, 1))


def test_without_icalendar_a_calendar_stays_a_file_and_a_meeting_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    request = from_mime(mail("REQUEST", WEEKLY, zone=ZONE)).value
    monkeypatch.setitem(sys.modules, "icalendar", None)
    parsed = from_mime(mail("REQUEST", WEEKLY, zone=ZONE))
    assert parsed.value.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
    assert len(parsed.value.attachments) == 1
    assert "mapix[calendar]" in str(parsed.defects[0])
    assert to_mime(parsed.value) == to_mime(request) == mail("REQUEST", WEEKLY, zone=ZONE)
    with pytest.raises(NoSupport, match="icalendar"):
        to_mime(request, options=ANEW)


MIXED = (
    "From: Ann <ann@example.com>\nTo: Bill <bill@example.com>\nSubject: Weekly\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nLet's meet\n"
    "--b\nContent-Type: {told}\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\n{event}END:VEVENT\n"
    "END:VCALENDAR\n--b\nContent-Type: text/plain\n\nfooter\n--b--\n"
)
ICS = "; name=invite.ics\nContent-Disposition: attachment; filename=invite.ics"


@pytest.mark.parametrize(
    ("method", "told", "message_class"),
    [
        ("REQUEST", "text/calendar; method=REQUEST", "IPM.Schedule.Meeting.Request"),
        ("REQUEST", "text/calendar; charset=utf-8", "IPM.Schedule.Meeting.Request"),
        ("REQUEST", f"text/calendar; method=request{ICS}", "IPM.Schedule.Meeting.Request"),
        ("CANCEL", f"text/calendar; method=CANCEL{ICS}", "IPM.Schedule.Meeting.Canceled"),
        ("REQUEST", f"text/calendar{ICS}", "IPM.Note"),
        ("PUBLISH", f"text/calendar; method=PUBLISH{ICS}", "IPM.Note"),
        ("REQUEST", f"application/ics{ICS}", "IPM.Note"),
    ],
)
def test_a_calendar_among_parts_is_a_meeting_where_it_asks(method: str, told: str, message_class: str) -> None:
    """RFC 6047 2.4, [MS-OXCICAL] 2.1.3.1.1.1."""
    data = MIXED.format(told=told, method=method, event=WEEKLY).replace("\n", "\r\n").encode()
    content = from_mime(data).value
    assert content.get(t.PR_MESSAGE_CLASS) == message_class
    assert content.get(t.PR_BODY) == "Let's meet\r\nfooter"
    assert len(content.attachments) == (message_class == "IPM.Note")
    assert to_mime(content) == data


def test_gmail_sends_its_invitation_twice_and_it_is_one_meeting_with_a_file() -> None:
    inner = mail("REQUEST", WEEKLY, zone=ZONE).partition(b"MIME-Version: 1.0\r\n")[2]
    data = (
        b"From: Ann <ann@example.com>\r\nSubject: Invitation\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" + inner + b"\r\n--m\r\n"
        b"Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment; filename=invite.ics\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nQkVHSU46VkNBTEVOREFS\r\n--m--\r\n"
    )
    content = from_mime(data).value
    assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Schedule.Meeting.Request"
    assert [each.properties[t.PR_ATTACH_LONG_FILENAME] for each in content.attachments] == ["invite.ics"]
