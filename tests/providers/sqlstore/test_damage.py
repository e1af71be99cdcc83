"""Damaged files: whatever happened to the bytes, there is a MAPI error or the right answer, never anything else.

Looking changes nothing and finds everything that is in anybody's way; what can be read is saved into a new store.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.providers.sqlstore.test_kills import folders, wholes
from tests.providers.sqlstore.wholes import DIGEST, digest_of, new_message

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.objects.content import read_content
from mapix.objects.storeobject import StoreObject
from mapix.properties import tags
from mapix.properties.errors import MapiError
from mapix.properties.restriction import Content, Fuzzy
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.sqlite.largefiles import GIANT, LargeFiles
from mapix.providers.sqlstore.sqlite.salvage import salvage_store
from mapix.testing.support import BenchSupport

pytestmark = pytest.mark.usefixtures("damaged")

PATIENT = 20.0
"""Seconds that nothing may take."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with something of everything, closed."""
    path = tmp_path_factory.mktemp("good") / "store.mapix"
    LargeFiles.least = GIANT
    backend = SqliteBackend(path, create=True, full=False)
    store = StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY)
    chance, root = random.Random(1), store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    for name in ("one", "two", "three"):
        folder = root.create_folder(name)
        for number in range(8):
            message, _ = new_message(folder, chance)
            for attachment in message.attachment_numbers() if number % 4 else ():  # type: ignore[attr-defined]
                message.delete_attach(attachment)
            message.set_props({DIGEST: digest_of(read_content(message))})
            message.save_changes()
    store.close()
    assert check_store(path) == []
    return path


def use(path: Path) -> str:
    """Read everything there is, search, and write a little; what came of it."""
    try:
        backend = SqliteBackend(path, full=False)
    except MapiError as error:
        return error.symbol
    said = "fine"
    try:
        store = StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY)
    except MapiError as error:
        backend.close()
        return error.symbol
    for step in (read_everything, search, write, StoreObject.close):
        try:
            step(store)
        except MapiError as error:
            said = error.symbol
        except AssertionError:
            said = "not whole"
    return said


def read_everything(store: StoreObject) -> None:
    wholes(store)


def search(store: StoreObject) -> None:
    for folder in folders(store):
        wanted = Content(tags.PR_BODY, "long", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
        query_all_rows(folder.get_contents_table(), (tags.PR_SUBJECT, tags.PR_BODY), wanted)


def write(store: StoreObject) -> None:
    root = store.open_entry(None, Access.MODIFY)
    message, _ = new_message(root, random.Random(2))  # type: ignore[arg-type]
    message.save_changes()


def flip(path: Path, chance: random.Random) -> None:
    """Damage a file: bits, bytes, a page, or its end."""
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
    told: Counter[str] = Counter()
    for number in range(rounds):
        chance = random.Random(seed * 1_000_003 + number)
        path = directory / f"store{number}.mapix"
        shutil.copyfile(good, path)
        flip(path, chance)
        began = time.monotonic()
        told.update(examine(path, chance))
        assert time.monotonic() - began < PATIENT, f"seed {seed}, round {number}"
        for each in directory.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    return told


def examine(path: Path, chance: random.Random) -> list[str]:
    """Look over a damaged file, save what is in it, repair it, and use it; what came of each."""
    before = path.read_bytes()
    try:
        looked = "damage found" if check_store(path) else "nothing found"
    except MapiError as error:
        looked = f"check: {error.symbol}"
    told = [looked]
    if chance.random() < 0.3:
        told.append(f"salvage: {salvage(path)}")
    assert path.read_bytes() == before, "looking and saving changed the file"
    if chance.random() < 0.3:
        told.append(f"repair: {repair(path)}")
    used = use(path)
    assert used in ("fine", "not whole") or looked != "nothing found", used
    return [*told, f"use: {used}"]


def salvage(path: Path) -> str:
    """Save what can be read; the result is sound, or says itself what is not."""
    try:
        salvaged = salvage_store(path)
    except MapiError as error:
        return error.symbol
    found = check_store(salvaged.path)
    assert sorted(map(str, found)) == sorted(map(str, salvaged.left))
    return f"{len(found)} findings left" if found else "sound"


def repair(path: Path) -> str:
    try:
        found = repair_store(path)
    except MapiError as error:
        return error.symbol
    return "all" if all(finding.repaired for finding in found) else "not all"


def test_damaged_files_are_told_and_looking_changes_nothing(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = campaign(good, tmp_path, 100, random.randrange(1 << 20))
    with capsys.disabled():
        print(f"\n{dict(told)}")
    assert told["salvage: sound"] > 5


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_damaged_files(good: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    told = campaign(good, tmp_path, 1000, seed)
    with capsys.disabled():
        print(f"\n{dict(told)}")
