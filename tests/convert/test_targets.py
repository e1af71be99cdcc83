"""What each format holds of a message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.convert.targets.jsonform import from_json
from mapix.convert.targets.markdown import paragraphs
from mapix.formats.msg import write_msg
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import Collision, CorruptData
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName, PSETID_Appointment
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_CONTENT_ID,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_NAME,
    PR_HTML,
    PR_MESSAGE_CLASS,
    PR_RECIPIENT_TYPE,
    PR_SMTP_ADDRESS,
    PR_SUBJECT,
)

from .conftest import mail

INNER = MessageContent({PR_MESSAGE_CLASS: "IPM.Note", PR_SUBJECT: "Inner", PR_BODY: "deep"})
RICH = MessageContent(
    {
        PR_MESSAGE_CLASS: "IPM.Note",
        PR_SUBJECT: "Rich <b>\ud800",
        PR_BODY: "# not a heading\n* one\n1. two\n<script>alert(1)</script>",
        PR_HTML: b'<p>Look <img src="cid:pic@x"><script>alert(1)</script></p>',
        PR_CLIENT_SUBMIT_TIME: 132224400000000000,
        PropTag(0x80000014): -(1 << 62),
        PropTag(0x8001101F): ("a", "b"),
        PropTag(0x80020005): float("inf"),
        PropTag(0x80030048): bytes(range(16)),
        PropTag(0x80041040): (1, 1 << 62),
        PropTag(0x80050102): b"\x00\xff",
        PropTag(0x8006000B): True,
        PropTag(0x80070006): -5,
    },
    [{PR_DISPLAY_NAME: "Ann", PR_SMTP_ADDRESS: "ann@example.org", PR_RECIPIENT_TYPE: 1}],
    [
        AttachmentContent(
            {
                PR_ATTACH_METHOD: 1,
                PR_ATTACH_LONG_FILENAME: "../../CON",
                PR_ATTACH_DATA_BIN: b"pixels",
                PR_ATTACH_CONTENT_ID: "pic@x",
            }
        ),
        AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_LONG_FILENAME: "a.txt", PR_ATTACH_DATA_BIN: b"one"}),
        AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_LONG_FILENAME: "A.TXT", PR_ATTACH_DATA_BIN: b"two"}),
        AttachmentContent({PR_ATTACH_METHOD: 5}, INNER),
    ],
    {number: PropertyName(PS_PUBLIC_STRINGS, f"Name {number}") for number in range(0x8000, 0x8007)}
    | {0x8007: PropertyName(PS_PUBLIC_STRINGS, 7)},
)


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A .msg file with properties of many types, files of equal names, and a message inside."""
    write_msg(RICH, tmp_path / "rich.msg")
    return tmp_path / "rich.msg"


def converted(source: Path, form: str, **choices: Any) -> Path:
    """The folder into which a file was converted without a loss."""
    out = source.parent / form
    totals = convert([str(source)], Plan(form, str(out), **choices))
    assert (totals.read, totals.failed, totals.different) == (1, 0, 0)
    return out


def test_json_holds_every_property_with_its_type(rich: Path) -> None:
    data = (converted(rich, "json", verify=True) / "rich.json").read_bytes()
    told = json.loads(data)
    assert (told["mapix"], told["schema"], told["summary"]["subject"][:4]) == ("message", 1, "Rich")
    assert told["summary"]["to"] == ["Ann <ann@example.org>"]
    values = {each["tag"]: each for each in told["message"]["properties"]}
    assert values["0x0037001F"] == {
        "tag": "0x0037001F",
        "name": "PR_SUBJECT",
        "type": "PT_UNICODE",
        "value": "Rich <b>\ud800",
    }
    assert values["0x00390040"]["time"] == "2020-01-02T12:00:00+00:00"
    assert values["0x00390040"]["value"] == "132224400000000000"
    assert values["0x80000014"]["named"]["name"] == "Name 32768"
    assert values["0x80020005"]["value"] == "inf"
    assert told["message"]["attachments"][3]["message"]["properties"][2]["value"] == "deep"
    back = from_json(data)
    for tag, value in RICH.properties.items():
        assert back.properties[tag] == value
    assert {number: name.key for number, name in back.names.items()} == {n: name.key for n, name in RICH.names.items()}
    assert [part.properties for part in back.attachments[:3]] == [
        {**back.attachments[n].properties, **RICH.attachments[n].properties} for n in range(3)
    ]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"mapix":"message","schema":2}', b'{"mapix":"message","schema":1}']
)
def test_json_of_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(CorruptData):
        from_json(data)


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_readable_formats_have_what_is_attached_beside(rich: Path, form: str) -> None:
    out = converted(rich, form)
    text = (out / f"rich.{form}").read_text("utf-8")
    beside = out / "rich.files"
    assert len(list(beside.iterdir())) == 4
    assert (beside / "_CON").read_bytes() == b"pixels"
    assert {path.read_bytes() for path in beside.glob("*~*.*") if path.is_file()} == {b"one", b"two"}
    assert "deep" in (beside / f"Inner.{form}").read_text("utf-8")
    assert "ann@example.org" in text
    assert f"rich.files/Inner.{form}" in text
    listed = out.parent / "listed"
    convert([str(rich)], Plan(form, str(listed), beside=False))
    assert [path.name for path in listed.iterdir() if path.is_dir()] == [".mapix-convert"]
    assert "a.txt" in (listed / f"rich.{form}").read_text("utf-8")


