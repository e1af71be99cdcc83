"""Lazy queries over the messages of a folder.

    inbox.messages.where(Message.subject.contains("Q3")).order_by(-Message.delivered)[:50]
    inbox.messages.where('subject ~ "Q3" and received > 7 days ago')

Nothing is read before the query is iterated, counted or sliced; iterating reads rows by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

from mapix.client.fields import Field, YesNo, condition, sort_key
from mapix.client.message import Message
from mapix.interfaces.table import Bookmark, MapiTable
from mapix.properties import tags as t
from mapix.properties.errors import NotFound
from mapix.properties.named import PropertyName
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.value import Row

COLUMNS = (
    t.PR_ENTRYID,
    t.PR_SUBJECT,
    t.PR_SENDER_NAME,
    t.PR_SENDER_EMAIL_ADDRESS,
    t.PR_DISPLAY_TO,
    t.PR_MESSAGE_DELIVERY_TIME,
    t.PR_CLIENT_SUBMIT_TIME,
    t.PR_MESSAGE_FLAGS,
    t.PR_MESSAGE_SIZE,
    t.PR_HASATTACH,
    t.PR_MESSAGE_CLASS,
)
_PAGE, _MANY = 200, 1000


@dataclass(frozen=True)
class MessageQuery:
    """Some messages of a folder in some order."""

    table: Callable[[], MapiTable]
    make: Callable[[Row], Message]
    restriction: Restriction | None = None
    keys: tuple[SortKey, ...] = ()
    names: Callable[[PropertyName], int | None] | None = None
    start: bytes | None = None

    def where(self, *restrictions: Restriction | YesNo | str) -> MessageQuery:
        """Only those that satisfy all of `restrictions`; `InvalidParameter` for what is no condition.

        Text is read by `mapix.parse_where`, with the names of the store's named properties known.
        """
        wanted = self.restriction
        for term in map(self._condition, restrictions):
            wanted = term if wanted is None else wanted & term
        return replace(self, restriction=wanted)

    def order_by(self, *keys: SortKey | Field[Any]) -> MessageQuery:
        """In the order of `keys`, most significant first; `-field` for descending."""
        return replace(self, keys=tuple(sort_key(key) for key in keys))

    def after(self, message: Message | bytes) -> MessageQuery:
        """Only those that follow a message, or the one of an entry identifier, in this order: the next page of a list.

        However far down it is, nothing before it is read. `NotFound` when it is not among them.
        """
        return replace(self, start=message if isinstance(message, bytes) else message.entry_id)

    def unread(self) -> MessageQuery:
        """Only those that were not read."""
        return self.where(~Message.is_read)

    def count(self) -> int:
        """How many there are."""
        with _Closing(self._open()) as table:
            return table.get_row_count()

    def first(self) -> Message | None:
        """The first one, None when there is none."""
        return next(iter(self), None)

    def one(self) -> Message:
        """The only one; `NotFound` when there is none or more."""
        found = self[:2]
        if len(found) != 1:
            raise NotFound(f"wanted one message, {'there are more' if found else 'there is none'}")
        return found[0]

    def __iter__(self) -> Iterator[Message]:
        with _Closing(self._open()) as table:
            self._go_to_start(table)
            while rows := table.query_rows(_PAGE):
                yield from map(self.make, rows)

    def select(self, *columns: Field[Any] | PropTag) -> Iterator[tuple[Any, ...]]:
        """Only some columns: tuples of what the fields say, or of MAPI's own values for tags; None where one is absent.

        The quick way through many messages: nothing else is read, and no message is made.
        """
        tags = tuple(each.tag if isinstance(each, Field) else each for each in columns)
        makers = [each.from_mapi if isinstance(each, Field) else None for each in columns]
        with _Closing(self._open(tags)) as table:
            self._go_to_start(table)
            while rows := table.query_rows(_MANY):
                for row in rows:
                    yield tuple(
                        value if value is None or make is None else make(value)
                        for make, value in zip(makers, row, strict=True)
                    )

    def __len__(self) -> int:
        return self.count()

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | Sequence[Message]:
        if isinstance(index, slice):
            return self._slice(index)
        bookmark = Bookmark.END if index < 0 else Bookmark.BEGINNING
        with _Closing(self._open()) as table:
            moved = table.seek_row(bookmark, index)
            rows = table.query_rows(1) if moved == index else []
        if not rows:
            raise IndexError(index)
        return self.make(rows[0])

    def _condition(self, term: Restriction | YesNo | str) -> Restriction:
        if not isinstance(term, str):
            return condition(term)
        from mapix.properties.where import parse_where

        return parse_where(term, names=self.names)

    def _slice(self, index: slice) -> Sequence[Message]:
        start, stop, step = index.start or 0, index.stop, index.step or 1
        if start < 0 or (stop is not None and stop < 0) or step < 1:
            return list(self)[index]
        with _Closing(self._open()) as table:
            self._go_to_start(table)
            table.seek_row(Bookmark.CURRENT, start)
            rows = _read(table, None if stop is None else max(stop - start, 0))
        return [self.make(row) for row in rows[::step]]

    def _go_to_start(self, table: MapiTable) -> None:
        if self.start is not None:
            table.find_row(Property(Relop.EQ, t.PR_ENTRYID, self.start), Bookmark.BEGINNING)
            table.seek_row(Bookmark.CURRENT, 1)

    def _open(self, columns: tuple[PropTag, ...] = COLUMNS) -> MapiTable:
        table = self.table()
        table.set_columns(columns)
        if self.restriction is not None:
            table.restrict(self.restriction)
        if self.keys:
            # A column of the current set is always sortable (T-051), others only where some row has them.
            table.set_columns(tuple(dict.fromkeys((*columns, *(key.tag for key in self.keys)))))
            table.sort_table(SortOrder(self.keys))
            table.set_columns(columns)
        return table


class _Closing:
    def __init__(self, table: MapiTable) -> None:
        self._table = table

    def __enter__(self) -> MapiTable:
        return self._table

    def __exit__(self, *_: object) -> None:
        self._table.close()


def _read(table: MapiTable, limit: int | None) -> list[Row]:
    rows: list[Row] = []
    while limit is None or len(rows) < limit:
        batch = table.query_rows(_PAGE if limit is None else min(_PAGE, limit - len(rows)))
        if not batch:
            break
        rows += batch
    return rows
