"""A role that one connection in the world has at a time: an advisory lock of its session.

It falls free with the connection, however that ends. A connection that was lost and made again has lost the role.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.database import Role

if TYPE_CHECKING:
    from mapix.providers.sqlstore.postgresql.database import PostgreSqlDatabase

_SPOOLER = 1


class SessionLock(Role):
    """The spooler's role in one mailbox."""

    def __init__(self, database: PostgreSqlDatabase) -> None:
        self.database = database
        self._held_by = 0

    def take(self) -> bool:
        """See `Role.take`."""
        if self.stands():
            return True
        database = self.database
        sql = "SELECT pg_try_advisory_lock(lock_key(?, ?::integer))"
        with database.lock:
            if not database.value(sql, (database.mailbox, _SPOOLER)):
                return False
            self._held_by = database.link.generation
        return True

    def stands(self) -> bool:
        """See `Role.stands`."""
        with self.database.lock:
            return self._held_by == self.database.link.generation and self.database.is_alive()

    def leave(self) -> None:
        """See `Role.leave`."""
        if self.stands():
            with suppress(MapiError):
                self.database.value(
                    "SELECT pg_advisory_unlock(lock_key(?, ?::integer))", (self.database.mailbox, _SPOOLER)
                )
        self._held_by = 0
