"""The outgoing queue of a store as a table that changes with it (ST-067)."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import (
    QueueRow,
)
from mapix.interfaces.table import TableType
from mapix.objects.tables import columns
from mapix.properties.errors import NotFound
from mapix.properties.flags import SUBMITFLAG_LOCKED
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_SPOOLER_STATUS,
    PR_SUBMIT_FLAGS,
)

if TYPE_CHECKING:
    from mapix.interfaces.table import MapiTable
    from mapix.objects.stores.context import StoreContext

_MADE: Final = (PR_ENTRYID, PR_INSTANCE_KEY, PR_SUBMIT_FLAGS)
_LOADED: Final = (*(tag for tag in columns.OUTGOING if tag not in _MADE), PR_SUBMIT_FLAGS, PR_SPOOLER_STATUS)
_OLDEST_FIRST: Final = SortOrder((SortKey(PR_CLIENT_SUBMIT_TIME),))


class QueueTable:
    """The rows of one open store's queue; `refresh` brings them up to date and tells the views' sinks what changed."""

    def __init__(self, context: StoreContext) -> None:
        from mapix.objects.tables.tabledata import TableData

        self._context = context
        key = context.ids.table_key("outgoing", context.backend.root)
        self._data = TableData(
            columns.OUTGOING,
            table_type=TableType.DYNAMIC,
            key=key,
            on_change=lambda events: context.support.notify(key, events),
        )
        self._rows: dict[bytes, dict[PropTag, Any]] = {}
        self._seen = -1
        self._looking = RLock()

    def view(self) -> MapiTable:
        """A table over it, oldest submission first."""
        self.refresh()
        support = self._context.support
        return self._data.view(
            order=_OLDEST_FIRST,
            life=self._context.life,
            subscribe=support.subscribe,
            unsubscribe=support.unsubscribe,
        )

    def refresh(self) -> None:
        """Look whether the queue has changed; one thread after the other, so that none shows what is over."""
        with self._looking:
            version = self._context.backend.queue_version()
            if version != self._seen:
                self._look()
                self._seen = version

    def _look(self) -> None:
        rows = {row[PR_ENTRYID]: row for row in map(self._row, self._context.backend.queue()) if row}
        gone = [entry_id for entry_id in self._rows if entry_id not in rows]
        changed = [row for entry_id, row in rows.items() if self._rows.get(entry_id) != row]
        self._rows = rows
        if gone:
            self._data.delete_rows(gone)
        if changed:
            self._data.modify_rows(changed)

    def _row(self, row: QueueRow) -> dict[PropTag, Any]:
        try:
            values, _ = self._context.backend.message(row.number).load(_LOADED)
        except NotFound:
            return {}
        entry_id = self._context.ids.message(row.number)
        status = values.get(PR_SUBMIT_FLAGS, 0) | (SUBMITFLAG_LOCKED if row.locked else 0)
        return {**values, PR_ENTRYID: entry_id, PR_INSTANCE_KEY: entry_id, PR_SUBMIT_FLAGS: status}
