"""Object numbers: unique in the store, rising, never used again (E-004).

A transaction that makes many objects takes its numbers in blocks; what is left of a block at its end stays unused. A
number handed out in a transaction that is undone is not handed out again by the same connection.
"""

from __future__ import annotations

from typing import Final

from mapix.providers.sqlstore.database import Database

_BLOCK: Final = 32


class Numbers:
    """The source of new object numbers of one connection."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._highest = 0
        self._next = 0
        self._last = -1
        self._transaction = 0
        database.on_undo.append(self._give_up)

    def take(self) -> int:
        """A new number, inside a transaction."""
        first = self._transaction != self.database.transactions
        if first or self._next > self._last:
            self._take_block(1 if first else _BLOCK)
        number = self._next
        self._next += 1
        self._highest = number
        return number

    def _take_block(self, size: int) -> None:
        self._next, self._last = self.database.take_numbers(self._highest, size)
        self._transaction = self.database.transactions

    def _give_up(self) -> None:
        self._next, self._last = 0, -1
