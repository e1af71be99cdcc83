"""What the sinks of a table hear: that it changed, whatever happened below (N-031).

A view hides rows and orders them its own way, so single rows of its source mean little to its sinks. Every batch
becomes one CHANGED; a RELOAD or an ERROR among it is passed on instead, since less remains valid then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mapix.interfaces.notify import AdviseSink, Event, Notification, TableEvent, TableNotification

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

_CHANGED: Final = TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED)


def as_changes(sink: AdviseSink) -> AdviseSink:
    """A sink for a source's key that tells `sink` of each batch in one table notification."""

    def tell(batch: Sequence[Notification]) -> None:
        sink([next(filter(_is_grave, batch), _CHANGED)])

    return tell


def _is_grave(notification: Notification) -> bool:
    graver = TableEvent.RELOAD, TableEvent.ERROR
    return isinstance(notification, TableNotification) and notification.table_event in graver
