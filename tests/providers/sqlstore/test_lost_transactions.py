"""A transaction that the database gave up is over: what somebody who did not look does after it is not done either."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import save

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend

SORT = "folder_set_sort"


@pytest.fixture
def lose(store: SqlBackend, request: pytest.FixtureRequest) -> Callable[[], object]:
    """Have the transaction under way given up."""
    if isinstance(store, PostgreSqlBackend):
        server: PostgreSql = request.getfixturevalue("server")
        pid = store.database.link.pid
        return lambda: server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
    assert isinstance(store, SqliteBackend)
    return store.database.connection.rollback


def test_nothing_is_changed_by_itself_after_the_loss(store: SqlBackend, lose: Callable[[], object]) -> None:
    database = store.database

    def go_on_regardless() -> None:
        with store.transaction():
            save(store)
            lose()
            for _ in range(2):
                with suppress(MapiError):
                    database.value(database.sql["change_last"])
                with suppress(MapiError):
                    database.run(database.sql[SORT], (b"order", store.root))
                with suppress(MapiError):
                    database.many(database.sql[SORT], [(b"order", store.root)])

    with pytest.raises(MapiError):
        go_on_regardless()
    assert store.contents_sort(store.root) is None
    assert store.messages(store.root) == []
    save(store)
    assert len(store.messages(store.root)) == 1


def test_a_loss_that_is_met_twice_is_told(store: SqlBackend, lose: Callable[[], object]) -> None:
    database = store.database

    def go_on_regardless() -> None:
        with store.transaction():
            save(store)
            lose()
            for _ in range(2):
                with suppress(MapiError):
                    database.run(database.sql[SORT], (b"order", store.root))

    with pytest.raises(MapiError):
        go_on_regardless()
    assert store.messages(store.root) == []
    assert store.contents_sort(store.root) is None
