"""What a session has opened and is registered for, so that everything dies with it (GEN-9, SUB-16)."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import Protocol, TypeVar

from mapix.properties.errors import InvalidObject, MapiError, NotFound

_log = logging.getLogger("mapix.subsystem")


class Closable(Protocol):
    """Objects and tables: released, they raise InvalidObject."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


def take_every(*steps: Callable[[], object]) -> None:
    """Take the steps of an end in their order, whatever one of them raises: Ctrl-C cuts one short, and none after it.
    What was raised is raised when all are taken.
    """
    with ExitStack() as left:
        for step in reversed(steps):
            left.callback(step)


class Opened:
    """Objects somebody holds; those nobody holds any more are forgotten. Threads may add while one closes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._items: weakref.WeakSet[Closable] = weakref.WeakSet()
        self._over = False

    def add(self, item: C) -> C:
        """Remember `item`, and hand it on; once everything was released it is, too: `InvalidObject`."""
        with self._guard:
            if not self._over:
                self._items.add(item)
                return item
        _release(item)
        raise InvalidObject("the session has been logged off")

    def close(self) -> None:
        """Release everything, for good; a release that fails does not stop the others."""
        with self._guard:
            self._over = True
            items = list(self._items)
            self._items.clear()
        take_every(*(partial(_release, item) for item in items))


class Registrations:
    """A session's own numbers for what it is registered for with other objects."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[int, tuple[int, Callable[[int], None]]] = {}
        self._last = 0
        self._over = False

    def add(self, connection: int, end: Callable[[int], None]) -> int:
        """A number for `connection`, which `end` ends. After `close` it is ended at once: `InvalidObject`."""
        with self._guard:
            if not self._over:
                self._last += 1
                self._known[self._last] = (connection, end)
                return self._last
        _end(connection, end)
        raise InvalidObject("the session has been logged off")

    def end(self, number: int) -> None:
        """End one; `NotFound` for an unknown number (SES-51)."""
        with self._guard:
            known = self._known.pop(number, None)
        if known is None:
            raise NotFound("this session has no such registration", value=number)
        connection, end = known
        end(connection)

    def close(self) -> None:
        """End them all, for good."""
        with self._guard:
            self._over = True
            known, self._known = self._known, {}
        take_every(*(partial(_end, *each) for each in known.values()))


def _end(connection: int, end: Callable[[int], None]) -> None:
    with suppress(MapiError):
        end(connection)


def _release(item: Closable) -> None:
    try:
        item.close()
    except Exception:
        _log.warning("a %s could not be released", type(item).__name__, exc_info=True)
