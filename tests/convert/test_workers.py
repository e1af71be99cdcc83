"""Processes that die of an item, or do not come to its end, and are replaced."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from mapix.convert import processes, timelimit, worker
from mapix.convert import work as module
from mapix.convert.items import Item
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import Plan
from mapix.convert.processes import Processes
from mapix.convert.reading import Loaded
from mapix.convert.run import Course, convert
from mapix.convert.timelimit import Overdue, limited
from mapix.convert.work import convert_item
from mapix.convert.worker import START_SECONDS, Late, Worker
from mapix.properties.errors import CallFailed

from .conftest import mail
from .troubled import gone, mark, slow, troubled


def items_in(folder: Path, *names: str) -> list[Item]:
    """Files of mail of these names."""
    items = []
    for number, name in enumerate(names):
        (folder / f"{name}.eml").write_bytes(mail(number))
        items.append(Item(name, name, path=str(folder / f"{name}.eml"), size=1))
    return items


def converted(items: list[Item], plan: Plan, jobs: int = 2) -> list[Outcome]:
    """What becomes of items in batches of four."""
    pool = Processes(plan, jobs)
    try:
        return [one for some in pool.run([items[at : at + 4] for at in range(0, len(items), 4)]) for one in some]
    finally:
        pool.close()


def test_a_process_that_dies_or_does_not_end_is_replaced_and_only_its_item_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item with which a process dies once is converted when it is tried again."""
    monkeypatch.setattr(processes, "work", troubled)
    monkeypatch.setattr(Worker, "seconds_left", property(seconds_left))
    kinds = {3: " deadly", 6: " once", 9: " endless"}
    items = items_in(tmp_path, *(f"{number}{kinds.get(number, '')}" for number in range(14)))
    found = converted(items, Plan("msg", str(tmp_path / "out")))
    assert [one.source for one in found] == [item.name for item in items]
    failed = {one.source: (one.code, one.error) for one in found if one.status is Status.FAILED}
    assert failed == {
        "3 deadly": ("MAPI_E_CALL_FAILED", "the process that converted it died, twice"),
        "9 endless": ("MAPI_E_TIMEOUT", "it takes longer than the 300 s that an item may take"),
    }
    assert len(list((tmp_path / "out").glob("*.msg"))) == 12


def seconds_left(self: Worker) -> float:
    """A worker is late when it has come to what does not end, however busy the machine is."""
    if not self.stretches:
        return 0.05
    stretch = self.stretches[0]
    item = stretch.items[min(stretch.at + self.untold, len(stretch.items) - 1)]
    return 0.0 if "endless" in item.name and mark(item).exists() else 0.05


def test_what_comes_to_its_end_when_it_is_found_late_is_in_time_and_blames_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first item is told of just when its process is given up, which is at the second one then."""
    items = items_in(tmp_path, *(f"{number} slow" for number in range(6)))
    lost, gone_late = Processes._lost, list[Worker]()

    def losing(pool: Processes, worker: Worker, *, late: bool) -> None:
        gone_late.append(worker)
        deadline = time.monotonic() + 60
        while not worker.pipe.poll() and time.monotonic() < deadline:
            time.sleep(0.005)
        lost(pool, worker, late=late)

    def found_late(worker: Worker) -> float:
        return 0.05 if gone_late or not worker.late.begun or not worker.stretches else 0.0

    monkeypatch.setattr(processes, "work", slow)
    monkeypatch.setattr(Processes, "_lost", losing)
    monkeypatch.setattr(Worker, "seconds_left", property(found_late))
    found = converted(items, Plan("msg", str(tmp_path / "out")), jobs=1)
    assert len(gone_late) == 1
    assert [one.status for one in found] == [Status.WRITTEN] * 6


def test_a_worker_is_late_when_it_is_silent_for_longer_than_an_item_may_take() -> None:
    """One that has nothing to do is never late; one that does not begin is, at some time."""
    silent = Late(5, since=time.monotonic() - 10, begun=True)
    assert (silent.left(busy=True) or 0) < 0
    assert silent.left(busy=False) is None
    assert Late(0, since=0, begun=True).left(busy=True) is None
    assert 10 < (Late(5).left(busy=False) or 0) <= START_SECONDS


def test_processes_that_cannot_be_started_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_FALSE_STARTS", 1)
    monkeypatch.setattr(worker, "_serve", gone)
    with pytest.raises(CallFailed, match="cannot be started"):
        converted(items_in(tmp_path, "a"), Plan("msg", str(tmp_path / "out")), jobs=1)


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit memory")
def test_an_item_that_needs_too_much_memory_fails_alone(tmp_path: Path) -> None:
    """A document of 500 MiB does not fit into 400."""
    limit = 400 << 20
    items = items_in(tmp_path, "small", "large")
    with (tmp_path / "large.json").open("wb") as file:
        file.write(b'{"mapix":"message"')
        file.truncate(500 << 20)
    items[1] = Item("large", "large", path=str(tmp_path / "large.json"), size=1)
    found = converted(items, Plan("msg", str(tmp_path / "out"), memory_limit=limit), jobs=1)
    assert [(one.status, one.code) for one in found] == [
        (Status.WRITTEN, ""),
        (Status.FAILED, "MAPI_E_NOT_ENOUGH_MEMORY"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no alarms")
def test_a_hanging_item_fails_in_this_process_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts add up; the alarm is brought forward."""
    whole = module.load

    def hangs(item: Item, plan: Plan, files: ExitStack) -> Loaded:
        if item.name.endswith("1.eml"):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            forever()
        return whole(item, plan, files)

    monkeypatch.setattr(module, "load", hangs)
    (tmp_path / "in").mkdir()
    items_in(tmp_path / "in", "0", "1", "2")
    plan = Plan("msg", str(tmp_path / "out"), time_limit=60)
    codes = []
    totals = convert([str(tmp_path / "in")], plan, Course(), lambda outcome, _: codes.append(outcome.code))
    assert (totals.read, totals.written, totals.failed) == (3, 2, 1)
    assert codes == ["", "MAPI_E_TIMEOUT", ""]


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no alarms")
def test_an_alarm_that_rings_before_the_work_begins_rings_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer to come to the work than the work may take."""
    arm = signal.setitimer

    def armed(which: int, seconds: float, again: float = 0) -> object:
        before = arm(which, seconds, again)
        if seconds:
            signal.raise_signal(signal.SIGALRM)
        return before

    monkeypatch.setattr(signal, "setitimer", armed)
    handler = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Overdue), limited(60):
        pytest.fail("the work was begun")
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is handler


@pytest.mark.parametrize("main", [True, False])
def test_what_takes_too_long_is_ended_in_every_thread(main: bool) -> None:
    """A second round shows that nothing of the first one is left."""
    found: list[str] = []

    def run() -> None:
        for _ in range(2):
            try:
                with limited(0.05):
                    while True:
                        pass
            except Overdue:
                found.append("late")
            with limited(60):
                found.append("in time")

    if main:
        run()
    else:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(60)
    assert found == ["late", "in time"] * 2


def test_an_exception_that_was_swallowed_is_raised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timelimit, "AGAIN", 0.05)
    with pytest.raises(Overdue), limited(0.05):
        stubborn()


def stubborn() -> None:
    """Hears only the second call."""
    with suppress(Overdue):
        forever()
    forever()


def forever() -> None:
    """Never ends by itself."""
    while True:
        pass


def test_no_limit_is_none(tmp_path: Path) -> None:
    (item,) = items_in(tmp_path, "a")
    assert convert_item(item, Plan("msg", str(tmp_path / "out"), time_limit=0)).status is Status.WRITTEN
