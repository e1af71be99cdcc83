"""Streams of a compound file that is edited, and the places such a file may stand in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from tests.formats.cfb.cfb_cases import READ, RW, nodes, put, storage_tree, strictly
from tests.formats.cfb.docfile_cases import TRANSACTED

from mapix.formats.cfb import CompoundFile, write_compound_file
from mapix.formats.cfb.lockbytes import FileBytes, MemoryBytes, StreamBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Commit, Mode, Storage
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    InvalidFunction,
    InvalidParameter,
    MediumFull,
    Reverted,
)


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
