"""Tables: IMAPITable, and the narrow waist a provider fills to get one.

A provider writes a `RowSource`: which rows, in which order, and what is in them. `mapix.objects.tableview` is the one
implementation of `MapiTable` over any of them: cursor, bookmarks, find, notifications.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple, Protocol

from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import ErrorInfo
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

RowKey = tuple[Any, ...]
"""Where a row stands in an order: opaque to everybody but its source; comparable for equality, hashable."""


class Bookmark(IntEnum):
    """The three predefined bookmarks (T-030)."""

    BEGINNING = 0
    CURRENT = 1
    END = 2


class TableType(IntEnum):
    """How live a table is (T-002)."""

    SNAPSHOT = 0
    KEYSET = 1
    DYNAMIC = 2


class Page(NamedTuple):
    """Some rows of a source, in table order: their keys and, aligned with the columns asked for, their values."""

    keys: Sequence[RowKey]
    rows: Sequence[Row]


class RowSource(Protocol):
    """Which rows, in which order, and what is in them. Never the whole table at once.

    Orders are total: a source breaks ties itself, the same way at every call. Missing values sort last in both
    directions (T-050). `where` and `order` mean what `mapix.objects.evaluate` and `mapix.objects.collate` say.
    """

    table_type: TableType

    def default_columns(self) -> Sequence[PropTag]:
        """The column set of a fresh table (T-023)."""

    def available_columns(self) -> Sequence[PropTag]:
        """Every column a row may have a value for."""

    def count(self, where: Restriction | None) -> int:
        """How many rows satisfy `where`."""

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """Up to `count` rows following the key `after` (the first ones when None).

        A negative count gives up to `-count` rows *before* `after` (the last ones when None), still in table order.
        `after` need not exist any more: its place counts. Text columns always come as UNICODE tags here; a value of
        another type than its column's is answered as missing. (`TableView` makes STRING8 and UNSPECIFIED columns out
        of that.)
        """

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """How many rows stand before `key`."""

    def notification_key(self) -> bytes | None:
        """Under which key changes of these rows are notified; None where they never change or nobody tells (NOT-4)."""


class DirectRowSource(RowSource, Protocol):
    """What a source may offer besides; `TableView` uses either method where it is there."""

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """The key of the row that `index` others stand before, None past the end: seeking far costs no walk."""

    def version(self) -> Any:
        """A value that changes whenever rows may have changed, by whomever; cheap to ask. Sources that tell are read
        ahead when rows are asked for a few at a time.
        """


class MapiTable(ABC):
    """A view of rows with a cursor: IMAPITable. Rows are tuples aligned with the columns, `None` where a value is
    missing (T-037).
    """

    @abstractmethod
    def set_columns(self, columns: Sequence[PropTag]) -> None:
        """Choose columns and their order (T-022); `InvalidParameter` for none."""

    @abstractmethod
    def query_columns(self, *, available: bool = False) -> list[PropTag]:
        """The current columns, or every available one (T-023)."""

    @abstractmethod
    def get_row_count(self) -> int:
        """Rows of the current view (T-024)."""

    @abstractmethod
    def query_rows(self, count: int, *, advance: bool = True) -> list[Row]:
        """Read `count` rows at the cursor; backwards when negative, in table order all the same (T-035, T-036)."""

    @abstractmethod
    def seek_row(self, bookmark: int, count: int) -> int:
        """Move the cursor `count` rows from `bookmark`, clamped; rows moved, with the sign of `count` (T-025)."""

    @abstractmethod
    def seek_row_approx(self, numerator: int, denominator: int) -> None:
        """Move the cursor to a fraction of the table (T-026)."""

    @abstractmethod
    def query_position(self) -> tuple[int, int, int]:
        """`(row, numerator, denominator)` of the cursor; the denominator is never 0 (T-027)."""

    @abstractmethod
    def find_row(self, restriction: Restriction, bookmark: int = Bookmark.CURRENT, *, backward: bool = False) -> None:
        """Put the cursor on the next row that satisfies `restriction`; `NotFound` leaves it where it was (T-028)."""

    @abstractmethod
    def restrict(self, restriction: Restriction | None) -> None:
        """Show only rows that satisfy `restriction`, replacing any former one; bookmarks go, the cursor returns to
        the start (T-029).
        """

    @abstractmethod
    def sort_table(self, order: SortOrder) -> None:
        """Order the rows; bookmarks go, the cursor returns to the start (T-033). `TooComplex` where it cannot be
        done.
        """

    @abstractmethod
    def query_sort_order(self) -> SortOrder:
        """The order in force (T-034)."""

    @abstractmethod
    def create_bookmark(self) -> int:
        """A bookmark on the row at the cursor (T-030)."""

    @abstractmethod
    def free_bookmark(self, bookmark: int) -> None:
        """Give up a bookmark (T-031)."""

    @abstractmethod
    def get_status(self) -> tuple[int, TableType]:
        """`(TBLSTAT_*, type)` (T-021)."""

    @abstractmethod
    def wait_for_completion(self, timeout: float | None = None) -> int:
        """Wait for asynchronous work, seconds or for ever; the table status (T-039)."""

    @abstractmethod
    def abort(self) -> None:
        """Stop asynchronous work; `UnableToAbort` where there is none (T-038)."""

    @abstractmethod
    def advise(self, mask: Event, sink: AdviseSink) -> int:
        """Be told of changes; a connection number. Only TABLE_MODIFIED (T-020)."""

    @abstractmethod
    def unadvise(self, connection: int) -> None:
        """End a registration."""

    @abstractmethod
    def get_last_error(self) -> ErrorInfo | None:
        """As `MapiProp.get_last_error`."""

    @abstractmethod
    def close(self) -> None:
        """Release the table."""


def query_all_rows(
    table: MapiTable,
    columns: Sequence[PropTag] | None = None,
    restriction: Restriction | None = None,
    order: SortOrder | None = None,
    limit: int = 0,
) -> list[Row]:
    """All rows of `table` (HrQueryAllRows): more than `limit` (when positive) raises `TableTooBig` (T-041)."""
    from mapix.properties.errors import TableTooBig

    if columns:
        table.set_columns(columns)
    if restriction is not None:
        table.restrict(restriction)
    if order is not None:
        table.sort_table(order)
    table.seek_row(Bookmark.BEGINNING, 0)
    rows: list[Row] = []
    while batch := table.query_rows(1000):
        rows += batch
        if 0 < limit < len(rows):
            raise TableTooBig("the table has more rows than were asked for", value=limit)
    return rows
