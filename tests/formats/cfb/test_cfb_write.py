"""Compound files written, and read back by us and by others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.cfb.cfb_cases import nodes, strictly

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.header import Header
from mapix.formats.cfb.records import balance
from mapix.formats.defects import Strictness
from mapix.formats.storageerrors import FileAlreadyExists, InvalidName, InvalidParameter, MediumFull, WriteFault

EDGES = (0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 8192, 20_000)
names = st.text(
    st.characters(blacklist_characters="/\\:!\0", max_codepoint=0xFFFF, blacklist_categories=()),
    min_size=1,
    max_size=31,
)
contents = st.builds(lambda size, byte: bytes([byte]) * size, st.sampled_from(EDGES), st.integers(0, 255))


def unlike(trees: dict[str, Any]) -> dict[str, Any]:
    """Without names that are equal but for case; halves of a character that stand together are that character."""
    from mapix.formats.cfb.names import order

    joined = {
        name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"): trees[name] for name in trees
    }
    return {name: joined[name] for name in {order(name): name for name in joined}.values()}


trees = st.recursive(
    st.dictionaries(names, contents, max_size=8).map(unlike),
    lambda below: st.dictionaries(names, st.one_of(contents, below), max_size=6).map(unlike),
    max_leaves=12,
)


def written(root: Node, **options: Any) -> bytes:
    target = io.BytesIO()
    write_compound_file(root, target, **options)
    return target.getvalue()


@settings(max_examples=examples(120), deadline=None)
@given(trees, st.sampled_from([3, 4, None]))
def test_any_tree_comes_back_from_a_file_without_defects(tree: dict[str, Any], version: int | None) -> None:
    assert strictly(written(nodes(tree), version=version)) == tree


@settings(max_examples=examples(60), deadline=None)
@given(trees)
def test_another_reader_finds_the_same_streams_and_nothing_to_complain_about(tree: dict[str, Any]) -> None:
    data = written(nodes(tree))
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_UNSURE) as other, CompoundFile.open(data) as file:
        assert other.parsing_issues == []
        found = [entry for entry in file.root.walk() if not entry.is_storage]
        assert len(other.listdir()) == len(found)
        sizes = sorted(entry.size for entry in other.direntries if entry and entry.entry_type == 2)
        assert sizes == sorted(entry.size for entry in found)


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("size", EDGES)
def test_a_stream_of_any_size_is_read_whole_and_in_pieces(size: int, version: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    with CompoundFile.open(written(nodes({"one": data, "two": data[::-1]}), version=version)) as file:
        entry = file.root.children["one"]
        assert file.read(entry) == data
        with entry.open() as stream:
            assert stream.seek(size // 2) == size // 2
            assert stream.read(100) == data[size // 2 :][:100]
            assert stream.read() == data[size // 2 :][100:]
        assert entry.size == size


def test_equal_nodes_make_equal_bytes_in_whatever_order() -> None:
    tree = {"a": b"1" * 5000, "B": b"2", "c": {"x": b"", "y": b"3" * 100}}
    assert written(nodes(tree)) == written(nodes(dict(reversed(tree.items()))))


def test_streams_of_unknown_size_are_copied_in_pieces() -> None:
    asked: list[int] = []

    class Reader(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    data = b"0123456789" * 300_000
    file = written(Node("", children=[Node("big", lambda: Reader(data)), Node("small", lambda: Reader(b"abc"))]))
    assert strictly(file) == {"big": data, "small": b"abc"}
    assert -1 not in asked


def test_large_values_are_opened_and_closed() -> None:
    class Large:
        size = 9000
        opened: list[io.BytesIO] = []  # noqa: RUF012

        def open(self) -> io.BytesIO:
            self.opened.append(io.BytesIO(b"v" * 9000))
            return self.opened[-1]

    assert strictly(written(Node("", children=[Node("v", Large())]))) == {"v": b"v" * 9000}
    assert [reader.closed for reader in Large.opened] == [True]


def test_a_fat_with_more_sectors_than_the_header_has_room_for() -> None:
    size = 8 << 20
    piece = bytes(range(256)) * 4096

    class Sparse(io.RawIOBase):
        left = size

        def read(self, wanted: int = -1) -> bytes:
            data = piece[: min(wanted, self.left)]
            self.left -= len(data)
            return data

    data = written(Node("", children=[Node("big", Sparse), Node("after", b"x")]))
    header = Header.unpack(data)
    assert header.difat_sectors
    assert header.fat_sectors > 109
    assert set(strictly(data)) == {"big", "after"}
    assert strictly(data)["big"] == piece * 8


def test_what_is_described_is_kept_where_the_format_keeps_it() -> None:
    described = {"clsid": bytes(range(16)), "state_bits": 7, "created": 1 << 40, "modified": 1 << 41}
    root = Node("My root", children=[Node("s", children=[Node("t", b"x", **described)], **described)], **described)
    with CompoundFile.open(written(root), strictness=Strictness.STRICT) as file:
        assert file.root.name == "My root"
        assert file.root.described == (bytes(range(16)), 7, 0, 1 << 41)
        storage = file.root.children["s"]
        assert storage.described == (bytes(range(16)), 7, 1 << 40, 1 << 41)
        assert (storage.clsid, storage.state_bits) == (bytes(range(16)), 7)
        assert (storage.created, storage.modified) == (1 << 40, 1 << 41)
        assert storage.children["t"].described == (bytes(16), 7, 0, 0)
        assert storage.children["t"].path == ("s", "t")


def test_entries_are_found_case_aside() -> None:
    with CompoundFile.open(written(nodes({"Straße": b"1", "ÀB": b"2"}))) as file:
        assert file.root.find("STRAßE") is file.root.children["Straße"]
        assert file.root.find("àb") is file.root.children["ÀB"]
        assert file.root.find("STRASSE") is None


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b", "a\\b", "a:b", "a!b", "nul\0", "\U0001f600" * 16])
def test_names_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        written(nodes({name: b""}))


def test_two_elements_of_one_name_are_refused() -> None:
    with pytest.raises(FileAlreadyExists):
        written(nodes({"name": b"", "NAME": b""}))


def test_a_stream_has_no_children_and_a_root_no_bytes() -> None:
    with pytest.raises(InvalidParameter):
        written(Node("", children=[Node("s", b"", children=[Node("t", b"")])]))
    with pytest.raises(InvalidParameter):
        written(Node("", b"bytes"))
    with pytest.raises(InvalidParameter):
        written(Node(""), version=5)


def test_a_file_is_replaced_only_when_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_compound_file(nodes({"old": b"1"}), path)
    path.chmod(0o640)

    def fails() -> io.BytesIO:
        raise OSError("no such thing")

    with pytest.raises(WriteFault, match="no such thing"):
        write_compound_file(Node("", children=[Node("new", fails)]), path)
    assert strictly(path) == {"old": b"1"}
    write_compound_file(nodes({"new": b"2"}), path, durable=True)
    assert strictly(path) == {"new": b"2"}
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_target_that_cannot_seek_is_written_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    pipe = Pipe()
    write_compound_file(nodes({"a": b"1" * 3_000_000}), pipe)
    assert strictly(pipe.getvalue()) == {"a": b"1" * 3_000_000}


def test_a_file_is_written_from_the_cursor_on() -> None:
    target = io.BytesIO(b"before")
    target.seek(6)
    write_compound_file(nodes({"a": b"1" * 2_000_000}), target)
    assert target.getvalue().startswith(b"before\xd0\xcf\x11\xe0")
    assert strictly(target.getvalue()[6:]) == {"a": b"1" * 2_000_000}
    assert target.tell() == len(target.getvalue())


@pytest.mark.parametrize("count", [*range(1, 40), 127, 128, 1000])
def test_trees_are_red_black_sorted_and_balanced(count: int) -> None:
    tree = {f"name {number}": b"" for number in range(count)}
    assert len(strictly(written(nodes(tree)))) == count
    links = balance(count)
    assert sorted(kid for left, right, _ in links for kid in (left, right) if kid != 0xFFFFFFFF) == [
        number for number in range(count) if number != count // 2
    ]


class Zeros(io.RawIOBase):
    """Bytes without end, or with one, that cost nothing."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        taken = min(size, self.left)
        self.left -= taken
        return bytes(taken)


