"""Compound files edited: COM's modes and errors, transactions, copying, packing, damaged files made good."""

from __future__ import annotations

import gc
import io
from pathlib import Path
from typing import Any

import pytest
from tests.formats.cfb.cfb_cases import READ, RW, nodes, put, storage_tree, strictly

from mapix.formats.cfb import CompoundFile, Node, sharing, write_compound_file
from mapix.formats.cfb.lockbytes import FileBytes, MemoryBytes, StreamBytes
from mapix.formats.cfb.storage import create_docfile, is_docfile, open_docfile
from mapix.formats.storage import Commit, ElementType, Mode, Storage
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    FileNotFound,
    InvalidFlag,
    InvalidFunction,
    InvalidHeader,
    InvalidName,
    InvalidParameter,
    MediumFull,
    NotCurrent,
    PathNotFound,
    Reverted,
    ShareViolation,
)

TRANSACTED = RW | Mode.TRANSACTED
CLASS = bytes(range(16))


@pytest.fixture
def place() -> MemoryBytes:
    return MemoryBytes()


@pytest.fixture
def root(place: MemoryBytes) -> Any:
    with create_docfile(place, TRANSACTED) as storage:
        yield storage


def committed(place: MemoryBytes) -> dict[str, Any]:
    return strictly(bytes(place.data))


