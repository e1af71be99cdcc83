"""Transactions on a store: one that changes it, and one that reads it at one moment. Used by `Database` only.

The outermost one is the database's own; inner ones are savepoints. What they have to tell waits in `Database.pending`.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapix.providers.sqlstore.database import Database


class Writing:
    """See `Database.write`."""

    __slots__ = ("database", "mark")

    def __init__(self, database: Database) -> None:
        self.database = database

    def __enter__(self) -> None:
        database = self.database
        database.lock.acquire()
        try:
            if database.depth:
                database.check_alive()
                database.begin(f"SAVEPOINT inner{database.depth}")
            else:
                database.start()
        except BaseException:
            if not database.depth and database.in_transaction:
                database.rollback()
            database.lock.release()
            raise
        self.mark = len(database.pending)
        database.depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        database, told = self.database, []
        outermost = database.depth == 1
        database.depth -= 1
        try:
            if database.depth:
                self._end_inner(error)
            else:
                self._end_outer(error)
                told, database.pending = database.pending, []
                if told:
                    database.on_permanent()
        finally:
            if outermost:
                database.ended()
            database.lock.release()
        if told:
            database.on_committed(told)
        if outermost and error is None:
            database.after_commit()

    def _end_inner(self, error: BaseException | None) -> None:
        database, depth = self.database, self.database.depth
        if error is not None:
            database.lose(error)
            database.undo(f"ROLLBACK TO inner{depth}", self.mark)
        if database.in_transaction:
            database.end(f"RELEASE inner{depth}")

    def _end_outer(self, error: BaseException | None) -> None:
        database = self.database
        try:
            if error is None:
                database.check_alive()
                if database.pending:
                    database.on_commit(database.pending)
                database.before_commit()
                database.end("COMMIT")
        except BaseException:
            database.undo("ROLLBACK", 0)
            raise
        if error is not None:
            database.undo("ROLLBACK", 0)


class Reading:
    """See `Database.read`."""

    __slots__ = ("database", "own")

    def __init__(self, database: Database) -> None:
        self.database = database
        self.own = False

    def __enter__(self) -> None:
        database = self.database
        database.lock.acquire()
        try:
            self.own = not database.in_transaction
            if self.own:
                database.start_reading()
        except BaseException:
            if self.own and database.in_transaction:
                database.rollback()
            database.lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            if self.own and self.database.in_transaction:
                self.database.end("ROLLBACK")
        finally:
            self.database.lock.release()
