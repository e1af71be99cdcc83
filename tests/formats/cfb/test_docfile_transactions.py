"""Compound files edited in transactions: nothing shows before it is committed, and a commit is all or nothing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from tests.formats.cfb.cfb_cases import RW, put, storage_tree, strictly
from tests.formats.cfb.docfile_cases import CLASS, TRANSACTED, committed

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile
from mapix.formats.storage import Commit, Storage
from mapix.formats.storageerrors import (
    InvalidFlag,
    NotCurrent,
    Reverted,
)


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
