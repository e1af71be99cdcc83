"""Two conversions at the same moment: locks whose files are taken away, and the same stdin twice."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from mapix.convert import lockfiles, single, stdin
from mapix.convert.footprint import Footprint
from mapix.convert.journal import Journal
from mapix.convert.outcome import Status
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.convert.single import convert_file
from mapix.convert.stdin import kept
from mapix.properties import filelocks
from mapix.properties.errors import Busy

from .conftest import mail


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_one_is_alone_or_several_share(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "lock"
    first = lockfiles.alone(path)
    assert first is not None
    assert lockfiles.alone(path) is None
    os.close(first)
    two = [lockfiles.shared(path) for _ in range(2)]
    assert lockfiles.alone(path) is None
    for number in two:
        os.close(number)
    last = lockfiles.alone(path)
    assert last is not None
    os.close(last)


def once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, before: Callable[[], object]) -> None:
    """Have something happen just before a function is called for the first time."""
    call, todo = getattr(owner, name), [before]

    def called(*arguments: object, **named: object) -> object:
        if todo:
            todo.pop()()
        return call(*arguments, **named)

    monkeypatch.setattr(owner, name, called)


def test_a_lock_that_is_taken_away_before_it_is_held_keeps_the_next_one_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle conversion takes its files away; who had opened the lock before holds the one that stands there then."""
    idle = Journal(Plan("msg", str(tmp_path / "out")))
    once(monkeypatch, lockfiles.filelocks, "alone", idle.abandon)
    journal = Journal(Plan("msg", str(tmp_path / "out")))
    try:
        with pytest.raises(Busy):
            Journal(Plan("msg", str(tmp_path / "out")))
    finally:
        journal.abandon()


def test_a_folder_that_is_taken_away_before_the_lock_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan("msg", str(tmp_path / "out"))
    footprint = Footprint(plan)
    once(monkeypatch, lockfiles.os, "open", footprint.sweep)
    Journal(plan).abandon()
    assert names(tmp_path / "out" / ".mapix-convert") == []


def test_a_folder_that_another_conversion_sweeps_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one had made it, and found that its message cannot be read."""
    (tmp_path / "a.eml").write_bytes(mail(1))
    target = tmp_path / "new" / "a.msg"
    once(monkeypatch, single, "TemporaryDirectory", lambda: target.parent.rmdir())
    assert convert_file(str(tmp_path / "a.eml"), target, Plan("msg", "")).status is Status.WRITTEN
    assert names(target.parent) == ["a.msg"]


def test_a_folder_that_cannot_be_made_to_stay_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "none" / "lock")
    with pytest.raises(FileNotFoundError):
        lockfiles.alone(tmp_path / "lock")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_same_stdin_stays_until_the_last_one_has_read_it(tmp_path: Path, order: tuple[int, int]) -> None:
    stacks = [ExitStack(), ExitStack()]
    paths = [stack.enter_context(kept(io.BytesIO(mail(1)), tmp_path / "work")) for stack in stacks]
    assert paths[0] == paths[1]
    stacks[order[0]].close()
    assert paths[0].read_bytes() == mail(1)
    assert not list(paths[0].parent.glob("*.part"))
    stacks[order[1]].close()
    assert names(tmp_path / "work") == []


def test_stdin_that_another_one_takes_away_just_then_is_put_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is done between the moment this one waits for it and the moment it holds the lock."""
    other = ExitStack()
    other.enter_context(kept(io.BytesIO(mail(1)), tmp_path / "work"))
    once(monkeypatch, stdin.lockfiles, "shared", other.close)
    with kept(io.BytesIO(mail(1)), tmp_path / "work") as path:
        assert path.read_bytes() == mail(1)
    assert names(tmp_path / "work") == []


def test_a_conversion_that_is_refused_takes_no_stdin_from_the_one_that_runs(tmp_path: Path) -> None:
    """The refused one goes while the first one has read nothing yet."""
    plan = Plan("msg", str(tmp_path / "out"))
    with kept(io.BytesIO(mail(1)), plan.work) as path:
        journal = Journal(plan)
        with kept(io.BytesIO(mail(1)), plan.work) as twice, pytest.raises(Busy):
            convert([str(twice)], plan)
        journal.abandon()
        totals = convert([str(path)], plan, Course(jobs=1))
    assert (totals.read, totals.written) == (1, 1)
    assert not list(plan.work.glob("stdin*"))


def test_where_open_files_are_not_replaced_the_one_that_is_there_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, target: Path) -> Path:
        raise PermissionError("it is open")

    with kept(io.BytesIO(mail(1)), tmp_path) as path:
        monkeypatch.setattr(Path, "replace", refused)
        with kept(io.BytesIO(mail(1)), tmp_path) as again:
            assert (again, again.read_bytes()) == (path, mail(1))
        with pytest.raises(PermissionError), kept(io.BytesIO(mail(2)), tmp_path):
            pass
    assert names(tmp_path) == []


@pytest.mark.skipif(not filelocks.possible, reason="this system locks no files")
def test_a_stream_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("it fails")

    with pytest.raises(OSError, match="it fails"), kept(Broken(), tmp_path):
        pass
    assert names(tmp_path) == []
