"""What stands in a compound file that is edited: elements made, renamed, deleted and told of, and copied."""

from __future__ import annotations

import gc
import io

import pytest
from tests.formats.cfb.cfb_cases import READ, RW, put, storage_tree
from tests.formats.cfb.docfile_cases import CLASS, committed

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import ElementType, Mode, Storage
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    FileNotFound,
    InvalidName,
    InvalidParameter,
    Reverted,
)


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
