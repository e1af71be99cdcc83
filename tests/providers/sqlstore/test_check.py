"""A damaged store is found out, and what can be made good is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import file, people, save
from tests.providers.sqlstore.tampering import tampering

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags
from mapix.properties.errors import CorruptStore, NotFound
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import Finding, check_store, repair_store
from mapix.providers.sqlstore.values import LARGE
from mapix.testing.support import BenchSupport

pytestmark = pytest.mark.usefixtures("damaged")


KEPT_IN_ITSELF = (
    "INSERT INTO folder (id, name, name_key, folder_type, creation_time, modification_time, kept_in, deleted_on,"
    " deleted_with) VALUES (90, 'k', x'6b', 1, 0, 0, 90, 1, 90)"
)
THERE_AND_DELETED = KEPT_IN_ITSELF.replace("(id, ", "(id, parent, ").replace("(90, ", "(90, 1, ")


@pytest.fixture
def filled(path: Path) -> Path:
    """A store with something of everything, closed."""
    store = SqliteBackend(path, create=True)
    folder = store.create_folder(store.root, "folder", {tags.PR_COMMENT: "c"})
    save(store, folder=folder, recipients=people(2), attachments={0: file(b"x" * LARGE)})
    save(store, {tags.PR_BODY: "y" * LARGE}, folder=folder)
    save(store, recipients=people(1), submit=True)
    store.set_receive_folder("", folder)
    store.close()
    return path


def test_a_sound_store_has_nothing_to_find(filled: Path) -> None:
    assert check_store(filled) == []
    assert repair_store(filled) == []


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("folder counts", "UPDATE folder SET content_count = content_count + 1"),
        ("folder counts", "UPDATE folder SET unread_count = 17 WHERE id = 2"),
        ("text that cannot be read", "UPDATE property SET value = CAST(x'ff41' AS TEXT) WHERE id = 55"),
        ("folder name that cannot be read", "UPDATE folder SET name = CAST(x'ff41' AS TEXT) WHERE id = 2"),
        ("column not like its property", "UPDATE message SET subject = CAST(x'ff41' AS TEXT)"),
        ("recipient not like its properties", "UPDATE recipient SET address = CAST(x'ff41' AS TEXT)"),
        ("folder not below the root", "UPDATE folder SET parent = 2 WHERE id = 2"),
        ("root folder inside another", "UPDATE folder SET parent = 2 WHERE id = 1"),
        ("deleted folder kept in itself", KEPT_IN_ITSELF),
        ("value of another kind", "UPDATE folder SET contents_sort = 9e999 WHERE id = 2"),
        ("folder both there and deleted", THERE_AND_DELETED),
        ("search of no folder", "INSERT INTO search VALUES (99, x'00', 0, 0)"),
        ("place to search that is gone", "INSERT INTO search_scope VALUES (2, 99, 0)"),
        ("result of no search", "INSERT INTO search_link VALUES (2, 3, NULL, 0, 0)"),
        ("text index that nobody keeps", "DELETE FROM text_index WHERE name = 'short'"),
        ("schema not as it was made", "DROP INDEX message_place"),
        ("schema not as it was made", "CREATE TRIGGER thief AFTER DELETE ON message BEGIN DELETE FROM folder; END"),
        ("message nowhere", "UPDATE message SET folder = 99 WHERE id = 3"),
        ("message nowhere", "UPDATE message SET folder = NULL WHERE id = 3"),
        ("attachment of no message", "UPDATE attachment SET message = 99"),
        ("recipient of no message", "UPDATE recipient SET message = 99 WHERE message = 3"),
        ("property of nothing", "INSERT INTO property VALUES (99, 55, 31, 'x', NULL)"),
        ("property without value", "UPDATE property SET value = NULL WHERE id = 55"),
        ("property without value", "UPDATE property SET blob = 99 WHERE blob IS NOT NULL"),
        ("large value nobody holds", "INSERT INTO blob (hash, size, packing) VALUES (x'00', 0, 0)"),
        ("pieces of no large value", "INSERT INTO chunk VALUES (99, 0, x'00')"),
        ("queued without being submitted", "UPDATE message SET flags = 0"),
        ("queued without being submitted", "UPDATE queue SET message = 99"),
        ("submitted without being queued", "DELETE FROM queue"),
        ("receive folder that is gone", "UPDATE receive_folder SET folder = 99"),
        ("number not yet given", "UPDATE store SET last_number = 2"),
        ("number given twice", "UPDATE attachment SET id = 3"),
        ("number given twice", "UPDATE attachment SET id = 2"),
        ("number given twice", "UPDATE message SET id = 2 WHERE id = 3"),
        ("tag not known as a column", "DELETE FROM used_tag"),
        ("column not like its property", "UPDATE message SET subject = 'other' WHERE id = 3"),
        ("column not like its property", "UPDATE message SET subject_key = NULL"),
        ("column not like its property", "UPDATE message SET size = 5"),
        ("recipient not like its properties", "UPDATE recipient SET display_name = 'other'"),
    ],
)
def test_damage_is_found_and_made_good(filled: Path, kind: str, damage: str) -> None:
    with tampering(filled) as connection:
        connection.execute(damage)
    found = check_store(filled)
    assert kind in {finding.kind for finding in found}
    assert all(finding.repaired for finding in repair_store(filled)), list(map(str, repair_store(filled)))
    assert check_store(filled) == []


def test_a_message_that_tells_another_size_than_it_has_is_found_and_put_right(path: Path) -> None:
    """A-024."""
    store = StoreObject(SqliteBackend(path, create=True), BenchSupport(), provider="TEST", access=Access.MODIFY)
    root = store.open_entry(None, access=Access.MODIFY)
    assert isinstance(root, MapiFolder)
    message = root.create_message()
    message.set_props({tags.PR_SUBJECT: "Budget", tags.PR_BODY: "y" * LARGE})
    message.modify_recipients(ModifyRecipients.ADD, people(2))
    message.save_changes()
    size = message.get_prop(tags.PR_MESSAGE_SIZE)
    store.close()
    assert check_store(path) == []
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE property SET value = 5 WHERE id = {tags.PR_MESSAGE_SIZE.id}")
    connection.execute("UPDATE message SET size = 5")
    connection.commit()
    connection.close()
    assert f"5 bytes are told, {size} are there" in {finding.detail for finding in check_store(path)}
    assert all(finding.repaired for finding in repair_store(path))
    assert check_store(path) == []


def test_objects_of_one_number_get_numbers_of_their_own_and_keep_everything(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA foreign_keys = OFF")
    (number, message), *_ = connection.execute("SELECT id, message FROM attachment").fetchall()
    for sql in ("UPDATE property SET object = ? WHERE object = ?", "UPDATE attachment SET id = ? WHERE id = ?"):
        connection.execute(sql.replace("UPDATE property", "UPDATE OR REPLACE property"), (message, number))
    connection.commit()
    connection.close()
    assert all(finding.repaired for finding in repair_store(filled))
    assert check_store(filled) == []
    store = SqliteBackend(filled)
    (attachment,) = store.message(message).attachments().values()
    assert attachment[tags.PR_ATTACH_DATA_BIN].size == LARGE
    store.close()


def test_a_recovered_message_is_in_the_root(filled: Path) -> None:
    with tampering(filled) as connection:
        connection.execute("UPDATE message SET folder = 99 WHERE id = 3")
    repair_store(filled)
    store = SqliteBackend(filled)
    assert 3 in store.messages(store.root)
    assert store.message(3).load([tags.PR_SUBJECT])[0] == {tags.PR_SUBJECT: "Budget"}
    store.close()


def test_a_large_value_that_changed_is_found_but_stays(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE chunk SET data = zeroblob(10) WHERE blob = 1")
    connection.execute("UPDATE blob SET packing = 0 WHERE id = 1")
    connection.commit()
    connection.close()
    assert [finding.kind for finding in check_store(filled)] == ["large value that is not what it was"]
    (finding,) = repair_store(filled)
    assert not finding.repaired
    assert str(finding).startswith("large value that is not what it was 1: ")


def test_an_unreadable_large_value_is_a_corrupt_store(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE chunk SET data = x'00'")
    connection.commit()
    connection.close()
    assert "large value that cannot be read" in {finding.kind for finding in check_store(filled)}
    store = SqliteBackend(filled)
    folder = store.children(store.root)[0]
    value = store.message(store.messages(folder)[1]).load([tags.PR_BODY])[0][tags.PR_BODY]
    with pytest.raises(CorruptStore), value.open() as reader:
        reader.read()
    rows = store.contents(folder, associated=False)
    with pytest.raises(CorruptStore, match="mapix store check"):
        rows.page(None, (), None, 5, (tags.PR_BODY,))
    store.close()


def test_broken_pages_are_told_and_nothing_is_raised(filled: Path) -> None:
    store = SqliteBackend(filled)
    with store.transaction():
        for _ in range(1500):
            save(store, recipients=people(2))
    store.close()
    size = filled.stat().st_size
    with filled.open("r+b") as opened:
        for place in range(size * 2 // 3, size - 200, 9000):
            opened.seek(place)
            opened.write(b"\xff" * 200)
    assert "damaged file" in {finding.kind for finding in check_store(filled)}


def test_what_is_no_store_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        check_store(tmp_path / "none.mapix")
    (tmp_path / "text").write_text("no store " * 1000)
    with pytest.raises(CorruptStore):
        check_store(tmp_path / "text")


def test_a_finding_says_whether_it_was_repaired() -> None:
    assert str(Finding("folder counts", 3, "counts 1/0/0", repaired=True)) == "folder counts 3: counts 1/0/0 (repaired)"
    assert str(Finding("damaged file", 0, "page 5")) == "damaged file: page 5"


def test_a_full_text_index_that_forgot_something_is_found_out_and_made_anew(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    for number in range(30):
        save(store, {tags.PR_SUBJECT: f"Budget of {number}", tags.PR_BODY: f"text {number}"})
    index = store.database.text_index()
    if index is None:
        pytest.skip("this library has no full text index")
    index.rebuild()
    store.close()
    assert check_store(path) == []
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO text_short (text_short) VALUES ('delete-all')")
    connection.commit()
    connection.close()
    found = check_store(path)
    assert {finding.kind for finding in found} == {"message that the full text index does not find"}
    assert len(found) == 30
    assert all(finding.repaired for finding in repair_store(path))
    assert check_store(path) == []
