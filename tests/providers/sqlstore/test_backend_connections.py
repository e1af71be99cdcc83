"""Several connections to one store: what each sees and hears of others, and the names they share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import save, undone

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import (
    TooBig,
)
from mapix.properties.named import PS_INTERNET_HEADERS, PS_PUBLIC_STRINGS, PropertyName
from mapix.providers.sqlstore import changes, names
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend


def test_another_connection_is_told_what_happened(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    folder = backend.create_folder(backend.root, "new", {})
    number = save(backend, folder=folder).number
    backend.move_messages([number], backend.root)
    backend.announce_new_mail(number)
    assert told == []
    other.poll()
    message = ObjectType.MESSAGE
    assert [change for change in told if change.object_type is message or change.object_type == message] == [
        Change(Event.OBJECT_CREATED, message, number, folder),
        Change(Event.OBJECT_MOVED, message, number, backend.root, number, folder, associated=False),
        Change(Event.NEW_MAIL, message, number, backend.root),
    ]
    assert Change(Event.OBJECT_CREATED, ObjectType.FOLDER, folder, backend.root) in told
    told.clear()
    other.poll()
    assert told == []
    other.close()


def test_own_changes_are_not_told_again(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    save(other)
    save(backend)
    told.clear()
    other.poll()
    assert {change.event for change in told} == {Event.OBJECT_CREATED, Event.OBJECT_MODIFIED}
    assert len(told) == 2
    other.close()


def test_who_missed_too_much_is_told_that_every_folder_changed(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "KEPT", 10)
    monkeypatch.setattr(backend.feed, "_until_prune", 50)
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    folder = backend.create_folder(backend.root, "new", {})
    for _ in range(30):
        save(backend, folder=folder)
    other.poll()
    assert {(change.event, change.number) for change in told if change.object_type == ObjectType.FOLDER} >= {
        (Event.OBJECT_MODIFIED, backend.root),
        (Event.OBJECT_MODIFIED, folder),
    }
    save(backend, folder=folder)
    told.clear()
    other.poll()
    assert [change.event for change in told] == [Event.OBJECT_CREATED, Event.OBJECT_MODIFIED]
    assert backend.database.value("SELECT count(*) FROM change") < 40
    other.close()


def test_the_version_of_rows_changes_with_every_connection_s_work(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    rows = other.contents(other.root, associated=False)
    seen = [rows.version()]
    save(other)
    seen.append(rows.version())
    save(backend)
    seen.append(rows.version())
    assert len(set(seen)) == 3
    assert rows.version() == seen[-1]
    other.close()


# names


def test_names_keep_their_identifiers(backend: SqliteBackend, path: Path) -> None:
    wanted = [PropertyName(PS_PUBLIC_STRINGS, "Keywords"), PropertyName(PS_PUBLIC_STRINGS, 0x8503)]
    found = backend.ids_from_names(wanted, create=True)
    assert sorted(found.values()) == [0x8000, 0x8001]
    other = SqliteBackend(path)
    assert other.ids_from_names(wanted, create=False) == found
    more = other.ids_from_names([PropertyName(PS_INTERNET_HEADERS, "X-A")], create=True)
    assert backend.ids_from_names([PropertyName(PS_INTERNET_HEADERS, "x-a")], create=False) == more
    assert backend.names_from_ids([0x8000, 0x8002, 0x9000]).keys() == {0x8000, 0x8002}
    assert backend.ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "keywords")], create=False) == {}
    assert len(backend.names_from_ids(None)) == 3
    other.close()


def test_an_identifier_told_in_a_transaction_that_is_undone_stays(backend: SqliteBackend, path: Path) -> None:
    name, inner = PropertyName(PS_PUBLIC_STRINGS, "One"), PropertyName(PS_PUBLIC_STRINGS, "Two")
    with undone(backend):
        told = backend.ids_from_names([name], create=True)
        with undone(backend):
            told |= backend.ids_from_names([inner], create=True)
    other = SqliteBackend(path)
    assert other.ids_from_names([name, inner], create=False) == told
    third = other.ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "Three")], create=True)
    assert set(third.values()).isdisjoint(told.values())
    other.close()


def test_the_store_runs_out_of_identifiers(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LAST", 0x8001)
    wanted = [PropertyName(PS_PUBLIC_STRINGS, str(number)) for number in range(3)]
    with pytest.raises(TooBig):
        backend.ids_from_names(wanted, create=True)
    assert len(backend.ids_from_names(wanted[:2], create=True)) == 2