class TestTransactions:
    def test_what_is_committed_is_in_the_file_and_nothing_else(self, root: Storage, place: MemoryBytes) -> None:
        put(root, "one", b"1")
        assert committed(place) == {}
        root.commit()
        put(root, "two", b"2" * 10_000)
        root.destroy_element("one")
        assert committed(place) == {"one": b"1"}
        root.commit()
        assert committed(place) == {"two": b"2" * 10_000}

    def test_revert_forgets_everything_since_the_last_commit(self, root: Storage, place: MemoryBytes) -> None:
        put(root, "kept", b"k" * 9000)
        root.commit()
        with root.open_stream("kept", RW) as stream:
            stream.seek(4000)
            stream.write(b"changed" * 100)
        put(root, "new", b"n")
        root.rename_element("kept", "renamed")
        root.set_class(CLASS)
        root.revert()
        assert storage_tree(root) == {"kept": b"k" * 9000}
        assert root.stat().clsid == bytes(16)
        root.commit()
        assert committed(place) == {"kept": b"k" * 9000}

    def test_closing_forgets_what_was_not_committed(self, place: MemoryBytes) -> None:
        with create_docfile(place, TRANSACTED) as root:
            put(root, "a", b"1")
            root.commit()
            size = len(place.data)
            put(root, "b", b"2" * 100_000)
        assert committed(place) == {"a": b"1"}
        assert len(place.data) == size

    def test_a_direct_file_keeps_everything_at_the_end(self, place: MemoryBytes) -> None:
        with create_docfile(place) as root:
            put(root, "a", b"1")
            below = root.create_storage("s", RW)
            put(below, "b", b"2" * 5000)
            root.revert()
            assert storage_tree(below) == {"b": b"2" * 5000}
            below.close()
        assert committed(place) == {"a": b"1", "s": {"b": b"2" * 5000}}

    def test_a_direct_file_that_is_forgotten_keeps_everything_too(self, tmp_path: Path) -> None:
        root = create_docfile(tmp_path / "file")
        put(root, "a", b"1")
        del root
        gc.collect()
        assert strictly(tmp_path / "file") == {"a": b"1"}

    def test_nested_transactions_hand_up_what_they_commit(self, root: Storage, place: MemoryBytes) -> None:
        outer = root.create_storage("outer", TRANSACTED)
        inner = outer.create_storage("inner", TRANSACTED)
        put(inner, "x", b"x" * 5000)
        outer.commit()
        root.commit()
        assert committed(place) == {"outer": {"inner": {}}}
        inner.commit()
        root.commit()
        assert committed(place) == {"outer": {"inner": {}}}
        outer.commit()
        assert committed(place) == {"outer": {"inner": {}}}
        root.commit()
        assert committed(place) == {"outer": {"inner": {"x": b"x" * 5000}}}

    def test_a_nested_transaction_reverts_alone(self, root: Storage) -> None:
        put(root, "beside", b"1")
        with root.create_storage("below", TRANSACTED) as below:
            put(below, "kept", b"k" * 5000)
            below.commit()
            with below.open_stream("kept", RW) as stream:
                stream.write(b"gone")
            put(below, "gone", b"g")
            opened = below.open_stream("gone")
            below.revert()
            with pytest.raises(Reverted):
                opened.read()
            assert storage_tree(below) == {"kept": b"k" * 5000}
        assert storage_tree(root) == {"beside": b"1", "below": {"kept": b"k" * 5000}}

    def test_two_levels_do_not_write_into_one_another(self, root: Storage, place: MemoryBytes) -> None:
        with root.create_storage("s", RW) as made:
            put(made, "x", b"x" * 20_000)
        root.commit()
        below = root.open_storage("s", TRANSACTED)
        with below.open_stream("x", RW) as stream:
            stream.seek(10_000)
            stream.write(b"y" * 5)
        root.commit()
        assert committed(place) == {"s": {"x": b"x" * 20_000}}
        below.commit()
        with below.open_stream("x", RW) as stream:
            stream.write(b"zzz")
        root.commit()
        assert committed(place)["s"]["x"] == b"x" * 10_000 + b"y" * 5 + b"x" * 9995
        below.revert()
        assert storage_tree(below)["x"] == b"x" * 10_000 + b"y" * 5 + b"x" * 9995

    def test_a_small_stream_touched_below_stays_when_the_file_is_committed_above(self, root: Storage) -> None:
        with root.create_storage("s", RW) as made:
            put(made, "x", b"x" * 50)
        put(root, "a", b"a" * 3000)
        root.commit()
        below = root.open_storage("s", TRANSACTED)
        with below.open_stream("x", RW) as stream:
            stream.write(b"")
        root.destroy_element("a")
        put(root, "b", b"b" * 10)
        root.commit()
        root.commit()
        assert storage_tree(below) == {"x": b"x" * 50}

    def test_what_is_open_below_goes_on_after_a_commit(self, root: Storage, place: MemoryBytes) -> None:
        small, large = root.create_stream("small"), root.create_stream("large")
        small.write(b"a" * 100)
        large.write(b"b" * 10_000)
        root.commit()
        small.write(b"c" * 100)
        large.seek(5000)
        large.write(b"d")
        root.commit()
        assert committed(place) == {"small": b"a" * 100 + b"c" * 100, "large": b"b" * 5000 + b"d" + b"b" * 4999}
        small.seek(0)
        assert small.read() == b"a" * 100 + b"c" * 100

    def test_only_if_current_notices_what_came_meanwhile(self, root: Storage) -> None:
        below = root.create_storage("s", TRANSACTED)
        below.commit(Commit.ONLYIFCURRENT)
        root.set_element_times("s", modified=5)
        put(below, "x", b"")
        below.opened.adopt(below.opened)  # type: ignore[attr-defined]
        with pytest.raises(NotCurrent):
            below.commit(Commit.ONLYIFCURRENT)
        below.commit()
        assert storage_tree(below) == {"x": b""}

    def test_the_end_of_the_file_is_cut_off_and_consolidating_packs_it(self, root: Storage, place: MemoryBytes) -> None:
        for number in range(100):
            put(root, f"s{number}", bytes([number]) * 7000)
        root.commit()
        for number in range(0, 100, 2):
            root.destroy_element(f"s{number}")
        root.commit()
        before = len(place.data)
        root.commit(Commit.CONSOLIDATE)
        assert committed(place) == {f"s{number}": bytes([number]) * 7000 for number in range(1, 100, 2)}
        assert len(place.data) < before * 0.6
        for element in root.elements():
            root.destroy_element(element.name)
        root.commit(Commit.CONSOLIDATE)
        root.commit(Commit.CONSOLIDATE)
        assert len(place.data) <= 8 * 512

    def test_editing_for_ever_does_not_make_the_file_grow(self, root: Storage, place: MemoryBytes) -> None:
        put(root, "x", b"x" * 50_000)
        sizes = []
        for number in range(30):
            with root.open_stream("x", RW) as stream:
                stream.write(bytes([number]) * 50_000)
            root.commit()
            sizes.append(len(place.data))
        assert max(sizes) < 3 * 50_000

    def test_all_flags_of_commit(self, root: Storage) -> None:
        for flag in Commit:
            root.commit(flag)
        with pytest.raises(InvalidFlag):
            root.commit(1 << 20)


