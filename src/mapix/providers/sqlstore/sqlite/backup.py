"""A copy of a store's file while others use it: as the store is at one moment, and whole in itself.

The copy is made under another name, written to the disk and looked over before it takes its own. What lies beside the
store as files is inside the copy.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import IO, Final

from mapix.interfaces.care import Progress
from mapix.properties.errors import Busy, Collision, CorruptStore, NotFound
from mapix.providers.sqlstore.blobs import take_in
from mapix.providers.sqlstore.garbage import Garbage
from mapix.providers.sqlstore.pieces import FILE
from mapix.providers.sqlstore.sqlite.connection import connect
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.failures import translated
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.providers.sqlstore.sqlite.largefiles import failure

_PAGES_AT_ONCE: Final = 4096
_HELD: Final = 200
_GIANTS: Final = (
    f"SELECT id, hash FROM blob WHERE packing = {FILE} AND id IN (SELECT blob FROM property WHERE blob IS NOT NULL)"
)


def back_up(database: SqliteDatabase, target: Path, progress: Progress | None) -> None:
    """See `Care.backup`."""
    if target.exists():
        raise Collision("there is a file of this name already", value=str(target), hint="another name")
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        _make_private(part)
        with ExitStack() as held:
            giants = _copy(database, part, progress, held)
            _take_in(database, part, giants)
        found = check_store(part)
        if found:
            raise CorruptStore(f"the copy is not sound: {found[0]}", value=str(target), hint="mapix store check")
        _finish(part)
        _give_name(part, target)
    except OSError as error:
        raise failure(error, target) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal", "-turn"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)


def _make_private(path: Path) -> None:
    if not path.parent.is_dir():
        raise NotFound("there is no such directory", value=str(path.parent))
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _copy(database: SqliteDatabase, part: Path, progress: Progress | None, held: ExitStack) -> dict[bytes, IO[bytes]]:
    """Copy the pages as they are at one moment: a connection of its own sees no later one while it reads. Readers of
    the giant values of that moment, whatever becomes of their files meanwhile; as many as may be open.
    """
    try:
        with (
            closing(connect(database.path, readonly=True, create=False)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            giants = _opened(database, source, held)
            source.backup(copy, pages=_PAGES_AT_ONCE, progress=_told(progress), sleep=0)
    except sqlite3.Error as error:
        raise translated(error, part) from error
    return giants


def _opened(database: SqliteDatabase, source: sqlite3.Connection, held: ExitStack) -> dict[bytes, IO[bytes]]:
    """Begin to read, and open the files of that moment: nobody writes meanwhile, and takes one away."""
    with nullcontext() if database.readonly else database.write():
        source.execute("BEGIN")
        rows = source.execute(_GIANTS).fetchmany(_HELD)
        return {digest: held.enter_context(database.files.open(digest)) for _, digest in rows}


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    return None if progress is None else lambda status, left, total: progress(total - left, total)


def _take_in(database: SqliteDatabase, part: Path, giants: dict[bytes, IO[bytes]]) -> None:
    copy = SqliteDatabase(part)
    try:
        Garbage(copy).collect()
        for blob, digest in copy.rows(_GIANTS):
            reader = giants.get(digest) or _opened_late(database, digest)
            with reader, copy.write():
                take_in(copy, blob, reader)
    finally:
        copy.close()


def _opened_late(database: SqliteDatabase, digest: bytes) -> IO[bytes]:
    """The file of a value that was one too many to be open from the beginning."""
    try:
        return database.files.open(digest)
    except CorruptStore:
        if digest in (found for _, found in database.rows(_GIANTS)):
            raise
        raise Busy("a large value was deleted before it was copied", value=database.name, hint="again later") from None


def _finish(part: Path) -> None:
    """The copy is one file, and on the disk."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
    opened = os.open(part, os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _give_name(part: Path, target: Path) -> None:
    """Let the copy take its name, unless somebody else has by now."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise Collision("there is a file of this name already", value=str(target), hint="another name") from None
    except OSError:
        part.rename(target)
