"""What a session has opened, so that everything dies with it (GEN-9, SUB-16)."""

from __future__ import annotations

import logging
import weakref
from typing import Protocol, TypeVar

_log = logging.getLogger("mapix.subsystem")


class Closable(Protocol):
    """Objects and tables: released, they raise InvalidObject."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class Opened:
    """Objects somebody holds; those nobody holds any more are forgotten."""

    def __init__(self) -> None:
        self._items: weakref.WeakSet[Closable] = weakref.WeakSet()

    def add(self, item: C) -> C:
        """Remember `item`, and hand it on."""
        self._items.add(item)
        return item

    def close(self) -> None:
        """Release everything; a release that fails does not stop the others."""
        for item in list(self._items):
            try:
                item.close()
            except Exception:
                _log.warning("a %s could not be released", type(item).__name__, exc_info=True)
        self._items.clear()
