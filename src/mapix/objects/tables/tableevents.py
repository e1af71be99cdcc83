"""What the sinks of a table hear of changes of its source (N-030..N-033).

Under a source's key it is told which of its rows came, went or changed, by their keys alone. A view hides rows and
orders them its own way: `RowTeller` looks up the rows concerned and tells what became of them in the view, with
its columns, and with the row before. Rows that did not show and do not show are told nobody. The view is never read
again: where more than a few rows changed at once, or what a view had cannot be known (`tablememory`), CHANGED is told.

All this happens where notifications are delivered, never inside the call that caused them (N-005).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from mapix.interfaces.notify import (
    MOST_ROW_EVENTS,
    TABLE_CHANGED,
    AdviseSink,
    Event,
    Notification,
    TableEvent,
    TableNotification,
)
from mapix.objects.tables.arrangement import Arrangement
from mapix.objects.tables.tablememory import Memory
from mapix.properties.errors import MapiError

ANY_CHANGE: Final = (
    Event.TABLE_MODIFIED
    | Event.NEW_MAIL
    | Event.OBJECT_CREATED
    | Event.OBJECT_DELETED
    | Event.OBJECT_MODIFIED
    | Event.OBJECT_MOVED
    | Event.OBJECT_COPIED
    | Event.SEARCH_COMPLETE
)
"""Everything that is told under the key of a source's rows means that they may have changed."""

_ROWS: Final = (TableEvent.ROW_ADDED, TableEvent.ROW_DELETED, TableEvent.ROW_MODIFIED)
_GRAVER: Final = (TableEvent.RELOAD, TableEvent.ERROR)


class RowTeller:
    """The sink of a source's key that tells `sink` what changed in a view; `shown` answers how that is arranged."""

    def __init__(self, shown: Callable[[], Arrangement], sink: AdviseSink) -> None:
        self._shown = shown
        self._sink = sink
        self._lock = threading.Lock()
        self.look()

    def look(self) -> None:
        """Remember what must be of the view as it is now."""
        self._memory = Memory(self._shown())

    def rearranged(self) -> None:
        """The view shows other rows, or in another order."""
        with self._lock:
            self.look()

    def __call__(self, batch: Sequence[Notification]) -> None:
        with self._lock:
            told = self._told(batch)
        if told:
            self._sink(told)

    def _told(self, batch: Sequence[Notification]) -> Sequence[Notification]:
        grave = next(filter(_is_grave, batch), None)
        if grave is None:
            changes = net_changes(batch)
            found = None if changes is None else self._rows(changes)
            if found is not None and len(found) <= MOST_ROW_EVENTS:
                return found
        self.look()
        return (grave or TABLE_CHANGED,)

    def _rows(self, changes: dict[bytes, TableEvent]) -> list[TableNotification] | None:
        """What became of rows in the view; None when that cannot be told."""
        if not changes:
            return []
        memory = self._memory
        if len(changes) > MOST_ROW_EVENTS or memory.shown is not self._shown() or not memory.can_tell:
            return None
        try:
            return self._look_up(changes, memory)
        except MapiError:
            return None

    def _look_up(self, changes: dict[bytes, TableEvent], memory: Memory) -> list[TableNotification] | None:
        if memory.shown.grouped is not None:
            from mapix.objects.tables.headingchanges import tell_under_headings

            return tell_under_headings(changes, memory, memory.shown.grouped)
        from mapix.objects.tables.rowchanges import tell_rows

        return tell_rows(changes, memory)


def teller(shown: Callable[[], Arrangement], sink: AdviseSink) -> tuple[RowTeller, AdviseSink]:
    """A teller for `sink`, and the sink to register for it: on the same thread as `sink`, where that has one."""
    found = RowTeller(shown, sink)
    around = getattr(sink, "around", None)
    return found, found if around is None else around(found)


def net_changes(batch: Sequence[Notification]) -> dict[bytes, TableEvent] | None:
    """What a batch did to each row altogether, by key; None when some of it does not say to which row."""
    found: dict[bytes, tuple[TableEvent, TableEvent]] = {}
    for one in batch:
        if not isinstance(one, TableNotification) or one.table_event not in _ROWS or one.index is None:
            return None
        first, _ = found.get(one.index, (one.table_event, None))
        found[one.index] = first, one.table_event
    net = {key: _net(first, last) for key, (first, last) in found.items()}
    return {key: event for key, event in net.items() if event is not None}


def _net(first: TableEvent, last: TableEvent) -> TableEvent | None:
    was_there, is_there = first != TableEvent.ROW_ADDED, last != TableEvent.ROW_DELETED
    if was_there:
        return TableEvent.ROW_MODIFIED if is_there else TableEvent.ROW_DELETED
    return TableEvent.ROW_ADDED if is_there else None


def _is_grave(notification: Notification) -> bool:
    return isinstance(notification, TableNotification) and notification.table_event in _GRAVER
