"""Damaged files: whatever happened to the bytes, there is a MAPI error or the right answer, never anything else.

Looking changes nothing and finds everything that is in anybody's way; what can be read is saved into a new store.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from tests.providers.sqlstore.helpers import people, save
from tests.providers.sqlstore.tampering import tampering
from tests.providers.sqlstore.test_kills import folders, wholes
from tests.providers.sqlstore.wholes import DIGEST, digest_of, new_message

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import read_content
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import flags, tags
from mapix.properties.errors import MapiError
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.restriction import Content, Exist, Fuzzy
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.times import now
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.sqlite.largefiles import GIANT, LargeFiles
from mapix.providers.sqlstore.sqlite.misfits import columns_of
from mapix.providers.sqlstore.sqlite.salvage import salvage_store
from mapix.testing.support import BenchSupport

pytestmark = pytest.mark.usefixtures("damaged")

PATIENT = 60.0
"""Seconds that nothing may take."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with something of everything, closed."""
    return good_store(tmp_path_factory.mktemp("good") / "store.mapix")


def good_store(path: Path) -> Path:
    """Make a store with something of everything: folders, searches, deleted, queued, named, many types."""
    LargeFiles.least = GIANT
    backend = SqliteBackend(path, create=True, full=False)
    store = StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY, retention=3600)
    chance, root = random.Random(1), store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    search = root.create_folder("search", kind=2)
    looked_for = Content(tags.PR_SUBJECT, "e", Fuzzy.SUBSTRING)
    search.set_search_criteria(looked_for, [root.get_prop(tags.PR_ENTRYID)], flags.RECURSIVE_SEARCH)
    for name in ("one", "two", "three"):
        fill_folder(root.create_folder(name), chance)
    last = root.create_folder("last")
    last.create_folder("below").create_folder("far below")
    fill_folder(last, chance)
    root.delete_folder(last.get_prop(tags.PR_ENTRYID), messages=True, folders=True)
    root.save_contents_sort(SortOrder((SortKey(tags.PR_SUBJECT),)))
    store.set_receive_folder("IPM.Note", root.get_prop(tags.PR_ENTRYID))
    store.close()
    backend = SqliteBackend(path, full=False)
    queue = backend.create_folder(backend.root, "queue", {})
    save(backend, {**MANY_TYPES, tags.PR_BODY: "long"}, folder=queue, recipients=people(1), submit=True)
    backend.close()
    assert check_store(path) == []
    return path


def fill_folder(folder: MapiFolder, chance: random.Random) -> None:
    name = PropertyName(PS_PUBLIC_STRINGS, f"Keyword {chance.random()}")
    named = PropTag.of(folder.get_ids_from_names([name], create=True)[name], PropType.UNICODE)
    for number in range(8):
        message, _ = new_message(folder, chance)
        for attachment in message.attachment_numbers() if number % 4 else ():  # type: ignore[attr-defined]
            message.delete_attach(attachment)
        message.set_props({named: "x", DIGEST: digest_of(read_content(message))})
        message.save_changes()
    rows = query_all_rows(folder.get_contents_table(), (tags.PR_ENTRYID,))
    folder.delete_messages([entry_id for (entry_id,) in rows[:2]], hard=True)


MANY_TYPES: dict[PropTag, object] = {
    PropTag((0x6801 + place) << 16 | kind): value
    for place, (kind, value) in enumerate(
        (
            (PropType.SHORT, -3),
            (PropType.LONG, 70_000),
            (PropType.FLOAT, 0.5),
            (PropType.DOUBLE, 1.25),
            (PropType.CURRENCY, 12345),
            (PropType.APPTIME, 40_000.5),
            (PropType.BOOLEAN, True),
            (PropType.LONGLONG, 1 << 40),
            (PropType.SYSTIME, 132_000_000_000_000_000),
            (PropType.CLSID, bytes(range(16))),
            (PropType.BINARY, b"bytes"),
            (PropType.SRESTRICTION, Exist(tags.PR_BODY)),
            (PropType.LONG | MV_FLAG, (1, 2, 3)),
            (PropType.UNICODE | MV_FLAG, ("one", "two")),
            (PropType.BINARY | MV_FLAG, (b"one", b"two")),
            (PropType.SYSTIME | MV_FLAG, (1, 2)),
        )
    )
}
"""One property of every type."""


