"""Statements over one connection to a mailbox of a PostgreSQL database, asked again where that is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.database import Database, Params
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.postgresql.failures import ERRORS, is_conflict, is_lost
from mapix.providers.sqlstore.postgresql.link import Link
from mapix.providers.sqlstore.postgresql.texts import for_several, needs_counts, numbered

_AT_ONCE: Final = 16
_PAUSES: Final = (0.01, 0.1, 0.5)
"""Seconds before something is tried again that others were in the way of."""


class Asking(Database):
    """A database that is asked over `link`. What began is not begun again by itself; see `database`."""

    def __init__(self, place: Place, mailbox: int, *, readonly: bool, full: bool) -> None:
        super().__init__(readonly=readonly, full=full)
        self.place = place
        self.mailbox = mailbox
        self.name = place.name
        self._began = False
        self._writing = False
        self._closed = False
        self._last_change = 0
        self._changes = 0
        self.link = Link(place, mailbox, full=full)

    # statements

    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        """See `Database.rows`."""
        with self.lock:
            if self.depth:
                self.check_alive()
            if self._began and needs_counts(sql):
                self._settle()
            try:
                return self.link.reader.execute(numbered(sql), params).fetchall()
            except ERRORS as error:
                found: list[Any] = self._again(
                    error, lambda: self.link.reader.execute(numbered(sql), params).fetchall()
                )
                return found

    def row(self, sql: str, params: Params = ()) -> Any:
        """See `Database.row`."""
        with self.lock:
            if self.depth:
                self.check_alive()
            if self._began and needs_counts(sql):
                self._settle()
            try:
                return self.link.reader.execute(numbered(sql), params).fetchone()
            except ERRORS as error:
                return self._again(error, lambda: self.link.reader.execute(numbered(sql), params).fetchone())

    def value(self, sql: str, params: Params = ()) -> Any:
        """See `Database.value`. Who writes knows the number of the last change: nobody else makes one meanwhile."""
        if self._writing and sql == self.sql["change_last"]:
            return self._last_change
        return super().value(sql, params)

    def run(self, sql: str, params: Params = ()) -> int:
        """See `Database.run`."""
        self.check_alive()
        self._changes += 1
        if needs_counts(sql):
            self._settle()
        try:
            return self.link.writer.execute(numbered(sql), params).rowcount
        except ERRORS as error:
            raise self._failed(error) from error

    def insert(self, sql: str, params: Params = ()) -> int:
        """See `Database.insert`."""
        self.check_alive()
        self._changes += 1
        try:
            row = self.link.writer.execute(numbered(f"{sql} RETURNING id"), params).fetchone()
        except ERRORS as error:
            raise self._failed(error) from error
        return 0 if row is None else int(row[0])

    def many(self, sql: str, rows: Iterable[Params]) -> int:
        """See `Database.many`."""
        given = list(rows)
        self.check_alive()
        self._changes += 1
        try:
            if len(given) <= _AT_ONCE and (whole := for_several(sql, len(given))):
                return self.link.writer.execute(whole, [cell for row in given for cell in row]).rowcount
            self.link.writer.executemany(numbered(sql), given)
            return self.link.writer.rowcount
        except ERRORS as error:
            raise self._failed(error) from error

    # inside

    def _settle(self) -> None:
        """Have the counts of folders written that are summed up in the transaction under way."""
        if self._writing:
            try:
                self.link.reader.execute(b"SELECT settle_counts()")
            except ERRORS as error:
                raise self._failed(error) from error

    def _again(self, error: Exception, call: Callable[[], Any]) -> Any:
        """What `call` returns over another connection where the one there was is lost, or a moment later where others
        were in the way; nothing had begun.
        """
        for pause in _PAUSES:
            lost = is_lost(error)
            if self._began or self._closed or not (lost or is_conflict(error)):
                break
            if lost:
                self.link.renew()
            else:
                self.rollback()
                time.sleep(pause)
            try:
                return call()
            except ERRORS as latest:
                error = latest
        raise self._failed(error) from error

    def _again_if_lost(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except ERRORS as error:
            return self._again(error, call)

    def _failed(self, error: Exception) -> MapiError:
        """`error` in MAPI's words; a connection that is lost takes its transaction with it."""
        failure = self.place.told(error)
        if is_lost(error) and not self._closed:
            self._lost = self._lost or (failure if self._began else None)
            self._began = self._writing = False
            self.link.close()
        return failure
