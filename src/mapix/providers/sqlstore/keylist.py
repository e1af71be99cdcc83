"""The keys of a whole table in its order, for tables that no index keeps in that order.

Such a table has to be sorted, or tried row by row, at every question. When the same question comes twice while nothing
has changed, somebody is walking through it: then its keys are kept, and later questions are answered from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mapix.interfaces.table import RowKey

MOST = 250_000
"""Rows of which keys are kept."""


class KeyList:
    """Keys in table order, and the place of each."""

    def __init__(self, keys: list[RowKey]) -> None:
        self.keys = keys
        self._places = {key: place for place, key in enumerate(keys)}

    def place(self, key: RowKey) -> int | None:
        """How many rows stand before the row of `key`; None where it is not there."""
        return self._places.get(key)

    def beyond(self, after: RowKey | None, count: int) -> Sequence[RowKey] | None:
        """Up to `count` keys beyond another, before it when negative; None where that is not there."""
        if after is None:
            return self.keys[:count] if count >= 0 else self.keys[count:]
        place = self._places.get(after)
        if place is None:
            return None
        return self.keys[place + 1 : place + 1 + count] if count >= 0 else self.keys[max(0, place + count) : place]


class KeptKeys:
    """The keys of the question asked last, kept from its second time on.

    At the first time nobody asks for the `version` of the store: whoever asks once has no use for it.
    """

    def __init__(self) -> None:
        self._question: Any = None
        self._version: Any = None
        self._list: KeyList | None = None
        self._tried = False

    def find(
        self, question: Any, version: Callable[[], Any], read: Callable[[], list[RowKey] | None]
    ) -> KeyList | None:
        """The keys that answer `question` as the store is now; None the first time, the first time after the store
        changed, and where `read` gives none because they are too many.
        """
        if question != self._question:
            self._question, self._version, self._list, self._tried = question, None, None, False
            return None
        now = version()
        if self._version is not None and now != self._version:
            self._version, self._list, self._tried = now, None, False
            return None
        self._version = now
        if not self._tried:
            keys = read()
            self._list, self._tried = None if keys is None else KeyList(keys), True
        return self._list
