"""Message files on the command line: shown in every form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.cli.message_files import saved, values
from tests.formats.msg.msg_cases import attachment

import mapix as mapix_package
from mapix.cli.errors import Exit
from mapix.formats.rtf import compress
from mapix.properties.content import MessageContent
from mapix.properties.tags import (
    PR_BODY,
    PR_HTML,
    PR_RTF_COMPRESSED,
    PR_SUBJECT,
)

from .conftest import Mapix


def test_cat_shows_headers_text_and_what_is_attached(mapix: Mapix, q3: Path) -> None:
    lines = mapix("cat", q3).stdout.splitlines()
    assert lines[:4] == [
        "Subject: Q3 – ключ",
        "From: Me Myself <me@example.com>",
        "To: Bill <bill@example.com>",
        "Cc: Anna <anna@example.com>",
    ]
    assert "Hello" in lines
    assert lines[-2:] == ["Attached: a.txt (4 bytes)", "Attached: Inside (0 bytes)"]


def test_cat_takes_the_text_from_html_where_there_is_no_other(mapix: Mapix, tmp_path: Path) -> None:
    path = saved(MessageContent({PR_HTML: b"<p>Good <b>morning</b></p>"}), tmp_path / "a.msg")
    assert "Good morning" in mapix("cat", path).stdout
    assert mapix("cat", path, "--html").stdout == "<p>Good <b>morning</b></p>\n"


RICH_HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag34 <body>}{\*\htmltag64 <p>}Gr\'fc\'dfe "
    rb"{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 morning{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}"
    rb"{\*\htmltag27 </html>}}"
)


@pytest.mark.parametrize("command", ["cat", "show"])
def test_bodies_that_are_rich_text_only_are_shown(mapix: Mapix, tmp_path: Path, command: str) -> None:
    """[MS-OXRTFEX]: HTML that lies in it comes out as HTML and as text, other rich text is rendered."""
    html = saved(MessageContent({PR_RTF_COMPRESSED: compress(RICH_HTML)}), tmp_path / "html.msg")
    assert "Grüße" in mapix(command, html).stdout
    assert "htmltag" not in mapix(command, html).stdout
    assert "<b>morning</b>" in mapix(command, html, "--html").stdout
    found = mapix.json(command, html)
    assert "morning" in found["text"]
    assert "<b>morning</b>" in found["html"]
    rich = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Good {\b morning}\par Bob}"
    text = saved(MessageContent({PR_RTF_COMPRESSED: compress(rich)}), tmp_path / "text.msg")
    shown = mapix(command, text).stdout.splitlines()
    assert ("Good morning" in shown, "Bob" in shown) == (True, True)
    assert "Good <b>morning</b>" in mapix(command, text, "--html").stdout


def test_rich_text_that_is_none_leaves_the_rest_to_be_shown(mapix: Mapix, tmp_path: Path) -> None:
    content = MessageContent({PR_SUBJECT: "Q3", PR_RTF_COMPRESSED: b"\x10\0\0\0nonsense and more of it"})
    assert "Subject: Q3" in mapix("cat", saved(content, tmp_path / "a.msg")).stdout


def test_cat_goes_on_after_a_file_that_is_none(mapix: Mapix, q3: Path, tmp_path: Path) -> None:
    (tmp_path / "no.msg").write_bytes(b"nothing of the kind")
    ran = mapix("cat", tmp_path / "no.msg", q3, code=Exit.PARTIAL)
    assert "Q3" in ran.stdout
    assert "no.msg" in ran.stderr
    mapix("cat", tmp_path / "no.msg", code=Exit.CORRUPT)
    assert "MAPI_E_NOT_FOUND" in mapix("cat", tmp_path / "none.msg", code=Exit.NOT_FOUND).stderr


def test_cat_cannot_steer_a_terminal(mapix: Mapix, tmp_path: Path) -> None:
    path = saved(MessageContent({PR_SUBJECT: "a\x1b[2Jb", PR_BODY: "c\x1b]0;x\x07d"}), tmp_path / "a.msg")
    assert "\x1b" not in mapix("cat", path).stdout


def test_show_and_props_take_files_where_they_take_ids(mapix: Mapix, q3: Path) -> None:
    assert "Subject: Q3" in mapix("show", q3).stdout
    shown = values(mapix, q3)
    assert shown["PR_SUBJECT"] == "Q3 – ключ"
    assert shown["PSETID_Common/0x8503 PidLidReminderSet"] is True
    assert shown["PS_PUBLIC_STRINGS/Keywords PidNameKeywords"] == ["one", "two"]
    assert values(mapix, q3, "--attachment", "0")["PR_ATTACH_LONG_FILENAME"] == "a.txt"
    rows = mapix.json("props", q3, "--recipients")["recipients"]
    assert [{one["name"]: one["value"] for one in row}["PR_DISPLAY_NAME"] for row in rows] == ["Bill", "Anna"]
    line = mapix("props", q3, "PidLidReminderSet", "subject").stdout.splitlines()
    assert [one.split("\t")[-1] for one in line] == ["True", "Q3 – ключ"]
    mapix("props", q3, "PR_SENSITIVITY", code=Exit.NOT_FOUND)
    mapix("props", q3, "--attachment", "7", code=Exit.NOT_FOUND)


def test_a_tree_of_properties_goes_into_messages_inside(mapix: Mapix, q3: Path) -> None:
    lines = [line.split("\t") for line in mapix("props", q3, "--tree").stdout.splitlines()]
    told = {(where, name): value for where, _, name, _, value in lines}
    assert told["message", "PR_SUBJECT"] == "Q3 – ключ"
    assert told["recipient 1", "PR_DISPLAY_NAME"] == "Anna"
    assert told["attachment 1/message", "PR_SUBJECT"] == "Inside"
    assert told["attachment 1/message/recipient 0", "PR_EMAIL_ADDRESS"] == "ann@example.com"
    assert told["attachment 1/message/attachment 0", "PR_ATTACH_DATA_BIN"] == "0001"
    tree = mapix.json("props", q3, "--tree")
    inner = tree["attachments"][1]["message"]
    assert {each["name"]: each["value"] for each in inner["properties"]}["PR_SUBJECT"] == "Inside"
    mapix("props", q3, "--tree", "PR_SUBJECT", code=Exit.USAGE)


def test_large_values_are_told_by_their_size(mapix: Mapix, tmp_path: Path) -> None:
    path = saved(MessageContent(attachments=[attachment("big", b"x" * 3_000_000)]), tmp_path / "a.msg")
    document = mapix.json("props", path, "--tree")["attachments"][0]["properties"]
    assert {each["name"]: each.get("size") for each in document}["PR_ATTACH_DATA_BIN"] == 3_000_000
    assert "3000000 bytes" in mapix("props", path, "--attachment", "0").stdout
    assert mapix.json("attachments", path)["attachments"][0]["size"] == 3_000_000


def test_a_file_that_is_no_message_by_its_name_and_a_folder_are_told(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    (tmp_path / "mail.txt").write_text("Dear Ann,")
    assert "this file is no message" in mapix("cat", tmp_path / "mail.txt", code=Exit.CORRUPT).stderr
    (tmp_path / "folder.msg").mkdir()
    ran = mapix("cat", tmp_path / "folder.msg", code=Exit.LOGON)
    assert "this is a directory: '" in ran.stderr
    assert "PosixPath" not in ran.stderr
    assert "this is no file: '" in mapix("msg", "check", tmp_path / "folder.msg", code=Exit.NOT_FOUND).stderr


def test_a_file_of_any_name_is_shown_when_it_holds_a_message(mapix: Mapix, q3: Path, tmp_path: Path) -> None:
    mail = tmp_path / "letter"
    mail.write_bytes(b"From: ann@example.org\r\nSubject: Any name\r\n\r\nHello\r\n")
    assert "Any name" in mapix("cat", mail).stdout
    copy = tmp_path / "q3.bak"
    copy.write_bytes(q3.read_bytes())
    assert mapix("cat", copy).stdout == mapix("cat", q3).stdout
    assert mapix("show", copy).stdout == mapix("show", q3).stdout
    assert mapix("msg", "check", mail, copy).stdout.split() == [str(mail), "sound", str(copy), "sound"]


def test_a_file_that_is_no_message_is_refused_clearly(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)))
    assert "this file is no message" in mapix("cat", tmp_path / "noise.bin", code=Exit.CORRUPT).stderr
    (tmp_path / "box").write_bytes(b"From ann Mon Jan  1 00:00:00 2024\nSubject: a\n\nb\n")
    assert f"mapix convert {tmp_path / 'box'}" in mapix("cat", tmp_path / "box", code=Exit.FAILED).stderr


def test_an_appointment_tells_when_and_where_and_how_often(mapix: Mapix, tmp_path: Path) -> None:
    start, path = datetime(2026, 3, 2, 9, tzinfo=UTC), tmp_path / "a.msg"
    weekly = mapix_package.Recurrence.weekly(on="MO", count=3)
    mapix_package.Appointment(subject="Talk", start=start, location="Room 7", recurrence=weekly).save(path)
    lines = mapix("cat", path, TZ="UTC").stdout.splitlines()
    assert [line for line in lines if line.startswith(("When", "Where", "Recurs"))] == [
        "When: 2026-03-02 09:00 to 09:30",
        "Where: Room 7",
        "Recurs: weekly on MO, 3 times",
    ]
    told = mapix.json("cat", path)
    assert (told["location"], told["start"][:10], told["all_day"]) == ("Room 7", "2026-03-02", False)
    mapix_package.Appointment(subject="Fair", start=date(2026, 3, 2), end=date(2026, 3, 4)).save(path)
    assert "When: 2026-03-02 to 2026-03-03\n" in mapix("cat", path).stdout


def test_a_task_tells_when_it_is_due(mapix: Mapix, tmp_path: Path) -> None:
    mapix_package.Task(subject="Report", due=date(2026, 3, 31)).save(tmp_path / "t.msg")
    assert "Due: 2026-03-31\n" in mapix("cat", tmp_path / "t.msg").stdout
    assert mapix.json("cat", tmp_path / "t.msg")["due"] == "2026-03-31"
