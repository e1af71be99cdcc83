"""Ctrl-C and full disks at the worst moment: between what is written and what is noted of it."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapix.convert import journal as journals
from mapix.convert import processes
from mapix.convert import run as runs
from mapix.convert.gathering import Mailbox
from mapix.convert.plan import Plan
from mapix.convert.processes import Processes
from mapix.convert.run import Course, Stopped, convert
from mapix.convert.single import convert_file
from mapix.convert.workers import Here
from mapix.properties.interrupts import undisturbed

from .conftest import mail

Adding = Callable[[journals.Journal, list[Any]], None]


@pytest.fixture
def mails(tmp_path: Path) -> list[str]:
    """Five mails in a folder."""
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"{number}.eml").write_bytes(mail(number))
    return [str(tmp_path / "in")]


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("early", [True, False], ids=["before it is noted", "when it is noted"])
@pytest.mark.parametrize("form", ["json", "mbox", "parquet"])
def test_ctrl_c_cuts_nothing_in_two(
    mails: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, early: bool
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="parquet needs the extra export")
    plan, add = Plan(form, str(tmp_path / f"out.{form}")), journals.Journal.add

    def adding(journal: journals.Journal, outcomes: list[Any]) -> None:
        if early:
            interrupt()
        add(journal, outcomes)
        interrupt()

    with monkeypatch.context() as patched:
        patched.setattr(journals.Journal, "add", adding)
        with pytest.raises(Stopped) as stopped:
            convert(mails, plan)
    assert (stopped.value.totals.read, stopped.value.totals.written) == (5, 5)
    told = convert(mails, plan, Course(manifest=str(tmp_path / "m")))
    assert (told.read, told.written, told.resumed) == (5, 5, 5)
    assert len({json.loads(line)["source"] for line in (tmp_path / "m").read_text("ascii").splitlines()}) == 5


def test_a_disk_that_is_full_for_the_journal_leaves_a_mailbox_that_goes_on(
    mails: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, add = Plan("mbox", str(tmp_path / "out.mbox")), journals.Journal.add

    def adding(journal: journals.Journal, outcomes: list[Any]) -> None:
        add(journal, outcomes[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journals.Journal, "add", adding)
        with pytest.raises(OSError, match="No space"):
            convert(mails, plan)
    told = convert(mails, plan)
    assert (told.read, told.resumed) == (5, 3)
    assert Path(plan.out).read_bytes().count(b"\nSubject: Case") == 5


def test_only_the_main_thread_holds_interrupts_back() -> None:
    held: list[bool] = []

    def work() -> None:
        before = signal.getsignal(signal.SIGINT)
        with undisturbed():
            held.append(signal.getsignal(signal.SIGINT) is not before)

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert held == [True, False]


def test_who_ignores_interrupts_goes_on_ignoring_them() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with undisturbed():
            interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_behind_the_last_source_tells_the_counts_too(
    mails: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while the manifest is written, which is not there then; what was converted is."""
    plan, course = Plan("json", str(tmp_path / "out")), Course(manifest=str(tmp_path / "m"))
    with monkeypatch.context() as patched:
        patched.setattr(runs, "write_manifest", lambda journal, path: interrupt())
        with pytest.raises(Stopped) as stopped:
            convert(mails, plan, course)
    assert (stopped.value.totals.read, stopped.value.totals.written) == (5, 5)
    assert convert(mails, plan, course).resumed == 5
    assert len((tmp_path / "m").read_text("ascii").splitlines()) == 5


@pytest.mark.parametrize("step", ["rmtree", "rename"])
def test_ctrl_c_takes_no_attachments_from_a_file_that_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The file that was there and the folder beside it are both of the old message, or both of the new one."""
    target = tmp_path / "out.md"
    for number in range(2):
        (tmp_path / f"{number}.eml").write_bytes(mail(number))
    convert_file(str(tmp_path / "0.eml"), target, Plan("md", "", since=0))
    owner: Any = {"rmtree": shutil, "rename": Path}[step]
    call = getattr(owner, step)

    def interrupted(place: Path, *rest: Any, **named: Any) -> Any:
        if tmp_path / "out.files" in (place, *rest):
            interrupt()
        return call(place, *rest, **named)

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            convert_file(str(tmp_path / "1.eml"), target, Plan("md", "", since=0))
    assert "Case 1" in target.read_text("utf-8")
    assert [path.name for path in (tmp_path / "out.files").iterdir()] == ["case 1.csv"]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_who_asks_a_second_time_does_not_wait_for_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first Ctrl-C lets each process finish its item; the second one ends them all, and no third one leaves any."""
    ended: list[str] = []

    class Slow:
        def end(self) -> None:
            interrupt()

        def kill(self) -> bool:
            interrupt()
            ended.append("killed")
            return False

    pool = Processes(Plan("msg", str(tmp_path)), 3)
    monkeypatch.setattr(pool, "_workers", [Slow(), Slow(), Slow()])
    with pytest.raises(KeyboardInterrupt):
        pool.close()
    assert ended == ["killed"] * 3


def test_no_process_is_started_that_nobody_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes when a process runs and its giver of work does not know it yet."""
    ended: list[str] = []

    class Started:
        stretches = ()

        def __init__(self, *_: object) -> None:
            interrupt()

        def end(self) -> None:
            ended.append("ended")

    monkeypatch.setattr(processes, "Worker", Started)
    pool = Processes(Plan("msg", str(tmp_path)), 3)
    with pytest.raises(KeyboardInterrupt):
        list(pool.run([[]]))
    pool.close()
    assert ended == ["ended"]


def test_workers_are_ended_where_a_full_disk_takes_the_end_of_a_mailbox(
    mails: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []
    close = Mailbox.close
    monkeypatch.setattr(Here, "close", lambda workers: ended.append(True))

    def failing(mailbox: Mailbox) -> None:
        close(mailbox)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Mailbox, "close", failing)
    with pytest.raises(OSError, match="No space"):
        convert(mails, Plan("mbox", str(tmp_path / "out.mbox")))
    assert ended == [True]
