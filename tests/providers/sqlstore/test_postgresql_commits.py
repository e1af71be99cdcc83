"""What was committed is not told to have failed, whatever fails after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from threading import Event

import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import save

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.postgresql import database, link
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place


@pytest.fixture
def store(server: PostgreSql) -> Iterator[PostgreSqlBackend]:
    backend = open_named(Place.of(server.dsn()), uuid.uuid4().hex, create=True)
    yield backend
    backend.close()


def test_a_save_whose_telling_failed_was_saved_once(store: PostgreSqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server takes no notification of that length, as it takes none when its queue is full."""
    told: list[object] = []
    store.listen(told.extend)
    with monkeypatch.context() as patched:
        patched.setattr(database, "channel", lambda mailbox: f"mapix_{mailbox}, '{'x' * 9000}'")
        number = save(store).number
    assert told
    assert store.messages(store.root) == [number]
    save(store)
    assert len(store.messages(store.root)) == 2


def test_what_could_not_be_told_is_seen_all_the_same(store: PostgreSqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-008."""
    monkeypatch.setattr(link, "LOOK_ANYWAY", 0.02)
    other, heard = open_named(store.place, store.mailbox_name), Event()
    other.listen(lambda changes: heard.set())
    other.watch(on=True)
    save(store)
    assert heard.wait(60)
    heard.clear()
    with monkeypatch.context() as patched:
        patched.setattr(database, "channel", lambda mailbox: f"mapix_{mailbox}, '{'x' * 9000}'")
        save(store)
    assert heard.wait(60)
    other.close()


def test_a_commit_that_the_server_refused_is_told(store: PostgreSqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "channel", lambda mailbox: "")  # no statement: nothing of it is done
    with pytest.raises(MapiError):
        save(store)
    monkeypatch.undo()
    assert store.messages(store.root) == []
    save(store)
    assert len(store.messages(store.root)) == 1
