"""The pieces that contents of large values are stored in: how they are packed, written and read."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, Final

from mapix.properties.errors import CorruptStore, ObjectDeleted
from mapix.properties.value import LargeValue
from mapix.providers.sqlstore.database import Database

if TYPE_CHECKING:
    from mapix.providers.sqlstore.blobs import StoredLarge

PIECE: Final = 128 * 1024
"""Bytes of a value in one row of `chunk`, before compression."""

RAW: Final = 0
"""How a blob is packed: pieces as they are."""

ZLIB: Final = 1
"""Pieces compressed by zlib."""

EACH: Final = 2
"""Pieces compressed where that makes them smaller: those of full length are as they are."""

FILE: Final = 3
"""A file beside the database."""

IN_PIECES: Final = (EACH, RAW, ZLIB)
"""The ways to pack pieces."""

_WORTH_IT: Final = 0.9
_FAST: Final = 1
_TRY_AGAIN: Final = 16
"""After how many pieces that were not worth it compression is tried again."""


def write_pieces(database: Database, blob: int, content: Iterable[bytes], *, packs: bool) -> None:
    """Store the pieces of a blob; with `packs` compressed where that is worth it."""
    insert, worth = database.sql["chunk_insert"], packs
    for seq, piece in enumerate(content):
        packed = zlib.compress(piece, _FAST) if worth or (packs and seq % _TRY_AGAIN == 0) else piece
        worth = len(packed) < _WORTH_IT * len(piece)
        database.run(insert, (blob, seq, packed if worth else piece))


def pieces(source: LargeValue | bytes) -> Iterator[bytes]:
    """A content in pieces of `PIECE` bytes."""
    if isinstance(source, bytes):
        for start in range(0, len(source), PIECE):
            yield source[start : start + PIECE]
        return
    with source.open() as reader:
        yield from pieces_of(reader)


def pieces_of(reader: IO[bytes]) -> Iterator[bytes]:
    """What a reader gives, in pieces of `PIECE` bytes."""
    while piece := _full(reader):
        yield piece


def _full(reader: IO[bytes]) -> bytes:
    """A whole piece, however little the reader gives at a time."""
    piece = reader.read(PIECE)
    while piece and len(piece) < PIECE and (more := reader.read(PIECE - len(piece))):
        piece += more
    return piece


class PieceReader(io.RawIOBase):
    """The bytes of a blob under a cursor. Read from the start to the end they have to be those of the hash `digest`."""

    def __init__(self, value: StoredLarge, digest: bytes | None = None) -> None:
        self.value = value
        self.at = 0
        self._seq = -1
        self._piece = b""
        self._digest = digest
        if not isinstance(value.size, int):
            raise CorruptStore("a large value has lost its size", value=value.blob, hint="mapix store check")
        self._hash = sha256()
        self._hashed = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self.at, self.value.size)[whence]
        self.at = max(0, base + offset)
        return self.at

    def readinto(self, buffer: Any) -> int:
        seq, start = divmod(self.at, PIECE)
        if self.at >= self.value.size:
            return 0
        if seq != self._seq:
            self._seq, self._piece = seq, self._load(seq)
        view = memoryview(buffer).cast("B")
        data = self._piece[start : start + len(view)]
        view[: len(data)] = data
        if self._digest is not None and self.at == self._hashed:
            self._take(data)
        self.at += len(data)
        return len(data)

    def _take(self, data: bytes) -> None:
        self._hash.update(data)
        self._hashed += len(data)
        if self._hashed == self.value.size and self._hash.digest() != self._digest:
            raise CorruptStore("a large value is not what it was", value=self.value.blob, hint="mapix store check")

    def _load(self, seq: int) -> bytes:
        row = self.value.database.row(self.value.database.sql["chunk_read"], (self.value.blob, seq))
        if row is None:
            raise ObjectDeleted("this large value is no longer in the store", value=self.value.blob)
        data, packing = row
        if not isinstance(data, bytes) or packing not in IN_PIECES:
            raise CorruptStore("a large value is damaged", value=self.value.blob, hint="mapix store check")
        full = min(PIECE, self.value.size - seq * PIECE)
        try:
            return zlib.decompress(data) if packing == ZLIB or (packing == EACH and len(data) != full) else bytes(data)
        except zlib.error:
            raise CorruptStore("a large value is damaged", value=self.value.blob, hint="mapix store check") from None
