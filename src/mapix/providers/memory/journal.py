"""Undoing: what a transaction changed in dictionaries, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ABSENT: Final[Any] = object()


class Journal:
    """Changes of dictionaries, with how to undo each. Values are replaced, never altered in place. `changes` counts
    them, and those that were undone once more.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._undo: list[Callable[[], object]] = []

    def put(self, mapping: MutableMapping[K, V], key: K, value: V) -> None:
        """Set a value."""
        self._remember(mapping, key)
        mapping[key] = value

    def drop(self, mapping: MutableMapping[K, V], key: K) -> None:
        """Remove a key, if it is there."""
        self._remember(mapping, key)
        mapping.pop(key, None)

    def mark(self) -> int:
        """Where the journal stands."""
        return len(self._undo)

    def undo_to(self, mark: int) -> None:
        """Take back everything since `mark`, last first."""
        while len(self._undo) > mark:
            self._undo.pop()()
            self.changes += 1

    def forget(self) -> None:
        """Everything is permanent now."""
        self._undo.clear()

    def _remember(self, mapping: MutableMapping[K, V], key: K) -> None:
        self.changes += 1
        old = mapping.get(key, _ABSENT)
        if old is _ABSENT:
            self._undo.append(lambda: mapping.pop(key, None))
        else:
            self._undo.append(lambda: mapping.__setitem__(key, old))
