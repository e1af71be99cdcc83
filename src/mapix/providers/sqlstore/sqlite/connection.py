"""How a store's file is opened: for writing, for reading, or where nothing beside it can be made."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from mapix.providers.sqlstore.sqlite.failures import is_passing, is_unwritable, translated

_STATEMENTS_KEPT: Final = 512
_WARY: Final = ("PRAGMA cell_size_check = ON", "PRAGMA trusted_schema = OFF")
"""Files may be damaged, or made by somebody who means harm."""


def connect(path: Path, *, readonly: bool, create: bool) -> sqlite3.Connection:
    """A connection to the file at `path`; with `create` one that is missing is made."""
    mode = "mode=ro" if readonly else "mode=rwc" if create else "mode=rw"
    try:
        connection = connection_to(path, mode)
        if readonly:
            connection = readable(connection, path)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    return connection


def readable(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The connection, or one that needs no files beside the store: its directory may be as read-only as itself.

    What is in the way for a moment is waited for at the next query. A file is taken for one that nobody changes only
    where that is what keeps it from being read.
    """
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        if is_passing(error):
            return connection
        if not is_unwritable(error):
            raise
        log = Path(f"{path}-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection.close()
        connection = connection_to(path, "mode=ro&immutable=1")
    return connection


def connection_to(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in one mode, as URIs of `sqlite3` name it."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS_KEPT,
    )
    for pragma in _WARY:
        connection.execute(pragma)
    return connection
