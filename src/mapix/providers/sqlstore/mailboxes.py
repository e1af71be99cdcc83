"""Who lives in which store: SMTP addresses to the store files of one directory, the store server.

The index is a small database beside the stores, written when a store is opened with an owner it did not have before. An
address stays with the first store that has it, as long as that file is there. Case does not count.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from mapix.properties.errors import NotFound
from mapix.providers.sqlstore.database import Database

INDEX_NAME: Final = "mailboxes.index"

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS mailbox (address TEXT PRIMARY KEY, file TEXT NOT NULL) WITHOUT ROWID"
_VERSION: Final = 1
_FIND: Final = "SELECT file FROM mailbox WHERE address = ?"

_log = logging.getLogger(__name__)


def register(store: Path, address: str | None) -> None:
    """Let mail for `address` go to the store file, and for no other address; None for no address at all."""
    index = _open(store.parent, create=True)
    try:
        with index.write():
            index.run("DELETE FROM mailbox WHERE file = ?", (store.name,))
            if address:
                _claim(index, store, address.casefold())
    finally:
        index.close()


def find(directory: Path, address: str) -> Path | None:
    """The store file in `directory` whose owner has the address, None when there is none."""
    try:
        index = _open(directory, create=False)
    except NotFound:
        return None
    try:
        name = index.value(_FIND, (address.casefold(),))
    finally:
        index.close()
    found = None if name is None else directory / name
    return found if found is not None and found.is_file() else None


def _claim(index: Database, store: Path, address: str) -> None:
    other = index.value(_FIND, (address,))
    if other is not None and (store.parent / other).is_file():
        _log.warning("mail for %s keeps going to %s, not to %s", address, other, store.name)
        return
    index.run("DELETE FROM mailbox WHERE address = ?", (address,))
    index.run("INSERT INTO mailbox (address, file) VALUES (?, ?)", (address, store.name))


def _open(directory: Path, *, create: bool) -> Database:
    path = directory / INDEX_NAME
    if not create and not path.exists():
        raise NotFound("there is no index of mailboxes", value=str(path))
    index = Database(path, create=create)
    if create and index.value("PRAGMA user_version") < _VERSION:
        with index.write():
            index.run(_SCHEMA)
            index.run(f"PRAGMA user_version = {_VERSION}")
    elif index.value("PRAGMA user_version") < _VERSION:
        index.close()
        raise NotFound("the index of mailboxes is empty", value=str(path))
    return index
