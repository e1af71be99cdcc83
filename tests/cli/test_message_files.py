"""Message files on the command line: made, shown, changed, checked, compared, and moved in and out of stores."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.formats.msg.msg_cases import attachment, person, plain, written

import mapix as mapix_package
from mapix.cli.errors import Exit
from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.rtf import compress
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_REFERENCE, ATTACH_OLE, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_LONG_PATHNAME,
    PR_ATTACH_METHOD,
    PR_ATTACHMENT_HIDDEN,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_NAME,
    PR_HTML,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_RTF_COMPRESSED,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)

from .conftest import ROOT, Mapix

FOLDER = ROOT.parent / "shared" / "corpora" / "msg"
FILES = [path for path in sorted(FOLDER.glob("*/*")) if "clusterfuzz" not in path.name] if FOLDER.is_dir() else []
real_files = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")


@pytest.fixture
def q3(tmp_path: Path) -> Path:
    """A file with recipients, named properties, a file and a message attached."""
    content = plain()
    content.properties |= {PR_SENDER_NAME: "Me Myself", PR_SENDER_EMAIL_ADDRESS: "me@example.com"}
    content.properties[PR_CLIENT_SUBMIT_TIME] = 132_224_400_000_000_000
    return saved(content, tmp_path / "q3.msg")


def saved(content: MessageContent, path: Path) -> Path:
    path.write_bytes(written(content))
    return path


def values(mapix: Mapix, path: Path, *options: str) -> dict[str, object]:
    return {each["name"]: each["value"] for each in mapix.json("props", path, *options)["properties"]}


def damaged(path: Path) -> Path:
    """The file with a stream fewer than its properties tell of."""
    with CompoundFile.open(path.read_bytes()) as file:
        children = [
            Node(name, entry.read())
            for name, entry in file.root.children.items()
            if not entry.is_storage and name != "__substg1.0_1000001F"
        ]
        with path.open("wb") as target:
            write_compound_file(Node("Root Entry", children=children, clsid=file.root.clsid), target)
    return path


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


def test_a_draft_is_made_and_opens_ready_to_be_sent(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "body.html").write_text("<p>The numbers ↑ <img src='cid:logo.png'></p>", encoding="utf-8")
    (tmp_path / "q3.csv").write_bytes(b"1;2\n")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    path = tmp_path / "q3.msg"
    ran = mapix(
        "new",
        *("--to", "Ann <ann@example.org>, bob@example.org", "--cc", "carl@example.org", "--bcc", "dora@example.org"),
        *("--from", "Me <me@example.org>", "--subject", "Q3", "--html", tmp_path / "body.html"),
        *("--attach", tmp_path / "q3.csv", "--inline", tmp_path / "logo.png"),
        *("--set", "importance = high", "--draft", "-o", path),
    )
    assert "cid:logo.png" in ran.stderr
    with MsgFile.open(path, strictness=Strictness.STRICT) as file:
        content = content_of(file)
    assert content.get(PR_MESSAGE_FLAGS) & 8
    assert content.get(PR_MESSAGE_CLASS) == "IPM.Note"
    assert content.get(PR_IMPORTANCE) == 2
    assert content.get(PR_HTML).decode() == "<p>The numbers ↑ <img src='cid:logo.png'></p>"
    assert content.get(PR_SENDER_EMAIL_ADDRESS) == "me@example.org"
    assert [row[PR_DISPLAY_NAME] for row in content.recipients] == [
        "Ann",
        "bob@example.org",
        "carl@example.org",
        "dora@example.org",
    ]
    assert [part.properties.get(PR_ATTACHMENT_HIDDEN, False) for part in content.attachments] == [False, True]
    assert mapix("msg", "check", path).stdout.split("\t")[1].strip() == "sound"


def test_a_message_that_is_no_draft_and_a_template(mapix: Mapix, tmp_path: Path) -> None:
    mapix("new", "--subject", "S", "--text", "-", "-o", tmp_path / "a.msg", stdin="from stdin")
    with MsgFile.open(tmp_path / "a.msg") as file:
        assert not file.get(PR_MESSAGE_FLAGS) & 8
        assert file.get(PR_BODY) == "from stdin"
    mapix("new", "--subject", "T", "--text", "t", "-o", tmp_path / "t.oft")
    with MsgFile.open(tmp_path / "t.oft") as file:
        assert file.template


def test_a_draft_of_internet_mail_says_that_it_is_one(mapix: Mapix, tmp_path: Path) -> None:
    mapix("new", "--to", "a@example.org", "--subject", "S", "--text", "t", "--draft", "-o", tmp_path / "a.eml")
    lines = (tmp_path / "a.eml").read_text().splitlines()
    assert "X-Unsent: 1" in lines
    assert "Subject: S" in lines


def test_a_file_that_is_there_is_not_replaced_unasked(mapix: Mapix, q3: Path) -> None:
    before = q3.read_bytes()
    assert "MAPI_E_COLLISION" in mapix("new", "--text", "t", "-o", q3, code=Exit.FAILED).stderr
    assert q3.read_bytes() == before
    mapix("new", "--text", "t", "-o", q3, "--force")
    assert q3.read_bytes() != before


def test_a_new_message_with_a_missing_file_or_a_wrong_address_is_not_written(mapix: Mapix, tmp_path: Path) -> None:
    mapix("new", "--attach", tmp_path / "none", "-o", tmp_path / "a.msg", code=Exit.NOT_FOUND)
    mapix("new", "--to", "nobody", "-o", tmp_path / "a.msg", code=Exit.FAILED)
    mapix("new", "--set", "nonsense = 1", "-o", tmp_path / "a.msg", code=Exit.FAILED)
    assert list(tmp_path.glob("*.msg")) == []


def test_set_changes_a_file_in_place_and_nothing_else_in_it(mapix: Mapix, q3: Path) -> None:
    before = q3.read_bytes()
    mapix("set", q3, "subject = New subject, with no quotes", "importance=high", 'PS_PUBLIC_STRINGS/Matter = "4711"')
    shown = values(mapix, q3)
    assert shown["PR_SUBJECT"] == "New subject, with no quotes"
    assert shown["PS_PUBLIC_STRINGS/Matter"] == "4711"
    (q3.with_name("before.msg")).write_bytes(before)
    told = json.loads(mapix("msg", "diff", q3.with_name("before.msg"), q3, "--json", code=1).stdout)
    differing = {one["name"] for one in told["differences"]}
    assert {"PR_SUBJECT", "PR_IMPORTANCE", "PS_PUBLIC_STRINGS/Matter"} <= differing
    assert {one["where"] for one in told["differences"]} == {"message"}
    assert not differing & {"PR_BODY", "PR_MESSAGE_CLASS", "PR_SENDER_NAME"}
    mapix("set", q3, "--delete", "PR_IMPORTANCE")
    assert "PR_IMPORTANCE" not in values(mapix, q3)


def test_set_changes_all_or_nothing(mapix: Mapix, q3: Path) -> None:
    before = q3.read_bytes()
    mapix("set", q3, "subject = Other", "importance = nonsense", code=Exit.FAILED)
    mapix("set", q3, "subject = Other", "PR_MESSAGE_SIZE = 5", code=Exit.FAILED)
    assert q3.read_bytes() == before
    mapix("set", q3.with_suffix(".eml"), "subject = x", code=Exit.NOT_FOUND)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed like this there")
def test_a_killed_set_leaves_the_old_file_or_the_new_one(mapix: Mapix, q3: Path) -> None:
    seen = set()
    for number, pause in enumerate((0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)):
        command = mapix.command("set", q3, f"subject = {number}", "PR_BODY = " + "x" * 50_000)
        with subprocess.Popen(command, env=mapix.env, stderr=subprocess.DEVNULL) as child:
            time.sleep(pause)
            os.kill(child.pid, signal.SIGKILL)
        with MsgFile.open(q3) as file:
            assert file.get(PR_BODY) in ("Hello\r\n", "x" * 50_000)
            assert [one.get(PR_DISPLAY_NAME) for one in file.recipients] == ["Bill", "Anna"]
            seen.add(file.get(PR_SUBJECT))
    assert seen


def test_attachments_are_listed(mapix: Mapix, q3: Path) -> None:
    found = mapix.json("attachments", q3)["attachments"]
    assert [(one["kind"], one["name"], one["size"]) for one in found] == [
        ("file", "a.txt", 4),
        ("message", "Inside", 0),
    ]
    assert mapix("attachments", q3).stdout.splitlines()[0].split("\t") == ["0", "file", "4", "", "a.txt"]


EVIL = [
    "../../../outside.txt",
    "..\\..\\outside.txt",
    "/etc/passwd",
    "C:\\Windows\\system.ini",
    "..",
    ".",
    "",
    "CON",
    "nul.txt",
    "com¹.log",
    "a\0b.txt",
    "a\nb.txt",
    "x" * 400 + ".txt",
    "same.txt",
    "same.txt",
    "SAME.TXT",
    "trailing. ",
    "rtl\u202egpj.exe",
    "half\ud800.txt",
    "stream.txt:hidden",
]


def test_no_attachment_leaves_the_folder_it_is_saved_in(mapix: Mapix, tmp_path: Path) -> None:
    content = MessageContent(attachments=[attachment(name, str(place).encode()) for place, name in enumerate(EVIL)])
    path = saved(content, tmp_path / "evil.msg")
    out = tmp_path / "deep" / "out"
    printed = mapix("attachments", path, "--save", out).stdout.splitlines()
    written_now = sorted(out.iterdir())
    assert len(printed) == len(written_now) == len(EVIL)
    assert sorted(int(one.read_bytes()) for one in written_now) == list(range(len(EVIL)))
    assert {one.name for one in tmp_path.iterdir()} <= {"evil.msg", "deep", "home"}
    assert [one.name for one in (tmp_path / "deep").iterdir()] == ["out"]
    names = {one.name for one in written_now}
    assert {"same.txt", "same (2).txt"} <= names
    for name in names:
        assert name.isprintable()
        assert not set(name) & set('/\\:*?"<>|')
        assert name.rpartition(".")[0].upper() not in ("CON", "NUL", "COM¹")
        assert len(os.fsencode(name)) <= 255
    again = mapix("attachments", path, "--save", out).stdout.splitlines()
    assert len(list(out.iterdir())) == 2 * len(EVIL)
    assert not set(again) & set(printed)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_an_attachment_is_not_written_through_a_link(mapix: Mapix, tmp_path: Path) -> None:
    path = saved(MessageContent(attachments=[attachment("a.txt", b"evil")]), tmp_path / "a.msg")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").symlink_to(tmp_path / "target")
    mapix("attachments", path, "--save", out)
    assert not (tmp_path / "target").exists()
    assert (out / "a (2).txt").read_bytes() == b"evil"


def test_messages_and_documents_inside_are_saved_and_references_left_out(mapix: Mapix, tmp_path: Path) -> None:
    document = written(MessageContent({PR_SUBJECT: "any compound file"}))
    content = plain()
    content.attachments += [
        AttachmentContent(
            {PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_LONG_FILENAME: "table.ole", PR_ATTACH_DATA_OBJ: document}
        ),
        AttachmentContent({PR_ATTACH_METHOD: ATTACH_BY_REFERENCE, PR_ATTACH_LONG_PATHNAME: "\\\\server\\a.doc"}),
    ]
    path = saved(content, tmp_path / "a.msg")
    ran = mapix("attachments", path, "--save", tmp_path / "out", code=Exit.PARTIAL)
    assert [Path(line).name for line in ran.stdout.splitlines()] == ["a.txt", "Inside.msg", "table.ole"]
    assert "left out" in ran.stderr
    with mapix_package.open(tmp_path / "out" / "Inside.msg") as inner:
        assert (inner.subject, inner.attachments["deep.bin"].data) == ("Inside", b"\0\1")
    with CompoundFile.open(tmp_path / "out" / "table.ole") as file:
        assert "__substg1.0_0037001F" in file.root.children


def test_check_tells_defects_and_whether_a_strict_reader_is_content(mapix: Mapix, q3: Path, tmp_path: Path) -> None:
    assert mapix("msg", "check", q3).stdout.split("\t")[:2] == [str(q3), "sound"]
    bad = damaged(saved(plain(), tmp_path / "bad.msg"))
    (tmp_path / "no.msg").write_bytes(b"x" * 5000)
    ran = mapix("msg", "check", q3, bad, code=Exit.PARTIAL)
    assert any("the stream of the value is missing" in line for line in ran.stdout.splitlines())
    document = json.loads(mapix("msg", "check", q3, bad, tmp_path / "no.msg", "--json", code=Exit.CORRUPT).stdout)
    assert [one["verdict"] for one in document["files"]] == ["sound", "defects", "unreadable"]
    assert document["files"][0]["recipients"] == 2
    mapix("msg", "check", tmp_path / "none.msg", code=Exit.NOT_FOUND)


def test_a_compound_file_without_a_message_is_unreadable_as_one(mapix: Mapix, tmp_path: Path) -> None:
    write_compound_file(Node("", children=[Node("WordDocument", b"x" * 5000)]), tmp_path / "a.doc")
    assert "unreadable" in mapix("msg", "check", tmp_path / "a.doc", code=Exit.CORRUPT).stdout


def test_diff_tells_properties_recipients_and_attachments(mapix: Mapix, q3: Path, tmp_path: Path) -> None:
    assert mapix("msg", "diff", q3, q3).stdout == ""
    other = plain()
    other.properties[PR_SUBJECT] = "Q4"
    del other.properties[PropTag(0x8000000B)]
    other.recipients[0] = person("Carl", "carl@example.com", MAPI_TO)
    other.recipients[1][PR_DISPLAY_NAME] = "Anna Archer"
    other.attachments[0] = attachment("b.txt", b"text")
    assert other.attachments[1].message is not None
    other.attachments[1].message.properties[PR_BODY] = "Deeper"
    path = saved(other, tmp_path / "other.msg")
    options = ("--ignore", "PR_SENDER_NAME", "--ignore", "PR_SENDER_EMAIL_ADDRESS", "--ignore", "PR_CLIENT_SUBMIT_TIME")
    lines = mapix("msg", "diff", q3, path, *options, code=1).stdout.splitlines()
    assert [tuple(line.split("\t")) for line in lines] == [
        ("message", "PR_SUBJECT", "Q3 – ключ", "Q4"),
        ("message", "PSETID_Common/0x8503 PidLidReminderSet", "True", ""),
        ("recipient 0", "", "Bill <bill@example.com>", ""),
        ("recipient 1", "PR_DISPLAY_NAME", "Anna", "Anna Archer"),
        ("recipient 0", "", "", "Carl <carl@example.com>"),
        ("attachment 0", "", "a.txt", ""),
        ("attachment 1/message", "PR_BODY", "Deep", "Deeper"),
        ("attachment 0", "", "", "b.txt"),
    ]
    document = json.loads(mapix("msg", "diff", q3, path, "--json", code=1).stdout)
    assert document["equal"] is False


def test_large_attachments_are_compared_in_pieces(mapix: Mapix, tmp_path: Path) -> None:
    one, other = (
        saved(MessageContent(attachments=[attachment("a", b"x" * 2_000_000 + end)]), tmp_path / f"{end.decode()}.msg")
        for end in (b"a", b"b")
    )
    assert "PR_ATTACH_DATA_BIN" in mapix("msg", "diff", one, other, code=1).stdout
    mapix("msg", "diff", one, one)


def test_repack_gives_room_back_and_keeps_everything(mapix: Mapix, q3: Path) -> None:
    mapix("set", q3, "PR_BODY = " + "x" * 100_000)
    mapix("set", q3, "PR_BODY = short")
    before, copy = q3.stat().st_size, q3.with_name("copy.msg")
    copy.write_bytes(q3.read_bytes())
    mapix("msg", "repack", q3)
    assert q3.stat().st_size < before - 90_000
    mapix("msg", "diff", copy, q3)
    with MsgFile.open(q3, strictness=Strictness.STRICT) as file:
        assert file.get(PR_BODY) == "short"


def test_repack_makes_unicode_of_eight_bits_and_back(mapix: Mapix, tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    path.write_bytes(written(MessageContent({PR_SUBJECT: "Größe", PR_MESSAGE_CLASS: "IPM.Note"}), unicode=False))
    mapix("msg", "repack", path, "--unicode", "-o", tmp_path / "wide.msg")
    with MsgFile.open(tmp_path / "wide.msg") as file:
        assert file.unicode
        assert file.get(PR_SUBJECT) == "Größe"
    with MsgFile.open(path) as file:
        assert not file.unicode
    mapix("msg", "repack", tmp_path / "wide.msg", "--ansi")
    with MsgFile.open(tmp_path / "wide.msg") as file:
        assert not file.unicode
        assert file.get(PR_SUBJECT) == "Größe"


def test_repack_does_not_lose_what_it_cannot_read(mapix: Mapix, tmp_path: Path) -> None:
    bad = damaged(saved(plain(), tmp_path / "bad.msg"))
    before = bad.read_bytes()
    assert "-o FILE" in mapix("msg", "repack", bad, code=Exit.CORRUPT).stderr
    assert bad.read_bytes() == before
    mapix("msg", "repack", bad, "-o", tmp_path / "good.msg")
    assert mapix("msg", "check", tmp_path / "good.msg").stdout.split("\t")[1] == "sound"


def test_messages_go_from_stores_into_files_and_back(mapix: Mapix, q3: Path, tmp_path: Path) -> None:
    mapix.init()
    assert "copied 1 message" in mapix("cp", q3, "Inbox").stderr
    mapix("mkdir", "Files")
    assert mapix.json("ls", "Inbox")["messages"][0]["subject"] == "Q3 – ключ"
    mapix("cp", "inbox#1", tmp_path / "out.msg")
    assert "MAPI_E_COLLISION" in mapix("cp", "inbox#1", tmp_path / "out.msg", code=Exit.FAILED).stderr
    mapix("show", "inbox#1", "--save", tmp_path / "saved.msg")
    for name in ("out.msg", "saved.msg"):
        shown = values(mapix, tmp_path / name)
        assert shown["PS_PUBLIC_STRINGS/Keywords PidNameKeywords"] == ["one", "two"]
        differing = {
            one["where"]
            for one in json.loads(mapix("msg", "diff", q3, tmp_path / name, "--json", code=1).stdout)["differences"]
            if not one["name"]
        }
        assert differing == set()
    (tmp_path / "no.msg").write_bytes(b"no")
    mapix("cp", q3, tmp_path / "no.msg", "Files", code=Exit.PARTIAL)
    assert len(mapix.json("ls", "Files")["messages"]) == 1
    assert mapix.json("attachments", "inbox#1")["attachments"][1]["kind"] == "message"
    assert "attachment 1/message" in mapix("props", "inbox#1", "--tree").stdout


def test_what_is_attached_to_a_message_of_a_store_is_saved_with_messages_inside(mapix: Mapix, q3: Path) -> None:
    mapix.init()
    mapix("cp", q3, "Inbox")
    out = q3.parent / "out"
    mapix("show", "inbox#1", "--save-attachments", out)
    assert {one.name for one in out.iterdir()} == {"a.txt", "Inside.msg"}


@real_files
def test_every_real_file_is_shown(mapix: Mapix) -> None:
    shown = mapix.json("cat", *FILES)["messages"]
    assert [one["file"] for one in shown] == [str(path) for path in FILES]
    assert sum(bool(one["subject"] or one["text"] or one["recipients"]) for one in shown) > len(FILES) * 0.9


@real_files
def test_every_real_file_is_checked(mapix: Mapix) -> None:
    ran = subprocess.run(
        mapix.command("msg", "check", "--json", *FILES), env=mapix.env, capture_output=True, text=True, check=False
    )
    verdicts = [one["verdict"] for one in json.loads(ran.stdout)["files"]]
    assert "unreadable" not in verdicts
    assert verdicts.count("sound") > len(FILES) // 4


@real_files
@pytest.mark.parametrize("kind", ["IPM.Note", "IPM.Contact", "IPM.Task", "IPM.Appointment", "IPM.StickyNote"])
def test_set_changes_nothing_else_in_a_real_file_of_any_kind(mapix: Mapix, tmp_path: Path, kind: str) -> None:
    path = next(path for path in FILES if kind_of(path) == kind)
    copy = tmp_path / "copy.msg"
    copy.write_bytes(path.read_bytes())
    mapix("set", copy, "subject = Another")
    told = json.loads(mapix("msg", "diff", path, copy, "--json", code=1).stdout)
    follows = {"PR_SUBJECT", "PR_NORMALIZED_SUBJECT", "PR_SUBJECT_PREFIX", "PR_CONVERSATION_TOPIC"}
    follows |= {"PR_MESSAGE_SIZE", "PR_LAST_MODIFICATION_TIME"}
    assert {one["name"] for one in told["differences"]} <= follows


def kind_of(path: Path) -> str:
    with MsgFile.open(path) as file:
        return str(file.get(PR_MESSAGE_CLASS))


@real_files
@pytest.mark.parametrize("path", FILES[::36], ids=lambda path: path.name)
def test_real_files_are_repacked_and_saved_from(mapix: Mapix, tmp_path: Path, path: Path) -> None:
    mapix("msg", "repack", path, "-o", tmp_path / "new.msg")
    assert mapix("msg", "check", tmp_path / "new.msg", code=Exit.OK).stdout
    with MsgFile.open(path) as file:
        kept = sum(1 for part in file.attachments if part.message or part.get(PropTag(0x37010102)) is not None)
    printed = subprocess.run(
        mapix.command("attachments", path, "--save", tmp_path / "out"),
        env=mapix.env,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    assert len(printed) >= kept


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


def test_no_folder_is_made_where_nothing_is_attached(mapix: Mapix, tmp_path: Path) -> None:
    mapix_package.Message(subject="bare", text="x").save(tmp_path / "bare.msg")
    for command in (("attachments", "--save"), ("show", "--save-attachments")):
        ran = mapix(command[0], tmp_path / "bare.msg", command[1], tmp_path / "new")
        assert "nothing is attached" in ran.stderr
    assert not (tmp_path / "new").exists()
