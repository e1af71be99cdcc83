"""Tables: IMAPITable, all 23 methods of it.

`mapix.objects.tables.tableview` is the one implementation, over any source of rows (`mapix.interfaces.rows`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import IntEnum

from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import ErrorInfo
from mapix.interfaces.rows import (
    DirectRowSource,
    Group,
    GroupingRowSource,
    Page,
    RowKey,
    RowSource,
    SharedKeySource,
    TableType,
)
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

__all__ = [
    "Bookmark",
    "DirectRowSource",
    "Group",
    "GroupingRowSource",
    "MapiTable",
    "Page",
    "RowKey",
    "RowSource",
    "SharedKeySource",
    "TableType",
    "query_all_rows",
]


class Bookmark(IntEnum):
    """The three predefined bookmarks (T-030)."""

    BEGINNING = 0
    CURRENT = 1
    END = 2


class MapiTable(ABC):
    """A view of rows with a cursor: IMAPITable. Rows are tuples aligned with the columns, `None` where a value is
    missing (T-037).

    `flags` of `set_columns`, `restrict` and `sort_table` are 0, TBL_BATCH or TBL_ASYNC (T-040). With TBL_BATCH the call
    takes effect when rows are needed, and its errors appear there. With TBL_ASYNC it returns at once, `get_status` says
    what is under way, every call but `get_status`, `wait_for_completion`, `abort`, `advise`, `unadvise`,
    `get_last_error` and `close` is `Busy` meanwhile, and sinks hear when it is done (N-034).
    """

    @abstractmethod
    def set_columns(self, columns: Sequence[PropTag], flags: int = 0) -> None:
        """Choose columns and their order (T-022); `InvalidParameter` for none.

        A column with MVI_FLAG shows one row for each of its values (P-053). Where that changes the rows, bookmarks go
        and the cursor returns to the start (P-057).
        """

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
    def restrict(self, restriction: Restriction | None, flags: int = 0) -> None:
        """Show only rows that satisfy `restriction`, replacing any former one; bookmarks go, the cursor returns to
        the start (T-029).
        """

    @abstractmethod
    def sort_table(self, order: SortOrder, flags: int = 0) -> None:
        """Order the rows, by categories where `order` has some (T-060); bookmarks go, the cursor returns to the start
        (T-033). `TooComplex` where it cannot be done.
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
    def expand_row(self, instance_key: bytes, count: int) -> tuple[list[Row], int]:
        """Open a category: the first `count` rows that appear, and how many appear (T-065); `NotFound`.

        The cursor ends after the last row returned, on the row after the heading where there is none.
        """

    @abstractmethod
    def collapse_row(self, instance_key: bytes) -> int:
        """Close a category; how many rows disappear (T-066). `NotFound`."""

    @abstractmethod
    def get_collapse_state(self, instance_key: bytes, flags: int = 0) -> bytes:
        """Which categories are open, and one row, as bytes to keep (T-068)."""

    @abstractmethod
    def set_collapse_state(self, state: bytes, flags: int = 0) -> int:
        """Open and close categories as they were; a bookmark on the row given then (T-068). `UnableToComplete` where
        order or restriction are not those of then.
        """

    @abstractmethod
    def get_status(self) -> tuple[int, TableType]:
        """`(TBLSTAT_*, type)` (T-021)."""

    @abstractmethod
    def wait_for_completion(self, timeout: float | None = None) -> int:
        """Wait for asynchronous work, seconds or for ever; the table status (T-039). `TimedOut`."""

    @abstractmethod
    def abort(self) -> None:
        """Stop asynchronous work: the table is as it was before; `UnableToAbort` where there is none (T-038)."""

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
