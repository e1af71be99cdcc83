"""How many real files are read, against an independent reader: every one that it reads, and some that it does not."""

from __future__ import annotations

import warnings
from pathlib import Path

import olefile
import pytest

from mapix.formats.cfb import CompoundFile
from mapix.formats.defects import Strictness
from mapix.formats.storageerrors import StorageError
from mapix.properties.errors import MapiError

FOLDER = Path(__file__).parents[3].parent / "shared" / "corpora"
FILES = sorted([*FOLDER.glob("cfb/*/*"), *FOLDER.glob("msg/*/*")])

ONLY_HERE = {
    "poifs~ReferencesInvalidSectors.mpp": "sectors outside the file: what is inside is read",
    "openmcdf~corrupted-sector-chain.cfs": "a chain that is broken: what comes before is read",
    "openmcdf~corrupted-sector-chain.doc": "a chain that is broken: what comes before is read",
    "openmcdf~no_sectors.doc": "a header and nothing behind it: an empty root",
}
"""What is read here and not there."""


def theirs(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with olefile.OleFileIO(str(path)) as file:
                return all(file.openstream(name).read() is not None for name in file.listdir())
        except Exception:
            return False


def ours(path: Path, strictness: Strictness = Strictness.TOLERANT) -> bool:
    try:
        with CompoundFile.open(path, strictness=strictness) as file:
            return all(entry.read() is not None for entry in file.root.walk() if not entry.is_storage)
    except (StorageError, MapiError):
        return False


@pytest.mark.skipif(not FILES, reason="the real files are not on this machine")
def test_every_file_is_read_that_an_independent_reader_reads_and_some_more() -> None:
    read = {path.name: (ours(path), theirs(path)) for path in FILES}
    assert [name for name, (mine, other) in read.items() if other and not mine] == []
    assert {name for name, (mine, other) in read.items() if mine and not other} == set(ONLY_HERE)
    assert sum(mine for mine, _ in read.values()) >= len(FILES) - 1


@pytest.mark.skipif(not FILES, reason="the real files are not on this machine")
def test_a_strict_reader_takes_what_has_no_defects_and_nothing_else() -> None:
    for path in FILES:
        try:
            with CompoundFile.open(path) as file:
                defects = file.defects
        except StorageError:
            assert not ours(path, Strictness.STRICT), path.name
            continue
        assert ours(path, Strictness.STRICT) is (defects == ()), path.name
