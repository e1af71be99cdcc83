"""What happened in a store, as the notifications its sinks get: the matrix of objects section 9 (NOT-11).

Sinks are registered under keys: the store's under its record key, an object's under its entry identifier, a table's
under the key its rows tell. One change becomes an object notification for the store and mostly the object, and a table
notification for every table it shows in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import (
    Event,
    NewMailNotification,
    Notification,
    ObjectNotification,
    TableEvent,
    TableNotification,
)
from mapix.interfaces.prop import ObjectType
from mapix.objects.context import StoreContext
from mapix.properties.errors import MapiError
from mapix.properties.tags import PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS

_TABLE_CHANGED = TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED)

Told = tuple[bytes, Notification]
"""Under which key, and what."""


def notify_changes(context: StoreContext, changes: Sequence[Change]) -> None:
    """Tell the sinks of a store, its objects and tables what happened; one batch a key, in order (N-006)."""
    batches: dict[bytes, list[Notification]] = {}
    for key, notification in _all_told(context, changes):
        batch = batches.setdefault(key, [])
        if notification is not _TABLE_CHANGED or notification not in batch:
            batch.append(notification)
    for key, batch in batches.items():
        context.support.notify(key, batch)


def _all_told(context: StoreContext, changes: Iterable[Change]) -> Iterator[Told]:
    for change in changes:
        if change.event is Event.NEW_MAIL:
            yield from _new_mail(context, change)
        elif change.event is not Event.TABLE_MODIFIED:
            yield from _object_event(context, change)
        for key in _tables(context, change):
            yield key, _TABLE_CHANGED


def _object_event(context: StoreContext, change: Change) -> Iterator[Told]:
    ids, kind = context.ids, change.object_type
    notification = ObjectNotification(
        change.event,
        entry_id=ids.entry_id(kind, change.number),
        object_type=kind,
        parent_id=ids.folder(change.parent) if change.parent else None,
        old_id=ids.entry_id(kind, change.old_number) if change.old_number else None,
        old_parent_id=ids.folder(change.old_parent) if change.old_parent else None,
    )
    yield ids.store_uid, notification
    if change.event is not Event.OBJECT_CREATED:
        source = change.old_number if change.event is Event.OBJECT_COPIED else change.number
        yield ids.entry_id(kind, source or change.number), notification


def _new_mail(context: StoreContext, change: Change) -> Iterator[Told]:
    """N-021: to the sinks of the whole store. A message that is gone already is not told."""
    try:
        values, _ = context.backend.message(change.number).load((PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS))
    except MapiError:
        return
    yield (
        context.ids.store_uid,
        NewMailNotification(
            Event.NEW_MAIL,
            entry_id=context.ids.message(change.number),
            parent_id=context.ids.folder(change.parent),
            message_class=values.get(PR_MESSAGE_CLASS, ""),
            message_flags=values.get(PR_MESSAGE_FLAGS, 0),
        ),
    )


def _tables(context: StoreContext, change: Change) -> Iterator[bytes]:
    """The keys of the tables a change shows in. A search folder's results change by TABLE_MODIFIED alone."""
    folders = [number for number in (change.parent, change.old_parent) if number]
    is_folder = change.object_type == ObjectType.FOLDER
    for name in ("hierarchy",) if is_folder else ("contents", "associated"):
        for folder in folders:
            yield context.ids.table_key(name, folder)
    if is_folder:
        yield context.ids.table_key("deep", 0)
        if change.event is Event.OBJECT_MODIFIED:
            yield context.ids.table_key("deleted", change.number)