class TestElements:
    def test_create_replaces_only_where_that_is_asked_for(self, root: Storage) -> None:
        put(root, "x", b"1")
        with pytest.raises(FileAlreadyExists):
            root.create_stream("X")
        with pytest.raises(FileAlreadyExists):
            root.create_storage("X")
        with root.create_storage("X", RW | Mode.CREATE) as below:
            assert below.elements() == []
        assert [(one.name, one.type) for one in root.elements()] == [("X", ElementType.STORAGE)]

    def test_what_is_not_there_is_not_found(self, root: Storage) -> None:
        put(root, "stream", b"")
        root.create_storage("storage").close()
        with pytest.raises(FileNotFound):
            root.open_stream("none")
        with pytest.raises(FileNotFound):
            root.open_stream("storage")
        with pytest.raises(FileNotFound):
            root.open_storage("stream")
        with pytest.raises(FileNotFound):
            root.destroy_element("none")
        with pytest.raises(FileNotFound):
            root.rename_element("none", "some")
        with pytest.raises(FileNotFound):
            root.move_element_to("none", root, "some")

    def test_elements_are_in_the_order_of_the_directory(self, root: Storage) -> None:
        for name in ("bb", "a", "C", "aa", "ccc"):
            put(root, name, b"")
        assert [one.name for one in root.elements()] == ["a", "C", "aa", "bb", "ccc"]

    def test_renaming(self, root: Storage, place: MemoryBytes) -> None:
        put(root, "a", b"1")
        put(root, "b", b"2")
        with pytest.raises(FileAlreadyExists):
            root.rename_element("a", "B")
        with pytest.raises(InvalidName):
            root.rename_element("a", "x/y")
        with root.open_stream("a"), pytest.raises(AccessDenied):
            root.rename_element("a", "c")
        root.rename_element("a", "A")
        root.rename_element("b", "longer")
        root.commit()
        assert committed(place) == {"A": b"1", "longer": b"2"}

    def test_what_is_removed_while_it_is_open_is_reverted(self, root: Storage) -> None:
        below = root.create_storage("s")
        stream = below.create_stream("t")
        root.destroy_element("s")
        for call in (stream.read, below.elements, lambda: stream.seek(0), stream.stat, stream.clone):
            with pytest.raises(Reverted):
                call()

    def test_nothing_is_opened_twice(self, root: Storage) -> None:
        stream = root.create_stream("x")
        with pytest.raises(AccessDenied):
            root.open_stream("x")
        stream.close()
        root.open_stream("x").close()
        below = root.create_storage("s")
        with pytest.raises(AccessDenied):
            root.open_storage("s")
        del below
        gc.collect()
        root.open_storage("s").close()

    def test_closing_reverts_what_is_below(self, root: Storage) -> None:
        below = root.create_storage("s")
        stream = below.create_stream("x")
        root.close()
        root.close()
        for call in (stream.read, below.elements, root.elements, root.stat, root.commit, root.revert):
            with pytest.raises(Reverted):
                call()

    def test_times_class_and_state(self, root: Storage, place: MemoryBytes) -> None:
        put(root, "x", b"")
        root.create_storage("s").close()
        root.set_class(CLASS)
        root.set_state_bits(0xFF, 0x0F)
        root.set_state_bits(0, 1)
        root.set_element_times("s", created=1 << 40, modified=1 << 41)
        root.set_element_times("x", created=1 << 40)
        with pytest.raises(InvalidParameter):
            root.set_class(b"short")
        with pytest.raises(FileNotFound):
            root.set_element_times("none")
        root.commit()
        found = next(one for one in root.elements() if one.name == "s")
        assert (found.created, found.modified) == (1 << 40, 1 << 41)
        assert (root.stat().clsid, root.stat().state_bits) == (CLASS, 0x0E)
        with CompoundFile.open(bytes(place.data)) as file:
            assert file.root.described[:2] == (CLASS, 0x0E)
            assert file.root.children["s"].described == (bytes(16), 0, 1 << 40, 1 << 41)

    def test_excluded_elements_are_emptied(self, root: Storage) -> None:
        with root.create_storage("s") as below:
            put(below, "a", b"1" * 5000)
            put(below, "b", b"2")
            with below.create_storage("c") as deep:
                put(deep, "d", b"3")
        with root.open_storage("s", RW, exclude=["A", "c", "none"]) as below:
            assert storage_tree(below) == {"a": b"", "b": b"2", "c": {}}
        with pytest.raises(AccessDenied):
            root.open_storage("s", READ, exclude=["b"])