def use(path: Path) -> str:
    """Do everything there is with a store; what came of it."""
    try:
        backend = SqliteBackend(path, full=False)
    except MapiError as error:
        return told(error)
    said = "fine"
    support = BenchSupport()
    try:
        store = StoreObject(backend, support, provider="MAPIXSTORE", access=Access.MODIFY, retention=3600, spooler=True)
    except MapiError as error:
        backend.close()
        return told(error)
    for step in (read_everything, search, look_around, write, rearrange, care_for, StoreObject.close):
        try:
            step(store)
        except MapiError as error:
            said = told(error)
        except AssertionError:
            said = "not whole"
    return said


def told(error: MapiError) -> str:
    """The symbol of an error that says what is wrong."""
    assert error.symbol != "MAPI_E_CALL_FAILED", repr(error)
    return error.symbol


def read_everything(store: StoreObject) -> None:
    wholes(store, skip="queue")
    wholes(store, deleted=True)
    for folder in folders(store):
        for (entry_id,) in query_all_rows(folder.get_contents_table(), (tags.PR_ENTRYID,)):
            message = store.open_entry(entry_id)
            assert isinstance(message, Message)
            read_content(message)


def search(store: StoreObject) -> None:
    for folder in folders(store):
        wanted = Content(tags.PR_BODY, "long", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
        order = SortOrder((SortKey(tags.PR_SUBJECT), SortKey(tags.PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)))
        query_all_rows(folder.get_contents_table(), (tags.PR_SUBJECT, tags.PR_BODY), wanted)
        query_all_rows(folder.get_contents_table(), (tags.PR_SUBJECT, *MANY_TYPES), order=order)


def look_around(store: StoreObject) -> None:
    for folder in (*folders(store), *folders(store, kind=2)):
        folder.get_props(None)
        query_all_rows(folder.get_hierarchy_table(deep=True))
        query_all_rows(folder.get_contents_table(), (tags.PR_SUBJECT, tags.PR_MESSAGE_SIZE))
    store.get_props(None)
    store.get_receive_folder("IPM.Note.Special")
    query_all_rows(store.get_receive_folder_table())
    query_all_rows(store.get_outgoing_queue())
    store.get_names_from_ids(None)


def write(store: StoreObject) -> None:
    root = store.open_entry(None, Access.MODIFY)
    message, _ = new_message(root, random.Random(2))  # type: ignore[arg-type]
    message.save_changes()


def rearrange(store: StoreObject) -> None:
    opened = [store.open_entry(folder.get_prop(tags.PR_ENTRYID), Access.MODIFY) for folder in folders(store)]
    every = [folder for folder in opened if isinstance(folder, MapiFolder)]
    target = every[0].create_folder("target", open_if_exists=True)
    for source in every[1:3]:
        rows = query_all_rows(source.get_contents_table(), (tags.PR_ENTRYID,))
        entry_ids = [entry_id for (entry_id,) in rows]
        source.set_read_flags(entry_ids[:2], 0)
        source.copy_messages(entry_ids[:2], target)
        source.copy_messages(entry_ids[2:4], target, move=True)
        source.delete_messages(entry_ids[4:5])
    every[-1].empty_folder(hard=True)


def care_for(store: StoreObject) -> None:
    care = store.care()
    assert care is not None
    care.stats()
    care.check()
    care.compact(purge_before=now())


def flip(path: Path, chance: random.Random) -> None:
    """Damage a file: single bits of rows, values of another kind, bits anywhere, bytes, a page, or its end."""
    how = chance.random()
    if how < 0.25:
        flip_rows(path, chance)
    elif how < 0.5:
        change_cells(path, chance)
    else:
        flip_anywhere(path, chance)


def flip_rows(path: Path, chance: random.Random) -> None:
    """Flip a few bits in pages that hold rows."""
    data = bytearray(path.read_bytes())
    pages = [place for place in range(4096, len(data), 4096) if data[place] in (10, 13)]
    for _ in range(chance.randrange(1, 4)):
        data[chance.choice(pages) + chance.randrange(4096)] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def change_cells(path: Path, chance: random.Random) -> None:
    """Put values of another kind, or out of range, into a cell or two, or into all of a column."""
    with tampering(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        tables = sorted(columns_of(connection).items())
        for _ in range(chance.randrange(1, 3)):
            table, columns = chance.choice(tables)
            name = chance.choice(columns)[0]
            rows = connection.execute(f"SELECT _rowid_ FROM {table}").fetchall() if has_rowid(connection, table) else ()
            where = f"_rowid_ = {chance.choice(rows)[0]}" if rows and chance.random() < 0.8 else "random() % 2"
            odd = chance.choice((*STRANGE, chance.randrange(1, 100), chance.choice((2, 11, 31, 0x101F, 0x1102, 0xFD))))
            with suppress(sqlite3.Error):
                connection.execute(f"UPDATE OR IGNORE {table} SET {name} = ? WHERE {where}", (odd,))


STRANGE = (
    0,
    -1,
    3,
    1 << 62,
    -(1 << 63),
    1.5,
    9e999,
    "text",
    "\u00e9\u20ac",
    "",
    b"",
    b"\xff\xfe\x00",
    b"x" * 300,
    None,
)


def has_rowid(connection: sqlite3.Connection, table: str) -> bool:
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return "WITHOUT ROWID" not in sql


def flip_anywhere(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    how = chance.random()
    if how < 0.5:
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how < 0.8:
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(data) // 4096) * 4096
            data[place : place + 4096] = chance.choice((bytes(4096), chance.randbytes(4096)))
    elif how < 0.9:
        del data[chance.randrange(len(data)) :]
    else:
        place = chance.randrange(len(data))
        data[place : place + 200] = chance.randbytes(200)
    path.write_bytes(data)


def campaign(good: Path, directory: Path, rounds: int, seed: int) -> Counter[str]:
    """Damage copies of a store, use them, look them over, and save what can be."""
    found: Counter[str] = Counter()
    for number in range(rounds):
        found.update(one_round(good, directory, seed, number))
        for each in directory.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    return found


def one_round(good: Path, directory: Path, seed: int, number: int) -> list[str]:
    """Damage one copy in a way that the numbers stand for, and see what comes of it."""
    chance = random.Random(seed * 1_000_003 + number)
    path = directory / f"store{number}.mapix"
    shutil.copyfile(good, path)
    flip(path, chance)
    began = time.monotonic()
    try:
        return examine(path, chance)
    except Exception as error:
        error.add_note(f"seed {seed}, round {number}")
        raise
    finally:
        assert time.monotonic() - began < PATIENT, f"seed {seed}, round {number}"


def examine(path: Path, chance: random.Random) -> list[str]:
    """Look over a damaged file, save what is in it, repair it, and use it; what came of each."""
    before = path.read_bytes()
    try:
        looked = "damage found" if check_store(path) else "nothing found"
    except MapiError as error:
        looked = f"check: {told(error)}"
    happened = [looked]
    if chance.random() < 0.3:
        happened.append(f"salvage: {salvage(path)}")
    assert path.read_bytes() == before, "looking and saving changed the file"
    if chance.random() < 0.3:
        happened.append(f"repair: {repair(path)}")
    used = use(path)
    assert used in ("fine", "not whole") or looked != "nothing found", used
    return [*happened, f"use: {used}"]


def salvage(path: Path) -> str:
    """Save what can be read; the result is sound, and everything that was there is in it or told to be lost."""
    try:
        salvaged = salvage_store(path)
    except MapiError as error:
        return told(error)
    assert salvaged.left == [], list(map(str, salvaged.left))
    assert check_store(salvaged.path) == []
    for table, tally in salvaged.tallies.items():
        assert tally.found == tally.rescued + tally.lost, table
    used = use(salvaged.path)
    assert used in ("fine", "not whole"), used
    return "sound"


def repair(path: Path) -> str:
    try:
        found = repair_store(path)
    except MapiError as error:
        return told(error)
    return "all" if all(finding.repaired for finding in found) else "not all"


def test_damaged_files_are_told_and_looking_changes_nothing(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = campaign(good, tmp_path, 25, 25)
    with capsys.disabled():
        print(f"\n{dict(found)}")
    assert found["salvage: sound"] > 1


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        *((1, 377), (1, 498), (2, 209), (2, 417)),
        *((3, 546), (3, 583), (3, 905), (4, 122), (4, 130), (4, 534), (4, 870), (8, 838)),
    ],
)
def test_damage_that_was_once_not_understood_is(good: Path, tmp_path: Path, seed: int, number: int) -> None:
    """An order that is a number, one number for two objects, a number in the place of packed values, no folder; large
    values packed in no known way, folders of impossible numbers, recipients that tell another row than theirs, messages
    in two places, sizes whose sum is no number, recipients whose number is too large, folders
    of one name beside one another.
    """
    assert one_round(good, tmp_path, seed, number)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_damaged_files(good: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = campaign(good, tmp_path, 1000, seed)
    with capsys.disabled():
        print(f"\n{dict(found)}")
    assert found["salvage: sound"] > 40
