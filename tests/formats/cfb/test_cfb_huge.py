"""Files beyond four gibibytes, which version 4 has room for, in a file that keeps no zeros."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import pytest

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Mode
from mapix.formats.storageerrors import MediumFull

pytestmark = pytest.mark.soak

PIECE = 1 << 20
SIZE = (4 << 30) + 5 * PIECE
EDIT = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE


class Sparse(io.RawIOBase):
    """A seekable file of any size that keeps the pieces which are not all zeros."""

    def __init__(self) -> None:
        self.pieces: dict[int, bytearray] = {}
        self.at = self.end = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seek(self, offset: int, origin: int = 0) -> int:
        self.at = (0, self.at, self.end)[origin] + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self.at, PIECE)
        count = max(0, min(len(buffer), PIECE - start, self.end - self.at))
        piece = self.pieces.get(number)
        buffer[:count] = bytes(count) if piece is None else piece[start : start + count]
        self.at += count
        return count

    def write(self, data: Any) -> int:
        view = memoryview(data)
        for done in range(0, len(view), PIECE):
            self._put(view[done : done + PIECE])
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        self.end = self.at if size is None else size
        return self.end

    def _put(self, view: memoryview) -> None:
        while view:
            number, start = divmod(self.at, PIECE)
            part = view[: PIECE - start]
            if number in self.pieces or part != bytes(len(part)):
                self.pieces.setdefault(number, bytearray(PIECE))[start : start + len(part)] = part
            self.at += len(part)
            self.end = max(self.end, self.at)
            view = view[len(part) :]


class Zeros(io.RawIOBase):
    """Zeros, and a word at the end."""

    def __init__(self) -> None:
        self.left = SIZE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = bytes(count)
        for place, letter in zip(range(self.left - 3, self.left), b"end", strict=True):
            if place < count:
                buffer[place] = letter
        self.left -= count
        return count


def check(file: Sparse) -> None:
    with CompoundFile.open(cast(BinaryIO, file)) as opened:
        assert (opened.version, opened.defects) == (4, ())
        assert opened.root.children["small"].read() == b"x"
        with opened.root.children["large"].open() as reader:
            assert reader.seek(0, 2) == SIZE
            reader.seek(SIZE - 5)
            assert reader.read() == b"\0\0end"


def test_a_stream_beyond_four_gibibytes_is_written_in_pieces_and_read_anywhere() -> None:
    """[MS-CFB] 2.6.1: stream sizes of version 4 have 64 bits."""
    file = Sparse()
    large = Node("large", lambda: cast(BinaryIO, io.BufferedReader(Zeros(), PIECE)))
    write_compound_file(Node("", children=[Node("small", b"x"), large]), cast(BinaryIO, file), version=4)
    assert file.end > SIZE
    check(file)


def test_a_storage_of_version_four_grows_beyond_four_gibibytes_and_goes_on() -> None:
    file = Sparse()
    with create_docfile(cast(BinaryIO, file), EDIT | Mode.CREATE, version=4) as root:
        with root.create_stream("large") as stream:
            stream.set_size(SIZE - 3)
            stream.seek(0, 2)
            stream.write(b"end")
        root.commit()
    with open_docfile(cast(BinaryIO, file), EDIT) as root:
        with root.create_stream("small") as stream:
            stream.write(b"x")
        root.commit()
    assert file.end > SIZE
    check(file)


def test_version_three_refuses_what_it_has_no_room_for() -> None:
    file = Sparse()
    large = Node("large", lambda: cast(BinaryIO, io.BufferedReader(Zeros(), PIECE)))
    with pytest.raises(MediumFull):
        write_compound_file(Node("", children=[large]), cast(BinaryIO, file), version=3)
