"""Transactions of the SQL backend: what is undone, what is told, and what a random history leaves."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.providers.sqlstore.fulltexts import texts_of
from tests.providers.sqlstore.helpers import BODY, counts, file, people, save, undone

from mapix.interfaces.backend import (
    Change,
    MessageChanges,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ChangeSet, ObjectType
from mapix.properties import tags
from mapix.properties.errors import (
    CorruptStore,
    InvalidObject,
    ObjectChanged,
    ObjectDeleted,
)
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.textparts import SHORT


def test_what_fails_inside_a_transaction_undoes_only_itself(backend: SqliteBackend) -> None:
    with backend.transaction():
        folder = backend.create_folder(backend.root, "kept", {})
        with undone(backend):
            backend.create_folder(folder, "lost", {})
        save(backend, folder=folder)
    assert counts(backend, folder) == (1, 1, 0)
    assert backend.children(folder) == []


def test_what_was_undone_of_the_store_s_own_properties_is_forgotten(backend: SqliteBackend, path: Path) -> None:
    """The version that was undone is given again to what somebody else says."""
    backend.store().apply(ChangeSet({tags.PR_COMMENT: "kept"}))
    with undone(backend):
        backend.store().apply(ChangeSet({tags.PR_COMMENT: "lost"}))
        lost = backend.store().load([tags.PR_COMMENT])
    other = SqliteBackend(path)
    other.store().apply(ChangeSet({tags.PR_COMMENT: "said elsewhere"}))
    other.close()
    assert lost[0] == {tags.PR_COMMENT: "lost"}
    assert backend.store().load([tags.PR_COMMENT]) == ({tags.PR_COMMENT: "said elsewhere"}, lost[1])


def test_only_what_stays_is_told_and_only_when_it_is_permanent(backend: SqliteBackend) -> None:
    told: list[Change] = []
    backend.listen(told.extend)
    with backend.transaction():
        number = save(backend).number
        with undone(backend):
            save(backend)
        assert told == []
    root = Change(Event.OBJECT_MODIFIED, ObjectType.FOLDER, backend.root)
    assert told == [Change(Event.OBJECT_CREATED, ObjectType.MESSAGE, number, backend.root), root]
    told.clear()
    with undone(backend):
        save(backend)
    assert told == []


def test_the_version_of_rows_is_another_with_each_change_and_its_undoing(store: SqlBackend) -> None:
    rows = store.contents(store.root, associated=False)
    seen = [rows.version()]
    with store.transaction():
        save(store)
        seen.append(rows.version())
        with undone(store):
            save(store)
            seen.append(rows.version())
        seen.append(rows.version())
    with undone(store):
        save(store)
        seen.append(rows.version())
    seen.append(rows.version())
    assert len(set(seen)) == 6
    assert rows.version() == seen[-1]


def test_a_listener_may_use_the_store(backend: SqliteBackend) -> None:
    seen: list[int] = []
    backend.listen(lambda told: seen.append(counts(backend, backend.root)[0]))
    save(backend)
    save(backend)
    assert seen == [1, 2]


def test_a_transaction_the_database_gave_up_fails_at_its_end(backend: SqliteBackend) -> None:
    with pytest.raises(CorruptStore), backend.transaction():  # noqa: PT012
        save(backend)
        with pytest.raises(CorruptStore), backend.transaction():
            fail_as_a_disk_does(backend)
        with pytest.raises(CorruptStore):
            save(backend)
    assert backend.messages(backend.root) == []
    save(backend)
    assert len(backend.messages(backend.root)) == 1


def fail_as_a_disk_does(backend: SqliteBackend) -> None:
    """What SQLite does in the midst of a transaction when it cannot go on."""
    backend.database.connection.rollback()
    raise CorruptStore("as if the disk had failed")


def test_threads_take_turns_on_one_store(backend: SqliteBackend) -> None:
    def work() -> None:
        for _ in range(20):
            with backend.transaction():
                number = save(backend).number
                backend.message(number).apply(MessageChanges({BODY: "x"}))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(backend, backend.root)[0] == 80


@settings(deadline=None, max_examples=examples(25))
@given(st.lists(st.sampled_from(("save", "delete", "move", "copy", "read", "undo")), max_size=20))
def test_a_random_history_leaves_the_store_whole(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    from mapix.providers.sqlstore.sqlite.filecheck import check_store

    store = SqliteBackend(tmp_path_factory.mktemp("history") / "store.mapix", create=True, full=False)
    folders = [store.root, store.create_folder(store.root, "other", {})]
    for place, step in enumerate(steps):
        folder, other = folders[place % 2], folders[(place + 1) % 2]
        numbers = store.messages(folder)[:2]
        if step == "save":
            save(store, {BODY: "x" * (place * 9000)}, folder=folder, recipients=people(2), attachments={0: file(b"a")})
        elif step == "delete":
            store.delete_messages(numbers)
        elif step == "move":
            store.move_messages(numbers, other)
        elif step == "copy":
            store.copy_messages(numbers, other)
        elif step == "read":
            store.set_flags(numbers, on=1)
        else:
            with undone(store):
                save(store, folder=folder, attachments={0: file(b"y" * 70_000)})
                store.delete_messages(numbers)
    store.close()
    assert check_store(store.path) == []


def test_who_is_at_work_when_another_thread_closes_the_store_is_told(store: SqlBackend) -> None:
    number = save(store, submit=True).number
    assert store.become_spooler()
    store.close()
    for work in (
        store.database.free_to_write,
        lambda: store.record(number, {}, due=1, attempts=1, reason="too late"),
        lambda: store.lock_queued(number),
    ):
        with pytest.raises(InvalidObject):
            work()
    assert not texts_of(store).settle(SHORT)


def test_a_store_that_was_closed_says_so_and_holds_no_lock(backend: SqliteBackend) -> None:
    database = backend.database
    backend.close()
    for work in (database.read, database.write):
        with pytest.raises(InvalidObject), work():
            pass
    with pytest.raises(InvalidObject):
        backend.message_folder(1)
    free: list[bool] = []

    def take() -> None:
        free.append(database.lock.acquire(timeout=60))
        if free[0]:
            database.lock.release()

    thread = Thread(target=take)
    thread.start()
    thread.join()
    assert free == [True]


def test_a_write_that_is_interrupted_while_it_begins_leaves_no_transaction(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = backend.database.begin

    def interrupted(sql: str) -> None:
        begin(sql)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backend.database, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(backend)
    other = SqliteBackend(path)
    save(other)
    other.close()
    save(backend)


def test_a_message_of_an_undone_transaction_never_writes_over_one_that_got_its_number(
    backend: SqliteBackend, path: Path
) -> None:
    other = SqliteBackend(path)
    lost = backend.new_message(backend.root, associated=False)
    with undone(backend):
        version = lost.apply(MessageChanges({tags.PR_SUBJECT: "lost"}))
    theirs = save(other, {tags.PR_SUBJECT: "theirs"})
    assert theirs.number == lost.number
    for ground in (version, None):
        with pytest.raises(ObjectDeleted):
            lost.apply(MessageChanges({tags.PR_SUBJECT: "late"}, version=ground))
    assert theirs.load(None)[0][tags.PR_SUBJECT] == "theirs"
    other.close()


def test_a_save_that_was_undone_is_no_ground_for_another(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    mine = save(backend)
    with undone(backend):
        version = mine.apply(MessageChanges({tags.PR_SUBJECT: "undone"}))
    assert other.message(mine.number).apply(MessageChanges({tags.PR_SUBJECT: "theirs"})) == version
    with pytest.raises(ObjectChanged):
        mine.apply(MessageChanges({tags.PR_SUBJECT: "late"}, version=version))
    assert mine.load(None)[0][tags.PR_SUBJECT] == "theirs"
    other.close()
