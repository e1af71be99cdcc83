"""The names of properties stay what they were told to be, whatever becomes of the transaction that made them (X-05)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from tests.providers.sqlstore.helpers import undone

from mapix.properties.errors import NotEnoughDisk
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend

MINE, THEIRS = (PropertyName(PS_PUBLIC_STRINGS, name) for name in ("Mine", "Theirs"))


@pytest.fixture
def other(store: SqlBackend, path: Path) -> Iterator[SqlBackend]:
    """Another connection to the store."""
    another = open_named(store.place, str(path)) if isinstance(store, PostgreSqlBackend) else SqliteBackend(path)
    yield another
    another.close()


def test_nobody_takes_an_identifier_before_it_is_written_again(store: SqlBackend, other: SqlBackend) -> None:
    """X-05, P-201."""
    theirs: list[int] = []
    making = Thread(target=lambda: theirs.extend(other.ids_from_names([THEIRS], create=True).values()))

    def meanwhile() -> None:
        if not making.ident:
            making.start()
            making.join(0.1)

    store.database.on_undo.insert(0, meanwhile)
    with undone(store):
        (mine,) = store.ids_from_names([MINE], create=True).values()
    making.join()
    assert store.names_from_ids([mine, *theirs]) == {mine: MINE, theirs[0]: THEIRS}
    assert other.names_from_ids([mine, *theirs]) == {mine: MINE, theirs[0]: THEIRS}


def test_a_name_that_cannot_be_written_again_is_forgotten(
    store: SqlBackend, other: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-201."""
    database, run = store.database, store.database.run
    full = False

    def no_room(sql: str, params: tuple[object, ...] = ()) -> int:
        if full and sql == database.sql["name_insert"]:
            raise NotEnoughDisk("as if the disk were full")
        return run(sql, params)

    monkeypatch.setattr(database, "run", no_room)
    with undone(store):
        (lost,) = store.ids_from_names([MINE], create=True).values()
        full = True
    full = False
    assert other.ids_from_names([THEIRS], create=True) == {THEIRS: lost}
    assert store.names_from_ids([lost]) == {lost: THEIRS}
    assert store.ids_from_names([MINE], create=False) == {}
    mine = store.ids_from_names([MINE], create=True)
    assert other.ids_from_names([MINE, THEIRS], create=False) == {**mine, THEIRS: lost}
