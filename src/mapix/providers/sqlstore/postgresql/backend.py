"""`PostgreSqlBackend`: the store that is one mailbox of a database."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from mapix.objects.restrictions.collate import fold
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
    """The mailbox of a number in the database at `place`; `name` is what it is called.

    `NoAccess` for one that is somebody else's, `NetworkError`, `LogonFailed` for a database that cannot be reached.
    """

    database: PostgreSqlDatabase

    def __init__(self, place: Place, mailbox: int, name: str, *, full: bool = True) -> None:
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
            root = (found[1], None, ROOT_NAME, fold(ROOT_NAME).encode(), FOLDER_ROOT, moment, moment, None)
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

    def share(self, role: str, *, on: bool) -> None:
        """Open this mailbox to another role of the database, or close it again; `NoAccess` for who does not own it."""
        self.database.rows("SELECT share_mailbox(?::text::regrole, ?::integer::boolean)", (role, int(on)))

    def open_mailbox(self, address: str) -> SqlBackend | None:
        """See `SqlBackend.open_mailbox`; the others are those of the same database."""
        found = find_mailbox(self.place, address=address)
        if found is None:
            return None
        if not found.reached:
            from mapix.providers.sqlstore.postgresql.delivery import DeliveryBackend

            return DeliveryBackend(self.place, found, full=self.database.full)
        return PostgreSqlBackend(self.place, found.number, address, full=self.database.full)


class Mailbox(NamedTuple):
    """A mailbox of a database: its number and identity, and whether who asks may reach it."""

    number: int
    uid: bytes
    reached: bool


def open_named(place: Place, name: str, *, create: bool = False, full: bool = True) -> PostgreSqlBackend:
    """The mailbox called `name`, case aside; with `create` one that is missing is made, and the schema before it.

    `NotFound` for none, `Version` for a database of another version, and what `PostgreSqlBackend` raises.
    """
    prepare(place, create=create)
    uid = uuid.uuid4().bytes_le if create else None
    number = ask(place, "SELECT id FROM open_mailbox(%b, %b)", (folded(name), uid))[0]
    if number is None:
        raise NotFound("there is no such mailbox in this database", value=name)
    return PostgreSqlBackend(place, number, name, full=full)


def find_mailbox(place: Place, *, address: str | None = None, uid: bytes | None = None) -> Mailbox | None:
    """The mailbox that takes mail for an address, or has an identity; None when there is none."""
    key = None if address is None else folded(address)
    row = ask(place, "SELECT id, uid, reached FROM find_mailbox(%b, %b)", (uid, key))
    return None if row[0] is None else Mailbox(*row)


def ask(place: Place, question: str, params: Sequence[Any]) -> Any:
    """The row that answers a question, outside of any mailbox."""
    connection = place.connect()
    try:
        cursor = connection.cursor(binary=True)
        return cursor.execute(question.encode(), params).fetchone()
    except ERRORS as error:
        raise place.told(error) from error
    finally:
        connection.close()
