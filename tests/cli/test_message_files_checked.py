"""Message files on the command line: checked, compared, and packed anew."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.message_files import saved
from tests.formats.msg.msg_cases import attachment, person, plain, written

from mapix.cli.errors import Exit
from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_MESSAGE_CLASS,
    PR_SUBJECT,
)

from .conftest import Mapix


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
