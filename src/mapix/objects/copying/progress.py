"""Progress of long calls: dividing one's share among the parts of the work (PG-003..PG-005).

    for number in steps(progress, numbers):
        copy(number, progress)          # may divide its own share again

>>> watched = Progress()
>>> [(watched.get_min(), watched.get_max()) for _ in steps(watched, "abcd")]
[(0, 250), (250, 500), (500, 750), (750, 1000)]
>>> watched.value, watched.count, watched.total
(1000, 4, 4)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from mapix.interfaces.progress import MAPI_TOP_LEVEL, MapiProgress

T = TypeVar("T")

MOST_BATCHES: Final = 100
TOP_MIN: Final = 1
TOP_MAX: Final = 1000
"""Limits of a new object (PG-004, X-15)."""


class Progress(MapiProgress):
    """A progress object that remembers; subclasses show it, or raise `UserCancel` from `progress` to stop the work."""

    def __init__(self) -> None:
        self._low, self._high, self._flags = TOP_MIN, TOP_MAX, MAPI_TOP_LEVEL
        self.value = self.count = self.total = 0

    def progress(self, value: int, count: int = 0, total: int = 0) -> None:
        """See `MapiProgress.progress`."""
        self.value = value
        if total:
            self.count, self.total = count, total

    def get_flags(self) -> int:
        """See `MapiProgress.get_flags`."""
        return self._flags

    def get_min(self) -> int:
        """See `MapiProgress.get_min`."""
        return self._low

    def get_max(self) -> int:
        """See `MapiProgress.get_max`."""
        return self._high

    def set_limits(self, low: int | None = None, high: int | None = None, flags: int | None = None) -> None:
        """See `MapiProgress.set_limits`."""
        self._low = self._low if low is None else low
        self._high = self._high if high is None else high
        self._flags = self._flags if flags is None else flags


def batches(progress: MapiProgress | None, items: Sequence[T]) -> Iterator[Sequence[T]]:
    """`items` in a hundred batches or fewer, told like `steps` but counted one by one; all at once for nobody."""
    size = max(1, len(items) // MOST_BATCHES) if progress is not None else len(items)
    for start in _shares(progress, range(0, len(items), size) if items else (), len(items)):
        yield items[start : start + size]


def steps(progress: MapiProgress | None, items: Sequence[T]) -> Iterator[T]:
    """Each of `items` in turn, with `progress` narrowed to its share while it is worked on, and told when it is done.

    At the top level the whole is 0 to 1000 and items are counted; below, it is what the caller left (PG-005, X-16).
    The limits are as before when all is done, or something failed.
    """
    return _shares(progress, items, len(items))


def _shares(progress: MapiProgress | None, items: Sequence[T], total: int) -> Iterator[T]:
    if progress is None:
        yield from items
        return
    flags = progress.get_flags()
    top = bool(flags & MAPI_TOP_LEVEL)
    low, high = (0, TOP_MAX) if top else (progress.get_min(), progress.get_max())
    try:
        for done, item in enumerate(items, 1):
            start, end = (low + (high - low) * at // len(items) for at in (done - 1, done))
            progress.set_limits(start, end, 0)
            yield item
            progress.progress(end, done * total // len(items) if top else 0, total if top else 0)
    finally:
        progress.set_limits(low, high, flags)
