"""Conversions that are killed and go on: each source once, and nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import mapix
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert

from .conftest import mail, mixed

ROOT = Path(__file__).parents[2]


def size_of(journal: Path) -> int:
    """Bytes of the journal; 0 while there is none."""
    return journal.stat().st_size if journal.exists() else 0


def run_and_kill(command: list[str], journal: Path, more: int) -> int | None:
    """Start a conversion and kill it when its journal has grown by `more` bytes; its exit code where it was done."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    wanted = size_of(journal) + more
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and size_of(journal) < wanted:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        ended = process.wait()
    return None if ended == -signal.SIGKILL else ended


def killed_until_done(command: list[str], journal: Path, chance: random.Random, most: int) -> int:
    """Kill the command at random moments until it is done; how often it was killed."""
    kills = 0
    while run_and_kill(command, journal, chance.randrange(1, most)) is None:
        kills += 1
        assert kills < 400
    return kills


def campaign(folder: Path, count: int, most: int, form: str, jobs: int) -> int:
    """Convert mixed files with kills; every source is in the manifest once, and every target can be read."""
    mixed(folder / "in", count)
    out = folder / ("out.mbox" if form == "mbox" else "out")
    command = [sys.executable, "-m", "mapix", "convert", str(folder / "in"), "--to", form, "-o", str(out)]
    command += ["--jobs", str(jobs), "--manifest", str(folder / "m.jsonl")]
    journal = Plan(form, str(out)).work / "journal.jsonl"
    kills = killed_until_done(command, journal, random.Random(count), most)
    lines = [json.loads(line) for line in (folder / "m.jsonl").read_text("ascii").splitlines()]
    expected = {str(path) for path in (folder / "in").rglob("*.*")}
    assert Counter(line["source"] for line in lines) == Counter(expected)
    states = Counter(line["status"] for line in lines)
    assert states["written"] + states["repaired"] + states["failed"] == count
    assert states["written"] >= count * 0.94
    good = [line for line in lines if line["status"] != "failed"]
    if form == "mbox":
        begins = [line for line in out.read_bytes().split(b"\n") if line.startswith(b"From ")]
        assert len(begins) == len(good)
        return kills
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.msg")} == {line["target"] for line in good}
    for line in random.Random(1).sample(good, min(len(good), 100)):
        assert mapix.open(out / line["target"]).message_id is not None or line["status"] == "repaired"
    assert not [path for path in (out / ".mapix-convert").iterdir() if path.is_dir()]
    return kills


@pytest.mark.parametrize("form", ["msg", "mbox"])
def test_a_conversion_that_is_killed_goes_on_and_names_each_source_once(tmp_path: Path, form: str) -> None:
    assert campaign(tmp_path, 300, 30_000, form, 2) >= 1


@pytest.mark.soak
@pytest.mark.parametrize("form", ["msg", "mbox"])
def test_ten_thousand_files_with_many_kills_are_all_accounted_for(tmp_path: Path, form: str) -> None:
    kills = campaign(tmp_path, 10_000, 600_000, form, 2)
    print(f"\n{form}: 10,000 files, killed {kills} times")
    assert kills > 2


def test_a_line_of_the_journal_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"{number}.eml").write_bytes(mail(number))
    plan = Plan("mbox", str(tmp_path / "out.mbox"))
    convert([str(tmp_path / "in")], plan)
    whole = (tmp_path / "out.mbox").read_bytes()
    journal = plan.work / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    written = [place for place, line in enumerate(lines) if line.startswith(b'{"source"')]
    journal.write_bytes(b"".join(lines[: written[3]]) + lines[written[3]][:20])
    totals = convert([str(tmp_path / "in")], plan)
    assert (totals.read, totals.resumed) == (5, 3)
    assert (tmp_path / "out.mbox").read_bytes() == whole


def test_after_a_crash_of_the_machine_targets_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"{number}.eml").write_bytes(mail(number))
    plan = Plan("msg", str(tmp_path / "out"))
    convert([str(tmp_path / "in")], plan)
    (plan.work / "boot").write_text("another")
    (plan.work / "synced").write_text("0")
    (tmp_path / "out" / "3.msg").write_bytes(b"")
    totals = convert([str(tmp_path / "in")], plan, Course(manifest=str(tmp_path / "m")))
    assert (totals.read, totals.resumed, totals.written) == (5, 3, 5)
    assert mapix.open(tmp_path / "out" / "3.msg").subject == "Case 3"
    assert len((tmp_path / "m").read_text().splitlines()) == 5


def test_workers_end_with_the_one_who_gave_them_work(tmp_path: Path) -> None:
    for number in range(400):
        path = tmp_path / "in" / f"{number}.eml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(mail(number))
    mark = str(tmp_path / "out")
    command = [sys.executable, "-m", "mapix", "convert", str(tmp_path / "in"), "--to", "msg", "-o", mark, "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        workers: list[int] = []
        deadline = time.monotonic() + 60
        while len(workers) < 2 and time.monotonic() < deadline and process.poll() is None:
            workers = children(process.pid)
            time.sleep(0.02)
        process.kill()
        process.wait()
    if not workers:
        pytest.skip("this system does not tell who is whose child, or all was done at once")
    while any(alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(worker) for worker in workers)


def children(parent: int) -> list[int]:
    """The processes that a process has started and that run Python's spawn."""
    try:
        told = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
        return [int(one) for one in told.split() if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    except OSError:
        return []


def alive(process: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
