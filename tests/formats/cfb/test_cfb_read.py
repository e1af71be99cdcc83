"""Compound files read: sound ones, and odd ones from everywhere."""

from __future__ import annotations

import io
import time
import tracemalloc
from pathlib import Path

import olefile
import pytest
from tests.formats.cfb.cfb_cases import corpus, nodes, read_tree
from tests.formats.cfb.cfb_damages import TREE, sound

from mapix.formats.cfb import CompoundFile, write_compound_file
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.defects import Strictness
from mapix.formats.storageerrors import (
    AccessDenied,
    FileNotFound,
    InvalidFunction,
    InvalidHeader,
    InvalidParameter,
    OldFormat,
    PathNotFound,
    StorageError,
)


def test_a_sound_file_has_no_defects_and_is_read_strictly() -> None:
    with CompoundFile.open(bytes(sound()), strictness=Strictness.STRICT) as file:
        assert read_tree(file) == TREE
        assert file.defects == ()
        assert [entry.name for entry in file.root.walk()] == ["big", "dir", "in", "deep", "tiny", "empty", "small"]


def test_the_same_comes_from_bytes_paths_files_and_lock_bytes(tmp_path: Path) -> None:
    data = bytes(sound())
    path = tmp_path / "file"
    path.write_bytes(data)
    with path.open("rb") as opened:
        for source in (data, bytearray(data), memoryview(data), path, str(path), opened, MemoryBytes(data)):
            with CompoundFile.open(source) as file:
                assert read_tree(file) == TREE
        assert not opened.closed


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_compound_file(nodes({"big": b"0123456789abcdef" * (1 << 20), "small": b"x"}), path)
    tracemalloc.start()
    try:
        with CompoundFile.open(path) as file:
            assert file.root.children["small"].read() == b"x"
            with file.root.children["big"].open() as stream:
                stream.seek(16_000_000)
                assert stream.read(16) == b"0123456789abcdef"
                total = 0
                stream.seek(0)
                while piece := stream.read(1 << 16):
                    total += len(piece)
        assert total == 16 << 20
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_what_is_no_compound_file_says_so(tmp_path: Path) -> None:
    for data in (b"", b"PK\3\4" + bytes(600), bytes(8), bytes(sound())[:511]):
        with pytest.raises(InvalidHeader):
            CompoundFile.open(data)
    with pytest.raises(OldFormat):
        CompoundFile.open(bytes.fromhex("0e11fc0dd0cf110e") + bytes(1000))
    with pytest.raises(FileNotFound):
        CompoundFile.open(tmp_path / "none")
    with pytest.raises(PathNotFound):
        CompoundFile.open(tmp_path / "none" / "none")
    with pytest.raises(AccessDenied):
        CompoundFile.open(tmp_path)
    with pytest.raises(InvalidParameter):
        CompoundFile.open(5)  # type: ignore[arg-type]


def test_a_storage_has_no_bytes() -> None:
    with CompoundFile.open(bytes(sound())) as file:
        with pytest.raises(InvalidFunction):
            file.root.children["dir"].read()
        with pytest.raises(InvalidFunction):
            file.root.open()
        assert file.root.children["big"].children == {}
        assert (file.root.size, file.root.children["dir"].size) == (0, 0)


def test_streams_are_seekable_files() -> None:
    with CompoundFile.open(bytes(sound())) as file, file.root.children["big"].open() as stream:
        assert stream.seek(-10, 2) == 8990
        assert stream.tell() == 8990
        assert (stream.read(None), stream.read(1)) == (b"B" * 10, b"")
        assert stream.seek(10_000) == 10_000
        assert stream.read() == b""
        stream.seek(0)
        buffer = bytearray(100)
        assert io.BufferedReader(stream).readinto(buffer) == 100  # type: ignore[type-var]
        assert buffer == b"B" * 100
        with pytest.raises(ValueError, match="before the start"):
            file.root.children["small"].open().seek(-1)


def others(path: Path) -> dict[tuple[str, ...], bytes] | None:
    """What olefile reads of a file; None where it does not."""
    try:
        with olefile.OleFileIO(str(path)) as other:
            return {tuple(name): other.openstream(name).read() for name in other.listdir()}
    except Exception:
        return None


DIFFERENT = {
    "apache+poi/publisher~clusterfuzz-testcase-minimized-POIHPBFFuzzer-4701121678278656.pub": "a name behind its NUL",
    "apache+poi/spreadsheet~clusterfuzz-testcase-minimized-POIHSSFFuzzer-5786329142919168.xls": "a name behind its NUL",
    "apache+poi/spreadsheet~clusterfuzz-testcase-minimized-POIHSSFFuzzer-4819588401201152.xls": "a chain outside",
    "apache+poi/poifs~61300.bin": "a chain that is shorter than its size",
    "hughbe+CompoundFileReader/openmcdf~mediationform.doc": "a chain that comes back to itself",
    "mdsteele+rust-cfb/infinite_loops_fuzzed~loop_in_chain": "a chain that comes back to itself",
    "mdsteele+rust-cfb/panics_fuzzed~alloc_panic": "a chain that is shorter than its size",
}
"""Files of which olefile answers other bytes, and why: it repeats a cycle, or reads on behind an end."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", corpus("cfb", "msg"), ids=lambda path: path.name[-60:])
def test_every_real_file_ends_in_a_result_or_a_storage_error(path: Path) -> None:
    expected = others(path)
    start = time.thread_time()
    tracemalloc.start()
    try:
        with CompoundFile.open(path) as file:
            streams = {entry.path: entry.read() for entry in file.root.walk() if not entry.is_storage}
            assert isinstance(file.defects, tuple)
    except StorageError:
        assert expected is None
        return
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert time.thread_time() - start < 20
        assert peak < 200_000_000
    name = f"{path.parent.name}/{path.name}"
    if expected is not None and name not in DIFFERENT:
        assert streams == expected
