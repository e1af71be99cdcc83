"""Ctrl-C while PostgreSQL is asked something: what was under way is undone, and the next question is answered."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import save

from mapix.properties.errors import UnableToComplete
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place


@pytest.fixture
def store(server: PostgreSql) -> Iterator[PostgreSqlBackend]:
    backend = open_named(Place.of(server.dsn()), uuid.uuid4().hex, create=True)
    yield backend
    backend.close()


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_question_that_is_interrupted_on_its_way_goes_with_its_transaction(
    store: PostgreSqlBackend, kind: str
) -> None:
    number = save(store).number
    database = store.database

    def interrupted() -> None:
        with database.read() if kind == "read" else database.write():
            store.messages(store.root)
            database.link.connection.pgconn.send_query(b"SELECT 1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not database.in_transaction
    assert store.messages(store.root) == [number]
    store.set_flags([number], on=1)


def test_what_is_interrupted_in_a_part_of_a_transaction_takes_all_of_it(store: PostgreSqlBackend) -> None:
    def interrupted() -> None:
        with store.transaction():
            store.database.link.connection.pgconn.send_query(b"SELECT 1")
            raise KeyboardInterrupt

    def swallowed() -> None:
        with store.transaction():
            save(store)
            with pytest.raises(KeyboardInterrupt):
                interrupted()

    with pytest.raises(UnableToComplete):
        swallowed()
    assert store.messages(store.root) == []
    save(store)
    assert len(store.messages(store.root)) == 1


def test_a_reading_that_is_interrupted_while_it_begins_leaves_no_transaction(
    store: PostgreSqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = store.database.link
    control = link.control

    def interrupted(sql: str) -> None:
        control(sql)
        if sql.startswith("BEGIN"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(link, "control", interrupted)
        with pytest.raises(KeyboardInterrupt), store.database.read():
            pass
    assert not store.database.in_transaction
    save(store)
    assert len(store.messages(store.root)) == 1
