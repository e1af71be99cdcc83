"""Others who are in the way on PostgreSQL: deadlocks, serialization failures, a server that starts again in between."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from tests.fixtures_postgresql import PostgreSql, postgresql, reason
from tests.providers.sqlstore.helpers import finish, save, start

from mapix.interfaces.prop import ChangeSet
from mapix.properties import tags
from mapix.properties.errors import Busy, UnableToComplete
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place

_names = itertools.count()


@pytest.fixture
def store(server: PostgreSql) -> Iterator[PostgreSqlBackend]:
    backend = open_named(Place.of(server.dsn()), f"conflicts {next(_names)}", create=True)
    yield backend
    backend.close()


@pytest.fixture
def rival(server: PostgreSql) -> Iterator[psycopg.Connection]:
    """Somebody else in the database, who does not look for deadlocks: the store is who has to give way."""
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("SET deadlock_timeout = '1h'")
        connection.commit()
        yield connection
        connection.rollback()


def waits(server: PostgreSql, pid: int) -> None:
    """Wait until a connection waits for a lock."""
    sql = f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 60
    while not server.execute(sql):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lock_crosswise(server: PostgreSql, store: PostgreSqlBackend, rival: psycopg.Connection, number: int) -> None:
    """Change a message and then the root, while a rival changes the root and then the message."""
    with ThreadPoolExecutor(1) as pool:
        try:
            with store.transaction():
                rival.execute("SELECT FROM mapix.folder WHERE id = %s FOR UPDATE", (store.root,))
                store.set_flags([number], on=1)
                pool.submit(rival.execute, "SELECT FROM mapix.message WHERE id = %s FOR UPDATE", (number,))
                waits(server, rival.info.backend_pid)
                store.folder(store.root).apply(ChangeSet({tags.PR_COMMENT: "changed"}))
        finally:
            pool.shutdown()
            rival.rollback()


def test_a_deadlock_is_told_and_leaves_nothing(
    server: PostgreSql, store: PostgreSqlBackend, rival: psycopg.Connection
) -> None:
    number = save(store).number
    before = store.message(number).load((tags.PR_MESSAGE_FLAGS,))
    with pytest.raises(Busy, match="in the way") as told:
        lock_crosswise(server, store, rival, number)
    assert told.value.hint
    assert not store.database.in_transaction
    assert store.message(number).load((tags.PR_MESSAGE_FLAGS,)) == before
    store.set_flags([number], on=1)
    assert len(store.messages(store.root)) == 1
    assert list(store.care().check()) == []


def test_a_transaction_that_is_deadlocked_at_its_beginning_begins_again(
    server: PostgreSql, store: PostgreSqlBackend, rival: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rival has the mailbox and wants the spooler's role, whose holder wants the mailbox."""
    assert store.become_spooler()
    mailbox = store.database.mailbox
    rival.execute(f"SELECT pg_advisory_xact_lock(mapix.lock_key({mailbox}, 0))")

    def want_the_role() -> None:
        with pytest.raises(psycopg.errors.QueryCanceled):
            rival.execute(f"SELECT pg_advisory_xact_lock(mapix.lock_key({mailbox}, 1))")
        rival.rollback()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(want_the_role)
        waits(server, rival.info.backend_pid)
        rollback, given_way = store.database.rollback, []

        def give_way() -> None:
            rollback()
            given_way.append(waiting.done())
            rival.cancel()
            waiting.result()

        monkeypatch.setattr(store.database, "rollback", give_way)
        try:
            number = save(store).number
        finally:
            rival.cancel()
    assert given_way == [False]
    assert store.messages(store.root) == [number]


def test_a_serialization_failure_is_told_and_leaves_nothing(
    store: PostgreSqlBackend, rival: psycopg.Connection
) -> None:
    store.database.link.control("SET default_transaction_isolation = 'repeatable read'")
    number = save(store).number

    def change_what_another_changed() -> None:
        with store.transaction():
            store.set_flags([number], on=4)
            rival.execute("UPDATE mapix.folder SET version = version + 1 WHERE id = %s", (store.root,))
            rival.commit()
            store.folder(store.root).apply(ChangeSet({tags.PR_COMMENT: "changed"}))

    with pytest.raises(Busy, match="in the way"):
        change_what_another_changed()
    assert tags.PR_COMMENT not in store.folder(store.root).load((tags.PR_COMMENT,))[0]

    def swallow() -> None:
        with store.transaction():
            store.set_flags([number], on=4)
            rival.execute("UPDATE mapix.folder SET version = version + 1 WHERE id = %s", (store.root,))
            rival.commit()
            with pytest.raises(Busy):
                store.database.run("UPDATE folder SET version = version + 1 WHERE id = ?", (store.root,))

    with pytest.raises(UnableToComplete):
        swallow()
    assert list(store.care().check()) == []


WRITE = """
import sys
from tests.providers.sqlstore.helpers import save
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
store = open_named(Place.of(sys.argv[1]), sys.argv[2], create=True)
for _ in range(20):
    with store.transaction():
        store.messages(store.root)
        save(store)
store.close()
"""


def test_writers_do_not_fail_one_another_however_the_database_isolates_by_default(server: PostgreSql) -> None:
    dsn = server.role("strict")
    server.execute(
        "ALTER ROLE strict SET default_transaction_isolation = 'serializable'",
        "CREATE DATABASE strict OWNER strict",
    )
    dsn = server.dsn("strict", "strict")
    open_named(Place.of(dsn), "ann", create=True).close()
    for process in [start(WRITE, dsn, "ann") for _ in range(3)]:
        finish(process)
    store = open_named(Place.of(dsn), "ann")
    assert len(store.messages(store.root)) == 60
    assert list(store.care().check()) == []
    store.close()


def test_who_listens_hears_again_after_the_server_started_again() -> None:
    if why := reason():
        pytest.skip(why)
    with postgresql() as server:
        place = Place.of(server.dsn())
        store = open_named(place, "ann", create=True)
        heard = threading.Event()
        store.listen(lambda changes: heard.set())
        store.watch(on=True)
        for end in (server.stop, server.crash):
            end()
            server.start()
            heard.clear()
            other = open_named(place, "ann")
            save(other)
            assert heard.wait(60)
            other.close()
        save(store)
        assert len(store.messages(store.root)) == 3
        store.close()
