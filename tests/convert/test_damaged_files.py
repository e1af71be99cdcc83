"""Files that hold no message, and messages that only lack something."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

import mapix
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.convert.single import convert_file
from mapix.convert.stdin import kept
from mapix.formats.cfb import Node, write_compound_file
from mapix.formats.recognition import has_header

from .conftest import mail

SCRIPT = b"import os\n\n\ndef f():\n    return os.name\n"


def converted(folder: Path, name: str, data: bytes | None, to: str = "msg") -> Outcome:
    """What becomes of a file of this name; of stdin where it has none."""
    target = folder / f"target.{to}"
    if name:
        (folder / name).write_bytes(data or b"")
        return convert_file(str(folder / name), target, Plan(to, str(target)))
    with kept(BytesIO(data or b""), folder / "work") as path:
        return convert_file("-", target, Plan(to, str(target)), kept=path)


@pytest.mark.parametrize("name", ["s1.py", "notes", "notes.txt", "x.xyz", ""])
def test_a_text_without_header_is_no_mail(tmp_path: Path, name: str) -> None:
    outcome = converted(tmp_path, name, SCRIPT)
    assert (outcome.status, outcome.code) == (Status.FAILED, "MAPI_E_CORRUPT_DATA")
    assert not (tmp_path / "target.msg").exists()


@pytest.mark.parametrize("name", ["s1.eml", "s1.mht"])
def test_a_text_without_header_that_is_named_mail_is_repaired(tmp_path: Path, name: str) -> None:
    outcome = converted(tmp_path, name, SCRIPT)
    assert outcome.status is Status.REPAIRED
    assert outcome.defects[0].startswith("header: ")
    strict = Plan("msg", str(tmp_path / "strict.msg"), strict=True)
    assert convert_file(str(tmp_path / name), tmp_path / "strict.msg", strict).code == "MAPI_E_CORRUPT_DATA"


def test_a_picture_is_no_mail_whatever_it_is_called(tmp_path: Path) -> None:
    outcome = converted(tmp_path, "picture.eml", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert (outcome.status, outcome.code) == (Status.FAILED, "MAPI_E_CORRUPT_DATA")


@pytest.mark.parametrize("name", ["mail.eml", "mail", "mail.txt", ""])
def test_mail_is_mail_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    assert converted(tmp_path, name, mail(1)).status is Status.WRITTEN


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"Subject: x\r\n", True),
        (b"\r\n\r\nSubject : x", True),
        (b"\xef\xbb\xbfFrom: a@example.org", True),
        (b">From a@example.org Thu Jan  1\nX-Long:" + b"a" * 2000, True),
        ("\ufeffFrom: a@example.org\n".encode("utf-16-le"), True),
        (b"https://example.org/", False),
        (b'"""Title: of a module"""', False),
        (b"#!/bin/sh:", False),
        (b"Dear Ann: hello", False),
        (b"", False),
    ],
)
def test_header_lines_are_known(head: bytes, found: bool) -> None:
    assert has_header(head) is found


def test_drafts_come_back_from_a_mailbox_as_sound_mail(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, told in enumerate(({"subject": "Draft", "text": "x"}, {"to": ["b@example.org"]}, {"text": "only"}, {})):
        mapix.Message(**told).save(tmp_path / "in" / f"{number}.msg")  # type: ignore[arg-type]
    convert([str(tmp_path / "in")], Plan("mbox", str(tmp_path / "out.mbox")))
    strict = Plan("msg", str(tmp_path / "back"), strict=True)
    totals = convert([str(tmp_path / "out.mbox")], strict, Course(manifest=str(tmp_path / "m")))
    assert (totals.read, totals.written) == (4, 4)
    assert [json.loads(line)["defects"] for line in (tmp_path / "m").read_text().splitlines()] == [[]] * 4


def test_mail_without_author_and_date_is_no_damage(tmp_path: Path) -> None:
    assert converted(tmp_path, "a.eml", b"Subject: x\r\n\r\ny\r\n").status is Status.WRITTEN
    odd = converted(tmp_path, "b.eml", b"From: ,;\r\nSubject: x\r\n\r\ny\r\n", to="json")
    assert odd.defects == ["From: tells of nobody: ',;'"]


def compound(folder: Path, *streams: Node) -> bytes:
    """A compound file of these streams."""
    write_compound_file(Node("Root Entry", children=streams), folder / "made")
    return (folder / "made").read_bytes()


@pytest.mark.parametrize("name", ["a.msg", "a.doc", "a", ""])
@pytest.mark.parametrize("stream", ["WordDocument", "\x05SummaryInformation"])
def test_a_compound_file_without_a_message_fails(tmp_path: Path, name: str, stream: str) -> None:
    outcome = converted(tmp_path, name, compound(tmp_path, Node(stream, b"text" * 2000)), to="eml")
    assert (outcome.status, outcome.code) == (Status.FAILED, "MAPI_E_CORRUPT_DATA")
    assert "holds no message" in outcome.error
    assert not (tmp_path / "target.eml").exists()


def test_what_can_be_read_without_the_property_stream_is_repaired(tmp_path: Path) -> None:
    streams = Node("__substg1.0_0037001F", "Kept".encode("utf-16-le"))
    outcome = converted(tmp_path, "a.msg", compound(tmp_path, streams), to="json")
    assert outcome.status is Status.REPAIRED
    told = json.loads((tmp_path / "target.json").read_text())
    assert told["summary"]["subject"] == "Kept"


def test_an_empty_message_is_no_damage(tmp_path: Path) -> None:
    outcome = converted(tmp_path, "a.msg", compound(tmp_path, Node("__properties_version1.0", bytes(32))), to="json")
    assert outcome.status is Status.WRITTEN
