"""A table that is advised of its rows, and what its sink has heard."""

from collections.abc import Sequence
from typing import Any

from mapix.interfaces.notify import Event, Notification, TableEvent, TableNotification
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.restriction import Property, Relop, Restriction
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import MVI_FLAG, PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROWID
from mapix.subsystem.notification import NotificationEngine

WORDS = PropTag(0x6830101F)
ADDED, GONE, MODIFIED = TableEvent.ROW_ADDED, TableEvent.ROW_DELETED, TableEvent.ROW_MODIFIED
KEY = b"rows"


class Bench:
    """A live table, its sinks, and what one of them heard."""

    def __init__(self, rows: int = 0) -> None:
        self.engine = NotificationEngine()
        self.data = TableData(
            (PR_ROWID, PR_DISPLAY_NAME),
            ({PR_ROWID: number, PR_DISPLAY_NAME: f"n{number % 3}"} for number in range(rows)),
            index=PR_ROWID,
            key=KEY,
            on_change=lambda events: self.engine.notify(KEY, events),
        )
        self.view = self.open()
        self.heard: list[TableNotification] = []

    def open(self) -> TableView:
        engine = self.engine
        view = self.data.view(subscribe=engine.subscribe, unsubscribe=engine.unsubscribe, notify=engine.notify)
        view.set_columns([PR_ROWID, PR_DISPLAY_NAME])
        return view

    def advise(self) -> int:
        return self.view.advise(Event.TABLE_MODIFIED, self.hear)

    def hear(self, batch: Sequence[Notification]) -> None:
        self.heard += [one for one in batch if isinstance(one, TableNotification)]

    def told(self) -> list[TableNotification]:
        """What was heard since the last look."""
        self.engine.dispatch()
        heard, self.heard = self.heard, []
        return heard

    def rows(self) -> list[tuple[TableEvent, Any]]:
        """The same, as events and row numbers."""
        return [(one.table_event, dict(one.row).get(PR_ROWID)) for one in self.told()]

    def put(self, number: int, name: str) -> None:
        self.data.modify_rows([{PR_ROWID: number, PR_DISPLAY_NAME: name}])

    def key(self, number: int) -> bytes:
        key = self.data.query_row(number)[PR_INSTANCE_KEY]
        assert isinstance(key, bytes)
        return key


def below(number: int) -> Restriction:
    return Property(Relop.LT, PR_ROWID, number)


def by_name(expanded: int) -> SortOrder:
    return SortOrder((SortKey(PR_DISPLAY_NAME), SortKey(PR_ROWID)), categories=1, expanded=expanded)


WORD = PropTag(WORDS | MVI_FLAG)


def put_words(bench: Bench, number: int, *words: str) -> None:
    bench.data.modify_rows([{PR_ROWID: number, PR_DISPLAY_NAME: "w", WORDS: words}])


def by_word(*more: SortKey, **options: int) -> SortOrder:
    return SortOrder((SortKey(WORD), *more), **options)
