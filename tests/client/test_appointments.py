"""Appointments, in files and in folders: what is told, what follows from it, and what is read again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.formats.calendar.calendar_cases import CORPUS

import mapix
from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.pattern import PatternType
from mapix.formats.calendar.timezones import ZoneDefinition, ZoneRule
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter, NoSupport, NotFound
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropType
from mapix.properties.times import from_datetime

BERLIN = ZoneInfo("Europe/Berlin")


def named(message: mapix.Message, name: PropertyName) -> Any:
    """A named property in MAPI's form."""
    return message.get_named(name, n.NAMED_TYPES[name][0])


def saved(item: mapix.Message, path: Path) -> Any:
    """Saved to a file and read from it."""
    return mapix.open(item.save(path / "item.msg") and path / "item.msg")


def lunch(**fields: Any) -> mapix.Appointment:
    told: dict[str, Any] = {"subject": "Lunch", "start": datetime(2026, 3, 2, 12), "time_zone": "Europe/Berlin"}
    return mapix.Appointment(**(told | {"duration": timedelta(hours=1)} | fields))


def test_an_appointment_is_what_was_told(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1, 2.2.2: the properties clients read, besides what was told."""
    one = saved(lunch(location="Canteen", busy=mapix.BusyStatus.AWAY, text="Soup", reminder=20), tmp_path)
    assert isinstance(one, mapix.Appointment)
    assert (one.subject, one.location, one.text, one.busy) == ("Lunch", "Canteen", "Soup", mapix.BusyStatus.AWAY)
    assert one.start == datetime(2026, 3, 2, 12, tzinfo=BERLIN)
    assert (one.end, one.duration) == (datetime(2026, 3, 2, 13, tzinfo=BERLIN), timedelta(hours=1))
    assert (str(one.time_zone), one.all_day, one.recurrence, one.attendees) == ("Europe/Berlin", False, None, [])
    begins = from_datetime(datetime(2026, 3, 2, 11, tzinfo=UTC))
    ends = from_datetime(datetime(2026, 3, 2, 12, tzinfo=UTC))
    for name in (n.PidLidAppointmentStartWhole, n.PidLidCommonStart, n.PidLidClipStart, n.PidLidReminderTime):
        assert named(one, name) == begins
    for name in (n.PidLidAppointmentEndWhole, n.PidLidCommonEnd, n.PidLidClipEnd):
        assert named(one, name) == ends
    assert (one["PR_START_DATE"], one["PR_END_DATE"]) == (begins, ends)
    assert named(one, n.PidLidAppointmentDuration) == 60
    assert (one.reminder, named(one, n.PidLidReminderSignalTime)) == (20, begins - 20 * 600_000_000)
    assert (named(one, n.PidLidSideEffects), one["PR_ICON_INDEX"]) == (0x171, 0x400)
    assert (named(one, n.PidLidRecurring), named(one, n.PidLidRecurrenceType)) == (False, 0)
    assert (named(one, n.PidLidAppointmentStateFlags), one.response, one.sequence) == (0, mapix.Response.NONE, 0)
    zone = ZoneDefinition.load(named(one, n.PidLidAppointmentTimeZoneDefinitionStartDisplay))
    assert (zone.key, zone.rules[0].bias) == ("W. Europe Standard Time", -60)
    assert named(one, n.PidLidTimeZoneDescription) == "(UTC+01:00) W. Europe Standard Time"
    assert one.global_id.clean() == one.clean_id
    assert one.occurrences() == [mapix.Occurrence(date(2026, 3, 2), one.start, one.end)]


def test_a_day_makes_it_last_whole_days(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1.9: from midnight to midnight, and free unless told otherwise."""
    fair = mapix.Appointment(subject="Fair", start=date(2026, 3, 28), end=date(2026, 3, 30), time_zone="Europe/Berlin")
    one = saved(fair, tmp_path)
    assert (one.all_day, one.busy) == (True, mapix.BusyStatus.FREE)
    assert (one.start, one.end) == (datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN))
    assert one.duration == timedelta(days=2)
    assert named(one, n.PidLidAppointmentDuration) == 47 * 60
    single = saved(mapix.Appointment(start=date(2026, 3, 28), time_zone="Asia/Tokyo"), tmp_path)
    assert single.end == datetime(2026, 3, 29, tzinfo=ZoneInfo("Asia/Tokyo"))
    rounded = saved(lunch(all_day=True), tmp_path)
    assert (rounded.start.hour, rounded.end.day) == (0, 3)