def test_a_page_runs_nothing_and_loads_nothing(rich: Path) -> None:
    page = (converted(rich, "html") / "rich.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert re.search(r"<iframe sandbox [^>]*srcdoc=\"[^\"<>]*\">", page)
    assert "data:image/png;base64,cGl4ZWxz" in page


def test_text_is_no_markup_in_markdown() -> None:
    assert paragraphs("# a\n* b\n> c\n1. d\n<i>\n    x") == "\\# a  \n* b  \n> c  \n1\\. d  \n\\<i>  \nx"


def test_appointments_are_calendars_and_contacts_are_cards_and_mail_is_neither(tmp_path: Path) -> None:
    pytest.importorskip("icalendar", reason="calendars need the extra calendar")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "mail.eml").write_bytes(mail(1))
    meeting = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:1@x\r\n"
    meeting += b"DTSTAMP:20200102T120000Z\r\nDTSTART:20200102T120000Z\r\nDTEND:20200102T130000Z\r\nSUMMARY:Lunch\r\n"
    meeting += b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Archer\r\nN:Archer;Ann;;;\r\nEMAIL:ann@example.org\r\nEND:VCARD\r\n"
    for name, kind, data in (("meeting", "calendar", meeting), ("card", "vcard", card)):
        head = f"Subject: {name}\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n"
        (folder / f"{name}.eml").write_bytes(head.encode() + data)
    ics = convert([str(folder)], Plan("ics", str(tmp_path / "ics")))
    vcf = convert([str(folder)], Plan("vcf", str(tmp_path / "vcf")))
    assert (ics.written + ics.repaired, ics.unfit, vcf.written + vcf.repaired, vcf.unfit) == (1, 2, 1, 2)
    assert b"SUMMARY:meeting" in (tmp_path / "ics" / "meeting.ics").read_bytes()
    assert b"FN:Ann Archer" in (tmp_path / "vcf" / "card.vcf").read_bytes()


def test_an_appointment_without_an_identifier_has_the_same_uid_at_every_run(tmp_path: Path) -> None:
    """RFC 5545 3.8.4.7."""
    pytest.importorskip("icalendar", reason="calendars need the extra calendar")
    times = {PropTag(0x80000040): 132224400000000000, PropTag(0x80010040): 132224436000000000}
    names = {0x8000: PropertyName(PSETID_Appointment, 0x820D), 0x8001: PropertyName(PSETID_Appointment, 0x820E)}
    write_msg(MessageContent({PR_MESSAGE_CLASS: "IPM.Appointment", **times}, names=names), tmp_path / "a.msg")
    uids = []
    for run in ("1", "2"):
        convert([str(tmp_path / "a.msg")], Plan("ics", str(tmp_path / run)))
        uids += re.findall(rb"^UID:([0-9a-f]{32})\r$", (tmp_path / run / "a.ics").read_bytes(), re.MULTILINE)
    assert len(uids) == 2
    assert uids[0] == uids[1]


def test_a_table_has_a_row_for_each_message_and_goes_on_in_parts(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="parquet needs the extra export")
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.eml").write_bytes(mail(number))
    plan = Plan("parquet", str(tmp_path / "out"))
    convert([str(folder)], plan)
    (folder / "9.eml").write_bytes(mail(9))
    (tmp_path / "out" / "part-000002.parquet").write_bytes(b"half a part")
    totals = convert([str(folder)], plan, Course(manifest=str(tmp_path / "m")))
    assert (totals.read, totals.resumed) == (4, 3)
    rows = [
        row for path in sorted((tmp_path / "out").glob("*.parquet")) for row in parquet.read_table(path).to_pylist()
    ]
    assert [row["subject"] for row in rows] == ["Case 0", "Case 1", "Case 2", "Case 9"]
    assert rows[3]["to"] == ["Ann 9 <ann9@example.org>"]
    assert rows[3]["attachments"] == [{"name": "case 9.csv", "type": "text/csv", "size": 6}]
    assert rows[3]["date"].isoformat() == "2020-01-02T12:00:09+00:00"
    assert (rows[3]["source"], rows[3]["message_class"]) == (str(folder / "9.eml"), "IPM.Note")


def test_what_was_there_before_is_not_replaced_unless_it_is_told(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "out").mkdir()
    for name in ("out/a.msg", "out.mbox"):
        (tmp_path / name).write_bytes(b"mine")
        os.utime(tmp_path / name, (1, 1))
    source = [str(tmp_path / "a.eml")]
    assert convert(source, Plan("msg", str(tmp_path / "out"))).failed == 1
    with pytest.raises(Collision):
        convert(source, Plan("mbox", str(tmp_path / "out.mbox")))
    assert (tmp_path / "out" / "a.msg").read_bytes() == (tmp_path / "out.mbox").read_bytes() == b"mine"
    assert convert(source, Plan("msg", str(tmp_path / "out")), Course(fresh=True)).written == 1


def test_a_folder_that_is_converted_into_itself_loses_nothing(rich: Path) -> None:
    data = rich.read_bytes()
    totals = convert([str(rich.parent)], Plan("msg", str(rich.parent)), Course(fresh=True))
    assert totals.failed == 1
    assert rich.read_bytes() == data
