"""Disks that are full: no source is to blame for that, and none counts as done."""

from __future__ import annotations

import errno
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

import mapix
from mapix.convert import archives, processes
from mapix.convert import journal as journals
from mapix.convert import work as module
from mapix.convert.failures import told
from mapix.convert.items import Item
from mapix.convert.plan import Plan
from mapix.convert.reading import Loaded
from mapix.convert.run import Course, convert
from mapix.convert.targets.messages import Msg
from mapix.formats.storageerrors import MediumFull
from mapix.properties.content import MessageContent
from mapix.properties.errors import NotEnoughDisk

from .conftest import mail
from .troubled import no_room

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def mails(tmp_path: Path) -> str:
    """Forty mails in a folder."""
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number:02}.eml").write_bytes(mail(number))
    return str(tmp_path / "in")


def test_what_there_was_no_room_for_is_done_when_there_is_some(
    mails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be written is noted; no message counts as one that cannot be converted."""
    write = Msg.write

    def writing(target: Msg, content: MessageContent, path: Path, title: str) -> None:
        if title == "07":
            path.write_bytes(b"half")
            raise FULL
        write(target, content, path, title)

    plan, course = Plan("msg", str(tmp_path / "out")), Course(jobs=1, manifest=str(tmp_path / "m"))
    seen: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(Msg, "write", writing)
        with pytest.raises(NotEnoughDisk, match=r"no room on the disk.*07\.eml.*goes on from there"):
            convert([mails], plan, course, lambda outcome, _: seen.append(outcome.error))
    assert set(seen) == {""}
    assert len(list((tmp_path / "out").glob("*.msg"))) == 31
    totals = convert([mails], plan, course)
    assert (totals.read, totals.written, totals.failed, totals.resumed) == (40, 40, 0, 31)
    assert mapix.open(tmp_path / "out" / "07.msg").subject == "Case 7"


def test_the_same_holds_where_several_processes_convert(
    mails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, course = Plan("msg", str(tmp_path / "out")), Course(jobs=2)
    with monkeypatch.context() as patched:
        patched.setattr(processes, "work", no_room)
        with pytest.raises(NotEnoughDisk):
            convert([mails], plan, course)
    totals = convert([mails], plan, course)
    assert (totals.read, totals.written, totals.failed) == (40, 40, 0)


def test_a_member_that_finds_no_room_to_be_unpacked_is_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in a packed archive and has to be unpacked before it is read."""
    (tmp_path / "mail.mbox").write_bytes(b"From ann\n" + mail(1).replace(b"\r", b"") + b"\n")
    with tarfile.open(tmp_path / "in.tgz", "w:gz") as archive:
        archive.add(tmp_path / "mail.mbox", "mail.mbox")

    def copying(source: BinaryIO, target: BinaryIO, size: int) -> None:
        raise FULL

    plan = Plan("msg", str(tmp_path / "out"))
    with monkeypatch.context() as patched:
        patched.setattr(archives, "copyfileobj", copying)
        with pytest.raises(NotEnoughDisk):
            convert([str(tmp_path / "in.tgz")], plan)
    totals = convert([str(tmp_path / "in.tgz")], plan)
    assert (totals.read, totals.written, totals.resumed) == (1, 1, 0)


def test_a_file_that_is_larger_than_files_can_be_fails_alone(mails: str, tmp_path: Path, full_at: Any) -> None:
    """Room that somebody makes helps it not."""
    with full_at("03.eml", errno.EFBIG):
        totals = convert([mails], Plan("msg", str(tmp_path / "out")), Course(jobs=1))
    assert (totals.read, totals.written, totals.failed) == (40, 39, 1)


@pytest.fixture
def full_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reading a source fails with a number of the system."""
    load = module.load

    @contextmanager
    def failing(name: str, number: int) -> Iterator[None]:
        def loading(item: Item, plan: Plan, files: ExitStack) -> Loaded:
            if item.name.endswith(name):
                raise OSError(number, "it fails")
            return load(item, plan, files)

        with monkeypatch.context() as patched:
            patched.setattr(module, "load", loading)
            yield

    return failing


@pytest.mark.parametrize(("number", "symbol"), [(errno.ENOSPC, "NOT_ENOUGH_DISK"), (errno.EFBIG, "TOO_BIG")])
def test_what_the_system_said_is_told_however_it_was_wrapped(number: int, symbol: str) -> None:
    wrapped = MediumFull("it fails")
    wrapped.__cause__ = OSError(number, "it fails")
    assert told(wrapped)[0] == told(wrapped.__cause__)[0] == f"MAPI_E_{symbol}"


def test_what_the_disk_could_not_keep_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says it once, and that may be while the work goes on."""
    monkeypatch.setattr(journals, "settle_disk", lambda: None)
    monkeypatch.setattr(journals, "SYNC_SECONDS", -1)
    asked: list[int] = []

    def once(file: int) -> None:
        asked.append(file)
        if len(asked) == 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(journals.os, "fsync", once)
    (tmp_path / "a.eml").write_bytes(mail(1))
    with pytest.raises(OSError, match="Input/output"):
        convert([str(tmp_path / "a.eml")], Plan("msg", str(tmp_path / "out")))
    assert len(asked) == 1
