"""Mailboxes of several owners in one PostgreSQL database."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.fixtures_postgresql import PostgreSql

from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place

if TYPE_CHECKING:
    import psycopg

_databases = itertools.count()


class Town:
    """A database of its own, whose schema belongs to `admin`; everybody logs on with a role of their own."""

    def __init__(self, server: PostgreSql) -> None:
        self.server = server
        self.database = f"town{next(_databases)}"
        for role in ("admin", "ann", "bob", "cy"):
            if not server.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
                server.role(role)
        server.execute(f"CREATE DATABASE {self.database} OWNER admin")
        self.open("admin", None).close()
        self._opened: list[PostgreSqlBackend] = []

    def place(self, role: str) -> Place:
        """How a role connects."""
        return Place.of(self.server.dsn(role, self.database))

    def open(self, role: str, address: str | None, name: str | None = None) -> PostgreSqlBackend:
        """The mailbox of a role, made at the first time."""
        backend = open_named(self.place(role), name or role, create=True)
        if address:
            backend.set_owner(address)
        return backend

    def connect(self, role: str) -> psycopg.Connection:
        """A raw connection of a role."""
        import psycopg

        connection = psycopg.connect(self.server.dsn(role, self.database), autocommit=True)
        connection.execute("SET search_path = mapix")
        return connection
