"""The contents table of an address book as a `RowSource`: in the order of names, the rest by need.

Restrictions on PR_ANR, identifiers and search keys are asked of the file; what else a restriction says is tried on the
rows that remain. A hundred thousand entries are never read for a page of them, unless somebody sorts them otherwise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, Final

from mapix.interfaces.addrbook import CONTENTS_COLUMNS
from mapix.interfaces.table import Page, RowKey, TableType
from mapix.objects.restrictions.collate import order_key
from mapix.objects.restrictions.counting import select
from mapix.objects.tables.tablerow import TableRow, row_values
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_COMMENT,
    PR_COMPANY_NAME,
    PR_GIVEN_NAME,
    PR_INSTANCE_KEY,
    PR_NICKNAME,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
    PR_SURNAME,
    PR_TRANSMITABLE_DISPLAY_NAME,
)
from mapix.providers.contacts.book import COLUMNS as CELLS
from mapix.providers.contacts.book import Book, Entry
from mapix.providers.contacts.compile import Query, compile_where, with_marks

COLUMNS: Final = (*CONTENTS_COLUMNS, PR_SMTP_ADDRESS, PR_TRANSMITABLE_DISPLAY_NAME)
_MORE: Final = (PR_GIVEN_NAME, PR_SURNAME, PR_NICKNAME, PR_COMPANY_NAME, PR_COMMENT)
_KNOWN: Final = frozenset(COLUMNS) - {PR_SEND_RICH_INFO, PR_SMTP_ADDRESS}
_MOST_ORDERS: Final = 4

Arranged = list[RowKey]


class BookRows:
    """The entries of a book, called under `key` when they change."""

    table_type = TableType.DYNAMIC

    def __init__(self, book: Book, key: bytes) -> None:
        self._book = book
        self._key = key
        self._orders: dict[Any, Arranged] = {}
        self._at: Any = None

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return COLUMNS

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`."""
        return (*COLUMNS, *_MORE)

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        query = self._query(where)
        if query.rest is not None:
            return len(self._arranged(query, ()))
        found: int = self._book.database.read(f"SELECT count(*) FROM entry WHERE {query.sql}", query.parameters)[0][0]
        return found

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        query = self._query(where)
        if order or query.rest is not None:
            return self._arranged_page(self._arranged(query, order), after, count, columns)
        side, direction = (">", "ASC") if count > 0 else ("<", "DESC")
        beyond = "" if after is None else f" AND (sorted, number) {side} (?, ?)"
        found = self._book.database.read(
            f"SELECT {CELLS} FROM entry WHERE {query.sql}{beyond}"
            f" ORDER BY sorted {direction}, number {direction} LIMIT {abs(count)}",
            (*query.parameters, *(after or ())),
        )
        entries = [Entry(*row) for row in found]
        return self._shown(entries if count > 0 else entries[::-1], columns)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        query = self._query(where)
        if order or query.rest is not None:
            return bisect_left(self._arranged(query, order), key)
        sql = f"SELECT count(*) FROM entry WHERE {query.sql} AND (sorted, number) < (?, ?)"
        found: int = self._book.database.read(sql, (*query.parameters, *key))[0][0]
        return found

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        query = self._query(where)
        if order or query.rest is not None:
            keys = self._arranged(query, order)
            return keys[index] if 0 <= index < len(keys) else None
        if index < 0:
            return None
        sql = f"SELECT sorted, number FROM entry WHERE {query.sql} ORDER BY sorted, number LIMIT 1 OFFSET {index}"
        found = self._book.database.read(sql, query.parameters)
        return found[0] if found else None

    def read(self, keys: Sequence[RowKey], columns: Sequence[PropTag]) -> Page:
        """See `DirectRowSource.read`."""
        entries = self._book.some(key[-1] for key in keys)
        found = (entries.get(key[-1]) for key in keys)
        return self._shown([entry for entry in found if entry is not None], columns)

    def version(self) -> Any:
        """See `DirectRowSource.version`."""
        return self._book.database.version()

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return self._key

    # inside

    def _query(self, where: Restriction | None) -> Query:
        return compile_where(self._book, where)

    def _shown(self, entries: Sequence[Entry], columns: Sequence[PropTag]) -> Page:
        make = self._book.known if _KNOWN.issuperset(columns) else self._book.row
        keys = [(entry.sorted, entry.number) for entry in entries]
        return Page(keys, [tuple(map(make(entry).get, columns)) for entry in entries])

    def _arranged_page(self, keys: Arranged, after: RowKey | None, count: int, columns: Sequence[PropTag]) -> Page:
        if count < 0:
            stop = len(keys) if after is None else bisect_left(keys, after)
            start = max(0, stop + count)
        else:
            start = 0 if after is None else bisect_right(keys, after)
            stop = start + count
        entries = self._book.some(key[-1] for key in keys[start:stop])
        here = [key for key in keys[start:stop] if key[-1] in entries]
        return Page(here, self._shown([entries[key[-1]] for key in here], columns).rows)

    def _arranged(self, query: Query, order: Sequence[SortKey]) -> Arranged:
        """The keys of all rows of a query in an order, kept until something changes."""
        at = self._book.database.version()
        if at != self._at or len(self._orders) >= _MOST_ORDERS:
            self._orders.clear()
            self._at = at
        wanted = (query.source, tuple(order))
        try:
            found = self._orders.get(wanted)
        except TypeError:  # a constant that cannot be hashed
            return self._sort(query, order)
        if found is None:
            found = self._orders[wanted] = self._sort(query, order)
        return found

    def _sort(self, query: Query, order: Sequence[SortKey]) -> Arranged:
        sql = f"SELECT {CELLS} FROM entry WHERE {query.sql} ORDER BY sorted, number"
        entries = (Entry(*row) for row in self._book.database.read(sql, query.parameters))
        rows = (_row(self._book, entry, query) for entry in entries)
        kept = rows if query.rest is None else select(query.rest, rows)
        return sorted((*_keys(row, order), row.sorted, row.number) for row in kept)


class _SortedRow(TableRow):
    """A row that knows where its name stands."""

    __slots__ = ("sorted",)
    sorted: str


def _row(book: Book, entry: Entry, query: Query) -> _SortedRow:
    values = with_marks(book.row(entry), entry.number, query)
    row = _SortedRow(values, entry.number, values[PR_INSTANCE_KEY])
    row.sorted = entry.sorted
    return row


def _keys(row: TableRow, order: Sequence[SortKey]) -> tuple[Any, ...]:
    values = row_values(row, [key.tag for key in order])
    return tuple(
        order_key(value, key.tag.type, descending=key.descending) for value, key in zip(values, order, strict=True)
    )
