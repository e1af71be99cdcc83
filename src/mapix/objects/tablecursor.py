"""Where a table stands: between two rows, remembered by the key of the row before.

A cursor reads its source by pages in both directions and knows its own number only when asked, so that rows which come
and go elsewhere neither move it nor cost it anything. Used by `TableView` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Final

from mapix.interfaces.table import Page, RowKey, RowSource, TableType
from mapix.objects.readahead import ReadAhead
from mapix.properties.restriction import And, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag

STEP: Final = 1000
"""Keys fetched at once while walking."""

_NOT_ASKED: Final = object()
"""The version under which a cursor came to the first row, until it reads: nothing stands before that in any version."""


class TableCursor:
    """A place in the rows of `source` that satisfy `where`, in `order`."""

    def __init__(self, source: RowSource, where: Restriction | None = None, order: Sequence[SortKey] = ()) -> None:
        self.source = source
        self.where = where
        self.order = tuple(order)
        self.before: RowKey | None = None
        self.ahead = ReadAhead()
        self._key_at: Callable[..., RowKey | None] | None = getattr(source, "key_at", None)
        self._version_of: Callable[[], Any] | None = getattr(source, "version", None)
        self._index: int | None = 0
        self._index_version: Any = _NOT_ASKED

    # reading

    def forward(self, count: int, columns: Sequence[PropTag]) -> Page:
        """The next rows, up to `count`; the cursor stays."""
        if not self.ahead.begun:
            self.ahead.begun = True
            return self._page(self.before, count, columns)
        version = self._version()
        if self.before is None and self._index_version is _NOT_ASKED:
            self._index_version = version
        if version is None:
            return self._page(self.before, count, columns)
        stamp = version, columns
        return self.ahead.read(self.before, count, stamp, lambda size: self._page(self.before, size, columns))

    def backward(self, count: int, columns: Sequence[PropTag]) -> Page:
        """The rows before the cursor, up to `count`, in table order; the cursor stays."""
        if self.before is None:
            return Page((), ())
        return self._page(self.next_key(), -count, columns)

    def next_key(self) -> RowKey | None:
        """The key of the row at the cursor, None at the end."""
        keys = self._page(self.before, 1, ()).keys
        return keys[0] if keys else None

    def find(self, wanted: Restriction, *, backward: bool) -> RowKey | None:
        """The key of the first row from the cursor on, or of the last one before it, that satisfies `wanted`."""
        if backward and self.before is None:
            return None
        start = self.next_key() if backward else self.before
        where = wanted if self.where is None else And((self.where, wanted))
        keys = self.source.page(where, self.order, start, -1 if backward else 1, ()).keys
        return keys[0] if keys else None

    # moving

    def fork(self) -> TableCursor:
        """Another cursor at the same place."""
        twin = copy(self)
        twin.ahead = ReadAhead()
        return twin

    def to_start(self) -> None:
        """Before the first row."""
        self._stand(None)

    def to_end(self) -> None:
        """After the last row."""
        keys = self._page(None, -1, ()).keys
        self._stand(keys[-1] if keys else None)

    def to_row(self, key: RowKey) -> None:
        """On the row of `key`, or on the next one where it is gone."""
        keys = self._page(key, -1, ()).keys
        self._stand(keys[-1] if keys else None)

    def to_row_after(self, key: RowKey) -> None:
        """After the row of `key`."""
        self._stand(key)

    def after(self, page: Page) -> None:
        """After the last row of a page that was read forward from here."""
        if page.keys:
            self._shift(page.keys[-1], len(page.keys))

    def move(self, count: int) -> int:
        """Over `count` rows, backwards when negative, as far as there are any; how many, with the sign of `count`."""
        self.ahead.clear()
        if self._key_at is not None and abs(count) > 1:
            return self._jump(self._key_at, count)
        return self._walk(count) if count > 0 else -self._walk_back(-count)

    # numbers

    def count(self) -> int:
        """How many rows there are."""
        return self.source.count(self.where)

    def index(self) -> int:
        """How many rows stand before the cursor."""
        version = self._version()
        if self._index is None or version is None or version != self._index_version:
            self._index, self._index_version = self._find_index(), version
        return self._index

    # inside

    def _page(self, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        return self.source.page(self.where, self.order, after, count, columns)

    def _version(self) -> Any:
        if self._version_of is not None:
            return self._version_of()
        return 0 if self.source.table_type == TableType.SNAPSHOT else None

    def _stand(self, before: RowKey | None, index: int | None = None) -> None:
        self.ahead.clear()
        self.before = before
        self._index = 0 if before is None else index
        self._index_version = _NOT_ASKED if not self._index else self._version()

    def _shift(self, before: RowKey, rows: int) -> None:
        self.before = before
        if self._index is not None:
            self._index += rows

    def _find_index(self) -> int:
        if self.before is None:
            return 0
        key = self.next_key()
        return self.count() if key is None else self.source.position(self.where, self.order, key)

    def _jump(self, key_at: Callable[..., RowKey | None], count: int) -> int:
        start = self.index()
        target = max(0, min(start + count, self.count()))
        self._stand(key_at(self.where, self.order, target - 1) if target else None, target)
        return target - start

    def _walk(self, count: int) -> int:
        moved = 0
        while moved < count:
            keys = self._page(self.before, min(STEP, count - moved), ()).keys
            if not keys:
                break
            moved += len(keys)
            self._shift(keys[-1], len(keys))
        return moved

    def _walk_back(self, count: int) -> int:
        moved, here = 0, self.next_key() if count else None
        while moved < count and self.before is not None:
            wanted = min(STEP, count - moved)
            keys = self._page(here, -wanted - 1, ()).keys
            if len(keys) <= wanted:
                self.to_start()
                return moved + len(keys)
            moved, here = moved + wanted, keys[1]
            self._shift(keys[0], -wanted)
        return moved
