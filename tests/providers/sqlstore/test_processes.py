"""Several processes on one store: nobody hears of locks, and a kill leaves each message whole or not there at all."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import finish, save, start

from mapix.properties import tags
from mapix.properties.value import whole
from mapix.providers.sqlstore.sqlite import database
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store

SAVER = """
import sys, time
from pathlib import Path
from mapix.properties import tags
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import file, people, save
store = SqliteBackend(Path(sys.argv[1]))
end = Path(sys.argv[2])
count = 0
while not end.exists():
    with store.transaction():
        parts = {"recipients": people(2), "attachments": {0: file(b"a" * 70_000)}}
        number = save(store, {tags.PR_BODY: "x" * 2000}, **parts).number
        store.set_flags([number], on=1)
    count += 1
    if count % 3 == 0:
        store.delete_messages([number])
store.close()
print(count - count // 3)
"""

LISTER = """
import sys, time
from pathlib import Path
from mapix.properties import tags
from mapix.properties.sort import Order, SortKey
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
store = SqliteBackend(Path(sys.argv[1]))
told = []
store.listen(told.extend)
end = time.monotonic() + float(sys.argv[2])
rounds, most = 0, 0
order = [SortKey(tags.PR_SUBJECT), SortKey(tags.PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)]
while time.monotonic() < end and (rounds <= 5 or most <= 5 or len(told) <= 10):
    rows = store.contents(store.root, associated=False)
    page = rows.page(None, order, None, 50, (tags.PR_SUBJECT, tags.PR_BODY, tags.PR_MESSAGE_FLAGS))
    for subject, body, flags in page.rows:
        assert subject == "Budget" and len(body) == 2000 and flags == 9, (subject, body, flags)
    with store.database.read():
        values, _ = store.folder(store.root).load(None)
        assert values[tags.PR_CONTENT_COUNT] == len(store.messages(store.root))
    store.poll()
    rounds, most = rounds + 1, max(most, values[tags.PR_CONTENT_COUNT])
store.close()
print(rounds, most, len(told))
"""


def test_one_process_saves_while_others_list(path: Path) -> None:
    SqliteBackend(path, create=True).close()
    end = path.with_name("end")
    savers = [start(SAVER, path, end) for _ in range(2)]
    try:
        rounds, most, told = map(int, finish(start(LISTER, path, 50)).split())
    finally:
        end.touch()
    saved = sum(int(finish(saver)) for saver in savers)
    assert rounds > 5
    assert most > 5
    assert told > 10
    store = SqliteBackend(path)
    assert len(store.messages(store.root)) == saved
    store.close()


OPENER = """
import sys
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import save
for _ in range(5):
    store = SqliteBackend(Path(sys.argv[1]), create=True)
    save(store)
    store.close()
"""


def test_several_processes_may_make_one_store_at_once(path: Path) -> None:
    for process in [start(OPENER, path) for _ in range(4)]:
        finish(process)
    store = SqliteBackend(path)
    assert len(store.messages(store.root)) == 20
    store.close()


HOLDER = """
import sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import save
store = SqliteBackend(Path(sys.argv[1]))
with store.transaction():
    save(store)
    print("begun", flush=True)
    sys.stdin.readline()
    time.sleep(0.2)
store.close()
"""


def test_a_long_transaction_elsewhere_is_waited_for(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    holder = start(HOLDER, path, feed=True)
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "begun\n"
    assert store.messages(store.root) == []
    holder.stdin.write("\n")
    holder.stdin.flush()
    save(store)
    assert len(store.messages(store.root)) == 2
    finish(holder)
    store.close()


RECOVERING = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR)
for place in (120, 122):  # who writes, and who makes the log's index anew
    fcntl.lockf(file, fcntl.LOCK_EX, 1, place)
os.pwrite(file, bytes(96), 0)
print("begun", flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(os.name == "nt", reason="no such locks")
@pytest.mark.parametrize("at_one_moment", [False, True])
def test_who_reads_waits_for_a_process_that_recovers_the_log(
    path: Path, monkeypatch: pytest.MonkeyPatch, at_one_moment: bool
) -> None:
    monkeypatch.setattr(database, "_BUSY_MS", 10)
    store = SqliteBackend(path, create=True)
    number = save(store).number
    recovering = start(RECOVERING, f"{path}-shm", feed=True)
    assert recovering.stdin is not None
    assert recovering.stdout is not None
    assert recovering.stdout.readline() == "begun\n"
    waited = []

    def wait(least: float, most: float) -> float:
        if not waited:
            finish(recovering)
        waited.append(most)
        return least

    monkeypatch.setattr(database.random, "uniform", wait)
    with store.database.read() if at_one_moment else nullcontext():
        assert store.messages(store.root) == [number]
    assert waited
    store.close()


VICTIM = """
import os, sys
from pathlib import Path
from mapix.interfaces.backend import (AttachmentChanges, MessageChanges,)
from mapix.properties import tags
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from tests.providers.sqlstore.helpers import file, people, save
store = SqliteBackend(Path(sys.argv[1]))
place = int(sys.argv[2])
while True:
    text = f"message {place} "
    inner = AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: text}))
    data = (text * 10_000).encode()
    message = save(
        store,
        {tags.PR_SUBJECT: text, tags.PR_BODY: text * 9000, tags.PR_MESSAGE_CLASS: "IPM.Note"},
        recipients=people(place % 5 + 1),
        attachments={0: file(data), 1: inner},
        submit=place % 4 == 0,
    )
    print(place, message.number, flush=True)
    if place % 7 == 0:
        store.delete_messages([message.number])
    place += 1