class TestCopying:
    def test_copying_merges(self, root: Storage) -> None:
        with create_docfile(None) as target:
            put(target, "both", b"old")
            put(target, "theirs", b"t")
            with target.create_storage("s") as below:
                put(below, "theirs", b"t")
            put(root, "both", b"new" * 5000)
            root.set_class(CLASS)
            with root.create_storage("s") as below:
                put(below, "mine", b"m")
                below.set_state_bits(3, 3)
            root.copy_to(target)
            expected = {"both": b"new" * 5000, "theirs": b"t", "s": {"theirs": b"t", "mine": b"m"}}
            assert storage_tree(target) == expected
            assert target.stat().clsid == CLASS

    def test_copying_leaves_out_what_is_excluded(self, root: Storage) -> None:
        put(root, "a", b"1")
        put(root, "b", b"2")
        with root.create_storage("s") as below:
            put(below, "a", b"3")
        with create_docfile(None) as target:
            root.copy_to(target, exclude=["A"])
            assert storage_tree(target) == {"b": b"2", "s": {"a": b"3"}}
        with create_docfile(None) as target:
            root.copy_to(target, without=[ElementType.STREAM])
            assert storage_tree(target) == {"s": {}}
        with create_docfile(None) as target:
            root.copy_to(target, without=[ElementType.STORAGE])
            assert storage_tree(target) == {"a": b"1", "b": b"2"}

    def test_a_storage_is_not_copied_into_itself(self, root: Storage) -> None:
        with pytest.raises(AccessDenied):
            root.copy_to(root)
        with root.create_storage("s") as below:
            with pytest.raises(AccessDenied):
                root.copy_to(below)
            with below.create_storage("t") as deep, pytest.raises(AccessDenied):
                root.move_element_to("s", deep, "u", copy=True)

    def test_moving_and_copying_elements(self, root: Storage) -> None:
        put(root, "x", b"1" * 9000)
        with root.create_storage("s") as below:
            put(below, "y", b"2")
        target = root.create_storage("target")
        root.move_element_to("x", target, "moved")
        root.move_element_to("s", target, "copied", copy=True)
        with pytest.raises(FileAlreadyExists):
            root.move_element_to("s", target, "MOVED")
        root.move_element_to("s", root, "renamed")
        assert storage_tree(target) == {"moved": b"1" * 9000, "copied": {"y": b"2"}}
        target.close()
        assert set(storage_tree(root)) == {"target", "renamed"}

    def test_deep_trees_are_copied_without_recursion(self, root: Storage) -> None:
        node = Node("d")
        for _ in range(3000):
            node = Node("d", children=[node])
        data = io.BytesIO()
        write_compound_file(node, data)
        with open_docfile(MemoryBytes(data.getvalue())) as source:
            source.copy_to(root)
            root.commit()
            root.revert()
            assert [one.name for one in root.elements()] == ["d"]
            root.move_element_to("d", root, "e", copy=True)
            root.destroy_element("d")


