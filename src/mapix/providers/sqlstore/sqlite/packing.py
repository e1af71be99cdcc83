"""Giant values that compress well, taken into the database: files beside it are as they were written.

Compressing takes longer than writing, so saving leaves it to `mapix store compact`.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Final

from mapix.properties.errors import CorruptStore
from mapix.providers.sqlstore.blobs import take_in
from mapix.providers.sqlstore.pieces import FILE, PIECE
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

_SAMPLES: Final = 16
_WORTH_IT: Final = 0.8
_HELD: Final = "id IN (SELECT blob FROM property WHERE blob IS NOT NULL)"
_GIANTS: Final = f"SELECT id, hash, size FROM blob WHERE packing = {FILE} AND {_HELD}"


def pack_giants(database: SqliteDatabase) -> int:
    """Take the files that compress well into the database, each in a transaction of its own; how many."""
    packed = 0
    for blob, digest, size in database.rows(_GIANTS):
        with suppress(CorruptStore):  # others may have let go of it since; where not, a look over the store tells
            if _is_worth_it(database, digest, size):
                packed += _pack(database, blob, digest)
    return packed


def _pack(database: SqliteDatabase, blob: int, digest: bytes) -> bool:
    with database.write():
        row = database.row(database.sql["blob_place"], (blob,))
        if row is None or row[1] != FILE:
            return False
        with database.files.open(digest) as reader:
            take_in(database, blob, reader)
    with database.write():
        row = database.row(database.sql["blob_place"], (blob,))
        return (row is None or row[1] != FILE) and database.files.remove(digest)


def _is_worth_it(database: SqliteDatabase, digest: bytes, size: int) -> bool:
    """Whether samples from all over the file say so."""
    before = after = 0
    with database.files.open(digest) as reader:
        for number in range(_SAMPLES):
            reader.seek(number * size // _SAMPLES)
            piece = reader.read(PIECE)
            before += len(piece)
            after += len(zlib.compress(piece, 1))
    return after < _WORTH_IT * before
