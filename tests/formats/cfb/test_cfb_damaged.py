"""Compound files read that are damaged or hostile."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.cfb.cfb_cases import RW, nodes, read_tree
from tests.formats.cfb.cfb_damages import (
    DAMAGES,
    END,
    FREE,
    TREE,
    chain_into_another,
    chain_too_short,
    cycle_in_a_chain,
    defects,
    entry_at,
    file_cut_in_half,
    put,
    red_below_red,
    size_beyond_everything,
    sound,
    two_of_one_name,
    two_streams_in_one_place,
    unsorted,
)

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import open_docfile
from mapix.formats.defects import Strictness
from mapix.formats.storageerrors import (
    DocfileCorrupt,
    StorageError,
)


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


@settings(max_examples=examples(300), deadline=None)
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
