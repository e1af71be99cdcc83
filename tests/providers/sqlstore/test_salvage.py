"""What is saved from a damaged store: everything that the damage did not hit, and rows made again from what is left."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.providers.sqlstore.helpers import file, people, save

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.properties import tags
from mapix.properties.errors import CorruptStore, NotFound
from mapix.properties.value import whole
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import DAMAGED, check_store, repair_store
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.providers.sqlstore.sqlite.salvage import salvage_store
from mapix.providers.sqlstore.values import LARGE

pytestmark = pytest.mark.usefixtures("damaged")

DATA = tags.PR_ATTACH_DATA_BIN
COUNT = 400


@pytest.fixture
def filled(path: Path) -> Path:
    """A store with many messages in two folders, closed."""
    store = SqliteBackend(path, create=True)
    places = [store.create_folder(store.root, name, {tags.PR_COMMENT: name}) for name in ("One", "Two")]
    with store.transaction():
        for number in range(COUNT):
            text = f"message {number} "
            inner = AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: f"inside {number}"}))
            parts = {0: file((text * 10).encode()), 1: inner} if number % 5 == 0 else {}
            values = {tags.PR_SUBJECT: text, tags.PR_BODY: text * 20, tags.PR_MESSAGE_CLASS: "IPM.Note"}
            save(store, values, folder=places[number % 2], recipients=people(2), attachments=parts)
        save(store, {tags.PR_SUBJECT: "large", tags.PR_BODY: "y" * LARGE}, attachments={0: file(os.urandom(3 * LARGE))})
    store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


def pages_of(path: Path, name: str) -> list[int]:
    """Where the pages of a table or an index begin in the file."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno", (name,)).fetchall()
    connection.close()
    return [(number - 1) * 4096 for (number,) in rows]


def has_dbstat() -> bool:
    try:
        sqlite3.connect(":memory:").execute("SELECT * FROM dbstat")
    except sqlite3.Error:
        return False
    return True


needs_dbstat = pytest.mark.skipif(not has_dbstat(), reason="this library does not tell where pages are")


def spoil(path: Path, places: list[int]) -> None:
    with path.open("r+b") as opened:
        for place in places:
            opened.seek(place)
            opened.write(b"\xa5" * 4096)


def subjects(path: Path) -> dict[str, list[str]]:
    """The subjects of messages by their folders."""
    store = SqliteBackend(path)
    found = {}
    for folder in (store.root, *store.children(store.root)):
        name = store.folder(folder).load((tags.PR_DISPLAY_NAME,))[0][tags.PR_DISPLAY_NAME]
        values = [store.message(number).load(None)[0] for number in store.messages(folder)]
        found[name] = sorted(each.get(tags.PR_SUBJECT, "").strip() for each in values)
    store.close()
    return found


def test_all_of_a_sound_store_is_saved(filled: Path) -> None:
    salvaged = salvage_store(filled)
    assert salvaged.path.name == "store.salvaged.mapix"
    assert salvaged.lost == salvaged.left == []
    assert all(tally.lost == 0 for tally in salvaged.tallies.values())
    assert salvaged.tallies["message"].rescued == COUNT + 1 + COUNT // 5
    assert salvaged.messages == COUNT + 1
    assert subjects(salvaged.path) == subjects(filled)
    assert salvage_store(filled).path.name == "store.salvaged2.mapix"
    assert sorted(each.name for each in filled.parent.iterdir() if "part" in each.name or "salvage." in each.name) == []


