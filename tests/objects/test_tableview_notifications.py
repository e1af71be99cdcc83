"""What a table tells of where single rows are not named, and whose registrations end when."""

from collections.abc import Sequence

import pytest
from tests.objects.smalltables import data

from mapix.interfaces.notify import (
    AdviseSink,
    Event,
    Notification,
    ObjectNotification,
    TableEvent,
    TableNotification,
)
from mapix.objects.tables.tableview import TableView
from mapix.properties.errors import (
    InvalidParameter,
    NoSupport,
    NotFound,
)


class Notifier:
    """Registrations by connection, and a way to tell them."""

    def __init__(self) -> None:
        self.sinks: dict[int, tuple[bytes, Event, AdviseSink]] = {}

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        self.sinks[len(self.sinks) + 1] = key, mask, sink
        return len(self.sinks)

    def unsubscribe(self, connection: int) -> None:
        del self.sinks[connection]

    def tell(self, key: bytes, *batch: Notification) -> None:
        for wanted, mask, sink in list(self.sinks.values()):
            heard = [notification for notification in batch if notification.event & mask]
            if wanted == key and heard:
                sink(heard)


@pytest.fixture
def notifier() -> Notifier:
    return Notifier()


@pytest.fixture
def advised(notifier: Notifier) -> TableView:
    return data(key=b"key").view(subscribe=notifier.subscribe, unsubscribe=notifier.unsubscribe)


CHANGED = TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED)
RELOAD = TableNotification(Event.TABLE_MODIFIED, TableEvent.RELOAD)
ADDED = TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_ADDED)
CREATED = ObjectNotification(Event.OBJECT_CREATED, b"id", 5)


@pytest.mark.parametrize(
    ("batch", "heard"),
    [
        ([ADDED], CHANGED),
        ([ADDED, ADDED, ADDED], CHANGED),
        ([CREATED], CHANGED),
        ([ADDED, RELOAD], RELOAD),
    ],
)
def test_what_does_not_name_its_rows_is_one_change_of_the_table(
    notifier: Notifier, advised: TableView, batch: list[Notification], heard: Notification
) -> None:
    """N-031."""
    told: list[Sequence[Notification]] = []
    connection = advised.advise(Event.TABLE_MODIFIED, told.append)
    notifier.tell(b"key", *batch)
    notifier.tell(b"other", *batch)
    assert told == [(heard,)]
    advised.unadvise(connection)
    notifier.tell(b"key", *batch)
    assert told == [(heard,)]
    with pytest.raises(NotFound):
        advised.unadvise(connection)


def test_closing_a_table_ends_its_registrations(notifier: Notifier, advised: TableView) -> None:
    advised.advise(Event.TABLE_MODIFIED, print)
    advised.advise(Event.TABLE_MODIFIED, print)
    advised.close()
    assert not notifier.sinks


@pytest.mark.parametrize("mask", [Event.OBJECT_CREATED, Event.TABLE_MODIFIED | Event.NEW_MAIL, Event(0)])
def test_tables_tell_of_nothing_else(advised: TableView, mask: Event) -> None:
    """T-020."""
    with pytest.raises(InvalidParameter):
        advised.advise(mask, print)


def test_a_table_nobody_tells_of_cannot_be_advised(notifier: Notifier) -> None:
    for view in (data(key=b"key").view(), data().view(subscribe=notifier.subscribe)):
        with pytest.raises(NoSupport):
            view.advise(Event.TABLE_MODIFIED, print)
