"""Files that hold no message, and messages that only lack something."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapix.convert.forms import has_header
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import Plan
from mapix.convert.run import convert
from mapix.convert.single import convert_file

from .conftest import mail

SCRIPT = b"import os\n\n\ndef f():\n    return os.name\n"


def converted(folder: Path, name: str, data: bytes | None, to: str = "msg") -> Outcome:
    """What becomes of a file of this name; of stdin where it has none."""
    target = folder / f"target.{to}"
    if name:
        (folder / name).write_bytes(data or b"")
        return convert_file(str(folder / name), target, Plan(to, str(target)))
    return convert_file("-", target, Plan(to, str(target)), data=data)


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
