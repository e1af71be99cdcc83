"""Message files on the command line: made, changed, and moved in and out of stores."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.message_files import values

from mapix.cli.errors import Exit
from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile, content_of
from mapix.properties.tags import (
    PR_ATTACHMENT_HIDDEN,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_HTML,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SUBJECT,
)

from .conftest import Mapix


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
