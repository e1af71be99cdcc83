"""Large values: one copy of each content, in pieces, compressed where that helps.

A content is known by the SHA-256 of its bytes (text as UTF-16LE). It is stored once, however many properties hold it;
when the last of them is gone, `garbage` collects it. Pieces are compressed one by one, so a value is written and read
with the memory of one piece. Hashing is done before the transaction that stores the value.

The largest values of a store in a file are files beside it (`sqlite.largefiles`): `Database.files` has them.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple, Protocol

from mapix.objects.bags.spool import FileValue
from mapix.properties.errors import CorruptStore, ObjectDeleted
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.pieces import EACH, FILE, PIECE, RAW, PieceReader, pieces, pieces_of, write_pieces
from mapix.providers.sqlstore.scratch import Scratch
from mapix.providers.sqlstore.values import LARGE

SMALL: Final = frozenset((int, bool, float, tuple, type(None)))
"""Classes whose values are never large."""

_LOOKS: Final = 20
_LOOK_SECONDS: Final = 0.05


class Files(Protocol):
    """Where a store keeps values as files of their own; those of `least` bytes and more."""

    least: int

    def scratch(self) -> Scratch:
        """An empty file without a name."""

    def adopt(self, digest: bytes, scratch: Scratch) -> None:
        """Keep what is in one of those as the content of a hash; inside the transaction that refers to it."""

    def has(self, digest: bytes) -> bool:
        """Whether a content is there."""

    def open(self, digest: bytes) -> IO[bytes]:
        """A reader of a content."""

    def remove(self, digest: bytes) -> bool:
        """Forget a content; False where that cannot be now."""


class StoredLarge:
    """A blob as a `LargeValue`. It can be read as long as some property holds it."""

    __slots__ = ("blob", "database", "size")

    def __init__(self, database: Database, blob: int, size: int) -> None:
        self.database = database
        self.blob = blob
        self.size = size

    def open(self) -> IO[bytes]:
        """A fresh reader; it holds one piece at a time.

        Whoever takes the file of a value away does so while he writes, before the value itself is gone for others, or
        in the database: where nobody else can write, what is missing is missing for good.
        """
        database = self.database
        if database.files is None:
            return io.BufferedReader(PieceReader(self), PIECE)
        with suppress(CorruptStore):
            return self._opened(database.files)
        with database.lock:
            if not (database.readonly or database.in_transaction):
                with database.write():
                    return self._opened(database.files)
        for _ in range(_LOOKS):
            with suppress(CorruptStore):
                return self._opened(database.files)
            time.sleep(_LOOK_SECONDS)
        return self._opened(database.files)

    def _opened(self, files: Files) -> IO[bytes]:
        """A reader of what there is now."""
        row = self.database.row(self.database.sql["blob_place"], (self.blob,))
        if row is None:
            raise ObjectDeleted("this large value is no longer in the store", value=self.blob)
        digest, packing = row
        return files.open(digest) if packing == FILE else io.BufferedReader(PieceReader(self, digest), PIECE)

    def __repr__(self) -> str:
        return f"<StoredLarge blob {self.blob}, {self.size} bytes>"


class Fresh(NamedTuple):
    """A large value about to be stored: its hash and size, and where its bytes come from; `file` when it is to be one
    beside the database.
    """

    hash: bytes
    size: int
    source: LargeValue | bytes
    file: Scratch | None = None


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
    files = database.files
    if files is not None and (len(source) if isinstance(source, bytes) else source.size) >= files.least:
        return _in_a_file(files, source)
    digest, size = sha256(), 0
    for piece in pieces(source):
        digest.update(piece)
        size += len(piece)
    return Fresh(digest.digest(), size, source)


def keep(database: Database, value: StoredLarge | Fresh) -> int:
    """The number of the blob that holds `value`, stored now unless it is there; inside a transaction."""
    if isinstance(value, StoredLarge):
        digest, packing = database.row(database.sql["blob_place"], (value.blob,)) or (None, RAW)
        if digest is None or (packing == FILE and database.files is not None and not database.files.has(digest)):
            raise ObjectDeleted("the large value that was to be copied is gone", value=value.blob)
        return value.blob
    found = database.row(database.sql["blob_find"], (value.hash,))
    if found is None:
        return _write(database, value)
    blob, packing = found
    if packing == FILE and value.file is not None and database.files and not database.files.has(value.hash):
        database.files.adopt(value.hash, value.file)
    return int(blob)


def content_hash(database: Database, blob: int) -> bytes:
    """The hash of the bytes that a blob has now, which ought to be its own. Raises what reading raises."""
    found = sha256()
    size, packing, digest = database.row(database.sql["blob_what"], (blob,)) or (0, RAW, b"")
    if packing == FILE and database.files is not None:
        reader = database.files.open(digest)
    else:
        reader = io.BufferedReader(PieceReader(StoredLarge(database, blob, size)), PIECE)
    with reader:
        while piece := reader.read(8 * PIECE):
            found.update(piece)
    return found.digest()


def read_whole(database: Database, blob: int) -> bytes:
    """All bytes of a blob."""
    size = database.value(database.sql["blob_size"], (blob,))
    with StoredLarge(database, blob, size or 0).open() as reader:
        return reader.read()


def _in_a_file(files: Files, source: LargeValue | bytes) -> Fresh:
    """The value in a file that is on the disk and needs but a name."""
    file = source.scratch if isinstance(source, FileValue) else None
    if not isinstance(file, Scratch):
        file = files.scratch()
        for piece in pieces(source):
            file.write(piece)
    os.fsync(file.fileno())
    digest, size = file.digest()
    return Fresh(digest, size, source, file)


def _write(database: Database, value: Fresh) -> int:
    if value.file is not None and database.files is not None:
        database.files.adopt(value.hash, value.file)
        return database.insert(database.sql["blob_insert"], (value.hash, value.size, FILE))
    packing = EACH if database.dialect.packs else RAW
    blob = database.insert(database.sql["blob_insert"], (value.hash, value.size, packing))
    write_pieces(database, blob, pieces(value.source), packs=packing == EACH)
    return blob


def take_in(database: Database, blob: int, reader: IO[bytes]) -> None:
    """Let a blob that was a file be pieces, inside a transaction; the file stays."""
    write_pieces(database, blob, pieces_of(reader), packs=True)
    database.run(database.sql["blob_packing"], (EACH, blob))