@needs_dbstat
def test_messages_whose_rows_are_lost_are_made_again_where_they_were(filled: Path) -> None:
    leaves = pages_of(filled, "message")
    spoil(filled, leaves[len(leaves) // 2 : len(leaves) // 2 + 3])
    assert any(finding.kind == "damaged file" for finding in check_store(filled))
    salvaged = salvage_store(filled)
    assert any("made again" in text for text in salvaged.lost)
    assert salvaged.messages == COUNT + 1
    assert salvaged.left == []
    assert subjects(salvaged.path) == {
        "Root": ["large"],
        "One": sorted(f"message {number}" for number in range(0, COUNT, 2)),
        "Two": sorted(f"message {number}" for number in range(1, COUNT, 2)),
    }


@needs_dbstat
def test_lost_properties_cost_only_those_they_belong_to(filled: Path) -> None:
    leaves = pages_of(filled, "property")
    spoil(filled, [leaves[len(leaves) // 4], leaves[len(leaves) // 2]])
    salvaged = salvage_store(filled)
    assert COUNT - 60 < salvaged.messages <= COUNT + 1
    lost = salvaged.tallies["message"].lost
    assert salvaged.tallies["message"].found == COUNT + 1 + COUNT // 5
    assert lost == COUNT + 1 + COUNT // 5 - salvaged.tallies["message"].rescued
    assert salvaged.lost
    assert check_store(salvaged.path) == []
    sound = [text for texts in subjects(salvaged.path).values() for text in texts if text]
    assert len(sound) > COUNT - 60


@needs_dbstat
def test_lost_folders_come_back_by_the_index_of_their_names(filled: Path) -> None:
    spoil(filled, pages_of(filled, "folder")[:1])
    salvaged = salvage_store(filled)
    found = subjects(salvaged.path)
    assert {name: len(texts) for name, texts in found.items()} == {"Root": 1, "one": COUNT // 2, "two": COUNT // 2}


@needs_dbstat
def test_a_large_value_that_is_lost_is_left_out(filled: Path) -> None:
    spoil(filled, pages_of(filled, "chunk")[3:6])
    salvaged = salvage_store(filled)
    assert any("large value" in text for text in salvaged.lost)
    assert salvaged.left == []
    assert salvaged.messages == COUNT + 1


def test_what_was_in_the_log_is_saved_too(filled: Path) -> None:
    store = SqliteBackend(filled)
    save(store, {tags.PR_SUBJECT: "in the log"})
    before = {each.name: each.read_bytes() for each in filled.parent.iterdir() if each.suffix != ".mapix-shm"}
    assert before["store.mapix-wal"]
    salvaged = salvage_store(filled)
    assert {name: (filled.parent / name).read_bytes() for name in before} == before
    store.close()
    assert "in the log" in subjects(salvaged.path)["Root"]


def test_giant_values_come_along(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LargeFiles, "least", 2 * LARGE)
    store = SqliteBackend(path, create=True)
    data = os.urandom(2 * LARGE)
    number = save(store, attachments={0: file(data)}).number
    store.close()
    salvaged = salvage_store(path)
    path.unlink()
    for each in Path(f"{path}-large").iterdir():
        each.unlink()
    copy = SqliteBackend(salvaged.path)
    assert whole(DATA, copy.message(number).attachments()[0][DATA]) == data
    copy.close()


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_of_a_file_that_was_cut_short_the_rest_is_saved(filled: Path, kept: float) -> None:
    whole_file = filled.read_bytes()
    filled.write_bytes(whole_file[: int(len(whole_file) * kept)])
    cut = filled.read_bytes()
    assert DAMAGED in {finding.kind for finding in check_store(filled)}
    salvaged = salvage_store(filled)
    assert filled.read_bytes() == cut
    assert check_store(salvaged.path) == []
    assert salvaged.messages > 0
    known = {f"message {number}" for number in range(COUNT)} | {"large", ""}
    assert {subject for found in subjects(salvaged.path).values() for subject in found} <= known
    assert salvaged.messages == sum(map(len, subjects(salvaged.path).values()))


def test_of_what_is_too_short_nothing_is_promised(filled: Path) -> None:
    filled.write_bytes(filled.read_bytes()[:8192])
    with pytest.raises(CorruptStore, match="too little is left"):
        salvage_store(filled)
    assert not list(filled.parent.glob("*salvaged*"))


@needs_dbstat
def test_broken_pages_are_not_repaired_in_place(filled: Path) -> None:
    spoil(filled, pages_of(filled, "property")[5:6])
    before = filled.read_bytes()
    found = repair_store(filled)
    assert any(finding.kind == "damaged file" and not finding.repaired for finding in found)
    assert filled.read_bytes() == before


@needs_dbstat
def test_an_index_that_is_not_like_its_table_is_made_anew(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'associated)', 'associated DESC)') WHERE name = 'message_place'"
    )
    connection.commit()
    connection.close()
    found = repair_store(filled)
    assert "schema not as it was made" in {finding.kind for finding in found}
    assert all(finding.repaired for finding in found), list(map(str, found))
    assert check_store(filled) == []


def test_what_is_no_store_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        salvage_store(tmp_path / "none.mapix")
    (tmp_path / "text.mapix").write_bytes(b"no store " * 1000)
    with pytest.raises(CorruptStore):
        salvage_store(tmp_path / "text.mapix")
    assert [each.name for each in tmp_path.iterdir()] == ["text.mapix"]


def change_schema(path: Path, old: str, new: str) -> None:
    """Change words of the schema behind the database's back."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?)", (old, new))
    connection.commit()
    connection.close()


def test_a_table_that_has_lost_the_name_of_its_key_is_read_in_no_order(filled: Path) -> None:
    change_schema(filled, "key    TEXT PRIMARY KEY", "kez    TEXT PRIMARY KEY")
    change_schema(filled, "tag INTEGER PRIMARY KEY", "tay INTEGER PRIMARY KEY")
    salvaged = salvage_store(filled)
    assert salvaged.left == []
    assert subjects(salvaged.path) == subjects(filled)


def test_words_of_triggers_that_are_damaged_are_found_and_made_anew(filled: Path) -> None:
    change_schema(filled, "coalesce(NEW.flags", "coamesce(NEW.flags")
    found = check_store(filled)
    assert {finding.kind for finding in found} == {"schema not as it was made"}
    assert all(finding.repaired for finding in repair_store(filled))
    assert check_store(filled) == []


@needs_dbstat
def test_rows_out_of_order_end_in_an_error_and_not_in_a_circle(path: Path) -> None:
    """A page of an index points back: whoever reads on is told, and never reads the same again and again."""
    store = SqliteBackend(path, create=True)
    with store.transaction():
        for number in range(3000):
            save(store, {tags.PR_SUBJECT: f"m {number}", tags.PR_MESSAGE_DELIVERY_TIME: number})
    store.close()
    leaves = [place for place in pages_of(path, "message_place") if page_kind(path, place) == 10]
    with path.open("r+b") as opened:
        opened.seek(leaves[1])
        early = opened.read(4096)
        opened.seek(leaves[-1])
        opened.write(early)
    store = SqliteBackend(path)
    rows = store.contents(store.root, associated=False)
    with pytest.raises(CorruptStore, match="mapix store check"):
        walk(rows)
    store.close()
    assert check_store(path)
    assert salvage_store(path).messages == 3000


def walk(rows: Any) -> None:
    """Read a table to its end, if it has one."""
    after, seen = None, 0
    while keys := rows.page(None, (), after, 100, (tags.PR_SUBJECT,)).keys:
        after, seen = keys[-1], seen + len(keys)
        assert seen < 10_000


def page_kind(path: Path, place: int) -> int:
    with path.open("rb") as opened:
        opened.seek(place)
        return opened.read(1)[0]


def test_a_cell_of_another_kind_is_told_and_left_out(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE property SET value = 'text' WHERE object = 6 AND type = 3")
    connection.execute("UPDATE property SET type = x'00' WHERE object = 9 AND id = 55")
    connection.execute("UPDATE store SET last_number = x'ff'")
    connection.execute("INSERT INTO named_property VALUES (40000, x'01', 7, NULL, x'ff')")
    connection.commit()
    connection.close()
    assert {finding.kind for finding in check_store(filled)} >= {"value of another kind"}
    store = SqliteBackend(filled)
    with pytest.raises(CorruptStore, match="mapix store check"):
        store.message(9).load(None)
    with pytest.raises(CorruptStore, match="mapix store check"):
        save(store)
    store.close()
    salvaged = salvage_store(filled)
    assert salvaged.left == []
    assert salvaged.messages == COUNT + 1


def test_folders_in_a_circle_come_to_an_end(filled: Path) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE folder SET parent = 2 WHERE id = 1")
    connection.commit()
    connection.close()
    store = SqliteBackend(filled)
    rows = store.hierarchy(store.root, deep=True)
    assert len(rows.page(None, (), None, 100, (tags.PR_DISPLAY_NAME,)).rows) <= 4
    store.close()
    assert all(finding.repaired for finding in repair_store(filled))
    assert check_store(filled) == []
