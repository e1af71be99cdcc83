"""Notifications that are told when what they are about has gone on: everything waits for dispatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.notify import Event, Notification, ObjectNotification, TableEvent, TableNotification
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.tags import PR_ENTRYID, PR_MESSAGE_CLASS, PR_SUBJECT
from mapix.subsystem.initialize import Subsystem


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Subsystem]:
    with Subsystem(tmp_path) as made:
        profiles = made.admin_profiles()
        profiles.create_profile("test")
        profiles.admin_services("test").create_msg_service("MEMORY", settings={"name": str(tmp_path)})
        yield made


@pytest.fixture
def store(system: Subsystem) -> Iterator[MsgStore]:
    with system.logon("test") as session:
        ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
        yield session.open_msg_store(entry_id, Access.BEST)


def test_what_changed_and_went_is_told_though_it_is_gone(system: Subsystem, store: MsgStore) -> None:
    """N-035, N-005."""
    folder = cast(MapiFolder, store.open_entry(None, Access.MODIFY)).create_folder("Work")
    message = folder.create_message()
    message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_CLASS: "IPM.Note"})
    message.save_changes(Keep.READWRITE)
    entry_id = message.get_prop(PR_ENTRYID)
    system.dispatch_notifications()
    of_table, of_store = list[Notification](), list[Notification]()
    table = folder.get_contents_table()
    table.advise(Event.TABLE_MODIFIED, of_table.extend)
    store.advise(entry_id, Event.OBJECT_MODIFIED | Event.OBJECT_DELETED, of_store.extend)
    message.set_props({PR_SUBJECT: "Agenda"})
    message.save_changes(Keep.CLOSE)
    folder.delete_messages([entry_id])
    assert of_table == of_store == []
    system.dispatch_notifications()
    events = [(one.event, one.entry_id) for one in of_store if isinstance(one, ObjectNotification)]
    assert events == [(Event.OBJECT_MODIFIED, entry_id), (Event.OBJECT_DELETED, entry_id)]
    last = of_table[-1]
    assert isinstance(last, TableNotification)
    assert last.table_event in (TableEvent.ROW_DELETED, TableEvent.CHANGED)
    assert table.get_row_count() == 0


def test_a_sink_that_is_slow_hears_all_of_it_in_order(system: Subsystem, store: MsgStore) -> None:
    """N-006: what has queued up is one batch."""
    batches: list[Sequence[Notification]] = []
    store.advise(None, Event.OBJECT_CREATED, batches.append)
    root = cast(MapiFolder, store.open_entry(None, Access.MODIFY))
    made = [root.create_folder(name).get_prop(PR_ENTRYID) for name in ("A", "B", "C")]
    system.dispatch_notifications()
    (batch,) = batches
    assert [one.entry_id for one in batch if isinstance(one, ObjectNotification)] == made
