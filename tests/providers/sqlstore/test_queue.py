"""The outgoing queue: order, locks, one spooler in the world, progress that survives a kill."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import people, save, start, undone

from mapix.interfaces.backend import (
    Change,
    MessageChanges,
    Search,
)
from mapix.interfaces.notify import Event
from mapix.properties import tags
from mapix.properties.errors import DiskError, InvalidObject, NotInQueue, UnableToAbort
from mapix.properties.flags import FOLDER_SEARCH, MSGFLAG_SUBMIT, SEARCH_RUNNING
from mapix.properties.restriction import Property, Relop, Sub
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.rolelock import RoleLock

DONE = {tags.PR_RESPONSIBILITY: True}


def submit(store: SqliteBackend, when: int = 1, due: int = 1, count: int = 2) -> int:
    """A message in the queue."""
    values = {tags.PR_CLIENT_SUBMIT_TIME: when}
    return save(store, values, recipients=people(count), submit=True, submit_due=due).number


def test_the_oldest_submission_comes_first(backend: SqliteBackend) -> None:
    third, first, second = submit(backend, 30, 5), submit(backend, 10, 50), submit(backend, 10, 4)
    assert [row.number for row in backend.queue()] == [first, second, third]
    assert [row.number for row in backend.queue(limit=1)] == [first]
    assert [row.number for row in backend.queue(due_before=5)] == [second, third]
    assert backend.queue_next_due() == 4
    (row,) = backend.queue(number=third)
    assert (row.submit_time, row.due, row.attempts, row.reason, row.locked) == (30, 5, 0, "", False)
    assert backend.message(third).load([tags.PR_MESSAGE_FLAGS])[0][tags.PR_MESSAGE_FLAGS] & MSGFLAG_SUBMIT


def test_the_queue_s_version_changes_with_the_queue_alone(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    seen = [other.queue_version()]
    number = submit(backend)
    seen.append(other.queue_version())
    save(backend)
    assert other.queue_version() == seen[-1]
    backend.record(number, {}, due=9, attempts=1, reason="later")
    seen.append(other.queue_version())
    backend.dequeue(number, flags_off=MSGFLAG_SUBMIT)
    seen.append(other.queue_version())
    assert len(set(seen)) == 4
    assert backend.queue_next_due() is None
    other.close()


def test_a_record_writes_nothing_but_itself(backend: SqliteBackend) -> None:
    number, said = submit(backend), list[str]()
    backend.database.connection.set_trace_callback(said.append)
    backend.record(number, {0: DONE}, due=1, attempts=0, reason="")
    done = [line.split()[0] for line in dict.fromkeys(said)]
    assert done == ["PRAGMA", "BEGIN", "SELECT", "SELECT", "UPDATE", "COMMIT"]


def test_a_lock_writes_nothing_but_itself_and_answers_at_once(backend: SqliteBackend) -> None:
    number, said = submit(backend, 30, 5), list[str]()
    backend.database.connection.set_trace_callback(said.append)
    row = backend.lock_queued(number)
    assert [line.split()[0] for line in dict.fromkeys(said)] == ["PRAGMA", "BEGIN", "UPDATE", "COMMIT"]
    assert (row.number, row.submit_time, row.due, row.locked) == (number, 30, 5, True)
    assert backend.queue(number=number) == [row]
    with pytest.raises(NotInQueue):
        backend.lock_queued(save(backend).number)


def test_what_was_sent_leaves_with_one_change_of_its_row(backend: SqliteBackend) -> None:
    number, said = submit(backend), list[str]()
    sent = backend.create_folder(backend.root, "Sent", {})
    backend.database.connection.set_trace_callback(said.append)
    backend.dequeue(number, flags_off=MSGFLAG_SUBMIT, move_to=sent, force=True)
    changes = {line for line in said if line.startswith("UPDATE message")}
    assert len(changes) == 1
    assert backend.messages(sent) == [number]
    assert not backend.message(number).load([tags.PR_MESSAGE_FLAGS])[0][tags.PR_MESSAGE_FLAGS] & MSGFLAG_SUBMIT


def test_search_folders_follow_what_is_recorded(backend: SqliteBackend) -> None:
    number = submit(backend)
    done = Sub(tags.PR_MESSAGE_RECIPIENTS, Property(Relop.EQ, tags.PR_RESPONSIBILITY, True))
    found = backend.create_folder(backend.root, "Done", {tags.PR_FOLDER_TYPE: FOLDER_SEARCH})
    backend.set_search(found, Search(done, (backend.root,), SEARCH_RUNNING), restart=True)
    assert backend.build_search(found)
    assert backend.results(found) == []
    backend.record(number, {0: DONE}, due=1, attempts=0, reason="")
    assert backend.results(found) == [number]


def test_what_became_of_a_recipient_is_merged_into_its_row(backend: SqliteBackend, path: Path) -> None:
    number = submit(backend)
    backend.record(number, {1: DONE, 7: DONE}, due=99, attempts=2, reason="452 later")
    other = SqliteBackend(path)
    rows = other.message(number).recipients()
    assert rows == [people(2)[0], people(2)[1] | DONE]
    (row,) = other.queue()
    assert (row.due, row.attempts, row.reason) == (99, 2, "452 later")
    assert other.database.rows("SELECT responsibility FROM recipient ORDER BY row_id") == [(None,), (1,)]
    with pytest.raises(NotInQueue):
        other.record(save(other).number, {0: DONE}, due=1, attempts=1, reason="")
    other.close()


def test_a_record_inside_a_transaction_belongs_to_it(backend: SqliteBackend) -> None:
    number = submit(backend)
    with backend.transaction():
        backend.record(number, {0: DONE}, due=2, attempts=1, reason="")
        backend.dequeue(number, flags_off=MSGFLAG_SUBMIT)
    assert backend.queue() == []
    assert backend.message(number).recipients()[0] == people(1)[0] | DONE


def test_a_locked_message_cannot_be_taken_back(backend: SqliteBackend) -> None:
    number = submit(backend)
    backend.set_lock(number, locked=True)
    assert backend.queue(due_before=10) == []
    assert backend.queue(number=number)[0].locked
    with pytest.raises(UnableToAbort):
        backend.dequeue(number, flags_off=MSGFLAG_SUBMIT)
    backend.dequeue(number, flags_off=MSGFLAG_SUBMIT, force=True)
    for action in (
        lambda: backend.dequeue(number, flags_off=0),
        lambda: backend.set_lock(number, locked=True),
    ):
        with pytest.raises(NotInQueue):
            action()


def test_a_message_leaves_the_queue_for_another_folder_or_for_good(backend: SqliteBackend) -> None:
    sent = backend.create_folder(backend.root, "Sent", {})
    moved, deleted = submit(backend), submit(backend)
    told: list[Change] = []
    backend.listen(told.extend)
    backend.dequeue(moved, flags_off=MSGFLAG_SUBMIT, move_to=sent)
    backend.dequeue(deleted, flags_off=MSGFLAG_SUBMIT, delete=True)
    assert backend.messages(sent) == [moved]
    assert backend.messages(backend.root) == []
    assert [change.event for change in told if change.number in (moved, deleted)] == [
        Event.OBJECT_MOVED,
        Event.OBJECT_DELETED,
    ]
    assert not backend.message(moved).load(None)[0][tags.PR_MESSAGE_FLAGS] & MSGFLAG_SUBMIT


def test_submitted_messages_are_neither_moved_nor_deleted(backend: SqliteBackend) -> None:
    other = backend.create_folder(backend.root, "other", {})
    number, free = submit(backend), save(backend).number
    assert backend.move_messages([number, free], other) == [free]
    assert backend.delete_messages([number, free]) == [free]
    (copy,) = backend.copy_messages([number], other).values()
    assert not backend.message(copy).load(None)[0][tags.PR_MESSAGE_FLAGS] & MSGFLAG_SUBMIT


def test_one_spooler_at_a_time_even_in_one_process(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    number = submit(backend)
    assert backend.become_spooler()
    assert backend.become_spooler()
    backend.set_lock(number, locked=True)
    assert not other.become_spooler()
    backend.resign_spooler()
    assert other.queue(number=number)[0].locked
    assert other.become_spooler()
    assert not other.queue(number=number)[0].locked
    assert not backend.become_spooler()
    other.close()
    assert backend.become_spooler()


@pytest.mark.skipif(os.name == "nt", reason="how a system says that it has no locks")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_where_nothing_can_be_locked_nobody_is_the_spooler_and_that_is_said(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    import fcntl

    def refuse(file: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", refuse)
        with pytest.raises(DiskError, match="cannot lock"):
            backend.become_spooler()
    assert backend.become_spooler()


HOLD = """
import sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.rolelock import RoleLock
store = SqliteBackend(Path(sys.argv[1]))
assert store.become_spooler()
store.set_lock(int(sys.argv[2]), locked=True)
print("mine", flush=True)
time.sleep(60)
"""


def test_the_role_falls_free_when_its_process_is_killed(backend: SqliteBackend, path: Path) -> None:
    number = submit(backend)
    holder = start(HOLD, path, number)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "mine\n"
    assert not backend.become_spooler()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert backend.become_spooler()
    assert not backend.queue(number=number)[0].locked


RECORD = """
import os, signal, sys
from pathlib import Path
from mapix.properties import tags
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.rolelock import RoleLock
store = SqliteBackend(Path(sys.argv[1]))
store.record(int(sys.argv[2]), {0: {tags.PR_RESPONSIBILITY: True}}, due=7, attempts=1, reason="done")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("watched", [True, False])
def test_a_record_survives_the_death_of_its_process_at_once(path: Path, watched: bool) -> None:
    store = SqliteBackend(path, create=True)
    number = submit(store)
    if not watched:
        store.close()
    process = start(RECORD, path, number)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    if not watched:
        store = SqliteBackend(path)
    assert store.message(number).recipients()[0] == people(1)[0] | DONE
    assert store.queue()[0].reason == "done"
    store.close()


