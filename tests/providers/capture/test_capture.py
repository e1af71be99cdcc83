"""The service CAPTURE in a profile: what it writes, whom it refuses, and what becomes of mail it cannot write."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

import mapix
from mapix.properties.errors import CorruptData
from mapix.providers.capture.envelope import Envelope, Refusal, read_refusals, write_refusals
from mapix.testing.sandbox import Sandbox, sandbox


@pytest.fixture
def box(tmp_path: Path):
    with sandbox(tmp_path) as made:
        yield made


def send(box: Sandbox, *to: str) -> None:
    with box.logon() as session:
        session.new(subject="Budget", text="Hello", to=list(to), bcc="cy@example.org").submit()
        session.flush()


def test_a_message_is_three_files_for_its_owner_only(box: Sandbox) -> None:
    """SPI-28."""
    send(box, "ann@example.org")
    written = sorted(path.suffix for path in box.outbox.folder.iterdir())
    assert written == [".eml", ".json", ".msg"]
    (envelope,) = box.outbox.folder.glob("*.json")
    assert json.loads(envelope.read_text()) == {
        "sender": "you@example.org",
        "recipients": ["ann@example.org", "cy@example.org"],
    }
    with mapix.open(envelope.with_suffix(".msg")) as message:
        assert [one.kind for one in message.recipients] == ["to", "bcc"]
    assert b"cy@example.org" not in envelope.with_suffix(".eml").read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(box.outbox.folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_keeps_mail_waiting(box: Sandbox) -> None:
    """SPL-76: nothing is lost, and it goes when that is mended."""
    box.outbox.folder.write_bytes(b"a file is in the way")
    send(box, "ann@example.org")
    with box.logon() as session:
        assert session.mapi.pending() == 1
        box.outbox.folder.unlink()
        session.flush()
        assert [message.subject for message in session.sent.messages] == ["Budget"]
    assert len(box.outbox) == 1


def test_a_list_of_refusals_that_nobody_can_read_keeps_mail_waiting(box: Sandbox) -> None:
    """SPL-12: nobody is told to be reached who should be refused."""
    box.outbox.folder.mkdir()
    (box.outbox.folder / "refused").write_text("ann@example.org never\n")
    send(box, "ann@example.org")
    assert list(box.outbox.folder.glob("*.json")) == []


def test_refusals_are_kept_as_lines(tmp_path: Path) -> None:
    """SPL-12."""
    write_refusals(tmp_path, {"Ann@Example.org": Refusal(450, "4.2.1 later,\nplease")})
    assert read_refusals(tmp_path) == {"ann@example.org": Refusal(450, "4.2.1 later, please")}
    assert read_refusals(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"sender": "a"}', b'{"sender": "a", "recipients": 7}', b"\xff"])
def test_what_is_no_envelope_is_corrupt(data: bytes) -> None:
    """SPI-28."""
    with pytest.raises(CorruptData):
        Envelope.load(data)
