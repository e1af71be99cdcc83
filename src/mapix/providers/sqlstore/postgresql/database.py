"""One connection to a mailbox of a PostgreSQL database, by `psycopg`.

One connection at a time writes to a mailbox (`begin_writing` of the schema), so that whoever writes sees what stays
true until the end, and changes are numbered in the order of commits. Readers wait for nobody.

A connection that is lost is made again: questions are asked again, and transactions begin again that had done nothing
yet; so they do where the database let others go first. What had begun is lost, and told so. Whether a commit came to be
whose answer did not arrive is found out by the transaction's number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import RowDecorator
from mapix.properties.errors import MapiError, NetworkError, NoAccess, UnableToComplete
from mapix.providers.sqlstore.postgresql.asking import Asking
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.postgresql.dialect import POSTGRESQL
from mapix.providers.sqlstore.postgresql.failures import ERRORS, is_lost
from mapix.providers.sqlstore.postgresql.link import channel
from mapix.providers.sqlstore.postgresql.sessionlock import SessionLock
from mapix.providers.sqlstore.statements import statements
from mapix.providers.sqlstore.watching import Stop

if TYPE_CHECKING:
    from mapix.providers.sqlstore.textindex import TextIndex

_BLOCK: Final = 32
_KEEP: Final = "SELECT pg_advisory_lock(lock_key(current_mailbox(), 0))"
_LET_GO: Final = "SELECT pg_advisory_unlock(lock_key(current_mailbox(), 0))"


class PostgreSqlDatabase(Asking):
    """The mailbox of a number in the database at `place`."""

    dialect = POSTGRESQL

    def __init__(self, place: Place, mailbox: int, *, readonly: bool = False, full: bool = True) -> None:
        super().__init__(place, mailbox, readonly=readonly, full=full)
        self.identity = (place.name, mailbox)
        self.store_object = mailbox
        self.marks = POSTGRESQL.marks(mailbox)
        self.sql = statements(POSTGRESQL.name, self.marks)
        self._soon = False
        self._transaction = ""
        self._left = ""
        self._first_number: int | None = None
        self._due = False
        self._kept_by = 0
        self._none_due_at = -1
        self.wake: set[int] = set()
        try:
            self.readonly = readonly or bool(self.value("SELECT pg_is_in_recovery()"))
        except BaseException:
            self.link.close()
            raise

    # transactions

    def start(self) -> None:
        """See `Database.start`."""
        if self.readonly:
            raise NoAccess("the store is open for reading only", value=self.name)
        self._lost = None
        self._left = ""
        self.wake.clear()
        soon = "SET LOCAL synchronous_commit = off; " if self._soon and self.full else ""
        found = self._again_if_lost(lambda: self._open(soon))
        self._first_number, self._last_change, self._transaction, self._due = found
        self._began = self._writing = True
        self.transactions += 1

    def keep_turn(self) -> None:
        """See `Database.keep_turn`: the lock that ends with the transaction is had by the connection, too."""
        if self._kept_by != self.link.generation:
            self.rows(_KEEP)
            self._kept_by = self.link.generation

    def ended(self) -> None:
        """See `Database.ended`."""
        kept_by, self._kept_by = self._kept_by, 0
        if kept_by == self.link.generation:
            try:
                self.link.control(_LET_GO)
            except ERRORS:
                self.link.close()

    def free_to_write(self) -> bool:
        """See `Database.free_to_write`."""
        with self.lock:
            free = super().free_to_write()
            return free and bool(self.value("SELECT pg_try_advisory_xact_lock(lock_key(current_mailbox(), 0))"))

    def unsought(self) -> list[int]:
        """See `Database.unsought`."""
        return [number for (number,) in self.rows(self.sql["search_due"])]

    def has_unsought(self) -> bool:
        """See `Database.has_unsought`: what comes is told as a change."""
        last = self.value(self.sql["change_last"])
        if last != self._none_due_at and not self.value(self.sql["search_is_due"]):
            self._none_due_at = last
        return bool(last != self._none_due_at)

    def take_unsought(self) -> list[int]:
        """See `Database.take_unsought`."""
        due, self._due = self._due, False
        found = self.unsought() if due else []
        if found:
            self.run(self.sql["search_due_clear"])
        return found

    def text_index(self) -> TextIndex:
        """See `Database.text_index`."""
        from mapix.providers.sqlstore.postgresql.textindex import PostgreSqlTextIndex

        return PostgreSqlTextIndex(self)

    def start_reading(self) -> None:
        """See `Database.start_reading`."""
        self._again_if_lost(lambda: self.link.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        self._began = True

    def begin(self, sql: str) -> None:
        """See `Database.begin`."""
        left, self._left = self._left, ""
        try:
            self.link.control(f"{left}{sql}")
        except ERRORS as error:
            raise self._failed(error) from error

    def end(self, sql: str) -> None:
        """See `Database.end`; who listens is woken with the commit. That a part has come to its end is told when the
        next one begins: the end of the whole says it, too.
        """
        if sql.startswith("RELEASE") and not self.link.is_spoilt:
            self._left = f"{sql}; "
            return
        self._left = ""
        if sql.startswith("ROLLBACK") and self.link.is_busy:
            self._lost = self._lost or UnableToComplete("the transaction was interrupted", value=self.name)
            self.rollback()
            return
        if sql == "COMMIT":
            self._commit()
            return
        try:
            self.link.control(sql)
        except ERRORS as error:
            failure = self._failed(error)
            self.rollback()
            raise failure from error
        if sql == "ROLLBACK":
            self._began = self._writing = False

    @property
    def in_transaction(self) -> bool:
        """See `Database.in_transaction`."""
        return self.link.is_open

    def rollback(self) -> None:
        """See `Database.rollback`. Where a question was interrupted on its way, that ends with the connection."""
        self._began = self._writing = False
        if self.link.is_busy:
            self.link.close()
        if self.in_transaction:
            with suppress(*ERRORS):
                self.link.control("ROLLBACK")

    @contextmanager
    def write_soon(self) -> Iterator[None]:
        """See `Database.write_soon`: the server writes its log out within a second, and wakes nobody for it."""
        with self.lock:
            outer = self.depth == 0
            self._soon = self._soon or outer
            try:
                with self.write():
                    yield
            finally:
                if outer:
                    self._soon = False

    # others

    def take_numbers(self, highest: int, size: int) -> tuple[int, int]:
        """See `Database.take_numbers`: the first block of a transaction came with its beginning."""
        first, self._first_number = self._first_number, None
        if first is None:
            first = self.rows(self.sql["numbers_take"])[0][0]
        return first, first + _BLOCK - 1

    def news(self) -> object:
        """See `Database.news`: changes are as soon read as it is found out whether there are any."""
        return None

    def wait_for_news(self, stop: Stop) -> Iterator[None]:
        """See `Database.wait_for_news`: over a connection of its own, which the server tells of commits."""
        return self.link.news(stop)

    def state(self) -> object:
        """See `Database.state`."""
        last = self.value(self.sql["change_last"])
        return last, self.transactions, self.link.generation, self._changes, self.undoings

    def role(self) -> SessionLock:
        """See `Database.role`."""
        return SessionLock(self)

    def decorate(self, decorator: RowDecorator) -> None:
        """See `Database.decorate`: identifiers are made of numbers by SQL itself."""

    def is_alive(self) -> bool:
        """Whether the connection stands, as far as can be seen without asking the server."""
        with self.lock:
            return self.link.is_alive()

    def close(self) -> None:
        """See `Database.close`."""
        with self.lock:
            self._closed = True
            self.link.close()

    # inside

    def _open(self, soon: str) -> Any:
        cursor = self.link.connection.execute(f"BEGIN; {soon}SELECT * FROM begin_writing()".encode(), prepare=False)
        while cursor.nextset():
            pass
        return cursor.fetchone()

    def _commit(self) -> None:
        if self.link.is_spoilt:
            self.rollback()
            raise self._lost or UnableToComplete("a part of the transaction failed", value=self.name)
        if self.pending:
            self.wake.add(self.mailbox)
        wake = "".join(f"; NOTIFY {channel(mailbox)}" for mailbox in self.wake)
        self.wake.clear()
        try:
            self.link.control(f"COMMIT{wake}")
        except ERRORS as error:
            failure = self._failed(error)
            if is_lost(error):
                self._find_out(failure, wake)
            elif self.link.status(self._transaction) != "committed":  # else others could not be woken, and look later
                self.rollback()
                raise failure from error
        self._began = self._writing = False

    def _find_out(self, failure: MapiError, wake: str) -> None:
        """Whether the transaction came to be whose commit was not answered; raise `failure` if not."""
        status = self.link.outcome(self._transaction)
        if status == "aborted":
            raise failure
        if status != "committed":
            text = "the connection was lost while a change was saved; whether it was is not known"
            raise NetworkError(text, value=self.name, hint="look whether it is there before doing it again")
        with suppress(*ERRORS):
            self.link.control(wake.removeprefix("; "))
