"""What is kept of deleted things in a store's file: found where it does not fit, and made good."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import file, people, save
from tests.providers.sqlstore.tampering import tampering

from mapix.properties import tags
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.values import LARGE

FOLDER, BELOW, MESSAGE = 2, 3, 4


@pytest.fixture
def filled(path: Path) -> Path:
    """A store, closed: folder 2 with folder 3 and message 4 in it was deleted, and message 5 out of the root."""
    store = SqliteBackend(path, create=True)
    folder = store.create_folder(store.root, "folder", {tags.PR_COMMENT: "c"})
    below = store.create_folder(folder, "below", {})
    inside = save(store, folder=below, recipients=people(2), attachments={0: file(b"x" * LARGE)}).number
    alone = save(store).number
    kept = store.retention()
    kept.delete_folder(folder, 1000)
    assert kept.delete_messages([alone], 2000) == [alone]
    assert (folder, below, inside) == (FOLDER, BELOW, MESSAGE)
    store.close()
    return path


def test_a_store_with_deleted_things_is_sound(filled: Path) -> None:
    assert check_store(filled) == []


@pytest.mark.usefixtures("damaged")
@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("deleted folder of no folder", f"UPDATE folder SET kept_in = 99 WHERE id = {FOLDER}"),
        ("message nowhere", f"UPDATE message SET kept_in = 99 WHERE id = {MESSAGE}"),
        ("message both there and deleted", f"UPDATE message SET folder = 1 WHERE id = {MESSAGE}"),
        ("message in a deleted folder", f"UPDATE message SET folder = {BELOW}, kept_in = NULL WHERE id = {MESSAGE}"),
        ("deleted without a time", f"UPDATE message SET deleted_on = NULL WHERE id = {MESSAGE}"),
        ("deleted without a time", f"UPDATE folder SET deleted_with = NULL WHERE id = {FOLDER}"),
        ("folder not below the root", f"UPDATE folder SET parent = {FOLDER}, kept_in = NULL WHERE id = {BELOW}"),
    ],
)
def test_what_does_not_fit_is_found_and_made_good(filled: Path, kind: str, damage: str) -> None:
    with tampering(filled) as connection:
        connection.execute(damage)
    assert kind in {finding.kind for finding in check_store(filled)}
    assert all(finding.repaired for finding in repair_store(filled)), list(map(str, repair_store(filled)))
    assert check_store(filled) == []


def test_a_kept_folder_takes_no_message(filled: Path) -> None:
    """F-090: the database itself refuses."""
    store = SqliteBackend(filled)
    with pytest.raises(Exception, match="constraint"):
        save(store, folder=FOLDER)
    assert store.retention().children(store.root) == [FOLDER]
    store.close()


def test_purging_what_is_old_goes_in_steps_oldest_first(filled: Path) -> None:
    """F-090."""
    store = SqliteBackend(filled)
    kept = store.retention()
    assert kept.purge_older(1000, 10) == 0
    assert kept.purge_older(5000, 1) == 1
    assert kept.purge_older(5000, 10) == 1
    assert kept.purge_older(5000, 10) == 0
    assert (kept.children(store.root), kept.messages(store.root)) == ([], [])
    store.close()
