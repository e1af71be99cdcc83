"""Who writes to a store's file takes turns with other processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import finish, save, start

from mapix.properties import filelocks
from mapix.properties.errors import Busy
from mapix.providers.sqlstore.sqlite import database, turns
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.turns import Turns

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no such locks")


def test_one_has_the_turn_and_the_next_one_waits(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(60)
    assert not second.take(0.02)
    threading.Timer(0.05, first.leave).start()
    assert second.take(60)
    second.leave()
    assert first.take(60)
    for each in (first, second):
        each.close()


def test_who_waited_in_vain_holds_up_nobody(tmp_path: Path) -> None:
    first, second, third = (Turns(tmp_path / "turn") for _ in range(3))
    assert first.take(60)
    assert not second.take(0.02)
    first.leave()
    assert third.take(60)
    third.leave()
    assert second.take(60)
    for each in (first, second, third):
        each.close()


def test_those_who_wait_come_in_one_after_the_other(tmp_path: Path) -> None:
    holder, came = Turns(tmp_path / "turn"), []
    assert holder.take(60)

    def wait(number: int) -> None:
        mine = Turns(tmp_path / "turn")
        assert mine.take(60)
        came.append(number)
        mine.leave()
        mine.close()

    waiting = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for thread in waiting:
        thread.start()
        time.sleep(0.03)
    holder.leave()
    for thread in waiting:
        thread.join()
    assert sorted(came) == list(range(5))
    holder.close()


def test_connections_of_one_process_wait_without_a_thread(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(60)
    waiting = threading.Thread(target=second.take, args=(60,))
    before = threading.enumerate()
    waiting.start()
    time.sleep(0.03)
    assert [each for each in threading.enumerate() if each.name == "turn" and each not in before] == []
    first.leave()
    waiting.join()
    assert not first.take(0.02)
    for each in (second, first):
        each.close()


@pytest.mark.parametrize("comes", [True, False])
def test_a_wait_that_is_interrupted_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comes: bool) -> None:
    mine, (theirs, later) = Turns(tmp_path / "turn"), (os.open(tmp_path / "turn", os.O_RDWR | os.O_CREAT) for _ in "ab")
    assert filelocks.alone(theirs)
    wait = threading.Event.wait

    def interrupted(event: threading.Event, timeout: float | None = None) -> bool:
        if timeout is None:
            return wait(event)
        if comes:
            filelocks.free(theirs)
            assert wait(event, 60)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            mine.take(60)
    filelocks.free(theirs)
    for thread in threading.enumerate():
        if thread.name == "turn":
            thread.join(60)
    assert filelocks.alone(later)
    filelocks.free(later)
    assert mine.take(60)
    assert not filelocks.alone(later)
    mine.close()
    for each in (theirs, later):
        os.close(each)


def test_who_leaves_without_the_turn_takes_it_from_nobody(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(60)
    second.leave()
    assert not second.take(0.02)
    first.close()
    assert second.take(60)
    second.close()


LEAVER = """
import sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.turns import Turns
turns = Turns(Path(sys.argv[1]))
for pause in (0.0005, 0.1):
    assert turns.take(60)
    print("taken", flush=True)
    time.sleep(pause)
    turns.leave()
    sys.stdin.readline()
"""


def test_the_turn_of_another_process_comes_when_that_leaves_it(tmp_path: Path) -> None:
    leaver, mine = start(LEAVER, tmp_path / "turn", feed=True), Turns(tmp_path / "turn")
    assert leaver.stdin is not None
    assert leaver.stdout is not None
    for _ in range(2):
        assert leaver.stdout.readline() == "taken\n"
        assert mine.take(60)
        mine.leave()
        leaver.stdin.write("\n")
        leaver.stdin.flush()
    finish(leaver)
    mine.close()


HOLDER = """
import sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.turns import Turns
turns = Turns(Path(sys.argv[1]))
assert turns.take(60)
print("taken", flush=True)
time.sleep(60)
"""


def test_the_turn_of_a_killed_process_falls_free(tmp_path: Path) -> None:
    holder = start(HOLDER, tmp_path / "turn")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "taken\n"
    mine = Turns(tmp_path / "turn")
    assert not mine.take(0.02)
    holder.kill()
    holder.communicate()
    assert mine.take(60)
    mine.close()


def test_a_forked_child_has_no_turn_of_its_parent(tmp_path: Path) -> None:
    mine = Turns(tmp_path / "turn")
    assert mine.take(60)
    child = os.fork()
    if child == 0:
        os._exit(int(mine.take(0.05)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    mine.leave()
    other = Turns(tmp_path / "turn")
    assert other.take(60)
    for each in (mine, other):
        each.close()


def test_where_there_are_no_locks_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Turns(tmp_path / "nowhere" / "turn").take(60)
    monkeypatch.setattr(turns.filelocks, "possible", False)
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(60)
    assert second.take(60)


def test_a_store_that_is_kept_busy_too_long_says_so(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    other = SqliteBackend(path)
    with backend.transaction():
        save(backend)
        with pytest.raises(Busy, match="again later"):
            save(other)
    save(other)
    assert len(other.messages(other.root)) == 2
    other.close()


WRITER = """
import sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import save
store = SqliteBackend(Path(sys.argv[1]), full=False)
print("ready", flush=True)
sys.stdin.readline()
end = Path(sys.argv[2])
done = 0
while not end.exists():
    with store.transaction():
        save(store)
        time.sleep(0.003)
    done += 1
    if done == 25:
        print("in", flush=True)
store.close()
print(done)
"""


def test_writers_that_never_rest_all_come_in(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    end = path.with_name("end")
    writers = [start(WRITER, path, end, feed=True) for _ in range(4)]
    for writer in writers:
        hear(writer, "ready")
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        hear(writer, "in")
    end.touch()
    done = [int(finish(writer).split()[-1]) for writer in writers]
    assert min(done) > max(done) / 8, done


def hear(writer: subprocess.Popen[str], word: str) -> None:
    """Wait until a process says it."""
    assert writer.stdout is not None
    assert writer.stdout.readline() == f"{word}\n"
