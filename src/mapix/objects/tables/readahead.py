"""Rows read ahead: a caller that asks for a few rows at a time gets most of them from memory.

Nothing is read ahead at the first call, which does not even ask for the version; every further one in a row doubles
what is. Only sources that tell when their rows may have changed are read ahead at all, and what was read counts only
while nothing has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mapix.interfaces.table import Page, RowKey
from mapix.properties.tag import PropTag

MOST: Final = 64
"""Rows read ahead at most, and the largest request for which any are."""

_NOTHING: Final = Page((), ())


class ReadAhead:
    """Rows that follow a key, kept under a stamp that says for which version and which columns they were read; None
    where nothing was read ahead.
    """

    __slots__ = ("_after", "_extra", "_page", "_stamp", "_start")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._page, self._start, self._extra = _NOTHING, 0, 0
        self._after: RowKey | None = None
        self._stamp: Any = None

    def read(
        self,
        after: RowKey | None,
        count: int,
        version: Callable[[], Any],
        columns: Sequence[PropTag],
        fetch: Callable[[int], Page],
    ) -> Page:
        """`count` rows following `after`, from memory or by `fetch`, which is told how many to read."""
        stamp = None
        if self._after is not None and after == self._after and (found := version()) is not None:
            stamp = found, columns
        start, page = self._start, self._page
        if stamp is None or stamp != self._stamp or len(page.keys) - start < count:
            unchanged = stamp is not None and self._stamp in (None, stamp)
            self._extra = min(MOST, 2 * self._extra + count) if unchanged and count <= MOST else 0
            page, start = fetch(count + self._extra), 0
        return self._take(page, start, count, stamp)

    def _take(self, page: Page, start: int, count: int, stamp: Any) -> Page:
        stop = min(start + count, len(page.keys))
        self._page, self._start, self._stamp = page, stop, stamp
        self._after = page.keys[stop - 1] if stop else None
        return Page(page.keys[start:stop], page.rows[start:stop])
