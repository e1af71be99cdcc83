"""Mailboxes that grow, and what others put into them."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest

from mapix.convert.journal import boot_id
from mapix.convert.mboxes import unquoted
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.properties.errors import Collision

from .conftest import mail

OTHERS = b"From eve@example.org Thu Jan  1 00:00:00 1970\nSubject: mine\n\nOf somebody else\n\n"


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Five mails in a folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.eml").write_bytes(mail(number))
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Into a mailbox."""
    return Plan("mbox", str(tmp_path / "out.mbox"))


def interrupted(mails: Path, plan: Plan, after: int) -> None:
    """A conversion that is stopped by Ctrl-C when so many messages were read."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert([str(mails)], plan, Course(limit=after), stop)


def test_what_others_added_to_a_mailbox_is_not_cut_off(mails: Path, plan: Plan) -> None:
    convert([str(mails)], plan)
    out = Path(plan.out)
    with out.open("ab") as file:
        file.write(OTHERS)
    whole = out.read_bytes()
    for _ in range(2):
        with pytest.raises(Collision, match="became longer") as failed:
            convert([str(mails)], plan)
        assert "another output" in (failed.value.hint or "")
        assert out.read_bytes() == whole
    (mails / "new.eml").write_bytes(mail(9))
    with pytest.raises(Collision, match="became longer"):
        convert([str(mails)], plan)
    assert out.read_bytes() == whole
    assert convert([str(mails)], plan, Course(fresh=True)).written == 6


def test_what_others_added_to_an_interrupted_mailbox_is_not_cut_off(mails: Path, plan: Plan) -> None:
    interrupted(mails, plan, 2)
    out = Path(plan.out)
    before = out.read_bytes()
    out.write_bytes(before + OTHERS)
    with pytest.raises(Collision, match="became longer"):
        convert([str(mails)], plan)
    assert out.read_bytes() == before + OTHERS
    out.write_bytes(before)
    totals = convert([str(mails)], plan)
    assert (totals.read, totals.resumed) == (5, 2)
    assert out.read_bytes().count(b"\nSubject: Case") == 5


def test_what_was_being_written_when_it_was_killed_is_written_again(mails: Path, plan: Plan) -> None:
    convert([str(mails)], plan)
    out, journal = Path(plan.out), plan.work / "journal.jsonl"
    whole = out.read_bytes()
    lines = journal.read_bytes().splitlines(keepends=True)
    first = next(place for place, line in enumerate(lines) if line.startswith(b'{"source"'))
    journal.write_bytes(b"".join(lines[: first + 2]))
    out.write_bytes(whole[:-100])
    assert convert([str(mails)], plan).resumed == 2
    assert out.read_bytes() == whole
    assert list(plan.work.glob("cut-off-*")) == []


def test_what_others_added_where_it_was_killed_is_kept(mails: Path, plan: Plan) -> None:
    convert([str(mails)], plan)
    out, journal = Path(plan.out), plan.work / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    first = next(place for place, line in enumerate(lines) if line.startswith(b'{"source"'))
    journal.write_bytes(b"".join(lines[: first + 2]))
    whole = out.read_bytes()
    out.write_bytes(whole[:-1000] + OTHERS)
    assert convert([str(mails)], plan).resumed == 2
    assert out.read_bytes() == whole
    assert [path.read_bytes().endswith(OTHERS) for path in plan.work.glob("cut-off-*.mbox")] == [True]


def test_a_mailbox_that_became_shorter_is_not_filled_up(mails: Path, plan: Plan) -> None:
    convert([str(mails)], plan)
    out = Path(plan.out)
    out.write_bytes(out.read_bytes()[:-300])
    short = out.read_bytes()
    with pytest.raises(Collision, match="became shorter"):
        convert([str(mails)], plan)
    assert out.read_bytes() == short
    out.unlink()
    with pytest.raises(Collision, match="became shorter"):
        convert([str(mails)], plan)
    assert not out.exists()


@pytest.mark.skipif(not boot_id(), reason="this system does not tell when it was started")
def test_after_a_crash_of_the_machine_what_is_cut_off_is_kept(mails: Path, plan: Plan) -> None:
    interrupted(mails, plan, 2)
    (plan.work / "boot").write_text("another")
    out = Path(plan.out)
    before = out.read_bytes()
    out.write_bytes(before + OTHERS)
    assert convert([str(mails)], plan).resumed == 2
    assert out.read_bytes().count(b"\nSubject: Case") == 5
    assert [path.read_bytes() for path in plan.work.glob("cut-off-*.mbox")] == [OTHERS]


@pytest.mark.parametrize(
    ("stored", "plain"),
    [
        (b"Subject: a\n\n>From here\n>>From there\n> From\n", b"Subject: a\n\nFrom here\n>From there\n> From\n"),
        (b"Subject: a\r\n\r\nFrom me\r\n>From you\r\n", b"Subject: a\r\n\r\nFrom me\r\n>From you\r\n"),
        (b"Subject: a\n\nx\nFrom me\n>From you\n", b"Subject: a\n\nx\nFrom me\nFrom you\n"),
        (b"Subject: a\n\n" + b"x" * (1 << 16) + b">From \n", b"Subject: a\n\n" + b"x" * (1 << 16) + b">From \n"),
    ],
    ids=("quoted", "bare-after-a-blank-line", "bare-elsewhere", "in-a-long-line"),
)
def test_a_large_message_loses_the_same_signs_of_quoting_as_a_small_one(stored: bytes, plain: bytes) -> None:
    with ExitStack() as files:
        large = unquoted(BytesIO(stored), files)
        assert unquoted(stored, files) == plain
        assert not isinstance(large, bytes)
        assert large.read() == plain
