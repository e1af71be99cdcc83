"""Where a table stands: between two rows, remembered by the key of the row before.

A cursor reads its source by pages in both directions and knows its own number only when asked, so that rows which come
and go elsewhere neither move it nor cost it anything. Used by `TableView` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from mapix.interfaces.table import Page, RowKey, RowSource, TableType
from mapix.objects.tables.readahead import ReadAhead
from mapix.properties.restriction import And, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag

STEP: Final = 1000
"""Keys fetched at once while walking."""


class Found(NamedTuple):
    """The key of a row, and the state of the source in which it was there; None where nobody knows."""

    key: RowKey
    version: Any = None


class TableCursor:
    """A place in the rows of `source` that satisfy `where`, in `order`."""

    def __init__(self, source: RowSource, where: Restriction | None = None, order: Sequence[SortKey] = ()) -> None:
        self.source = source
        self.where = where
        self.order = tuple(order)
        self._before: RowKey | None = None
        self._on: Found | None = None
        self.ahead = ReadAhead()
        self._key_at: Callable[..., RowKey | None] | None = getattr(source, "key_at", None)
        self._version_of: Callable[[], Any] | None = getattr(source, "version", None)
        self._index: int | None = None
        self._index_version: Any = None

    @property
    def before(self) -> RowKey | None:
        """The key of the row before the cursor, None at the start. Of a cursor that was put on a row it is looked up
        when somebody needs it.
        """
        if self._on is not None:
            keys = self._page(self._on.key, -1, ()).keys
            self._before, self._on = keys[-1] if keys else None, None
        return self._before

    # reading

    def forward(self, count: int, columns: Sequence[PropTag]) -> Page:
        """The next rows, up to `count`; the cursor stays."""
        before = self.before
        return self.ahead.read(before, count, self._version, columns, lambda size: self._page(before, size, columns))

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

    def find_row(self, wanted: Restriction, *, backward: bool) -> Found | None:
        """The same, with the state of the source in which the row was there: for `to_found`."""
        version = self._version()
        key = self.find(wanted, backward=backward)
        return None if key is None else Found(key, version)

    # moving

    def fork(self) -> TableCursor:
        """Another cursor at the same place."""
        twin = object.__new__(TableCursor)
        twin.__dict__.update(self.__dict__, ahead=ReadAhead())
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
        self.to_found(Found(key))

    def to_found(self, found: Found) -> None:
        """On a row that was found. Where that is among the others is looked up when somebody asks."""
        self._stand(None)
        self._on = found

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
        if self.before is None:
            return 0
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
        self._before, self._on = before, None
        self._index, self._index_version = index, None if index is None else self._version()

    def _shift(self, before: RowKey, rows: int) -> None:
        self._before = before
        if self._index is not None:
            self._index += rows

    def _find_index(self) -> int:
        key = self.next_key()
        return self.count() if key is None else self.source.position(self.where, self.order, key)

    def _jump(self, key_at: Callable[..., RowKey | None], count: int) -> int:
        start = self.index()
        target = max(0, min(start + count, self.count()))
        self._stand(key_at(self.where, self.order, target - 1) if target else None, target)
        return target - start

    def _walk(self, count: int) -> int:
        moved = self._over_own_row()
        while moved < count:
            keys = self._page(self.before, min(STEP, count - moved), ()).keys
            if not keys:
                break
            moved += len(keys)
            self._shift(keys[-1], len(keys))
        return moved

    def _over_own_row(self) -> int:
        """Step over the row that was found here, if nothing has changed since; rows moved."""
        found = self._on
        if found is None or found.version is None or found.version != self._version():
            return 0
        self._stand(found.key)
        return 1

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
