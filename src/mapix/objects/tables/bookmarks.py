"""Bookmarks of a table: numbers bound to rows, which they follow wherever these move (T-030..T-032)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Final

from mapix.interfaces.table import Bookmark, RowKey
from mapix.objects.tables.tablecursor import TableCursor
from mapix.properties.errors import InvalidBookmark
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import PR_INSTANCE_KEY

_FIRST: Final = max(Bookmark) + 1


@dataclass(slots=True)
class _Mark:
    """The row a bookmark is bound to: where it stood, and what tells it; no key for the end of the table."""

    key: RowKey | None
    instance: bytes | None


class Bookmarks:
    """The bookmarks of one table; numbers are never used again."""

    def __init__(self) -> None:
        self._numbers = count(_FIRST)
        self._marks: dict[int, _Mark] = {}

    def create(self, cursor: TableCursor) -> int:
        """A bookmark on the row at the cursor, or on the end of the table."""
        number = next(self._numbers)
        self._marks[number] = _mark(cursor)
        return number

    def create_at(self, cursor: TableCursor, instance: bytes) -> int:
        """A bookmark on the row of an instance key, on the first row where that does not show."""
        cursor.to_start()
        found = _find(cursor, instance)
        if found is not None:
            cursor.to_row(found)
        return self.create(cursor)

    def free(self, number: int) -> None:
        """Forget one; the predefined ones stay (T-031). `InvalidBookmark` for a number nobody has."""
        if number not in tuple(Bookmark) and self._marks.pop(number, None) is None:
            raise InvalidBookmark("no such bookmark", value=number)

    def clear(self) -> None:
        """Forget all: the rows are about to be others, or in another order (T-029, T-033)."""
        self._marks.clear()

    def go(self, cursor: TableCursor, number: int) -> bool:
        """Put `cursor` on a bookmark; whether the bookmark had to move because its row is gone (T-032).

        It moves to the next row, and says so once. `InvalidBookmark` for a number nobody has.
        """
        if number == Bookmark.CURRENT:
            return False
        if number == Bookmark.BEGINNING:
            cursor.to_start()
            return False
        if number != Bookmark.END and number not in self._marks:
            raise InvalidBookmark("no such bookmark", value=number, hint="create_bookmark after sorting or restricting")
        mark = self._marks.get(number)
        if mark is not None and mark.key is not None:
            return self._to_row(cursor, number, mark, mark.key)
        cursor.to_end()
        return False

    def _to_row(self, cursor: TableCursor, number: int, mark: _Mark, key: RowKey) -> bool:
        cursor.to_row(key)
        if cursor.next_key() == key:
            return False
        elsewhere = _find(cursor, mark.instance)
        if elsewhere is not None:
            cursor.to_row(elsewhere)
        self._marks[number] = _mark(cursor)
        return elsewhere is None


def _mark(cursor: TableCursor) -> _Mark:
    page = cursor.forward(1, (PR_INSTANCE_KEY,))
    return _Mark(page.keys[0], page.rows[0][0]) if page.keys else _Mark(None, None)


def _find(cursor: TableCursor, instance: bytes | None) -> RowKey | None:
    if instance is None:
        return None
    whole = cursor.fork()
    whole.to_start()
    return whole.find(Property(Relop.EQ, PR_INSTANCE_KEY, instance), backward=False)
