"""A spooler whose connection is lost has lost its role at that moment, wherever it was: nothing is sent by two."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import save

from mapix.properties.errors import Busy
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place


@pytest.fixture
def store(server: PostgreSql) -> Iterator[PostgreSqlBackend]:
    backend = open_named(Place.of(server.dsn()), uuid.uuid4().hex, create=True)
    yield backend
    backend.close()


@pytest.fixture
def other(store: PostgreSqlBackend) -> Iterator[PostgreSqlBackend]:
    """The next spooler."""
    backend = open_named(store.place, store.mailbox_name)
    yield backend
    backend.close()


@pytest.fixture
def successor(
    server: PostgreSql, store: PostgreSqlBackend, other: PostgreSqlBackend, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], None]:
    """Ends the connection of the store before its next transaction begins; the other one is the spooler then, and works
    on a message.
    """
    database, start = store.database, store.database.start

    def comes(number: int) -> None:
        def lost() -> None:
            monkeypatch.undo()
            server.execute(f"SELECT pg_terminate_backend({database.link.pid}, 5000)")
            assert other.become_spooler()
            other.set_lock(number, locked=True)
            start()

        monkeypatch.setattr(database, "start", lost)

    return comes


@pytest.mark.parametrize("locked", [True, False])
def test_who_lost_the_role_between_two_steps_touches_no_lock(
    store: PostgreSqlBackend, other: PostgreSqlBackend, successor: Callable[[int], None], locked: bool
) -> None:
    """SPL-75, SPL-76."""
    number = save(store, submit=True).number
    assert store.become_spooler()
    if not locked:
        store.set_lock(number, locked=True)
    successor(number)
    if locked:
        with pytest.raises(Busy, match="role was lost"):
            store.set_lock(number, locked=True)
    else:
        store.set_lock(number, locked=False)
    assert other.queue(number=number)[0].locked
    assert not store.become_spooler()


def test_who_lost_the_role_while_taking_it_up_clears_no_locks(
    store: PostgreSqlBackend, other: PostgreSqlBackend, successor: Callable[[int], None]
) -> None:
    """SPL-75."""
    number = save(store, submit=True).number
    store.set_lock(number, locked=True)
    successor(number)
    assert not store.become_spooler()
    assert other.queue(number=number)[0].locked
