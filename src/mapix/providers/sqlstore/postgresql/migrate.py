"""The schema of a database: made by the first who comes, brought up to date by who owns it.

The scripts of `schema/postgresql` are applied in turn, each once, under a lock, so that of several processes one does
it; the table `migration` says how far a database is.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from mapix.properties.errors import NoAccess, NotFound, Version
from mapix.providers.sqlstore.migrations import migrations
from mapix.providers.sqlstore.postgresql.connection import SCHEMA, Connection, Place
from mapix.providers.sqlstore.postgresql.failures import ERRORS

_LOCK: Final = 0x4D41505800000002
_STATE: Final = "SELECT to_regclass('mapix.migration') IS NOT NULL"
_VERSION: Final = "SELECT coalesce(max(number), 0) FROM mapix.migration"
_OWNER: Final = """
SELECT nspowner::regrole::text, pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'mapix'
"""
_TABLE: Final = """
CREATE TABLE mapix.migration (number integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON mapix.migration TO PUBLIC
"""
_FORCED: Final = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'mapix'::regnamespace AND c.relforcerowsecurity
"""


def scripts() -> tuple[str, ...]:
    """The scripts that make the schema, in order."""
    return migrations("postgresql")


def prepare(place: Place, *, create: bool) -> None:
    """Check that the database has the schema of this version, and make or update it.

    `Version` for one of a newer version, or an older one that belongs to somebody else; `NotFound` for a database
    without stores, unless `create`.
    """
    connection = place.connect()
    try:
        if _version(connection) == len(scripts()):
            return
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            version = _version(connection)
            if version > len(scripts()):
                text = f"a newer version made these stores (schema {version})"
                raise Version(text, value=place.name, hint="a newer mapix")
            if version == 0 and not create:
                raise NotFound("there are no stores in this database yet", value=place.name)
            if version < len(scripts()):
                _update(connection, place, version)
    except ERRORS as error:
        raise place.told(error) from error
    finally:
        connection.close()


def _version(connection: Connection) -> int:
    if not _value(connection, _STATE):
        return 0
    found: int = _value(connection, _VERSION)
    return found


def _update(connection: Connection, place: Place, version: int) -> None:
    owner = connection.execute(_OWNER).fetchone()
    if owner is None:
        _create(connection, place)
    elif not owner[1]:
        text = f"these stores must be updated (schema {version}), which is for {owner[0]} to do"
        raise Version(text, value=place.name, hint=f"open a store as {owner[0]} once")
    else:
        connection.execute(f"SET LOCAL ROLE {owner[0]}".encode())
    if version == 0:
        connection.execute(_TABLE)
    forced = [row[0] for row in connection.execute(_FORCED).fetchall()]
    _force(connection, forced, "NO FORCE")
    for number, script in enumerate(scripts()[version:], version + 1):
        connection.execute(script.encode())
        connection.execute("INSERT INTO mapix.migration (number) VALUES (%s)", (number,))
    _force(connection, forced, "FORCE")


def _create(connection: Connection, place: Place) -> None:
    try:
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
    except InsufficientPrivilege as error:
        text = "there are no stores in this database yet, and this user may not make them"
        raise NoAccess(text, value=place.name, hint="open a store as the owner of the database once") from error


def _force(connection: Connection, tables: list[str], word: str) -> None:
    """Whether isolation holds for who owns the schema: not while it changes rows of all mailboxes."""
    for table in tables:
        statement = sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
        connection.execute(statement.format(sql.Identifier(SCHEMA, table), sql.SQL(word)))


def _value(connection: Connection, statement: str) -> Any:
    row = connection.execute(statement.encode()).fetchone()
    return None if row is None else row[0]