class Nowhere(io.RawIOBase):
    """A file that keeps its header, its end, and what lies at 2 GiB."""

    def __init__(self) -> None:
        self.place = self.end = 0
        self.kept: dict[int, bytes] = {}

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def truncate(self, size: int | None = None) -> int:
        return self.place

    def write(self, data: Any) -> int:
        if any(data):
            self.kept[self.place] = bytes(data)
        self.place += len(data)
        self.end = max(self.end, self.place)
        return len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        for place, data in self.kept.items():
            if place <= offset < place + len(data):
                return data[offset - place :][:size].ljust(size, b"\0")
        return bytes(size)


@pytest.mark.soak
def test_streams_of_more_than_four_gigabytes_go_into_version_four() -> None:
    from mapix.formats.cfb.lockbytes import MemoryBytes

    size = (5 << 30) + 5
    nowhere = Nowhere()
    write_compound_file(Node("", children=[Node("big", lambda: Zeros(size)), Node("s", b"x")]), nowhere)  # type: ignore[arg-type]

    class Place(MemoryBytes):
        def size(self) -> int:
            return nowhere.end

        def read_at(self, offset: int, size: int) -> bytes:
            return nowhere.read_at(offset, size)

    with CompoundFile.open(Place(), strictness=Strictness.STRICT) as file:
        assert file.version == 4
        assert file.root.children["big"].size == size
        assert file.root.children["s"].read() == b"x"
        locks = (0x7FFFFF00 >> 12) - 1
        assert file.structure.chains.table[locks] == 0xFFFFFFFE
        assert file.structure.chains.table[locks - 1] == locks + 1
    with pytest.raises(MediumFull):
        write_compound_file(Node("", children=[Node("big", lambda: Zeros(size))]), Nowhere(), version=3)  # type: ignore[arg-type]
