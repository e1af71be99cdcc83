"""What happened in a store, as the notifications its sinks get: the matrix of objects section 9 (NOT-11).

Sinks are registered under keys: the store's under its record key, an object's under its entry identifier, a table's
under the key its rows tell. One change becomes an object notification for the store and mostly the object, and tells
every table it shows in which of its rows came, went or changed (`tablechanges`).
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
)
from mapix.objects.stores.context import StoreContext
from mapix.objects.tables.tablechanges import row_changes
from mapix.properties.errors import MapiError
from mapix.properties.tags import PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS

Told = tuple[bytes, Notification]
"""Under which key, and what."""


def notify_changes(context: StoreContext, changes: Sequence[Change]) -> None:
    """Tell the sinks of a store, its objects and tables what happened; one batch a key, in order (N-006)."""
    batches: dict[bytes, list[Notification]] = {}
    for key, notification in _all_told(context, changes):
        batches.setdefault(key, []).append(notification)
    for key, batch in batches.items():
        context.support.notify(key, batch)
    for key, rows in row_changes(context.ids, changes).items():
        context.support.notify(key, rows)


def _all_told(context: StoreContext, changes: Iterable[Change]) -> Iterator[Told]:
    for change in changes:
        if change.event is Event.NEW_MAIL:
            yield from _new_mail(context, change)
        elif change.event is not Event.TABLE_MODIFIED:
            yield from _object_event(context, change)


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
