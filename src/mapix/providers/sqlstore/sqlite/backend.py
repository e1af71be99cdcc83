"""`SqliteBackend`: the store in a file."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.sqlite import mailboxes
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.migrate import prepare

if TYPE_CHECKING:
    from mapix.providers.sqlstore.sqlite.care import SqliteCare


@guarded
class SqliteBackend(SqlBackend):
    """A store in the file at `path`.

    With `create` a file that is missing becomes a new store. `full` lets every save wait for the disk (see
    `Database`). `NotFound` for no file, `CorruptStore`, `Version`, `NoAccess`, `DiskError` for one that cannot be used.
    """

    database: SqliteDatabase

    def __init__(self, path: Path, *, readonly: bool = False, create: bool = False, full: bool = True) -> None:
        self.path = path
        database = SqliteDatabase(path, readonly=readonly, create=create, full=full)
        try:
            self.is_new = prepare(database, uuid.uuid4().bytes_le if create else None)
            super().__init__(database)
            sweep(database)
        except BaseException:
            database.close()
            raise

    def set_owner(self, address: str | None) -> None:
        """See `SqlBackend.set_owner`; the index of the directory knows it, too."""
        wanted = (address, self._place)
        if self.database.row(self.database.sql["store_owner"]) == wanted:
            return
        mailboxes.register(self.path, self.uid, address)
        with self.database.write():
            self.database.run(self.database.sql["store_set_owner"], wanted)

    def open_mailbox(self, address: str) -> SqliteBackend | None:
        """See `SqlBackend.open_mailbox`; the others are those of the same directory."""
        owner, registered = self.database.row(self.database.sql["store_owner"])
        mine = registered == self._place and owner is not None and owner.casefold() == address.casefold()
        path = self.path if mine else mailboxes.find(self.path.parent, address=address)
        return None if path is None else SqliteBackend(path, full=self.database.full)

    def care(self) -> SqliteCare:
        """See `StoreBackend.care`."""
        from mapix.providers.sqlstore.sqlite.care import SqliteCare

        return SqliteCare(self.database, self.garbage, self.retention)

    def close(self) -> None:
        """See `StoreBackend.close`; files that belong to transactions which were undone go, too."""
        if self.database.files.adopted:
            with suppress(MapiError):
                sweep(self.database)
        super().close()

    @property
    def _place(self) -> str:
        """Where the owner of the store was registered: a copy elsewhere is not registered yet."""
        return str(self.path.absolute())


def sweep(database: SqliteDatabase) -> None:
    """Take away files of large values that no row of the store knows: a crash, or a transaction that was undone, left
    them.
    """
    files = database.files
    if database.readonly or not files.orphans(known_files(database)):
        return
    with database.write():
        files.sweep(known_files(database))


def known_files(database: SqliteDatabase) -> list[bytes]:
    """The hashes of the large values that are files."""
    return [digest for (digest,) in database.rows(database.sql["blob_files"])]
