"""A conversion on a dask cluster of which a worker is killed midway."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mapix.convert.outcome import Outcome, Totals
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.properties.errors import TimedOut

from .conftest import mixed
from .test_convert import adds_up, lines

ROOT = Path(__file__).parents[2]
COUNT = 320

pytest.importorskip("distributed", reason="a cluster needs the extra cluster")


@contextmanager
def process(*words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A part of a cluster; killed at the end."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "dask", *map(str, words)]
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on this machine's loopback; the scheduler's file, and the workers."""
    told = tmp_path / "scheduler.json"
    with ExitStack() as parts:
        place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", told)
        parts.enter_context(process("scheduler", *place))
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        worker = ("worker", "--scheduler-file", told, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        own = ("--host", "127.0.0.1", "--local-directory", tmp_path)
        yield told, [parts.enter_context(process(*worker, *own)) for _ in range(2)]


def wait_for_workers(scheduler_file: Path, number: int) -> None:
    """Wait until so many workers are there."""
    import distributed

    with distributed.Client(scheduler_file=str(scheduler_file), set_as_default=False) as client:
        client.wait_for_workers(number, timeout=60)


@pytest.mark.filterwarnings("default")
def test_a_worker_that_is_killed_midway_costs_nothing(
    tmp_path: Path, cluster: tuple[Path, list[subprocess.Popen[bytes]]]
) -> None:
    scheduler_file, workers = cluster
    mixed(tmp_path / "in", COUNT)
    wait_for_workers(scheduler_file, 2)
    killed: list[int] = []

    def told(outcome: Outcome, totals: Totals) -> None:
        if not killed:
            workers[0].kill()
            killed.append(totals.read)

    course = Course(cluster=str(scheduler_file), manifest=str(tmp_path / "m"))
    totals = convert([str(tmp_path / "in")], Plan("msg", str(tmp_path / "out")), course, told)
    assert 0 < killed[0] < COUNT
    assert workers[0].poll() is not None
    assert totals.read == COUNT
    assert adds_up(totals)
    assert totals.written >= COUNT * 0.95
    counts = Counter(line["source"] for line in lines(tmp_path / "m"))
    assert counts == Counter(str(path) for path in (tmp_path / "in").rglob("*.*"))
    done = [line["target"] for line in lines(tmp_path / "m") if line["target"]]
    assert sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.msg")
    ) == sorted(done)


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mapix.convert import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    (tmp_path / "a.eml").write_bytes(b"Subject: x\r\n\r\nHello")
    with pytest.raises(TimedOut, match="does not answer"):
        convert([str(tmp_path / "a.eml")], Plan("msg", str(tmp_path / "out")), Course(cluster="tcp://127.0.0.1:9"))
