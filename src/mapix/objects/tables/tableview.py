"""Tables over any source of rows: the one implementation of IMAPITable.

    table = TableView(source)
    table.set_columns([PR_SUBJECT, PR_ENTRYID])
    table.restrict(Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE))
    table.sort_table(SortOrder((SortKey(PR_SENDER_NAME), SortKey(PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)), 1))
    rows = table.query_rows(50)

How the rows are arranged is `arrangement`'s and `arrangedtable`'s, work on another thread `tablework`'s, what sinks
hear `tableevents`'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import urandom
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import AdviseSink, Event, Notification, TableEvent, TableNotification
from mapix.interfaces.table import Bookmark, RowSource
from mapix.objects.stores.life import Life
from mapix.objects.tables.arrangedtable import ArrangedTable, anytime, check_flags, looking
from mapix.objects.tables.arrangement import Arrangement
from mapix.objects.tables.tablecursor import TableCursor
from mapix.properties.codepage import ANSI
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport, NotFound
from mapix.properties.restriction import Restriction
from mapix.properties.value import Row

if TYPE_CHECKING:
    from mapix.objects.tables.groupedrows import GroupedRows
    from mapix.objects.tables.headings import Heading
    from mapix.objects.tables.tableevents import RowTeller

Notify = Callable[[bytes, Sequence[Notification]], Any]


class TableView(ArrangedTable):
    """A view of the rows of `source`, with its own columns, restriction, order and cursor.

    `codepage` is that of STRING8 columns and constants; `unicode` says whether columns that nobody chose show text as
    UNICODE or as STRING8 (T-008). `subscribe` and `unsubscribe` register sinks under a notification key; without them
    `advise` is `NoSupport`; `notify` tells them, for what becomes of asynchronous calls. Without `bookmarks` none can
    be made, as attachment tables want it (A-025). The table may be used within `life`; `on_close` is called when it is
    closed.

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
        notify: Notify | None = None,
        unicode: bool = True,
        bookmarks: bool = True,
        life: Life | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(source, codepage, unicode=unicode, life=life)
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        self._notify = notify
        self._key: bytes | None = None
        self._connections: dict[int, tuple[list[int], RowTeller]] = {}
        self._has_bookmarks = bookmarks
        self._on_close = on_close

    # the cursor

    @looking
    def get_row_count(self) -> int:
        """Rows of the current view (T-024)."""
        return self._cursor.count()

    @looking
    def query_rows(self, count: int, *, advance: bool = True) -> list[Row]:
        """Up to `count` rows from the cursor on, or before it when negative, in table order (T-035, T-036).

        The cursor ends after the last of them or, without `advance`, on the first. `InvalidParameter` for 0.
        """
        if count > 0:
            page = self._cursor.forward(count, self._shown.columns.wanted)
            if advance:
                self._cursor.after(page)
        elif count < 0:
            page = self._cursor.backward(-count, self._shown.columns.wanted)
            if page.keys and not advance:
                self._cursor.to_row(page.keys[0])
        else:
            raise InvalidParameter("rows to read", value=count)
        return self._shown.columns.rows(page.rows)

    @looking
    def seek_row(self, bookmark: int, count: int) -> int:
        """Move the cursor `count` rows from `bookmark`, clamped; rows moved, with the sign of `count` (T-025)."""
        cursor = self._at(bookmark)
        moved = cursor.move(count)
        self._cursor = cursor
        return moved

    @looking
    def seek_row_approx(self, numerator: int, denominator: int) -> None:
        """Move the cursor to row `count * numerator // denominator`, at most the end (T-026)."""
        if denominator <= 0 or numerator < 0:
            raise InvalidParameter("a fraction of the table", value=(numerator, denominator))
        rows = self._cursor.count()
        target = min(rows, rows * numerator // denominator)
        backward = target > rows // 2
        self._cursor = self._at(Bookmark.END if backward else Bookmark.BEGINNING)
        self._cursor.move(target - rows if backward else target)

    @looking
    def query_position(self) -> tuple[int, int, int]:
        """`(row, row, rows)` of the cursor, the last one never 0 (T-027)."""
        row = self._cursor.index()
        return row, row, max(1, self._cursor.count())

    @looking
    def find_row(self, restriction: Restriction, bookmark: int = Bookmark.CURRENT, *, backward: bool = False) -> None:
        """Put the cursor on the first row from `bookmark` on, or the last one before it, that satisfies `restriction`.

        `NotFound` leaves it where it was (T-028); `TooComplex` as `restrict`.
        """
        wanted = self._shown.condition(restriction)
        found = self._at(bookmark).find_row(wanted, backward=backward)
        if found is None:
            raise NotFound("no row is like that", value=restriction)
        self._cursor.to_found(found)

    @looking
    def create_bookmark(self) -> int:
        """A bookmark on the row at the cursor (T-030); `NoSupport` where the table has none."""
        if not self._has_bookmarks:
            raise NoSupport("this table has no bookmarks", hint="find_row by PR_INSTANCE_KEY")
        return self._bookmarks.create(self._cursor)

    @looking
    def free_bookmark(self, bookmark: int) -> None:
        """Give up a bookmark; the predefined ones stay (T-031)."""
        self._bookmarks.free(bookmark)

    # categories

    @looking
    def expand_row(self, instance_key: bytes, count: int) -> tuple[list[Row], int]:
        """Open a category: up to `count` of the rows that appear, and how many appear (T-065).

        The cursor ends after the last row returned, or after the heading. `NotFound` for a key that no category has.
        """
        if count < 0:
            raise InvalidParameter("rows to read", value=count)
        grouped, heading = self._heading(instance_key)
        appeared = grouped.expand(heading)
        self._cursor.to_row_after((heading.path,))
        if not count or not appeared:
            return [], appeared
        page = self._cursor.forward(min(count, appeared), self._shown.columns.wanted)
        self._cursor.after(page)
        return self._shown.columns.rows(page.rows), appeared

    @looking
    def collapse_row(self, instance_key: bytes) -> int:
        """Close a category; how many rows disappear (T-066). What stood in it stands on the next row that shows.

        `NotFound` for a key that no category has.
        """
        grouped, heading = self._heading(instance_key)
        return grouped.collapse(heading)

    @looking
    def get_collapse_state(self, instance_key: bytes, flags: int = 0) -> bytes:
        """Which categories are open, and one row, as bytes to keep (T-068). `InvalidParameter` without a row."""
        from mapix.objects.tables.collapsestate import dump

        check_flags(flags, 0)
        return dump(self._shown, instance_key)

    @looking
    def set_collapse_state(self, state: bytes, flags: int = 0) -> int:
        """Open and close categories as they were, and a bookmark on the row given then, on the first row where that
        does not show (T-068).

        `UnableToComplete` where order or restriction are not those of then, `CorruptData` for other bytes.
        """
        from mapix.objects.tables.collapsestate import load

        check_flags(flags, 0)
        instance = load(self._shown, state)
        return self._bookmarks.create_at(self._cursor.fork(), instance)

    # notifications

    @anytime
    def advise(self, mask: Event, sink: AdviseSink) -> int:
        """Be told what changes in this view (N-030..N-033); a connection number.

        `InvalidParameter` for other events than TABLE_MODIFIED, `NoSupport` where nobody tells.
        """
        if mask != Event.TABLE_MODIFIED:
            raise InvalidParameter("tables tell only of TABLE_MODIFIED", value=mask)
        key = self._source.notification_key()
        if key is None or self._subscribe is None:
            raise NoSupport("nobody tells of changes of this table")
        from mapix.objects.tables.tableevents import ANY_CHANGE, teller

        found, translated = teller(lambda: self._shown, sink)
        connections = [self._subscribe(key, ANY_CHANGE, translated)]
        if self._notify is not None:
            self._key = self._key or urandom(16)
            connections.append(self._subscribe(self._key, Event.TABLE_MODIFIED, sink))
        self._connections[connections[0]] = connections, found
        return connections[0]

    @anytime
    def unadvise(self, connection: int) -> None:
        """End a registration; `NotFound` when it is not one of this table."""
        if connection not in self._connections:
            raise NotFound("no such connection", value=connection)
        self._end(self._connections.pop(connection)[0])

    def close(self) -> None:
        """Release the table with its bookmarks and registrations; twice is harmless."""
        self._work.close()
        connections, self._connections = self._connections, {}
        for ends, _ in connections.values():
            self._end(ends)
        self._bookmarks.clear()
        self._life.end()
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()

    # inside

    def _adopt(self, shown: Arrangement) -> None:
        super()._adopt(shown)
        for _, found in self._connections.values():
            found.rearranged()

    def _tell_end(self, event: TableEvent, error: MapiError | None) -> None:
        super()._tell_end(event, error)
        if self._key is not None and self._notify is not None:
            scode = 0 if error is None else error.hresult
            self._notify(self._key, (TableNotification(Event.TABLE_MODIFIED, event, scode=scode),))

    def _end(self, connections: Sequence[int]) -> None:
        if self._unsubscribe is not None:
            for connection in connections:
                self._unsubscribe(connection)

    def _heading(self, instance_key: bytes) -> tuple[GroupedRows, Heading]:
        grouped = self._shown.grouped
        if grouped is None:
            raise NotFound("the table has no categories", value=instance_key, hint="sort_table with categories")
        return grouped, grouped.heading(instance_key)

    def _at(self, bookmark: int) -> TableCursor:
        cursor = self._cursor.fork()
        self.position_changed = self._bookmarks.go(cursor, bookmark)
        return cursor
