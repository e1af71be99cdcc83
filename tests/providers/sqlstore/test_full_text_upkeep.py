"""The index of full text: brought up to date, shared, made anew and done without; it is never in anybody's way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.providers.sqlstore.fulltexts import found, mail, texts_of

from mapix.interfaces.backend import MessageChanges
from mapix.objects.stores.entryids import StoreIds
from mapix.properties import tags
from mapix.properties.restriction import Property, Relop
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.textindex import SqliteTextIndex
from mapix.providers.sqlstore.textindex import State
from mapix.providers.sqlstore.textparts import BODY, SHORT, wish_of


def test_saving_does_nothing_for_the_index(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(3)]
    assert not texts_of(store).ready()
    assert found(store, "subject ~ budget") == numbers
    mail(store, "one more")
    assert store.database.value("SELECT count(*) FROM text_pending") == 0
    assert texts_of(store).state(SHORT).left == 1


def test_a_search_indexes_for_a_moment_only_and_is_right_all_the_same(
    store: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._BATCH", 4)
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._FOR_A_SEARCH", 0.0)
    numbers = [mail(store, f"budget {number}") for number in range(10)]
    assert found(store, "subject ~ budget", driven=False) == numbers
    texts = texts_of(store)
    with store.database.write():
        texts.make()
        texts._step(SHORT)
        texts._step(SHORT)
    assert texts.state(SHORT).left == 2
    assert found(store, "subject ~ budget", driven=True) == numbers
    assert texts.settle(SHORT)
    assert texts.state(SHORT).left == 0


def test_an_index_that_is_far_behind_is_not_asked(store: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._FOR_A_SEARCH", 0.0)
    with store.database.write():
        texts_of(store).make()
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget", driven=False) == numbers


def test_nobody_waits_for_the_index(sqlite: SqliteBackend, path: Path) -> None:
    numbers = [mail(sqlite, f"budget {number}") for number in range(3)]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert not sqlite.database.free_to_write()
        assert found(sqlite, "subject ~ budget", driven=False) == numbers
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert found(sqlite, "subject ~ budget", driven=True) == numbers


class Forgetful(dict[str, State]):
    """Another thread forgets all of it as soon as this one has noted anything."""

    def __setitem__(self, name: str, state: State) -> None:
        super().__setitem__(name, state)
        self.clear()


def test_how_far_an_index_is_may_be_forgotten_by_another_thread(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(3)]
    assert texts_of(store).settle(SHORT)
    texts_of(store)._seen = Forgetful()
    assert found(store, "subject ~ budget", driven=True) == numbers


def test_two_connections_share_the_index(sqlite: SqliteBackend, path: Path) -> None:
    numbers = [mail(sqlite, f"budget {number}") for number in range(3)]
    other = SqliteBackend(path, full=False)
    other.decorate(StoreIds(other.provider_uid, other.uid, b"wrapped"))
    assert found(other, "subject ~ budget", driven=True) == numbers
    assert found(sqlite, "subject ~ budget", driven=True) == numbers
    other.message(numbers[0]).apply(MessageChanges({tags.PR_SUBJECT: "x"}))
    assert found(sqlite, "subject ~ budget", driven=True) == numbers[1:]
    other.close()
    reader = SqliteBackend(path, readonly=True)
    assert found(reader, "subject ~ budget", driven=True) == numbers[1:]
    reader.close()


def test_an_index_made_anew_forgets_what_is_gone(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget", driven=True) == numbers
    store.message(numbers[0]).apply(MessageChanges({tags.PR_SUBJECT: "x"}))
    store.delete_messages(numbers[2:])
    assert found(store, "subject ~ budget") == [numbers[1]]
    texts = texts_of(store)
    texts.rebuild()
    assert not texts.state(SHORT).loose
    wish = wish_of(Property(Relop.EQ, tags.PR_SUBJECT, "budget"))
    assert wish is not None
    leg = texts.entries(SHORT, wish)
    assert [number for (number,) in store.database.rows(leg.sql, leg.params)] == [numbers[1]]
    assert found(store, "subject ~ budget", driven=True) == [numbers[1]]


def test_without_trigrams_searches_go_on_without_an_index(
    sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.textindex._OLDEST", (99, 0))
    old = SqliteTextIndex(sqlite.database)
    sqlite._around.texts = old
    number = mail(sqlite, "budget")
    assert found(sqlite, "subject ~ budget", driven=False) == [number]
    assert not old.ready()


def test_a_library_without_full_text_is_found_out_once(sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mapix.providers.sqlstore.sqlite.textindex._MAKE",
        "CREATE VIRTUAL TABLE text_{name} USING nothing({parts}, {detail})",
    )
    number = mail(sqlite, "budget")
    assert found(sqlite, "subject ~ budget", driven=False) == [number]
    assert found(sqlite, "subject ~ budget", driven=False) == [number]


def test_a_store_that_is_compacted_lets_go_of_old_entries(
    sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.textindex._SPARED", 0)
    numbers = [mail(sqlite, f"budget {number}") for number in range(4)]
    for subject in ("x", "y", "budget z"):
        assert found(sqlite, "subject ~ budget") == numbers
        sqlite.message(numbers[-1]).apply(MessageChanges({tags.PR_SUBJECT: subject}))
        assert (numbers[-1] in found(sqlite, "subject ~ budget")) is ("budget" in subject)
        sqlite.message(numbers[-1]).apply(MessageChanges({tags.PR_SUBJECT: "budget"}))
    assert texts_of(sqlite).state(SHORT).loose
    assert sqlite.database.value("SELECT entries FROM text_index WHERE name = 'short'") > 4
    sqlite.care().compact()
    assert sqlite.database.value("SELECT entries FROM text_index WHERE name = 'short'") == 4
    assert sqlite.database.value("SELECT done FROM text_index WHERE name = 'body'") == 0
    assert not texts_of(sqlite).state(SHORT).loose
    assert found(sqlite, "subject ~ budget", driven=True) == numbers


def test_entries_of_deleted_messages_go_with_compacting(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget") == numbers
    store.delete_messages(numbers[:2])
    store.care().compact()
    assert found(store, "subject ~ budget", driven=True) == numbers[2:]


def test_an_index_in_use_is_brought_up_to_date_when_a_store_is_closed(sqlite: SqliteBackend, path: Path) -> None:
    for round_ in range(2):
        other = SqliteBackend(path, full=False)
        mail(other, f"budget {round_}")
        other.close()
        assert texts_of(sqlite).ready() is bool(round_)
        if round_:
            assert texts_of(sqlite).state(SHORT).left == 0
            assert texts_of(sqlite).state(BODY).left == 2
        else:
            assert len(found(sqlite, "subject ~ budget")) == 1
