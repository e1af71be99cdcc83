"""What is attached to message files, listed and saved from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.cli.message_files import saved
from tests.formats.msg.msg_cases import attachment, plain, written

import mapix as mapix_package
from mapix.cli.errors import Exit
from mapix.formats.cfb import CompoundFile
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_REFERENCE, ATTACH_OLE
from mapix.properties.tags import (
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_LONG_PATHNAME,
    PR_ATTACH_METHOD,
    PR_SUBJECT,
)

from .conftest import Mapix


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


def test_what_is_attached_to_a_message_of_a_store_is_saved_with_messages_inside(mapix: Mapix, q3: Path) -> None:
    mapix.init()
    mapix("cp", q3, "Inbox")
    out = q3.parent / "out"
    mapix("show", "inbox#1", "--save-attachments", out)
    assert {one.name for one in out.iterdir()} == {"a.txt", "Inside.msg"}


def test_no_folder_is_made_where_nothing_is_attached(mapix: Mapix, tmp_path: Path) -> None:
    mapix_package.Message(subject="bare", text="x").save(tmp_path / "bare.msg")
    for command in (("attachments", "--save"), ("show", "--save-attachments")):
        ran = mapix(command[0], tmp_path / "bare.msg", command[1], tmp_path / "new")
        assert "nothing is attached" in ran.stderr
    assert not (tmp_path / "new").exists()
