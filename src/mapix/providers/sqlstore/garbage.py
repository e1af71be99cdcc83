"""Large values that no property holds any more: noted when the last one lets go, collected in small steps.

A trigger notes every value that a property lets go of in `garbage`. What is small goes in the same transaction, the
rest in transactions of their own after it, so that nobody has to wait long for the write lock; what is left for lack of
time goes with later changes, when the store is closed, or with `mapix store compact`. A value that is held again by
then stays.

Files beside the database go in those later transactions only: while their rows are there they must be.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.pieces import FILE

AT_ONCE: Final = 4 << 20
"""Bytes that go in the transaction that let go of them."""

A_STEP: Final = 32 << 20
"""Bytes that go in one transaction afterwards."""

_ROWS: Final = 64
_SOON: Final = 0.05
_AT_CLOSE: Final = 1.0

_log = logging.getLogger(__name__)


class Garbage:
    """What is collected in one store, by one connection."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._left = False
        self._busy = False
        if not database.readonly:
            database.before_commit = self._collect_small
            database.after_commit = self._collect_soon

    def collect(self, seconds: float | None = None) -> int:
        """Collect for some time, or all there is; bytes that went. Not inside a transaction."""
        deadline = None if seconds is None else time.monotonic() + seconds
        after = total = 0
        self._busy = True
        try:
            while deadline is None or time.monotonic() < deadline:
                with self.database.write():
                    rows = self._rows(after)
                    done, size = self._forget(rows, A_STEP, files=True)
                total += size
                if done == len(rows) and len(rows) < _ROWS:
                    self._left = False
                    break
                after = rows[done - 1][0]
        finally:
            self._busy = False
        return total

    def close(self) -> None:
        """Collect what is left, for a moment."""
        if self._left:
            self._try(_AT_CLOSE)

    def _collect_small(self) -> None:
        if self._busy or not (self._left or self.database.lets_go):
            return
        rows = self._rows(0)
        done, _ = self._forget(rows, AT_ONCE, files=False)
        self._left = done < len(rows) or len(rows) == _ROWS
        self.database.lets_go = False

    def _collect_soon(self) -> None:
        if self._left and not self._busy:
            self._try(_SOON)

    def _try(self, seconds: float) -> None:
        """Collect; failing is no failure of what was done before."""
        try:
            self.collect(seconds)
        except MapiError as error:
            _log.info("nothing was collected in %s: %s", self.database.name, error)

    def _rows(self, after: int) -> list[Any]:
        return self.database.rows(self.database.sql["garbage_list"], (after, _ROWS))

    def _forget(self, rows: list[Any], most: int, *, files: bool) -> tuple[int, int]:
        """Let go of values, about `most` bytes of them; how many rows are done with, and bytes that went."""
        database, total = self.database, 0
        for place, (blob, digest, size, packing, held) in enumerate(rows):
            if digest is not None and not held:
                if place and total + size > most:
                    return place, total
                if packing == FILE:
                    if not files:
                        return place, total
                    if database.files is not None and not database.files.remove(digest):
                        continue
                database.run(database.sql["blob_delete"], (blob,))
                total += size
            database.run(database.sql["garbage_forget"], (blob,))
        return len(rows), total
