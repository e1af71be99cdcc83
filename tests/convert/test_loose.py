"""Calendars and cards in files of their own as sources."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

import mapix
from mapix.convert.plan import Plan
from mapix.convert.run import convert
from mapix.formats.mime.loose import divided, read_loose
from mapix.properties.errors import InvalidParameter, NoSupport

from .conftest import content_of

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:%s\r\nEMAIL:%s@example.org\r\nEND:VCARD\r\n"
ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0200\r\n"
    b"TZOFFSETTO:+0200\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
EVENT = (
    b"BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;TZID=Here:20250310T090000\r\n"
    b"DTEND;TZID=Here:20250310T100000\r\nSUMMARY:%s\r\n%sEND:VEVENT\r\n"
)


def calendar(*events: bytes) -> bytes:
    """A calendar of events that share a time zone."""
    begin = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    return begin + ZONE + b"".join(events) + b"END:VCALENDAR\r\n"


SERIES = EVENT % (b"a", b"Daily", b"RRULE:FREQ=DAILY;COUNT=3\r\n")
MOVED = EVENT % (b"a", b"Moved", b"RECURRENCE-ID;TZID=Here:20250311T090000\r\n")
OTHER = EVENT % (b"b", b"Once", b"")


def test_a_calendar_of_one_and_a_card_of_one_are_messages(tmp_path: Path) -> None:
    """[MS-OXCICAL] 2.1.3, [MS-OXVCARD] 3."""
    (tmp_path / "one.ics").write_bytes(calendar(OTHER))
    (tmp_path / "ann.vcf").write_bytes(CARD % (b"Ann", b"ann"))
    meeting, ann = mapix.open(tmp_path / "one.ics"), mapix.open(tmp_path / "ann.vcf")
    assert isinstance(meeting, mapix.Appointment)
    assert (meeting.subject, str(meeting.start)) == ("Once", "2025-03-10 09:00:00+02:00")
    assert isinstance(ann, mapix.Contact)
    assert (ann.display_name, ann.emails[0].address) == ("Ann", "ann@example.org")


def test_each_thing_in_a_file_of_several_is_a_source(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "all.ics").write_bytes(calendar(SERIES, OTHER, MOVED))
    (folder / "people.vcf").write_bytes(CARD % (b"Ann", b"ann") + CARD % (b"Bill", b"bill"))
    with ZipFile(folder / "packed.zip", "w") as archive:
        archive.write(folder / "people.vcf", "people.vcf")
    totals = convert([str(folder)], Plan("msg", str(tmp_path / "out")))
    assert (totals.read, totals.written) == (6, 6)
    series = content_of(tmp_path / "out" / "all" / "000001.msg")
    assert (len(series.attachments), series.attachments[0].message is not None) == (1, True)
    assert mapix.open(tmp_path / "out" / "people" / "000002.msg").subject == "Bill"
    assert mapix.open(tmp_path / "out" / "packed" / "people" / "000001.msg").subject == "Ann"


def test_a_file_of_several_is_not_opened_as_one(tmp_path: Path) -> None:
    (tmp_path / "two.vcf").write_bytes(CARD % (b"Ann", b"ann") + CARD % (b"Bill", b"bill"))
    with pytest.raises(InvalidParameter, match="2 appointments or contacts"):
        mapix.open(tmp_path / "two.vcf")


def test_what_has_one_identifier_stays_together_and_has_the_time_zones() -> None:
    first, second = divided(b"\xef\xbb\xbf" + calendar(SERIES, OTHER, MOVED))
    assert (first.count(b"BEGIN:VEVENT"), second.count(b"BEGIN:VEVENT")) == (2, 1)
    assert first.count(ZONE) == second.count(ZONE) == 1
    folded = OTHER.replace(b"UID:b", b"UID:\r\n b")
    assert len(divided(calendar(OTHER, folded))) == 1


def test_what_has_no_identifier_is_by_itself() -> None:
    nameless = OTHER.replace(b"UID:b\r\n", b"")
    assert len(divided(calendar(nameless, nameless, OTHER.replace(b"UID:b", b"UID:1")))) == 3


@pytest.mark.parametrize("data", [b"", b"END:VCARD", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID", b"BEGIN:VCARD\n" * 500])
def test_damaged_files_are_divided_into_something(data: bytes) -> None:
    assert sum(map(len, divided(data))) <= 2 * len(data) + 100


def test_a_task_is_no_message() -> None:
    with pytest.raises(NoSupport, match="no single appointment"):
        read_loose(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")


def test_times_besides_the_rule_are_told() -> None:
    data = calendar(EVENT % (b"a", b"Daily", b"RRULE:FREQ=DAILY;COUNT=3\r\nRDATE;TZID=Here:20250401T090000\r\n"))
    assert [defect.where for defect in read_loose(data).defects] == ["RDATE"]
