"""Connections to a database that holds stores.

    place = Place.of("postgresql://mail.example/mail", password=None)
    connection = place.connect(mailbox=32)

Numbers travel as 64 bits and text as bytes of UTF-8, whatever Python's strings hold.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import conninfo
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.rows import TupleRow
from psycopg.types.numeric import FloatBinaryDumper, Int8BinaryDumper
from psycopg.types.string import BytesBinaryDumper

from mapix.properties.errors import InvalidParameter, MapiError
from mapix.providers.sqlstore.postgresql.failures import is_lost, is_starting, translated

Connection = psycopg.Connection[TupleRow]
Cursor = psycopg.RawCursor[TupleRow]

SCHEMA: Final = "mapix"
"""The schema of the database in which stores are."""

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it notes of lost connections, we tell

_PREPARED: Final = 500
_CONNECT_SECONDS: Final = 10
_KEEPALIVE: Final = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
_SETTINGS: Final = {
    "search_path": SCHEMA,
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "lock_timeout": "300s",
    "client_min_messages": "warning",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


class _Number(Int8BinaryDumper):
    """A number whose type the statement says."""

    oid = 0


class _Truth(Dumper):
    """A truth value as a number."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: Any) -> Buffer:
        return b"\0\0\0\0\0\0\0\1" if obj else b"\0\0\0\0\0\0\0\0"


class _Floating(FloatBinaryDumper):
    """A floating number whose type the statement says."""

    oid = 0


class _Bytes(BytesBinaryDumper):
    """Bytes that the statement may take for text."""

    oid = 0


class _Text(Dumper):
    """Text, which the statement may take for bytes."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: Any) -> Buffer:
        data: bytes = obj.encode("utf-8", "surrogatepass")
        return data


@dataclass(frozen=True, slots=True)
class Place:
    """A database: how to connect to it, and its name for people."""

    conninfo: str
    name: str

    @classmethod
    def of(cls, dsn: str, password: str | None = None) -> Place:
        """The database of a DSN; a password of its own takes the place of the DSN's. `InvalidParameter`."""
        try:
            known = conninfo.conninfo_to_dict(dsn)
        except psycopg.Error as error:
            text = f"this is no way to connect to PostgreSQL ({str(error).strip()})"
            raise InvalidParameter(text, value=_hidden(dsn), hint="postgresql://user@host/database") from None
        if password is not None:
            known["password"] = password
        shown = f"postgresql://{known.get('host', '')}/{known.get('dbname', '')}"
        return cls(conninfo.make_conninfo("", **{**_KEEPALIVE, **known}), shown)

    def connect(self, mailbox: int = 0, *, patience: float = 0.0, name: str = "mapix") -> Connection:
        """A connection that works on a mailbox, under a name that the server shows. A server that is about to start is
        waited for, and with `patience`, in seconds, one that is not there, too.
        """
        started = time.monotonic()
        while True:
            try:
                return self._connect(mailbox, name)
            except psycopg.Error as error:
                waited = time.monotonic() - started
                if waited > (max(patience, _CONNECT_SECONDS) if is_starting(error) else patience) or not is_lost(error):
                    raise self.told(error) from error
            time.sleep(min(0.02 + waited / 4, 0.5))

    def told(self, error: Exception) -> MapiError:
        """An error in MAPI's words."""
        return translated(error, self.name)

    def _connect(self, mailbox: int, name: str) -> Connection:
        connection: Connection = psycopg.connect(
            self.conninfo, autocommit=True, prepare_threshold=2, connect_timeout=_CONNECT_SECONDS
        )
        try:
            connection.prepared_max = _PREPARED
            settings = {**_SETTINGS, "mapix.mailbox": str(mailbox), "application_name": name}
            calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
            connection.execute(f"SELECT {calls}".encode())
        except BaseException:
            connection.close()
            raise
        return connection


def reading(connection: Connection) -> Cursor:
    """A cursor for questions: numbers are known to be numbers, whatever they are compared with."""
    return _cursor(connection, typed=True)


def writing(connection: Connection) -> Cursor:
    """A cursor for changes: every value takes the type of its column, so that one plan serves all rows."""
    return _cursor(connection, typed=False)


def _cursor(connection: Connection, *, typed: bool) -> Cursor:
    cursor: Cursor = psycopg.RawCursor(connection)
    cursor.format = Format.BINARY
    adapters = cursor.adapters
    adapters.register_dumper(int, Int8BinaryDumper if typed else _Number)
    adapters.register_dumper(float, FloatBinaryDumper if typed else _Floating)
    adapters.register_dumper(bool, _Truth)
    adapters.register_dumper(bytes, _Bytes)
    adapters.register_dumper(str, _Text)
    return cursor


def _hidden(dsn: str) -> str:
    """A DSN that cannot be read, without what may be a password."""
    return dsn.rpartition("@")[2]
