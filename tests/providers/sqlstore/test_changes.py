"""What a connection hears of others: each change once and none lost, however threads and failures fall together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.providers.sqlstore.helpers import save

from mapix.interfaces.backend import Change
from mapix.interfaces.notify import Event
from mapix.properties.errors import DiskError
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.watching import Watcher


def created(told: list[Change]) -> list[int]:
    """The messages that were told to be new."""
    return [change.number for change in told if change.event is Event.OBJECT_CREATED]


def before_telling(backend: SqliteBackend, work: Callable[[], None]) -> None:
    """Do something, once, as another thread may between a commit and the telling of it."""
    database, tell = backend.database, backend.database.on_committed

    def told(changes: list[Change]) -> None:
        database.on_committed = tell
        work()
        tell(changes)

    database.on_committed = told


def test_what_was_heard_between_a_commit_and_its_telling_is_not_heard_again(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    backend.listen(told.extend)
    theirs = []

    def meanwhile() -> None:
        theirs.append(save(other).number)
        backend.poll()

    before_telling(backend, meanwhile)
    mine = save(backend).number
    theirs.append(save(other).number)
    backend.poll()
    assert sorted(created(told)) == sorted([mine, *theirs])
    other.close()


def test_a_transaction_that_was_undone_hides_nothing_of_others(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    backend.listen(told.extend)

    def fail() -> None:
        raise DiskError("as if the commit had failed")

    theirs = []

    def meanwhile() -> None:
        theirs.append(save(other).number)
        backend.poll()
        backend.database.before_commit, tidy = fail, backend.database.before_commit
        with pytest.raises(DiskError):
            save(backend)
        backend.database.before_commit = tidy

    before_telling(backend, meanwhile)
    mine = save(backend).number
    theirs.append(save(other).number)
    backend.poll()
    assert sorted(created(told)) == sorted([mine, *theirs])
    other.close()


def test_a_look_that_failed_is_made_good_by_the_next(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    backend.listen(told.extend)
    theirs = save(other).number

    def fail(sql: str, params: object = ()) -> list[object]:
        raise DiskError("as if the disk had failed", value=sql)

    with monkeypatch.context() as patched:
        patched.setattr(backend.database, "rows", fail)
        with pytest.raises(DiskError):
            backend.poll()
    backend.poll()
    assert created(told) == [theirs]
    other.close()


def test_a_change_while_a_store_is_opened_is_seen_or_told(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

    value, theirs = SqliteDatabase.value, []

    def asked(database: SqliteDatabase, sql: str, params: tuple[object, ...] = ()) -> object:
        found = value(database, sql, params)
        if database is not backend.database and sql == database.sql["change_last"] and not theirs:
            theirs.append(save(backend).number)
        return found

    monkeypatch.setattr(SqliteDatabase, "value", asked)
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    other.poll()
    assert created(told) == theirs
    other.close()


def test_a_store_has_one_watcher_and_none_once_it_is_closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Watcher] = []
    made = Watcher.__init__

    def noted(watcher: Watcher, *args: Any) -> None:
        made(watcher, *args)
        begun.append(watcher)

    monkeypatch.setattr(Watcher, "__init__", noted)
    store = SqliteBackend(path, create=True)
    asking = [Thread(target=store.watch, kwargs={"on": True}) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    store.close()
    store.watch(on=True)
    assert len(begun) == 4
    assert not any(watcher._thread.is_alive() for watcher in begun)
