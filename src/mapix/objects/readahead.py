"""Rows read ahead: a caller that asks for a few rows at a time gets most of them from memory.

Nothing is read ahead at the first two calls; every further one in a row doubles what is. Only sources that tell when
their rows may have changed are read ahead at all, and what was read counts only while nothing has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mapix.interfaces.table import Page, RowKey

MOST: Final = 64
"""Rows read ahead at most, and the largest request for which any are."""

_NOTHING: Final = Page((), ())


class ReadAhead:
    """Rows that follow a key, kept under a stamp that says for which state of which question they were read."""

    __slots__ = ("_after", "_extra", "_page", "_stamp", "_start", "begun")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._page, self._start, self._extra = _NOTHING, 0, 0
        self._after: RowKey | None = None
        self._stamp: Any = None
        self.begun = False
        """Whether there was a read since the last move; before, there is no need to know the state of anything."""

    def read(self, after: RowKey | None, count: int, stamp: Any, fetch: Callable[[int], Page]) -> Page:
        """`count` rows following `after`, from memory or by `fetch`, which is told how many to read."""
        continued = stamp == self._stamp and after == self._after and self._stamp is not None
        start, page = self._start, self._page
        if not continued or len(page.keys) - start < count:
            self._extra = min(MOST, 2 * self._extra + count) if continued and count <= MOST else 0
            page, start = fetch(count + self._extra), 0
        return self._take(page, start, count, stamp)

    def _take(self, page: Page, start: int, count: int, stamp: Any) -> Page:
        stop = min(start + count, len(page.keys))
        self._page, self._start, self._stamp = page, stop, stamp
        self._after = page.keys[stop - 1] if stop else None
        return Page(page.keys[start:stop], page.rows[start:stop])
