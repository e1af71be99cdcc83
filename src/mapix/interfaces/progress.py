"""Progress of long calls: IMAPIProgress, which callers hand in to be told, and to stop the work."""

from __future__ import annotations

from abc import ABC, abstractmethod

MAPI_TOP_LEVEL = 1
"""Flag of the object that a caller made: its limits are those of the whole (PG-003, PG-004)."""


class MapiProgress(ABC):
    """Somebody who watches a long call.

    Values run from the minimum, at the start only, to the maximum, at the end only. Workers narrow the limits for a
    part of their work, hand the object down and widen them again; `mapix.objects.copying.progress` does that.
    """

    @abstractmethod
    def progress(self, value: int, count: int = 0, total: int = 0) -> None:
        """How far the work is: `value` between the limits; `count` of `total` items at the top level, 0 and 0 below.

        Raising `UserCancel` stops the work; what is done stays done (PG-006, PG-007).
        """

    @abstractmethod
    def get_flags(self) -> int:
        """`MAPI_TOP_LEVEL` or 0."""

    @abstractmethod
    def get_min(self) -> int:
        """The lower limit."""

    @abstractmethod
    def get_max(self) -> int:
        """The upper limit."""

    @abstractmethod
    def set_limits(self, low: int | None = None, high: int | None = None, flags: int | None = None) -> None:
        """Change some of the three; None leaves one as it is (PG-003)."""