def test_times_may_have_zones_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An aware time brings its zone; a naive one is told where the machine is."""
    one = saved(mapix.Appointment(start=datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("America/New_York"))), tmp_path)
    assert (str(one.time_zone), one.end - one.start) == ("America/New_York", timedelta(minutes=30))
    two = saved(mapix.Appointment(start=datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=3)))), tmp_path)
    assert two.start.utcoffset() == timedelta(hours=3)
    assert two.start == datetime(2026, 7, 1, 6, tzinfo=UTC)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    here = saved(mapix.Appointment(start=datetime(2026, 7, 1, 9)), tmp_path)
    assert (str(here.time_zone), here.start.hour) == ("Asia/Tokyo", 9)
    utc = saved(mapix.Appointment(start=datetime(2026, 7, 1, 9, tzinfo=UTC)), tmp_path)
    assert (utc.time_zone, utc.start) == (UTC, datetime(2026, 7, 1, 9, tzinfo=UTC))


def test_a_series_says_how_it_recurs(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1.44, 2.2.1.45, 2.2.1.14, 2.2.1.15: the blob, its zone, and from when to when it is."""
    weekly = mapix.Recurrence.weekly(on=["MO"], until=date(2026, 6, 30))
    one = saved(lunch(recurrence=weekly, reminder=True), tmp_path)
    assert (one.recurrence, one["PR_ICON_INDEX"]) == (weekly, 0x401)
    assert (named(one, n.PidLidRecurring), named(one, n.PidLidRecurrenceType)) == (True, 2)
    blob = AppointmentRecurrence.load(named(one, n.PidLidAppointmentRecur))
    assert (blob.start_offset, blob.end_offset, blob.pattern.count) == (720, 780, 18)
    assert ZoneRule.load(named(one, n.PidLidTimeZoneStruct)).daylight.month == 3
    assert named(one, n.PidLidClipStart) == from_datetime(datetime(2026, 3, 2, tzinfo=BERLIN))
    assert named(one, n.PidLidClipEnd) == from_datetime(datetime(2026, 6, 30, tzinfo=BERLIN))
    times = one.occurrences(limit=5)
    assert [each.start.day for each in times] == [2, 9, 16, 23, 30]
    assert {each.start.hour for each in times} == {12}
    assert {each.start.utcoffset() for each in times} == {timedelta(hours=1), timedelta(hours=2)}
    assert one.reminder == 15


