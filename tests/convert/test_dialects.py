"""Dialects of mailboxes: Content-Length, flags of maildirs, ends of lines."""

from __future__ import annotations

from pathlib import Path

import pytest

import mapix
from mapix.convert.plan import Plan
from mapix.convert.run import convert
from mapix.formats.mime import from_mime
from mapix.properties import tags as t

from .conftest import content_of

BODY = b"x\n\nFrom the start\n>From quoted\n"


def counted(body: bytes, length: int | None = None) -> bytes:
    """A message of a mailbox with Content-Length."""
    told = len(body) if length is None else length
    return b"From a@b Mon Mar  3 10:11:12 2025\nSubject: s\nContent-Length: %d\n\n" % told + body + b"\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_length_that_is_true_ends_a_message(tmp_path: Path, end: bytes) -> None:
    body = BODY.replace(b"\n", end)
    box = tmp_path / "a.mbox"
    first = counted(b"", len(body)).removesuffix(b"\n").replace(b"\n", end) + body + end
    box.write_bytes(first + counted(b"last\n").replace(b"\n", end))
    assert convert([str(box)], Plan("eml", str(tmp_path / "out"))).read == 2
    assert (tmp_path / "out" / "000001.eml").read_bytes().partition(end + end)[2] == body


@pytest.mark.parametrize("length", [3, 10_000, 0, 10**14])
def test_a_length_that_lies_is_not_believed(tmp_path: Path, length: int) -> None:
    box = tmp_path / "a.mbox"
    box.write_bytes(counted(b"one\nline\n", length) + counted(b"last\n"))
    convert([str(box)], Plan("eml", str(tmp_path / "out")))
    texts = [mapix.open(path).text for path in sorted((tmp_path / "out").glob("*.eml"))]
    assert [(text or "").split() for text in texts] == [["one", "line"], ["last"]]


def test_flags_of_a_maildir_are_read_and_written_and_change_no_byte(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "in" / name).mkdir(parents=True)
    mail = b"From: a@b.test\nSubject: x\n\nText\n"
    for number, flags in enumerate(("FRS", "P", "", "S")):
        (tmp_path / "in" / "cur" / f"{number}.a:2,{flags}").write_bytes(mail)
    convert([str(tmp_path / "in")], Plan("msg", str(tmp_path / "msg")))
    content = content_of(tmp_path / "msg" / "cur" / "0.a.msg")
    assert content.get(t.PR_FLAG_STATUS) == 2
    assert content.get(t.PR_LAST_VERB_EXECUTED) == 102
    assert mapix.open(tmp_path / "msg" / "cur" / "0.a.msg").is_read
    assert not mapix.open(tmp_path / "msg" / "cur" / "1.a.msg").is_read
    convert([str(tmp_path / "msg")], Plan("maildir", str(tmp_path / "out")))
    written = sorted((tmp_path / "out" / "cur").iterdir())
    assert sorted(path.name.rpartition("2,")[2] for path in written) == ["", "FRS", "P", "S"]
    assert {path.read_bytes() for path in written} == {mail}


def test_a_mail_whose_lines_end_with_cr_alone_has_lines_in_a_mailbox(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: a@b.test\rSubject: bare\r\rbody\r")
    totals = convert([str(tmp_path / "a.eml")], Plan("mbox", str(tmp_path / "a.mbox"), verify=True))
    assert (totals.read, totals.different) == (1, 0)
    assert b"\nSubject: bare\n\nbody\n" in (tmp_path / "a.mbox").read_bytes()


def test_signed_mail_differs_in_no_way_in_a_mailbox(tmp_path: Path) -> None:
    """The lines of a mailbox have ends of their own, which is no difference."""
    mail = (
        b"From: a@b.test\r\nSubject: s\r\nContent-Type: multipart/signed; micalg=pgp-sha256; boundary=b;"
        b' protocol="application/pgp-signature"\r\n\r\n--b\r\n\r\nsigned\r\n--b\r\n'
        b"Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    )
    for name, data in (("crlf", mail), ("lf", mail.replace(b"\r\n", b"\n"))):
        (tmp_path / f"{name}.eml").write_bytes(data)
        totals = convert([str(tmp_path / f"{name}.eml")], Plan("mbox", str(tmp_path / f"{name}.mbox"), verify=True))
        assert totals.different == 0


def test_mail_behind_a_mark_of_utf_8_has_its_header() -> None:
    mail = b"\xef\xbb\xbfFrom: a@b.test\r\nSubject: marked\r\n\r\nText\r\n"
    message = mapix.from_mime(mail)
    assert (message.subject, (message.text or "").strip()) == ("marked", "Text")
    assert [defect.where for defect in from_mime(mail).defects] == ["message"]
    assert message.to_mime() == mail