class TestStreams:
    @pytest.mark.parametrize("base", [0, 100, 4090, 4096, 10_000])
    def test_a_stream_behaves_like_bytes(self, root: Storage, place: MemoryBytes, base: int) -> None:
        stream = root.create_stream("x")
        stream.write(b"a" * base)
        model = io.BytesIO(b"a" * base)
        for offset, size in ((0, 10), (4000, 200), (base, 5000), (20_000, 3), (511, 2), (512, 512), (1, 9000)):
            for target in (stream, model):
                target.seek(offset)
                target.write(b"%d" % offset * size)
            root.commit()
            assert strictly(bytes(place.data))["x"] == model.getvalue()
        for size in (15_000, 4097, 4096, 4095, 10, 6000, 0, 1):
            stream.set_size(size)
            before = model.getvalue()[:size]
            model = io.BytesIO(before + bytes(size - len(before)))
            stream.seek(0)
            assert stream.read() == model.getvalue()
            assert stream.stat().size == size
        root.commit()
        assert strictly(bytes(place.data))["x"] == model.getvalue()

    def test_cursors(self, root: Storage) -> None:
        stream = root.create_stream("x")
        assert stream.write(b"0123456789") == 10
        assert stream.seek(-3, 2) == 7
        twin = stream.clone()
        assert (stream.read(2), twin.read(), stream.read(), stream.read(1)) == (b"78", b"789", b"9", b"")
        assert stream.seek(-1, 1) == 9
        for wrong in ((-1, 0), (-11, 2), (0, 3)):
            with pytest.raises(InvalidFunction):
                stream.seek(*wrong)
        assert stream.seek(100) == 100
        assert stream.read() == b""
        with pytest.raises(InvalidParameter):
            stream.set_size(-1)
        stream.commit()
        stream.revert()
        stream.close()
        stream.close()
        with pytest.raises(Reverted):
            stream.read()
        assert twin.seek(0) == 0

    def test_what_follows_a_cut_is_zero(self, root: Storage) -> None:
        stream = root.create_stream("x")
        stream.write(b"x" * 10_000)
        stream.set_size(5001)
        stream.set_size(9000)
        stream.seek(0)
        assert stream.read() == b"x" * 5001 + bytes(3999)

    def test_access(self, root: Storage) -> None:
        put(root, "x", b"abc")
        with root.open_stream("x", READ) as stream:
            with pytest.raises(AccessDenied):
                stream.write(b"")
            with pytest.raises(AccessDenied):
                stream.set_size(0)
        with root.open_stream("x", Mode.WRITE | Mode.SHARE_EXCLUSIVE) as stream, pytest.raises(AccessDenied):
            stream.read()

    def test_a_gigabyte_of_writes_needs_little_memory_per_stream(self, tmp_path: Path) -> None:
        import tracemalloc

        with create_docfile(tmp_path / "file", TRANSACTED) as root:
            piece = bytes(range(256)) * 1024
            tracemalloc.start()
            try:
                with root.create_stream("x") as stream:
                    for _ in range(128):
                        stream.write(piece)
                root.commit(Commit.DANGEROUSLYCOMMITMERELYTODISKCACHE)
                assert tracemalloc.get_traced_memory()[1] < 6_000_000
            finally:
                tracemalloc.stop()
        with CompoundFile.open(tmp_path / "file") as file:
            assert file.root.children["x"].size == 32 << 20
            assert file.defects == ()


