"""Folders of messages in other formats, with counts that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mapix
from mapix.convert.outcome import Totals
from mapix.convert.plan import SUFFIXES, Plan
from mapix.convert.run import Course, convert
from mapix.properties.errors import Busy, InvalidParameter

from .conftest import CORPORA, mail, mixed


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a manifest."""
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def adds_up(totals: Totals) -> bool:
    """Whether everything that was read became something."""
    return totals.read == totals.written + totals.repaired + totals.failed + totals.unfit


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Three mails in two folders, something else, and a link."""
    folder = tmp_path / "mails"
    (folder / "below").mkdir(parents=True)
    for number, name in enumerate(("a.eml", "b.eml", "below/c.eml")):
        (folder / name).write_bytes(mail(number))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "link.eml").symlink_to(folder / "a.eml")
    return folder


def test_a_folder_of_mail_becomes_a_folder_of_msg_files(mails: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    totals = convert([str(mails)], Plan("msg", str(out)), Course(manifest=str(tmp_path / "m.jsonl")))
    assert (totals.read, totals.written, totals.ignored) == (3, 3, 2)
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.msg")} == {"a.msg", "b.msg", "below/c.msg"}
    with mapix.open(out / "below" / "c.msg") as message:
        assert message.subject == "Case 2"
        assert message.attachments["case 2.csv"].data == b"1;2;3\n"
    told = lines(tmp_path / "m.jsonl")
    assert [line["source"] for line in told] == [f"{mails}/{name}" for name in ("a.eml", "b.eml", "below/c.eml")]
    assert [line["target"] for line in told] == ["a.msg", "b.msg", "below/c.msg"]
    assert all(len(line["sha256"]) == 64 and line["recipients"] == 2 and line["attachments"] == 1 for line in told)


def test_mail_that_went_through_msg_is_the_same_bytes(mails: Path, tmp_path: Path) -> None:
    convert([str(mails)], Plan("msg", str(tmp_path / "msg")))
    convert([str(tmp_path / "msg")], Plan("eml", str(tmp_path / "eml")))
    assert (tmp_path / "eml" / "below" / "c.eml").read_bytes() == mail(2)


def test_what_is_done_is_not_done_again_and_what_is_new_is_added(mails: Path, tmp_path: Path) -> None:
    plan = Plan("txt", str(tmp_path / "out"))
    convert([str(mails)], plan)
    before = (tmp_path / "out" / "a.txt").stat().st_mtime_ns
    (mails / "d.eml").write_bytes(mail(9))
    totals = convert([str(mails)], plan, Course(manifest=str(tmp_path / "m.jsonl")))
    assert (totals.read, totals.resumed) == (4, 3)
    assert (tmp_path / "out" / "a.txt").stat().st_mtime_ns == before
    assert len({line["source"] for line in lines(tmp_path / "m.jsonl")}) == 4


def test_another_conversion_into_the_same_folder_is_refused_unless_it_begins_anew(mails: Path, tmp_path: Path) -> None:
    convert([str(mails)], Plan("txt", str(tmp_path / "out")))
    with pytest.raises(InvalidParameter, match="another conversion"):
        convert([str(mails)], Plan("md", str(tmp_path / "out")))
    assert convert([str(mails)], Plan("md", str(tmp_path / "out")), Course(fresh=True)).written == 3


def test_two_conversions_do_not_write_at_once_into_one_folder(mails: Path, tmp_path: Path) -> None:
    from mapix.convert.journal import Journal

    plan = Plan("txt", str(tmp_path / "out"))
    held = Journal(plan)
    with pytest.raises(Busy, match="another conversion"):
        convert([str(mails)], plan)
    held.close()
    assert convert([str(mails)], plan).written == 3


def test_damage_is_told_and_stops_nothing(tmp_path: Path) -> None:
    mixed(tmp_path / "in", 60)
    (tmp_path / "in" / "empty.msg").write_bytes(b"")
    totals = convert([str(tmp_path / "in")], Plan("eml", str(tmp_path / "out")), Course(manifest=str(tmp_path / "m")))
    assert totals.read == 61
    assert adds_up(totals)
    assert totals.written >= 57 - 1
    failed = [line for line in lines(tmp_path / "m") if line["status"] == "failed"]
    assert len(failed) == totals.failed >= 1
    assert all(line["error"] and line["target"] is None for line in failed)


def test_a_strict_conversion_lets_what_has_defects_fail(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(mail(1))
    (tmp_path / "in" / "b.eml").write_bytes(b"Date: yesterday\r\nSubject: x\r\n\r\nHello\r\n")
    lenient = convert([str(tmp_path / "in")], Plan("msg", str(tmp_path / "lenient")))
    strict = convert([str(tmp_path / "in")], Plan("msg", str(tmp_path / "strict"), strict=True))
    assert (lenient.written, lenient.repaired, lenient.failed) == (1, 1, 0)
    assert (strict.written, strict.repaired, strict.failed) == (1, 0, 1)


@pytest.mark.parametrize("form", ["msg", "tnef", "json", "eml", "mbox", "maildir"])
def test_what_was_written_is_read_again_and_compared(mails: Path, tmp_path: Path, form: str) -> None:
    totals = convert([str(mails)], Plan(form, str(tmp_path / "out"), verify=True))
    assert (totals.written, totals.different) == (3, 0)


def test_formats_that_cannot_be_read_again_are_not_verified(mails: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="no message can be made again"):
        convert([str(mails)], Plan("txt", str(tmp_path / "out"), verify=True))


def test_processes_do_what_one_does(tmp_path: Path) -> None:
    mixed(tmp_path / "in", 40)
    one = convert([str(tmp_path / "in")], Plan("eml", str(tmp_path / "one")))
    two = convert([str(tmp_path / "in")], Plan("eml", str(tmp_path / "two")), Course(jobs=2))
    assert adds_up(two)
    assert (one.written, one.repaired, one.failed) == (two.written, two.repaired, two.failed)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.eml")} for n in ("one", "two"))
    assert first == second


@pytest.mark.parametrize("form", sorted(SUFFIXES))
@pytest.mark.parametrize("corpus", ["eml", "msg", "tnef"])
def test_every_real_file_becomes_every_format_that_fits(tmp_path: Path, corpus: str, form: str) -> None:
    if not (CORPORA / corpus).is_dir():
        pytest.skip("the real files are not present")
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="parquet needs the extra export")
    totals = convert([str(CORPORA / corpus)], Plan(form, str(tmp_path / "out")), Course(manifest=str(tmp_path / "m")))
    failed = [line["source"] for line in lines(tmp_path / "m") if line["status"] == "failed"]
    assert failed == []
    assert adds_up(totals)
    assert totals.unfit == 0 or form in ("ics", "vcf")