def test_a_series_without_an_end_has_one_in_the_year_4500(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1.15."""
    one = saved(lunch(recurrence=mapix.Recurrence.daily()), tmp_path)
    assert named(one, n.PidLidClipEnd) == from_datetime(datetime(4500, 8, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(InvalidParameter, match="no end"):
        one.occurrences()


def test_a_start_that_is_no_day_of_the_series_moves_to_its_first(tmp_path: Path) -> None:
    one = saved(lunch(recurrence=mapix.Recurrence.weekly(on="WE", count=2)), tmp_path)
    assert (one.start, one.end.day) == (datetime(2026, 3, 4, 12, tzinfo=BERLIN), 4)


def test_occurrences_that_differ_are_messages_inside_the_series(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.10: hidden, with the time they were planned for."""
    weekly = mapix.Recurrence.weekly(on=["MO"], count=4).without(date(2026, 3, 16))
    weekly = weekly.moved(date(2026, 3, 9), datetime(2026, 3, 10, 14, tzinfo=BERLIN))
    one = saved(lunch(recurrence=weekly.changed(date(2026, 3, 23), subject="Dinner", location="Lake")), tmp_path)
    assert [(each.start.month, each.start.day) for each in one.occurrences()] == [(3, 2), (3, 10), (3, 23)]
    moved, renamed = one.attachments
    assert (moved["PR_ATTACHMENT_HIDDEN"], moved["PR_ATTACHMENT_FLAGS"], moved["PR_ATTACH_METHOD"]) == (True, 2, 5)
    assert moved["PR_EXCEPTION_STARTTIME"] == from_datetime(datetime(2026, 3, 10, 14, tzinfo=UTC))
    assert moved["PR_EXCEPTION_REPLACETIME"] == from_datetime(datetime(2026, 3, 9, 12, tzinfo=BERLIN))
    inner = renamed.message
    assert inner is not None
    assert (inner.message_class, inner.subject) == ("IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}", "Dinner")
    assert named(inner, n.PidLidLocation) == "Lake"
    assert named(inner, n.PidLidAppointmentStartWhole) == from_datetime(datetime(2026, 3, 23, 12, tzinfo=BERLIN))


def test_of_a_series_only_what_was_changed_is_made_anew(tmp_path: Path) -> None:
    """What an occurrence has besides stays when another is deleted."""
    weekly = mapix.Recurrence.weekly(on=["MO"], count=4)
    path = tmp_path / "item.msg"
    lunch(recurrence=weekly.changed(date(2026, 3, 23), subject="Dinner")).save(path)
    with mapix.open(path, "r+") as one:
        assert isinstance(one, mapix.Appointment)
        (inside,) = one.attachments
        inside.set(mapix.PropTag(0x3001001F), "Kept")
        inside.save()
        one.save()
    with mapix.open(path, "r+") as one:
        assert isinstance(one, mapix.Appointment)
        assert one.recurrence is not None
        one.recurrence = one.recurrence.without(date(2026, 3, 9)).changed(date(2026, 3, 16), location="Lake")
        one.save()
    with mapix.open(path) as one:
        assert isinstance(one, mapix.Appointment)
        assert [part["PR_DISPLAY_NAME"] for part in one.attachments] == ["Kept", "Untitled"]
        assert [each.start.day for each in one.occurrences()] == [2, 16, 23]
    with mapix.open(path, "r+") as one:
        assert isinstance(one, mapix.Appointment)
        one.recurrence = None
        one.save()
    with mapix.open(path) as one:
        assert isinstance(one, mapix.Appointment)
        assert (one.recurrence, list(one.attachments), named(one, n.PidLidRecurring)) == (None, [], False)
        assert named(one, n.PidLidAppointmentRecur) is None


def test_an_appointment_that_outlook_wrote_is_read_and_stays_what_it_is(tmp_path: Path) -> None:
    path = CORPUS / "HiraokaHyperTools+msgreader" / "test~Lanch time  every friday  in 2023 chgs2.msg"
    if not path.exists():
        pytest.skip(f"no files in {CORPUS}")
    with mapix.open(path) as one:
        assert isinstance(one, mapix.Appointment)
        assert (str(one.time_zone), one.start) == (
            "Asia/Tokyo",
            datetime(2023, 1, 6, 12, tzinfo=ZoneInfo("Asia/Tokyo")),
        )
        assert one.recurrence is not None
        assert str(one.recurrence) == "weekly on FR until 2023-12-31"
        assert one.recurrence.deleted == (date(2023, 1, 6),)
        (change,) = one.recurrence.changes
        assert (change.original, change.start) == (date(2023, 1, 13), datetime(2023, 1, 12, 12))
        assert change.location == "Awesome coffee shop"
        assert len(one.occurrences()) == 51
    copy = tmp_path / "copy.msg"
    copy.write_bytes(path.read_bytes())
    before = blob_of(copy)
    with mapix.open(copy, "r+") as one:
        one.subject = "Lunch"
        one.save()
    assert blob_of(copy) == before
    with mapix.open(copy, "r+") as one:
        assert isinstance(one, mapix.Appointment)
        assert one.recurrence is not None
        one.recurrence = one.recurrence
        one.save()
    assert blob_of(copy) == before
    with mapix.open(copy) as one:
        (inside,) = one.attachments
        assert inside.message is not None
        assert "alarm set" in (inside.message.text or "")


def test_of_an_item_that_others_made_only_what_follows_from_what_was_set_is_filled_in(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.1 has most properties as ones that may be missing; they are filled in once it is a meeting."""
    path = tmp_path / "bare.msg"
    bare = mapix.Message(subject="Lunch")
    bare.message_class = "IPM.Appointment"
    begins = from_datetime(datetime(2026, 3, 2, 12, tzinfo=UTC))
    bare.set_named(n.PidLidAppointmentStartWhole, PropType.SYSTIME, begins)
    bare.save(path)
    followers = (n.PidLidBusyStatus, n.PidLidGlobalObjectId, n.PidLidReminderDelta, n.PidLidCommonStart)

    def edited(**fields: object) -> list[object]:
        with mapix.open(path, "r+") as one:
            for name, value in fields.items():
                setattr(one, name, value)
            one.save()
        with mapix.open(path) as one:
            return [named(one, name) for name in followers]

    assert edited(subject="Dinner") == [None, None, None, None]
    assert edited(reminder=True) == [None, None, 15, None]
    with mapix.open(path) as one:
        assert named(one, n.PidLidReminderSignalTime) == begins - 15 * 600_000_000
    assert edited(end=datetime(2026, 3, 2, 13, tzinfo=UTC)) == [None, None, 15, begins]
    busy, identifier, *_ = edited(attendees="bob@example.org")
    assert busy == mapix.BusyStatus.BUSY
    assert identifier
    with mapix.open(path) as one:
        assert (one["PR_ICON_INDEX"], named(one, n.PidLidAppointmentStateFlags)) == (0x402, 1)


def blob_of(path: Path) -> bytes:
    with mapix.open(path) as one:
        found: bytes = named(one, n.PidLidAppointmentRecur)
        return found


def test_a_meeting_has_people(tmp_path: Path) -> None:
    """[MS-OXOCAL] 2.2.4.10, 2.2.1.16: who organizes is the first recipient, and flagged."""
    meeting = lunch(
        organizer="Ann <ann@example.org>",
        attendees=["Bob <bob@example.org>", mapix.Attendee("Room 1", "room1@example.org", "resource")],
        optional="Cay <cay@example.org>",
    )
    one = saved(meeting, tmp_path)
    assert [(each.name, each.kind) for each in one.attendees] == [
        ("Bob", "required"),
        ("Room 1", "resource"),
        ("Cay", "optional"),
    ]
    assert ([str(each) for each in one.optional], [each.name for each in one.resources]) == (
        ["Cay <cay@example.org>"],
        ["Room 1"],
    )
    assert str(one.organizer) == "Ann <ann@example.org>"
    assert (one.is_meeting, one.response, one["PR_ICON_INDEX"]) == (True, mapix.Response.ORGANIZED, 0x402)
    assert (one["PR_RESPONSE_REQUESTED"], named(one, n.PidLidAppointmentStateFlags)) == (True, 1)
    assert named(one, n.PidLidAllAttendeesString) == "Bob; Room 1; Cay"
    assert named(one, n.PidLidToAttendeesString) == "Bob"
    rows = one.mapi.recipients()
    assert [row.get(mapix.PropTag(0x5FFD0003)) for row in rows] == [3, 1, 1, 1]
    assert one["PR_OWNER_APPT_ID"] > 0


def test_an_appointment_lies_in_the_calendar(session: mapix.Session) -> None:
    """Saved to a folder, found by its class, changed there."""
    calendar = session.store.calendar
    one = lunch(recurrence=mapix.Recurrence.weekly(count=2), attendees="bob@example.org")
    one.save(calendar)
    found = calendar.messages.one()
    assert isinstance(found, mapix.Appointment)
    assert (found.subject, found.start, str(found.time_zone)) == ("Lunch", one.start, "Europe/Berlin")
    assert len(found.occurrences()) == 2
    found.start = datetime(2026, 3, 9, 12)
    found.end = datetime(2026, 3, 9, 12, 15)
    found.save()
    again = calendar.messages.one()
    assert isinstance(again, mapix.Appointment)
    assert [each.start.day for each in again.occurrences()] == [9, 16]
    assert named(again, n.PidLidAppointmentDuration) == 15
    assert AppointmentRecurrence.load(named(again, n.PidLidAppointmentRecur)).end_offset == 735


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="has a start"):
        mapix.Appointment(subject="x").save(tmp_path / "x.msg")
    with pytest.raises(InvalidParameter, match="ends before it begins"):
        lunch(duration=timedelta(hours=-1)).save(tmp_path / "x.msg")
    with pytest.raises(InvalidParameter, match="no such time zone"):
        lunch(time_zone="Moon/Tycho")
    with pytest.raises(InvalidParameter):
        mapix.Appointment(start="tomorrow")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter):
        mapix.Appointment(duration=timedelta(hours=1))
    with pytest.raises(InvalidParameter, match="no such field"):
        lunch(colour=3)
    with pytest.raises(InvalidParameter):
        mapix.Attendee("x", "x@example.org", "maybe")
    with pytest.raises(NotFound):
        lunch(recurrence=mapix.Recurrence.weekly(until=date(2020, 1, 1))).save(tmp_path / "x.msg")
    assert list(tmp_path.iterdir()) == []


def test_the_identifier_of_an_icalendar_event_is_kept(tmp_path: Path) -> None:
    one = saved(lunch(global_id=GlobalId.of_uid("a5@example.org")), tmp_path)
    assert one.global_id.uid == "a5@example.org"


def test_a_series_of_another_calendar_stays_as_it_is(tmp_path: Path) -> None:
    """It cannot be reckoned with, but read, asked about, changed otherwise and saved."""
    path = tmp_path / "item.msg"
    one = lunch(recurrence=mapix.Recurrence.monthly(day=3, count=2), attendees="bob@example.org", reminder=5)
    one.organizer = "Ann <ann@example.org>"
    one.save(path)
    series = AppointmentRecurrence.load(named(one, n.PidLidAppointmentRecur))
    hijri = replace(series, pattern=replace(series.pattern, pattern_type=PatternType.HIJRI_MONTH, calendar=6)).dump()
    with mapix.open(path, "r+") as found:
        found.set_named(n.PidLidAppointmentRecur, PropType.BINARY, hijri)
        found.subject = "Iftar"
        assert isinstance(found, mapix.Appointment)
        found.reminder = 10
        found.save()
    with mapix.open(path) as found:
        assert isinstance(found, mapix.Appointment)
        with pytest.raises(NoSupport):
            _ = found.recurrence
        assert (found.is_recurring, found.subject, found.reminder) == (True, "Iftar", 10)
        assert (blob_of(path), found["PR_ICON_INDEX"]) == (hijri, 0x403)
    with mapix.open(path, "r+") as found:
        assert isinstance(found, mapix.Appointment)
        request = found.request()
        assert (named(request, n.PidLidAppointmentRecur), named(request, n.PidLidCalendarType)) == (hijri, 6)
