"""What ended before anything was known leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.convert.single import convert_file
from mapix.properties.errors import Collision, InvalidParameter, MapiError

from .conftest import mail


def names(folder: Path) -> set[str]:
    """What lies in a folder and below."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("form", ["msg", "mbox", "maildir"])
def test_a_folder_without_messages_makes_no_output(tmp_path: Path, form: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "picture.png").write_bytes(b"\x89PNG")
    totals = convert([str(tmp_path / "in")], Plan(form, str(tmp_path / "deep" / "out")))
    assert (totals.read, totals.ignored) == (0, 1)
    assert names(tmp_path) == {"in", "in/picture.png"}


def test_a_store_that_is_not_there_makes_no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MapiError):
        convert(["Nofolder"], Plan("msg", str(tmp_path / "xx")))
    assert not (tmp_path / "xx").exists()


def test_a_collision_on_a_mailbox_leaves_it_alone(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "out.mbox").write_bytes(b"precious")
    for _ in range(2):
        with pytest.raises(Collision, match="there before"):
            convert([str(tmp_path / "a.eml")], Plan("mbox", str(tmp_path / "out.mbox")))
    assert names(tmp_path) == {"a.eml", "out.mbox"}
    assert (tmp_path / "out.mbox").read_bytes() == b"precious"


def test_what_is_empty_and_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    convert([str(tmp_path / "in")], Plan("msg", str(tmp_path / "out")))
    assert names(tmp_path) == {"in", "out"}


def test_a_file_where_a_folder_is_wanted_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "b.eml").write_bytes(mail(2))
    (tmp_path / "out").write_bytes(b"precious")
    for out in ("out", "out/below"):
        with pytest.raises(InvalidParameter, match="a folder is wanted") as failed:
            convert([str(tmp_path / "a.eml"), str(tmp_path / "b.eml")], Plan("json", str(tmp_path / out)))
        assert failed.value.value == str(tmp_path / "out")
    with pytest.raises(InvalidParameter, match="a file is wanted"):
        convert([str(tmp_path / "a.eml"), str(tmp_path / "b.eml")], Plan("mbox", str(tmp_path)))
    assert names(tmp_path) == {"a.eml", "b.eml", "out"}


@pytest.mark.parametrize("form", ["json", "mbox", "parquet"])
def test_one_file_that_fails_leaves_no_folder(tmp_path: Path, form: str) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.msg").write_bytes(b"nothing")
    target = tmp_path / "new" / f"x.{form}"
    assert convert_file(str(tmp_path / "a.msg"), target, Plan(form, str(target))).error
    assert names(tmp_path) == {"a.msg"}
    (tmp_path / "a.eml").write_bytes(mail(1))
    assert not convert_file(str(tmp_path / "a.eml"), target, Plan(form, str(target))).error
    assert names(tmp_path) == {"a.msg", "a.eml", "new", f"new/x.{form}"}


def test_a_folder_of_somebody_else_beside_a_page_is_not_replaced(tmp_path: Path) -> None:
    """It was there before, and so was nothing of this conversion; `--fresh` replaces what is there."""
    (tmp_path / "a.eml").write_bytes(mail(1))
    theirs = tmp_path / "out" / "a.files" / "theirs"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"precious")
    os.utime(theirs.parent, (1e9, 1e9))
    plan, errors = Plan("html", str(tmp_path / "out")), list[str]()
    totals = convert([str(tmp_path / "a.eml")], plan, Course(), lambda outcome, _: errors.append(outcome.error))
    assert (totals.failed, errors) == (1, ["a file of this name was there before"])
    assert theirs.read_bytes() == b"precious"
    assert not (tmp_path / "out" / "a.html").exists()
    assert convert([str(tmp_path / "a.eml")], plan, Course(fresh=True)).written == 1
    assert [path.name for path in theirs.parent.iterdir()] == ["case 1.csv"]