"""


def kill_rounds(path: Path, rounds: int) -> int:
    """Let processes save until they are killed at a random moment; how many messages there are in the end.

    After each kill the store holds together, every message that was told to be saved is there, and every message is
    there with all its parts.
    """
    watcher = SqliteBackend(path, create=True)
    place, chance = 1, random.Random(rounds)
    for turn in range(rounds):
        victim = start(VICTIM, path, place)
        assert victim.stdout is not None
        first = "".join(victim.stdout.readline() for _ in range(2))
        time.sleep(chance.uniform(0, 0.15))
        victim.send_signal(signal.SIGKILL)
        said = (first + victim.stdout.read()).split("\n")[:-1]  # the last line may be cut
        victim.communicate()
        if turn % 2:
            watcher.close()
            watcher = SqliteBackend(path)
        told = {int(number): int(which) for which, number in map(str.split, said)}
        place = max(told.values(), default=place) + 2
        check_messages(watcher, {number for number, which in told.items() if which % 7})
    watcher.close()
    assert check_store(path) == []
    store = SqliteBackend(path)
    left = len(store.messages(store.root))
    store.close()
    return left


def check_messages(store: SqliteBackend, saved: set[int]) -> None:
    """The messages of `saved` are there, and all messages are whole."""
    present = set(store.messages(store.root))
    assert saved <= present
    queued = {row.number for row in store.queue()}
    for number in present if len(present) < 30 else sorted(present)[-30:]:
        message = store.message(number)
        values, _ = message.load(None)
        text = values[tags.PR_SUBJECT]
        place = int(text.split()[1])
        assert whole(tags.PR_BODY, values[tags.PR_BODY]) == text * 9000
        assert len(message.recipients()) == place % 5 + 1
        assert whole(tags.PR_ATTACH_DATA_BIN, message.attachments()[0][tags.PR_ATTACH_DATA_BIN]) == (
            (text * 10_000).encode()
        )
        inside = message.embedded(1)
        assert inside is not None
        assert inside.load(None)[0] == {tags.PR_SUBJECT: text}
        assert (number in queued) == (place % 4 == 0)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_kill_leaves_each_message_whole_or_not_there(path: Path) -> None:
    assert kill_rounds(path, 15) > 15


@pytest.mark.soak
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_hundreds_of_kills_leave_each_message_whole_or_not_there(path: Path) -> None:
    assert kill_rounds(path, 300) > 300
