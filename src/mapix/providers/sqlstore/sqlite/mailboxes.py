"""The stores of one directory, the store server: which file has which identity, and whose mail it takes.

The index is a small database beside the stores, written when a store is made and when its owner changes. An address
stays with the first store that has it, as long as that file is there. Case does not count.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from mapix.properties.errors import DiskError, NotFound
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase

INDEX_NAME: Final = "mailboxes.index"

_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS mailbox (file TEXT PRIMARY KEY, uid BLOB NOT NULL, address TEXT UNIQUE) WITHOUT ROWID"
)
_VERSION: Final = 1
_BY_ADDRESS: Final = "SELECT file FROM mailbox WHERE address = ?"
_BY_UID: Final = "SELECT file FROM mailbox WHERE uid = ?"

_log = logging.getLogger(__name__)


def register(store: Path, uid: bytes, address: str | None) -> None:
    """Write down a store file with its identity, and let mail for `address`, and for no other, go to it."""
    index = _open(store.parent, create=True)
    try:
        with index.write():
            index.run("DELETE FROM mailbox WHERE file = ?", (store.name,))
            wanted = address.casefold() if address else None
            if wanted is not None and not _is_free(index, store, wanted):
                wanted = None
            index.run("INSERT INTO mailbox (file, uid, address) VALUES (?, ?, ?)", (store.name, uid, wanted))
    finally:
        index.close()


def find(directory: Path, *, address: str = "", uid: bytes = b"") -> Path | None:
    """The store file in `directory` that takes mail for an address, or has an identity; None when there is none."""
    try:
        index = _open(directory, create=False)
    except NotFound:
        return None
    try:
        name = index.value(_BY_ADDRESS, (address.casefold(),)) if address else index.value(_BY_UID, (uid,))
    finally:
        index.close()
    found = None if name is None else directory / name
    return found if found is not None and found.is_file() else None


def _is_free(index: SqliteDatabase, store: Path, address: str) -> bool:
    """Whether no other store takes mail for the address; one that is gone loses it."""
    other = index.value(_BY_ADDRESS, (address,))
    if other is None:
        return True
    if (store.parent / other).is_file():
        _log.warning("mail for %s keeps going to %s, not to %s", address, other, store.name)
        return False
    index.run("DELETE FROM mailbox WHERE file = ?", (other,))
    return True


def _open(directory: Path, *, create: bool) -> SqliteDatabase:
    path = directory / INDEX_NAME
    if not create and not path.exists():
        raise NotFound("there is no index of mailboxes", value=str(path))
    if create:
        _make_private(path)
    index = SqliteDatabase(path, create=create)
    index.keep_log()
    if index.value("PRAGMA user_version") == _VERSION:
        return index
    if not create:
        index.close()
        raise NotFound("the index of mailboxes is empty", value=str(path))
    with index.write():
        index.run(_SCHEMA)
        index.run(f"PRAGMA user_version = {_VERSION}")
    return index


def _make_private(path: Path) -> None:
    """An index that is made is its user's own, as the stores are. One that is there is not opened: closing it would
    give up what SQLite locks of it in this process.
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise DiskError(f"the index of mailboxes cannot be made ({error.strerror})", value=str(path)) from error