class TestModes:
    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READ | Mode.SHARE_DENY_NONE,
            Mode.READWRITE | Mode.SHARE_DENY_WRITE,
            RW | Mode.CREATE,
            RW | Mode.PRIORITY,
            RW | Mode.SIMPLE,
            RW | Mode.DIRECT_SWMR,
            RW | Mode.CONVERT,
            RW | Mode.NOSCRATCH,
            RW | Mode.TRANSACTED | Mode.NOSNAPSHOT,
            RW | Mode.DELETEONRELEASE,
            Mode.READ | Mode.TRANSACTED | Mode.NOSCRATCH | Mode.SHARE_DENY_WRITE,
            3 | Mode.SHARE_EXCLUSIVE,
            Mode.READWRITE | 0x50,
            RW | 0x80,
        ],
    )
    def test_modes_that_do_not_exist(self, mode: int, tmp_path: Path) -> None:
        create_docfile(tmp_path / "file").close()
        with pytest.raises(InvalidFlag):
            open_docfile(tmp_path / "file", mode)

    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READ,
            READ,
            Mode.READ | Mode.SHARE_DENY_WRITE,
            RW,
            Mode.READWRITE,
            RW | Mode.TRANSACTED | Mode.NOSCRATCH,
            Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED,
            Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED | Mode.NOSNAPSHOT,
            Mode.READ | Mode.SHARE_DENY_READ | Mode.TRANSACTED,
        ],
    )
    def test_modes_that_do(self, mode: int, tmp_path: Path) -> None:
        create_docfile(tmp_path / "file").close()
        with open_docfile(tmp_path / "file", mode) as root:
            assert root.elements() == []
            assert root.stat().name == str(tmp_path / "file")

    def test_a_file_that_is_read_only_stays_as_it_is(self, tmp_path: Path) -> None:
        with create_docfile(tmp_path / "file") as root:
            put(root, "x", b"1")
            root.create_storage("s").close()
        before = (tmp_path / "file").read_bytes()
        with open_docfile(tmp_path / "file") as root:
            calls = [
                lambda: root.create_stream("y"),
                lambda: root.create_storage("y"),
                lambda: root.open_stream("x", RW),
                lambda: root.open_storage("s", RW),
                lambda: root.destroy_element("x"),
                lambda: root.rename_element("x", "y"),
                lambda: root.set_class(CLASS),
                lambda: root.set_state_bits(1, 1),
                lambda: root.set_element_times(None, created=1),
                lambda: root.commit(),
            ]
            for call in calls:
                with pytest.raises(AccessDenied):
                    call()
            assert root.open_stream("x").read() == b"1"
        assert (tmp_path / "file").read_bytes() == before

    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READWRITE,
            Mode.READWRITE | Mode.SHARE_DENY_NONE,
            RW | Mode.TRANSACTED,
            RW | Mode.DELETEONRELEASE,
            RW | Mode.NOSCRATCH,
            RW | Mode.CONVERT,
        ],
    )
    def test_modes_that_streams_cannot_have(self, root: Storage, mode: int) -> None:
        with pytest.raises(InvalidFlag):
            root.create_stream("x", mode)
        put(root, "y", b"")
        with pytest.raises(InvalidFlag):
            root.open_stream("y", RW | Mode.CREATE)

    def test_creating(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with create_docfile(path) as root:
            put(root, "x", b"1")
        with pytest.raises(FileAlreadyExists):
            create_docfile(path)
        with pytest.raises(PathNotFound):
            create_docfile(tmp_path / "none" / "file")
        with pytest.raises(InvalidFlag):
            create_docfile(path, Mode.READ | Mode.SHARE_EXCLUSIVE)
        with pytest.raises(InvalidParameter):
            create_docfile(path, RW | Mode.CREATE, version=7)
        with create_docfile(path, TRANSACTED | Mode.CREATE) as root:
            assert root.elements() == []
            assert strictly(path) == {"x": b"1"}
            put(root, "y", b"2")
            root.commit()
            assert strictly(path) == {"y": b"2"}
        with create_docfile(path, RW | Mode.CREATE, version=4) as root:
            assert strictly(path) == {}
            put(root, "z", b"3")
        with CompoundFile.open(path) as file:
            assert file.version == 4
            assert file.defects == ()
        path.write_bytes(b"no docfile" * 1000)
        with create_docfile(path, TRANSACTED | Mode.CREATE) as root:
            assert strictly(path) == {}

    def test_a_file_that_goes_with_its_storage(self, tmp_path: Path) -> None:
        with create_docfile(tmp_path / "file", RW | Mode.DELETEONRELEASE) as root:
            assert (tmp_path / "file").exists()
            put(root, "x", b"1")
        assert not (tmp_path / "file").exists()
        with create_docfile(None) as root:
            put(root, "x", b"1" * 2_000_000)
            assert len(storage_tree(root)["x"]) == 2_000_000

    def test_what_is_a_compound_file(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        create_docfile(path).close()
        assert is_docfile(path)
        assert is_docfile(path.read_bytes())
        assert is_docfile(io.BytesIO(path.read_bytes()))
        path.write_bytes(b"other")
        assert not is_docfile(path)
        with pytest.raises(InvalidHeader):
            open_docfile(path)
        with pytest.raises(FileNotFound):
            is_docfile(tmp_path / "none")


class TestSharing:
    def test_an_exclusive_opener_is_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with create_docfile(path):
            for mode in (Mode.READ, RW, Mode.READ | Mode.TRANSACTED | Mode.SHARE_DENY_NONE):
                with pytest.raises(ShareViolation):
                    open_docfile(path, mode)
        with open_docfile(path), open_docfile(path), pytest.raises(ShareViolation):
            open_docfile(path, RW)
        open_docfile(path, RW).close()

    def test_other_processes_are_excluded_too(self, tmp_path: Path) -> None:
        import subprocess
        import sys

        path = tmp_path / "file"
        code = (
            "import sys; from pathlib import Path; from mapix.formats.cfb.storage import open_docfile\n"
            "try: open_docfile(Path(sys.argv[1]), int(sys.argv[2])); print('opened')\n"
            "except Exception as error: print(type(error).__name__)"
        )

        def another(mode: int) -> str:
            command = [sys.executable, "-c", code, str(path), str(mode)]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

        with create_docfile(path):
            assert another(Mode.READ) == "ShareViolation"
        with open_docfile(path):
            assert another(RW) == "ShareViolation"
            assert another(Mode.READ) == "opened"

    def test_who_shares_sees_a_snapshot_and_the_last_one_wins(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        shared = Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED
        with create_docfile(path) as root:
            put(root, "x", b"old" * 3000)
        with open_docfile(path, shared) as one, open_docfile(path, shared) as two:
            put(one, "x", b"one" * 3000)
            one.commit(Commit.ONLYIFCURRENT)
            assert strictly(path) == {"x": b"one" * 3000}
            assert storage_tree(two) == {"x": b"old" * 3000}
            put(two, "y", b"two")
            with pytest.raises(NotCurrent):
                two.commit(Commit.ONLYIFCURRENT)
            two.commit()
            assert strictly(path) == {"x": b"old" * 3000, "y": b"two"}
            two.commit(Commit.ONLYIFCURRENT)
            with pytest.raises(NotCurrent):
                one.commit(Commit.ONLYIFCURRENT)
            one.revert()
            assert storage_tree(one) == {"x": b"one" * 3000}


class TestPlaces:
    def test_every_place_keeps_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "python").touch()
        with (tmp_path / "python").open("r+b") as opened:
            places: list[Any] = [
                MemoryBytes(),
                FileBytes(tmp_path / "lock", write=True, create=True),
                StreamBytes(io.BytesIO()),  # type: ignore[arg-type]
                io.BytesIO(),
                opened,
                tmp_path / "path",
                str(tmp_path / "text"),
            ]
            for target in places:
                with create_docfile(target, TRANSACTED) as root:
                    put(root, "x", b"1" * 10_000)
                    root.commit()
                with open_docfile(target, RW) as root:
                    put(root, "y", b"2")
                assert strictly(target) == {"x": b"1" * 10_000, "y": b"2"}
            places[1].close()
            assert not opened.closed
        with pytest.raises(InvalidParameter):
            open_docfile(5)  # type: ignore[arg-type]

    def test_what_is_there_is_not_overwritten_unasked(self) -> None:
        with pytest.raises(FileAlreadyExists):
            create_docfile(MemoryBytes(b"something"))
        with create_docfile(MemoryBytes(b"something"), RW | Mode.CREATE) as root:
            assert root.elements() == []

    def test_files_of_others_are_edited(self, tmp_path: Path) -> None:
        tree = {"a": b"1" * 5000, "b": {"c": b"2", "d": b"3" * 70_000}}
        for version in (3, 4):
            data = io.BytesIO()
            write_compound_file(nodes(tree), data, version=version)
            with open_docfile(data, RW) as root:
                with root.open_storage("b", RW) as below:
                    put(below, "e", b"5" * 10_000)
                root.destroy_element("a")
            assert strictly(data.getvalue()) == {"b": {"c": b"2", "d": b"3" * 70_000, "e": b"5" * 10_000}}

    def test_a_damaged_file_is_made_good_by_a_commit(self) -> None:
        tree = {"a": b"1" * 50_000, "b": {"c": b"2", "d": b"3" * 7000}, "e": b"4" * 5000}
        data = io.BytesIO()
        write_compound_file(nodes(tree), data)
        broken = bytearray(data.getvalue())
        with CompoundFile.open(bytes(broken)) as file:
            runs = file.structure.runs[file.root.children["a"].number]
            at = (file.structure.difat[0] + 1) * 512 + (runs[0][0] + 50) * 4
            other = file.structure.runs[file.root.children["e"].number][0][0]
        broken[at : at + 4] = other.to_bytes(4, "little")
        place = MemoryBytes(broken)
        with open_docfile(place, RW) as root:
            before = storage_tree(root)
            put(root, "new", b"n")
        after = strictly(bytes(place.data))
        assert after == before | {"new": b"n"}
        assert after["b"] == tree["b"]
        assert {after["e"], tree["e"]} <= {tree["e"], after["e"]}

    def test_a_file_of_version_three_ends_before_two_gigabytes(self) -> None:
        class Sparse(MemoryBytes):
            def write_at(self, offset: int, data: bytes) -> None:
                if offset < 1 << 20:
                    super().write_at(offset, data)

        with create_docfile(Sparse(), TRANSACTED) as root:
            root.volume.space.mark([(100, (1 << 22) - 200)])
            with root.create_stream("x") as stream:
                stream.write(b"y" * 50_000)
                with pytest.raises(MediumFull):
                    stream.write(b"x" * 300_000)
            root.destroy_element("x")
            put(root, "x", b"x" * 100_000)
            with pytest.raises(MediumFull):
                root.commit()
            root.revert()
            put(root, "x", b"1")
            root.commit()
            assert storage_tree(root) == {"x": b"1"}


def test_a_storage_that_is_collected_while_another_is_opened_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = create_docfile(tmp_path / "one", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE)
    held = [gone]
    lock = sharing._lock

    def collecting(*given: object) -> None:
        held.clear()
        lock(*given)

    monkeypatch.setattr(sharing, "_lock", collecting)
    del gone
    opened = create_docfile(tmp_path / "two", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE)
    assert not held
    opened.close()
    create_docfile(tmp_path / "one", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE).close()
