"""Tables over any source of rows: the one implementation of IMAPITable.

    table = TableView(source)
    table.set_columns([PR_SUBJECT, PR_ENTRYID])
    table.restrict(Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE))
    table.sort_table(SortOrder((SortKey(PR_MESSAGE_DELIVERY_TIME, Order.DESCEND),)))
    rows = table.query_rows(50)

Everything is done at once: there is nothing to wait for or to abort (T-040). Categories and instances of multi-valued
columns are refused with `TooComplex` (P-056).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import ErrorInfo
from mapix.interfaces.table import Bookmark, MapiTable, RowSource, TableType
from mapix.objects.bookmarks import Bookmarks
from mapix.objects.canonical import canonical, looks_below
from mapix.objects.evaluate import check
from mapix.objects.life import Life, remembered, told
from mapix.objects.sorting import sortable
from mapix.objects.tablecolumns import column_set, in_width, resolve
from mapix.objects.tablecursor import TableCursor
from mapix.objects.tableevents import ANY_CHANGE, as_changes
from mapix.properties.codepage import ANSI
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport, NotFound, UnableToAbort
from mapix.properties.flags import TBLSTAT_COMPLETE
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

P = ParamSpec("P")
R = TypeVar("R")


def _call(method: Callable[Concatenate[TableView, P], R]) -> Callable[Concatenate[TableView, P], R]:
    """A method that refuses closed tables and remembers what it failed of."""

    @remembered
    @wraps(method)
    def call(self: TableView, /, *args: P.args, **kwargs: P.kwargs) -> R:
        self._life.check()
        return method(self, *args, **kwargs)

    return call


class TableView(MapiTable):
    """A view of the rows of `source`, with its own columns, restriction, order and cursor.

    `codepage` is that of STRING8 columns and constants; `unicode` says whether columns that nobody chose show text as
    UNICODE or as STRING8 (T-008). `subscribe` and `unsubscribe` register sinks under a notification key; without them
    `advise` is `NoSupport`. Without `bookmarks` none can be made, as attachment tables want it (A-025). The table may
    be used within `life`.

    `position_changed` tells of the last `seek_row` or `find_row` whether its bookmark had lost its row
    (MAPI_W_POSITION_CHANGED).
    """

    position_changed = False

    def __init__(
        self,
        source: RowSource,
        *,
        codepage: int = ANSI,
        subscribe: Callable[[bytes, Event, AdviseSink], int] | None = None,
        unsubscribe: Callable[[int], None] | None = None,
        unicode: bool = True,
        bookmarks: bool = True,
        life: Life | None = None,
    ) -> None:
        self._source = source
        self._codepage = codepage
        self._unicode = unicode
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._connections: set[int] = set()
        self._columns = column_set(tuple(in_width(source.default_columns(), unicode=unicode)), codepage)
        self._cursor = TableCursor(source)
        self._order = SortOrder()
        self._bookmarks = Bookmarks()
        self._has_bookmarks = bookmarks
        self._last_error: MapiError | None = None
        self._life = Life(life)

    @_call
    def set_columns(self, columns: Sequence[PropTag]) -> None:
        """Choose columns and their order (T-022). Bookmarks and cursor stay.

        `InvalidParameter` for none, `TooComplex` for MVI columns.
        """
        tags = resolve(columns, self._source.available_columns, unicode=self._unicode)
        self._columns = column_set(tuple(tags), self._codepage)

    @_call
    def query_columns(self, *, available: bool = False) -> list[PropTag]:
        """The current columns, or every available one (T-023)."""
        if available:
            return in_width(self._source.available_columns(), unicode=self._unicode)
        return list(self._columns.tags)

    @_call
    def get_row_count(self) -> int:
        """Rows of the current view (T-024)."""
        return self._cursor.count()

    @_call
    def query_rows(self, count: int, *, advance: bool = True) -> list[Row]:
        """Up to `count` rows from the cursor on, or before it when negative, in table order (T-035, T-036).

        The cursor ends after the last of them or, without `advance`, on the first. `InvalidParameter` for 0.
        """
        if count > 0:
            page = self._cursor.forward(count, self._columns.wanted)
            if advance:
                self._cursor.after(page)
        elif count < 0:
            page = self._cursor.backward(-count, self._columns.wanted)
            if page.keys and not advance:
                self._cursor.to_row(page.keys[0])
        else:
            raise InvalidParameter("rows to read", value=count)
        return self._columns.rows(page.rows)

    @_call
    def seek_row(self, bookmark: int, count: int) -> int:
        """Move the cursor `count` rows from `bookmark`, clamped; rows moved, with the sign of `count` (T-025)."""
        cursor = self._at(bookmark)
        moved = cursor.move(count)
        self._cursor = cursor
        return moved

    @_call
    def seek_row_approx(self, numerator: int, denominator: int) -> None:
        """Move the cursor to row `count * numerator // denominator`, at most the end (T-026)."""
        if denominator <= 0 or numerator < 0:
            raise InvalidParameter("a fraction of the table", value=(numerator, denominator))
        rows = self._cursor.count()
        target = min(rows, rows * numerator // denominator)
        backward = target > rows // 2
        self._cursor = self._at(Bookmark.END if backward else Bookmark.BEGINNING)
        self._cursor.move(target - rows if backward else target)

    @_call
    def query_position(self) -> tuple[int, int, int]:
        """`(row, row, rows)` of the cursor, the last one never 0 (T-027)."""
        row = self._cursor.index()
        return row, row, max(1, self._cursor.count())

    @_call
    def find_row(self, restriction: Restriction, bookmark: int = Bookmark.CURRENT, *, backward: bool = False) -> None:
        """Put the cursor on the first row from `bookmark` on, or the last one before it, that satisfies `restriction`.

        `NotFound` leaves it where it was (T-028); `TooComplex` as `restrict`.
        """
        wanted = self._checked(restriction)
        key = self._at(bookmark).find(wanted, backward=backward)
        if key is None:
            raise NotFound("no row is like that", value=restriction)
        self._cursor.to_row(key)

    @_call
    def restrict(self, restriction: Restriction | None) -> None:
        """Show only rows that satisfy `restriction`; bookmarks go, the cursor returns to the start (T-029).

        `TooComplex` for what cannot be evaluated, and then nothing changes.
        """
        where = None if restriction is None else self._checked(restriction)
        cursor = TableCursor(self._source, where, self._cursor.order)
        if where is not None and looks_below(where):
            cursor.next_key()  # a source without recipients refuses here
        self._start_over(cursor)

    @_call
    def sort_table(self, order: SortOrder) -> None:
        """Order the rows, as they come when there are no keys; bookmarks go, the cursor returns to the start (T-033).

        `TooComplex` for keys that are not available, categories, instances of multi-valued columns; the order stays.
        """
        keys = sortable(order, self._columns.tags, self._source.available_columns)
        self._start_over(TableCursor(self._source, self._cursor.where, keys))
        self._order = order

    @_call
    def query_sort_order(self) -> SortOrder:
        """The order in force, as it was given (T-034)."""
        return self._order

    @_call
    def create_bookmark(self) -> int:
        """A bookmark on the row at the cursor (T-030); `NoSupport` where the table has none."""
        if not self._has_bookmarks:
            raise NoSupport("this table has no bookmarks", hint="find_row by PR_INSTANCE_KEY")
        return self._bookmarks.create(self._cursor)

    @_call
    def free_bookmark(self, bookmark: int) -> None:
        """Give up a bookmark; the predefined ones stay (T-031)."""
        self._bookmarks.free(bookmark)

    @_call
    def get_status(self) -> tuple[int, TableType]:
        """Nothing is ever under way; the type of the source (T-021)."""
        return TBLSTAT_COMPLETE, self._source.table_type

    @_call
    def wait_for_completion(self, timeout: float | None = None) -> int:
        """The table status, at once (T-039, T-040)."""
        return TBLSTAT_COMPLETE

    @_call
    def abort(self) -> None:
        """Always `UnableToAbort`: everything is finished already (T-038)."""
        raise UnableToAbort("nothing is under way in this table")

    @_call
    def advise(self, mask: Event, sink: AdviseSink) -> int:
        """Be told by one CHANGED whenever rows may have changed (N-031); a connection number.

        `InvalidParameter` for other events than TABLE_MODIFIED, `NoSupport` where nobody tells.
        """
        if mask != Event.TABLE_MODIFIED:
            raise InvalidParameter("tables tell only of TABLE_MODIFIED", value=mask)
        key = self._source.notification_key()
        if key is None or self._subscribe is None:
            raise NoSupport("nobody tells of changes of this table")
        connection = self._subscribe(key, ANY_CHANGE, as_changes(sink))
        self._connections.add(connection)
        return connection

    @_call
    def unadvise(self, connection: int) -> None:
        """End a registration; `NotFound` when it is not one of this table."""
        if connection not in self._connections:
            raise NotFound("no such connection", value=connection)
        self._connections.discard(connection)
        if self._unsubscribe is not None:
            self._unsubscribe(connection)

    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about the last failed call on this table."""
        return told(self._last_error)

    def close(self) -> None:
        """Release the table with its bookmarks and registrations; twice is harmless."""
        connections, self._connections = self._connections, set()
        if self._unsubscribe is not None:
            for connection in connections:
                self._unsubscribe(connection)
        self._bookmarks.clear()
        self._life.end()

    def _at(self, bookmark: int) -> TableCursor:
        cursor = self._cursor.fork()
        self.position_changed = self._bookmarks.go(cursor, bookmark)
        return cursor

    def _checked(self, restriction: Restriction) -> Restriction:
        wanted = canonical(restriction, self._codepage)
        check(wanted)
        return wanted

    def _start_over(self, cursor: TableCursor) -> None:
        self._cursor = cursor
        self._bookmarks.clear()