def test_whoever_comes_while_a_store_is_closed_gets_no_role_that_would_stay(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, closed = SqliteBackend(path), SqliteDatabase.close

    def close(database: SqliteDatabase) -> None:
        with pytest.raises(InvalidObject):
            late.become_spooler()
        closed(database)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteDatabase, "close", close)
        late.close()
    assert backend.become_spooler()


def test_a_disk_that_fails_after_the_record_is_told_and_stops_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    store = SqliteBackend(path, create=True)
    number = submit(store)
    store.record(number, {}, due=1, attempts=1, reason="busy")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        store.close()
    assert "power loss" in caplog.text


def test_a_delivery_is_known_the_second_time(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    assert backend.mark_delivered(b"key")
    assert not other.mark_delivered(b"key")
    with undone(backend):
        assert backend.mark_delivered(b"other")
    assert other.mark_delivered(b"other")
    other.close()


def test_old_deliveries_are_forgotten_by_a_new_spooler(backend: SqliteBackend) -> None:
    backend.mark_delivered(b"new")
    with backend.transaction():
        backend.database.run("INSERT INTO delivered VALUES (?, ?)", (b"old", 5))
    assert backend.become_spooler()
    assert backend.database.rows("SELECT delivery_key FROM delivered") == [(b"new",)]


def test_the_queue_survives_opening_again(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    number = submit(store)
    row = store.queue()
    store.close()
    again = SqliteBackend(path)
    assert again.queue() == row
    assert again.message(number).load(None)[0][tags.PR_MESSAGE_FLAGS] & MSGFLAG_SUBMIT
    again.message(number).apply(MessageChanges({tags.PR_IMPORTANCE: 1}))
    assert again.queue() == row
    again.close()


def test_a_role_that_another_thread_gives_up_meanwhile_is_had_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = RoleLock(tmp_path / "role")
    assert role.take()
    seen = [None, role._file]
    with monkeypatch.context() as patched:
        patched.setattr(RoleLock, "_file", property(lambda lock: seen.pop()), raising=False)
        assert role.stands()
    role.leave()


FORK = """
import os, sys, time
from pathlib import Path
from mapix.providers.sqlstore.sqlite.rolelock import RoleLock
lock = RoleLock(Path(sys.argv[1]))
assert lock.take()
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.write(writer, b"held" if lock.stands() else b"free")
    time.sleep(30)
    os._exit(0)
assert not RoleLock(Path(sys.argv[1])).take()
assert os.read(reader, 4) == b"free"
print(child, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_does_not_keep_its_dead_parent_s_role(tmp_path: Path) -> None:
    parent = start(FORK, tmp_path / "role")
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.wait(timeout=60)
    try:
        role = RoleLock(tmp_path / "role")
        assert role.take()
        role.leave()
    finally:
        os.kill(child, signal.SIGKILL)
        parent.communicate()


@pytest.mark.skipif(os.name == "nt", reason="a file that is open stays at its place there")
def test_the_role_goes_with_the_file_that_stands_for_it(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    assert backend.become_spooler()
    path.with_name(path.name + "-spooler").unlink()
    assert other.become_spooler()
    assert not backend.become_spooler()
    other.resign_spooler()
    assert backend.become_spooler()
    other.close()
