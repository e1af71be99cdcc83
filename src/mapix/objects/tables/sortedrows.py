"""What a `RowSource` answers that has its rows sorted in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from mapix.interfaces.table import Page, RowKey
from mapix.objects.tables.tablerow import beyond
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag


class HasCells(Protocol):
    """A row."""

    def get(self, tag: PropTag) -> Any:
        """The value under a tag; None where it is missing."""


R = TypeVar("R", bound=HasCells)


class SortedRows(ABC, Generic[R]):
    """The methods of `DirectRowSource` that look at rows, for sources that can have all of them in some order."""

    @abstractmethod
    def _ordered(self, where: Restriction | None, order: Sequence[SortKey]) -> tuple[list[RowKey], list[R]]:
        """The rows that satisfy `where`, and the key of each, which grow."""

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        return len(self._ordered(where, ())[0])

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        keys, rows = self._ordered(where, order)
        part = beyond(keys, after, count)
        return Page(keys[part], [tuple(map(row.get, columns)) for row in rows[part]])

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        return bisect_left(self._ordered(where, order)[0], key)

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        keys = self._ordered(where, order)[0]
        return keys[index] if 0 <= index < len(keys) else None

    def read(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
        """See `DirectRowSource.read`."""
        known = dict(zip(*self._ordered(None, ()), strict=True))
        found = [(key, known[key]) for key in keys if key in known]
        return Page([key for key, _ in found], [tuple(map(row.get, columns)) for _, row in found])
