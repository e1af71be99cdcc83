"""Rows in memory as the source of tables: ITableData.

    >>> name = PropTag(0x3001001F)
    >>> data = TableData([name], [{name: "Inbox"}, {name: "Archive"}])
    >>> view = data.view()
    >>> view.sort_table(SortOrder((SortKey(name),)))
    >>> view.query_rows(10)
    [('Archive',), ('Inbox',)]

The engine of small tables: stores, status, services, recipients, attachments. One column, the index, tells the rows
apart. Views see changes at once; `on_change` is called after each with what a table's sinks should hear (T-090).

| ITableData | here |
|---|---|
| HrGetView | `view` |
| HrModifyRow, HrModifyRows | `modify_rows` |
| HrInsertRow | `insert_row` |
| HrDeleteRow, HrDeleteRows | `delete_rows` |
| HrQueryRow, HrEnumRow | `query_row`, `enum_row` |
| HrNotify | `notify_row` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from threading import RLock
from typing import Any

from mapix.interfaces.notify import MOST_ROW_EVENTS, TABLE_CHANGED, Event, TableEvent, TableNotification
from mapix.interfaces.table import RowKey, TableType
from mapix.objects.restrictions.collate import order_key
from mapix.objects.restrictions.counting import select
from mapix.objects.tables.sortedrows import SortedRows
from mapix.objects.tables.tablerow import TableRow, canonical_values
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_INSTANCE_KEY

ChangeHook = Callable[[Sequence[TableNotification]], None]

_MOST_ORDERS = 8


class TableData(SortedRows[TableRow]):
    """A `RowSource` over rows in memory, dictionaries by tag.

    `columns` are the default columns of new views, `index` the column that identifies rows (made where it is
    PR_INSTANCE_KEY and a row has none), `key` the notification key of the views; `on_change` hears of every change
    after these `rows`. `InvalidParameter` for rows without index, or two with the same.
    """

    def __init__(
        self,
        columns: Sequence[PropTag],
        rows: Iterable[Mapping[PropTag, Any]] = (),
        *,
        index: PropTag = PR_INSTANCE_KEY,
        table_type: TableType = TableType.SNAPSHOT,
        key: bytes | None = None,
        on_change: ChangeHook | None = None,
    ) -> None:
        if index.is_multi:
            raise InvalidParameter("an index column has one value", value=index)
        self.index = index.unicode()
        self.table_type = table_type
        self.key = key
        self.on_change: ChangeHook | None = None
        self._columns = {tag.unicode(): None for tag in columns}
        self._rows: dict[Any, TableRow] = {}
        self._made = 0
        self._version = 0
        self._lock = RLock()
        self._orders: dict[Any, tuple[list[RowKey], list[TableRow]]] = {}
        for row in rows:
            self.insert_row(row)
        self.on_change = on_change

    # rows

    def view(self, *, order: SortOrder | None = None, **options: Any) -> TableView:
        """A table over these rows, sorted by `order` if there is one; the other options are those of `TableView`
        (HrGetView).
        """
        view = TableView(self, **options)
        if order is not None:
            view.sort_table(order)
        return view

    def insert_row(self, row: Mapping[PropTag, Any]) -> None:
        """Add a row; `InvalidParameter` when its index is there already (HrInsertRow)."""
        values = canonical_values(row)
        with self._lock:
            if values.get(self.index) in self._rows:
                raise InvalidParameter("a row with this index is in the table already", value=values[self.index])
            self._check_index(values)
            events = [self._put(values)]
        self._tell(events)

    def modify_rows(self, rows: Iterable[Mapping[PropTag, Any]]) -> None:
        """Replace rows as a whole by their index, and add those that are new (HrModifyRow, HrModifyRows).

        All of them or, with an error, none.
        """
        new = [canonical_values(row) for row in rows]
        for values in new:
            self._check_index(values)
        with self._lock:
            events = [self._put(values) for values in new]
        self._tell(events)

    def delete_rows(self, indexes: Iterable[Any] | None = None) -> int:
        """Remove rows by the values of their index column, all when None; how many (HrDeleteRows).

        `NotFound` when one is not there, and then nothing is removed.
        """
        with self._lock:
            gone = self._take_out(list(self._rows) if indexes is None else list(dict.fromkeys(indexes)))
        deleted = [_event(TableEvent.ROW_DELETED, index=row.instance_key) for row in gone]
        self._tell([_event(TableEvent.RELOAD)] if indexes is None else deleted)
        return len(gone)

    def notify_row(self, index: Any) -> None:
        """Tell the sinks of the views that a row is another than they know, though it was not changed here (HrNotify).

        `NotFound`.
        """
        row = TableRow(self.query_row(index), 0, b"")
        self._tell([_event(TableEvent.ROW_MODIFIED, index=row.instance_key, row=tuple(row.values.items()))])

    def query_row(self, index: Any) -> dict[PropTag, Any]:
        """The row of an index value; `NotFound` (HrQueryRow)."""
        if index not in self._rows:
            raise NotFound("no row with this index", value=index)
        return dict(self._rows[index].values)

    def enum_row(self, number: int) -> dict[PropTag, Any] | None:
        """The row inserted as the `number`th, from 0; None past the end (HrEnumRow)."""
        with self._lock:
            row = next(islice(self._rows.values(), number, None), None) if number >= 0 else None
        return dict(row.values) if row is not None else None

    def __len__(self) -> int:
        return len(self._rows)

    # the row source

    def default_columns(self) -> Sequence[PropTag]:
        """The columns of new views: those declared, and all that rows have brought since."""
        return tuple(self._columns)

    def available_columns(self) -> Sequence[PropTag]:
        """Every column that some row has brought, and the instance key (T-003)."""
        return tuple(dict.fromkeys((*self._columns, self.index, PR_INSTANCE_KEY)))

    def count(self, where: Restriction | None) -> int:
        """How many rows satisfy `where`."""
        return len(self._rows) if where is None else len(self._ordered(where, ())[0])

    def version(self) -> int:
        """A number that changes with the rows: see `DirectRowSource`."""
        return self._version

    def notification_key(self) -> bytes | None:
        """The key given at the beginning."""
        return self.key

    # inside

    def _check_index(self, values: Mapping[PropTag, Any]) -> None:
        if self.index not in values and self.index != PR_INSTANCE_KEY:
            raise InvalidParameter("a row lacks the index column of its table", value=self.index)

    def _put(self, values: dict[PropTag, Any]) -> TableNotification:
        old = self._rows.get(values.get(self.index))
        self._columns.update(dict.fromkeys(values))
        row = self._new_row(values) if old is None else TableRow(values, old.number, old.instance_key)
        self._rows[row.values[self.index]] = row
        self._changed()
        event = TableEvent.ROW_ADDED if old is None else TableEvent.ROW_MODIFIED
        return _event(event, index=row.instance_key, row=tuple(row.values.items()))

    def _new_row(self, values: dict[PropTag, Any]) -> TableRow:
        while True:
            self._made += 1
            made = self._made.to_bytes(8, "big")
            if self.index != PR_INSTANCE_KEY or made not in self._rows:
                return TableRow(values, self._made, made)

    def _take_out(self, indexes: Sequence[Any]) -> list[TableRow]:
        for index in indexes:
            if index not in self._rows:
                raise NotFound("no row with this index", value=index)
        gone = [self._rows.pop(index) for index in indexes]
        self._changed()
        return gone

    def _changed(self) -> None:
        self._version += 1
        self._orders.clear()

    def _tell(self, events: Sequence[TableNotification]) -> None:
        if events and self.on_change is not None:
            self.on_change(events if len(events) <= MOST_ROW_EVENTS else [TABLE_CHANGED])

    def _ordered(self, where: Restriction | None, order: Sequence[SortKey]) -> tuple[list[RowKey], list[TableRow]]:
        wanted = (where, tuple(order))
        with self._lock:
            try:
                found = self._orders.get(wanted)
            except TypeError:  # a constant that cannot be hashed
                return self._sorted(where, order)
            if found is None:
                if len(self._orders) >= _MOST_ORDERS:
                    self._orders.pop(next(iter(self._orders)))
                found = self._orders[wanted] = self._sorted(where, order)
            return found

    def _sorted(self, where: Restriction | None, order: Sequence[SortKey]) -> tuple[list[RowKey], list[TableRow]]:
        rows: Iterable[TableRow] = self._rows.values()
        if where is not None:
            rows = select(where, rows)
        keyed = sorted(((_row_key(row, order), row) for row in rows), key=lambda pair: pair[0])
        return [key for key, _ in keyed], [row for _, row in keyed]


def _row_key(row: TableRow, order: Sequence[SortKey]) -> RowKey:
    keys = (order_key(row.get(key.tag), key.tag.type, descending=key.descending) for key in order)
    return (*keys, row.number)


def _event(event: TableEvent, **members: Any) -> TableNotification:
    return TableNotification(Event.TABLE_MODIFIED, event, **members)
