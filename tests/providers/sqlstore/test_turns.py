"""Writers of one process take turns at a file, and nobody waits for ever for one that does not come back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from mapix.properties.errors import InvalidObject
from mapix.providers.sqlstore import turns
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.turns import turn_of

IN_A_FORK = """
import os, sys
from pathlib import Path
from mapix.providers.sqlstore.turns import turn_of

path = Path(sys.argv[1])
held = turn_of(path)
assert held.take() is not None
child = os.fork()
if child == 0:
    os._exit(0 if held.take() is not None and turn_of(path) is held else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.mapix"


@pytest.fixture
def pair(path: Path) -> Iterator[tuple[SqlBackend, SqlBackend]]:
    one = SqlBackend(path, create=True)
    other = SqlBackend(path)
    yield one, other
    other.close()
    one.close()


def write(backend: SqlBackend, value: bytes = b"x") -> None:
    backend.set_contents_sort(backend.root, value)


def is_free(path: Path) -> bool:
    mine = turn_of(path)._lock
    free = mine.acquire(blocking=False)
    if free:
        mine.release()
    return free


def test_all_ways_to_a_file_lead_to_one_turn(pair: tuple[SqlBackend, SqlBackend], path: Path, tmp_path: Path) -> None:
    assert turn_of(path) is turn_of(Path(os.path.relpath(path)))
    assert turn_of(path) is not turn_of(tmp_path / "another.mapix")
    with pair[0].transaction():
        assert not is_free(path)
    assert is_free(path)


def test_the_turn_lasts_as_long_as_the_outermost_transaction(pair: tuple[SqlBackend, SqlBackend], path: Path) -> None:
    with pair[0].transaction():
        write(pair[0])
        with pytest.raises(ZeroDivisionError), pair[0].transaction():
            raise ZeroDivisionError
        assert not is_free(path)
    assert is_free(path)


def test_a_transaction_that_fails_gives_its_turn_back(
    pair: tuple[SqlBackend, SqlBackend], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZeroDivisionError), pair[0].transaction():
        raise ZeroDivisionError
    assert is_free(path)

    def interrupted(sql: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pair[0].database, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(pair[0])
    assert is_free(path)
    pair[0].close()
    with pytest.raises(InvalidObject):
        write(pair[0])
    assert is_free(path)


def test_a_writer_that_never_rests_leaves_others_their_turn(pair: tuple[SqlBackend, SqlBackend]) -> None:
    over, running = Event(), Event()

    def work() -> None:
        while not over.is_set():
            write(pair[0], os.urandom(8))
            running.set()

    thread = Thread(target=work)
    thread.start()
    try:
        assert running.wait(10)
        waits = []
        for _ in range(50):
            begun = time.monotonic()
            write(pair[1], os.urandom(8))
            waits.append(time.monotonic() - begun)
    finally:
        over.set()
        thread.join()
    assert sorted(waits)[45] < 0.2


def test_a_turn_that_does_not_come_back_is_waited_for_once(
    pair: tuple[SqlBackend, SqlBackend], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.02)
    lost = turn_of(path).take()
    assert lost is not None
    write(pair[0])
    monkeypatch.setattr(turns, "PATIENCE", 60.0)
    begun = time.monotonic()
    write(pair[1])
    assert time.monotonic() - begun < 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are forks on POSIX only")
def test_a_forked_child_waits_for_no_thread_of_its_parent(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_FORK, str(path)], timeout=60, check=False)
    assert done.returncode == 0


def test_commits_wait_for_the_disk_except_those_of_the_queue(pair: tuple[SqlBackend, SqlBackend]) -> None:
    database, levels = pair[0].database, []

    def level() -> None:
        levels.append(database.value("PRAGMA synchronous"))

    for _ in range(2):
        with pair[0].queue_step():
            level()
            with pair[0].transaction():
                level()
        with pair[0].transaction():
            level()
            with pair[0].queue_step():
                level()
    assert levels == [1, 1, 2, 2] * 2
