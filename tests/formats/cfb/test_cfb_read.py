"""Compound files read: odd ones, damaged ones, hostile ones, from everywhere."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.cfb.cfb_cases import RW, corpus, nodes, read_tree

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import open_docfile
from mapix.formats.defects import Strictness
from mapix.formats.storageerrors import (
    AccessDenied,
    DocfileCorrupt,
    FileNotFound,
    InvalidFunction,
    InvalidHeader,
    InvalidParameter,
    OldFormat,
    PathNotFound,
    StorageError,
)

TREE = {"big": b"B" * 9000, "small": b"s" * 100, "tiny": b"t", "empty": b"", "dir": {"in": b"i" * 70, "deep": {}}}
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def sound() -> bytearray:
    target = io.BytesIO()
    write_compound_file(nodes(TREE), target)
    return bytearray(target.getvalue())


def entry_at(data: bytearray, name: str) -> int:
    """Where the directory entry of that name lies in the file."""
    with CompoundFile.open(bytes(data)) as file:
        found = next(entry for entry in [file.root, *file.root.walk()] if entry.name == name)
        first = file.structure.directory_runs[0][0]
        return (first + 1) * 512 + found.number * 128


def put(data: bytearray, offset: int, form: str, *values: int) -> None:
    struct.pack_into(form, data, offset, *values)


def fat_at(data: bytearray, sector: int) -> int:
    """Where the FAT tells of a sector."""
    (first,) = struct.unpack_from("<I", data, 76)
    return (first + 1) * 512 + sector * 4


def start_of(data: bytearray, name: str) -> int:
    return int(struct.unpack_from("<I", data, entry_at(data, name) + 116)[0])


def defects(data: bytes | bytearray) -> str:
    with CompoundFile.open(bytes(data)) as file:
        read_tree(file)
        return "; ".join(map(str, file.defects))


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


def cycle_in_a_chain(data: bytearray) -> None:
    start = start_of(data, "big")
    put(data, fat_at(data, start + 5), "<I", start)


def chain_out_of_the_file(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", 4000)


def chain_into_free_sectors(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", FREE)


def chain_into_another(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        put(data, fat_at(data, start_of(data, "big") + 5), "<I", file.structure.directory_runs[0][0])


def chain_too_short(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", END)


def size_beyond_everything(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 120, "<I", 0xFFFFFFF0)


def small_size_beyond_its_chain(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 120, "<I", 4000)


def small_stream_outside(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 116, "<I", 100_000)


def two_streams_in_one_place(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 116, "<I", start_of(data, "in"))


def sibling_is_itself(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        number = file.root.children["small"].number
    put(data, entry_at(data, "small") + 68, "<II", number, number)


def child_is_the_root(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 76, "<I", 0)


def link_out_of_the_directory(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 68, "<I", 99_999)


def stream_with_children(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 76, "<I", 1)


def unknown_kind(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 66, "<B", 9)


def a_second_root(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 66, "<B", 5)


def no_root(data: bytearray) -> None:
    put(data, entry_at(data, "Root Entry") + 66, "<B", 1)


def name_too_long(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 200)


def name_of_no_length(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 0)


def name_of_odd_length(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 7)


def unsorted(data: bytearray) -> None:
    put(data, entry_at(data, "big"), "<H", ord("z"))
    put(data, entry_at(data, "tiny"), "<H", ord("a"))
    put(data, entry_at(data, "dir"), "<H", ord("y"))


def two_of_one_name(data: bytearray) -> None:
    at = entry_at(data, "tiny")
    data[at : at + 66] = bytes(data[entry_at(data, "big") :][:66])


def name_with_a_slash(data: bytearray) -> None:
    put(data, entry_at(data, "tiny"), "<H", ord("/"))


def red_below_red(data: bytearray) -> None:
    for name in ("big", "dir", "tiny", "empty", "small"):
        put(data, entry_at(data, name) + 67, "<B", 0)


def purple(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 67, "<B", 7)


def stream_with_a_class(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 80, "<I", 7)


def stream_with_times(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 100, "<Q", 7)


def storage_with_bytes(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 120, "<I", 7)


def empty_stream_with_a_sector(data: bytearray) -> None:
    put(data, entry_at(data, "empty") + 116, "<I", 3)


def high_half_of_a_size(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 124, "<I", 3)


def header_class(data: bytearray) -> None:
    data[8:24] = b"c" * 16


def header_reserved(data: bytearray) -> None:
    data[34] = 1


def header_byte_order(data: bytearray) -> None:
    put(data, 28, "<H", 0xFEFF)


def header_cutoff(data: bytearray) -> None:
    put(data, 56, "<I", 0)


def header_mini_size(data: bytearray) -> None:
    put(data, 32, "<H", 0xFFFF)


def header_sector_size(data: bytearray) -> None:
    put(data, 30, "<H", 73)


def header_counts(data: bytearray) -> None:
    put(data, 40, "<II", 0xFFFFFFFF, 0x7FFFFFFF)
    put(data, 64, "<I", 0xFFFFFFFF)
    put(data, 72, "<I", 0xFFFFFFFF)


def difat_that_loops(data: bytearray) -> None:
    put(data, 68, "<II", 3, 0xFFFFFFFF)
    put(data, 4 * 512 + 508, "<I", 3)


def fat_sector_outside(data: bytearray) -> None:
    put(data, 80, "<I", 0x00FFFFFF)


def fat_sector_named_twice(data: bytearray) -> None:
    data[80:84] = data[76:80]


def mini_fat_outside(data: bytearray) -> None:
    put(data, 60, "<I", 77_777)


def mini_stream_outside(data: bytearray) -> None:
    put(data, entry_at(data, "Root Entry") + 116, "<I", 77_777)


def mini_stream_shorter(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        put(data, fat_at(data, file.structure.root_runs[0][0]), "<I", 70_000)
    put(data, entry_at(data, "Root Entry") + 120, "<I", 70_000)


def fat_without_marks(data: bytearray) -> None:
    (first,) = struct.unpack_from("<I", data, 76)
    put(data, fat_at(data, first), "<I", END)


def sectors_that_are_nobodys(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 120, "<I", 0)


def file_cut_in_a_sector(data: bytearray) -> None:
    del data[-100:]


def file_cut_in_half(data: bytearray) -> None:
    data.extend(bytes(100))
    put(data, 76, "<I", FREE)


DAMAGES: list[Callable[[bytearray], None]] = [
    value for value in list(globals().values()) if getattr(value, "__annotations__", {}).keys() == {"data", "return"}
]
DAMAGES = [one for one in DAMAGES if one.__code__.co_argcount == 1 and one is not defects]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_a_defect_and_the_rest_is_read(damage: Callable[[bytearray], None]) -> None:
    data = sound()
    damage(data)
    try:
        found = defects(data)
    except DocfileCorrupt:
        assert damage in (file_cut_in_half,)
        return
    assert found
    with pytest.raises(DocfileCorrupt):
        CompoundFile.open(bytes(data), strictness=Strictness.STRICT)


UNHURT = [
    cycle_in_a_chain,
    chain_into_another,
    size_beyond_everything,
    two_streams_in_one_place,
    red_below_red,
    unsorted,
]


@pytest.mark.parametrize("damage", UNHURT, ids=lambda damage: damage.__name__)
def test_what_is_not_damaged_is_unhurt(damage: Callable[[bytearray], None]) -> None:
    data = sound()
    damage(data)
    with CompoundFile.open(bytes(data)) as file:
        tree = read_tree(file)
    assert TREE["empty"] in tree.values()
    assert {"in": TREE["dir"]["in"], "deep": {}} in tree.values() or damage is two_streams_in_one_place
    assert sum(len(value) for value in tree.values() if isinstance(value, bytes)) <= 4 * len(data)


def test_a_chain_is_read_as_far_as_it_is_whole() -> None:
    data = sound()
    chain_too_short(data)
    with CompoundFile.open(bytes(data)) as file:
        assert file.root.children["big"].size == 6 * 512
        assert file.root.children["big"].read() == b"B" * 6 * 512
        assert file.root.children["big"].open().read() == b"B" * 6 * 512


def test_a_thousand_streams_that_share_one_chain_do_not_multiply_the_file() -> None:
    size = 200_000
    target = io.BytesIO()
    write_compound_file(nodes({"big": b"B" * size} | {f"s{number}": b"" for number in range(3000)}), target)
    data = bytearray(target.getvalue())
    with CompoundFile.open(bytes(data)) as file:
        at = {entry.number for entry in file.root.walk()}
        start = file.structure.starts[file.root.children["big"].number]
        base = (file.structure.directory_runs[0][0] + 1) * 512
    for number in at:
        put(data, base + number * 128 + 116, "<II", start, size)
    with CompoundFile.open(bytes(data)) as file:
        assert sum(entry.size for entry in file.root.walk()) < 7 * len(data)


def test_a_list_of_siblings_without_end_needs_no_recursion() -> None:
    count = 20_000
    target = io.BytesIO()
    write_compound_file(nodes({f"{number:08}": b"" for number in range(count)}), target)
    data = bytearray(target.getvalue())
    with CompoundFile.open(bytes(data)) as file:
        base = (file.structure.directory_runs[0][0] + 1) * 512
        order = [entry.number for entry in file.root.walk()]
    for number, after in zip(order, [*order[1:], FREE], strict=True):
        put(data, base + number * 128 + 68, "<II", FREE, after)
    put(data, base + 76, "<I", order[0])
    with CompoundFile.open(bytes(data)) as file:
        assert len(file.root.children) == count


def test_nesting_without_end_needs_no_recursion() -> None:
    node = Node("d")
    for _ in range(5000):
        node = Node("d", children=[node])
    target = io.BytesIO()
    write_compound_file(node, target)
    with CompoundFile.open(target.getvalue(), strictness=Strictness.STRICT) as file:
        assert sum(1 for _ in file.root.walk()) == 5000


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_whatever_bytes_change_only_storage_errors_come_out(seed: int, count: int) -> None:
    chance = random.Random(seed)
    data = sound()
    for _ in range(count):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            put(data, min(at & ~3, len(data) - 4), "<I", chance.choice([0, 1, 2, 5, END, FREE, chance.getrandbits(32)]))
        else:
            data[at] = chance.randrange(256)
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    for strictness in Strictness:
        try:
            with CompoundFile.open(bytes(data), strictness=strictness) as file:
                assert sum(map(len, (entry.read() for entry in file.root.walk() if not entry.is_storage))) < 10 * len(
                    data
                )
                assert isinstance(file.defects, tuple)
        except StorageError:
            pass


def edited(data: bytes) -> dict:
    """What a file has after a stream was added in place, without that stream."""
    place = MemoryBytes(data)
    with open_docfile(place, RW) as root, root.create_stream("added", RW) as stream:
        stream.write(b"a" * 5000)
    with CompoundFile.open(bytes(place.data)) as file:
        assert file.structure.is_sound
        tree = read_tree(file)
    assert tree.pop("added") == b"a" * 5000
    return tree


def test_a_name_that_fills_its_field_is_cut_and_stays_so() -> None:
    data = sound()
    at = entry_at(data, "tiny")
    data[at : at + 66] = "\u0202".encode("utf-16-le") * 32 + b"\x42\0"
    with CompoundFile.open(bytes(data)) as file:
        assert file.root.children["\u0202" * 31].read() == b"t"
    rest = {name: value for name, value in TREE.items() if name != "tiny"}
    assert edited(bytes(data)) == rest | {"\u0202" * 31: b"t"}


def test_two_of_one_name_both_survive_editing() -> None:
    data = sound()
    two_of_one_name(data)
    place = MemoryBytes(data)
    with open_docfile(place, RW) as root:
        sizes = sorted(one.size for one in root.elements() if one.name == "big")
        assert sizes == [1, 9000]
        root.set_class(b"c" * 16)
    with CompoundFile.open(bytes(place.data)) as file:
        assert len(file.kids(0)) == 5
        assert sorted(file.size_of(kid) for kid in file.kids(0)) == [0, 0, 1, 100, 9000]


def test_a_mini_stream_cut_within_a_sector_that_another_follows() -> None:
    target = io.BytesIO()
    write_compound_file(nodes({"x": b"x" * 1000, "y": b"y" * 1000}), target)
    data = bytearray(target.getvalue())
    with CompoundFile.open(bytes(data)) as file:
        root, count = file.structure.root_runs[0]
        first = (file.structure.minifat_runs[0][0] + 1) * 512
        assert file.structure.starts[file.root.children["x"].number] == 0
    put(data, first + 14 * 4, "<I", 31)
    put(data, first + 31 * 4, "<I", 15)
    with CompoundFile.open(bytes(data)) as file:
        before = read_tree(file)
    assert edited(bytes(data)) == before
    moved = bytearray(data) + data[(root + 1) * 512 : (root + count + 1) * 512 - 30]
    last = (len(data) - 512) // 512
    fat_sector = struct.unpack_from("<I", data, 76)[0]
    for number in range(count):
        put(
            moved, (fat_sector + 1) * 512 + (last + number) * 4, "<I", END if number == count - 1 else last + number + 1
        )
    put(moved, entry_at(data, "Root Entry") + 116, "<I", last)
    with CompoundFile.open(bytes(moved)) as file:
        before = read_tree(file)
        assert {name: len(value) for name, value in before.items()} == {
            name: entry.size for name, entry in file.root.children.items()
        }
    assert edited(bytes(moved)) == before


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
    start = time.perf_counter()
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
        assert time.perf_counter() - start < 2
        assert peak < 200_000_000
    name = f"{path.parent.name}/{path.name}"
    if expected is not None and name not in DIFFERENT:
        assert streams == expected
