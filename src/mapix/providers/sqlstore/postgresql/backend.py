"""`PostgreSqlBackend`: the store that is one mailbox of a database."""

from __future__ import annotations

import logging
import uuid

from mapix.objects.collate import fold
from mapix.properties.errors import NoAccess, NotFound
from mapix.properties.flags import FOLDER_ROOT
from mapix.properties.times import now
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.postgresql.database import PostgreSqlDatabase
from mapix.providers.sqlstore.postgresql.failures import ERRORS
from mapix.providers.sqlstore.postgresql.migrate import prepare

ROOT_NAME = "Root"
_log = logging.getLogger(__name__)


class PostgreSqlBackend(SqlBackend):
    """The mailbox called `name`, case aside, in the database at `place`.

    With `create` one that is missing is made, and the schema before the first. `NotFound` for none, `Version`,
    `NoAccess` for one that is somebody else's, `NetworkError`, `LogonFailed` for a database that cannot be reached.
    """

    database: PostgreSqlDatabase

    def __init__(self, place: Place, name: str, *, create: bool = False, full: bool = True) -> None:
        prepare(place, create=create)
        mailbox, self.is_new = _open(place, name, create=create)
        self.place = place
        self.mailbox_name = name
        database = PostgreSqlDatabase(place, mailbox, full=full)
        try:
            self.root_is_there(database)
            super().__init__(database)
        except BaseException:
            database.close()
            raise

    def root_is_there(self, database: PostgreSqlDatabase) -> None:
        """Make the root folder of a mailbox that has none yet."""
        found = database.row(database.sql["store_row"])
        if found is None:
            raise NoAccess("this mailbox is somebody else's", value=self.mailbox_name, hint="its owner may open it")
        if database.value(database.sql["folder_exists"], (found[1],)) is None:
            moment = now()
            root = (found[1], None, ROOT_NAME, fold(ROOT_NAME).encode(), FOLDER_ROOT, moment, moment)
            with database.write():
                if database.value(database.sql["folder_exists"], (found[1],)) is None:
                    database.run(database.sql["folder_insert"], root)

    def set_owner(self, address: str | None) -> None:
        """See `SqlBackend.set_owner`."""
        key = folded(address) if address else None
        if self.database.value("SELECT own_address()") == address:
            return
        if not self.database.value("SELECT take_address(?, ?)", (address, key)):
            _log.warning("mail for %s keeps going to another mailbox, not to %s", address, self.mailbox_name)

    def open_mailbox(self, address: str) -> SqlBackend | None:
        """See `SqlBackend.open_mailbox`."""
        raise NotImplementedError


def _open(place: Place, name: str, *, create: bool) -> tuple[int, bool]:
    """The number of a mailbox, and whether it was made just now."""
    connection = place.connect()
    try:
        uid = uuid.uuid4().bytes_le if create else None
        row = connection.execute("SELECT id, made FROM open_mailbox(%b, %b)", (folded(name), uid)).fetchone()
    except ERRORS as error:
        raise place.told(error) from error
    finally:
        connection.close()
    if row is None or row[0] is None:
        raise NotFound("there is no such mailbox in this database", value=name)
    return int(row[0]), bool(row[1])
