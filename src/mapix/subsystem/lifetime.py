"""What a session has opened, so that everything dies with it (GEN-9, SUB-16)."""

from __future__ import annotations

import logging
import weakref
from typing import Protocol, TypeVar

from mapix.properties.errors import InvalidObject, MapiError

_log = logging.getLogger("mapix.subsystem")


class Closable(Protocol):
    """Objects and tables: they can be released, and raise InvalidObject afterwards."""

    def close(self) -> None: ...

    def get_last_error(self) -> object: ...


C = TypeVar("C", bound=Closable)


class Opened:
    """Objects somebody holds; those nobody holds any more are forgotten."""

    def __init__(self) -> None:
        self._weak: weakref.WeakSet[Closable] = weakref.WeakSet()
        self._strong: list[Closable] = []

    def add(self, item: C) -> C:
        """Remember `item`, and hand it on."""
        try:
            self._weak.add(item)
        except TypeError:
            self._strong = [each for each in self._strong if is_alive(each)]
            self._strong.append(item)
        return item

    def close(self) -> None:
        """Release everything; a release that fails does not stop the others."""
        for item in (*self._weak, *self._strong):
            release(item)
        self._weak.clear()
        self._strong.clear()


def release(item: Closable) -> None:
    """Close `item`; what goes wrong is logged."""
    try:
        item.close()
    except Exception:
        _log.warning("%r could not be released", type(item).__name__, exc_info=True)


def is_alive(item: Closable) -> bool:
    """Whether `item` has not been released yet."""
    try:
        item.get_last_error()
    except InvalidObject:
        return False
    except MapiError:
        return True
    return True
