"""Large values: one copy of each content, in pieces, compressed where that helps.

A content is known by the SHA-256 of its bytes (text as UTF-16LE). It is stored once, however many properties hold it,
and goes with the last of them (a trigger sees to that). Pieces are compressed one by one, so a value is written and
read with the memory of one piece. Hashing is done before the transaction that stores the value.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple

from mapix.properties.errors import CorruptStore, ObjectDeleted
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.values import LARGE

PIECE: Final = 128 * 1024
"""Bytes of a value in one row of `chunk`, before compression."""

SMALL: Final = frozenset((int, bool, float, tuple, type(None)))
"""Classes whose values are never large."""

_RAW: Final = 0
_ZLIB: Final = 1
_WORTH_IT: Final = 0.9
_FAST: Final = 1


class StoredLarge:
    """A blob as a `LargeValue`. It can be read as long as some property holds it."""

    __slots__ = ("blob", "database", "size")

    def __init__(self, database: Database, blob: int, size: int) -> None:
        self.database = database
        self.blob = blob
        self.size = size

    def open(self) -> IO[bytes]:
        """A fresh reader; it holds one piece at a time."""
        return io.BufferedReader(_Reader(self), PIECE)

    def __repr__(self) -> str:
        return f"<StoredLarge blob {self.blob}, {self.size} bytes>"


class Fresh(NamedTuple):
    """A large value about to be stored: its hash and size, and where its bytes come from."""

    hash: bytes
    size: int
    source: LargeValue | bytes


Prepared = Mapping[PropTag, StoredLarge | Fresh]


def is_large(value: Any) -> bool:
    """Whether a value goes to a blob."""
    if isinstance(value, str | bytes):
        return len(value) >= LARGE
    return value.__class__ not in SMALL and isinstance(value, LargeValue)


def prepare(database: Database, tag: PropTag, value: Any) -> StoredLarge | Fresh | Any:
    """A large value of property `tag`, hashed and ready for `keep`; small ones as they are. Needs no transaction."""
    if isinstance(value, StoredLarge) and value.database.identity == database.identity:
        return value
    if isinstance(value, LargeValue) and value.size < LARGE:
        with value.open() as reader:
            data = reader.read()
        return data.decode("utf-16-le", "surrogatepass") if tag.base_type == 0x1F else data
    source = value.encode("utf-16-le", "surrogatepass") if isinstance(value, str) else value
    digest, size = sha256(), 0
    for piece in _pieces(source):
        digest.update(piece)
        size += len(piece)
    return Fresh(digest.digest(), size, source)


def keep(database: Database, value: StoredLarge | Fresh) -> int:
    """The number of the blob that holds `value`, stored now unless it is there; inside a transaction."""
    if isinstance(value, StoredLarge):
        if database.value(database.sql["blob_size"], (value.blob,)) is not None:
            return value.blob
        raise ObjectDeleted("the large value that was to be copied is gone")
    found = database.value(database.sql["blob_find"], (value.hash,))
    return _write(database, value) if found is None else int(found)


def read_whole(database: Database, blob: int) -> bytes:
    """All bytes of a blob."""
    size = database.value(database.sql["blob_size"], (blob,))
    with StoredLarge(database, blob, size or 0).open() as reader:
        return reader.read()


def _write(database: Database, value: Fresh) -> int:
    packing: int | None = None
    blob = database.insert(database.sql["blob_insert"], (value.hash, value.size, _RAW))
    for seq, piece in enumerate(_pieces(value.source)):
        if packing is None:
            packing = (
                _ZLIB if database.dialect.packs and len(zlib.compress(piece, _FAST)) < _WORTH_IT * len(piece) else _RAW
            )
            database.run(database.sql["blob_packing"], (packing, blob))
        database.run(
            database.sql["chunk_insert"], (blob, seq, zlib.compress(piece, _FAST) if packing == _ZLIB else piece)
        )
    return blob


def _pieces(source: LargeValue | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), PIECE):
            yield source[start : start + PIECE]
        return
    with source.open() as reader:
        while piece := _full(reader):
            yield piece


def _full(reader: IO[bytes]) -> bytes:
    """A whole piece, however little the reader gives at a time."""
    piece = reader.read(PIECE)
    while piece and len(piece) < PIECE and (more := reader.read(PIECE - len(piece))):
        piece += more
    return piece


class _Reader(io.RawIOBase):
    """The bytes of a blob under a cursor."""

    def __init__(self, value: StoredLarge) -> None:
        self.value = value
        self.at = 0
        self._seq = -1
        self._piece = b""

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
        self.at += len(data)
        return len(data)

    def _load(self, seq: int) -> bytes:
        row = self.value.database.row(self.value.database.sql["chunk_read"], (self.value.blob, seq))
        if row is None:
            raise ObjectDeleted("this large value is no longer in the store", value=self.value.blob)
        data, packing = row
        try:
            return zlib.decompress(data) if packing == _ZLIB else bytes(data)
        except zlib.error:
            raise CorruptStore("a large value is damaged", value=self.value.blob, hint="mapix store check") from None
