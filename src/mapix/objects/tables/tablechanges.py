"""Which rows of which tables of a store a change concerns, as the sinks of the tables' keys are told.

| what happened | the table of the folder it lies in | the table of the folder it lay in |
|---|---|---|
| created, copied | ROW_ADDED | |
| modified | ROW_MODIFIED | |
| moved | ROW_ADDED | ROW_DELETED |
| deleted | ROW_DELETED | |

Messages have rows in contents, or associated contents; folders in the hierarchy, and in the deep hierarchies of the
store. A row is named by its PR_INSTANCE_KEY; views look up what became of it (`tableevents`). Many rows at once are
told as one CHANGED, and so is what cannot be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mapix.interfaces.backend import Change
from mapix.interfaces.notify import MOST_ROW_EVENTS, TABLE_CHANGED, Event, TableEvent, TableNotification
from mapix.interfaces.prop import ObjectType
from mapix.objects.stores.entryids import StoreIds

_NEW: Final = (Event.OBJECT_CREATED, Event.OBJECT_COPIED)
_CONTENTS: Final = ("contents", "associated")

Place = tuple[int, TableEvent]
"""A folder, and what happened to a row of its table."""


def row_changes(ids: StoreIds, changes: Iterable[Change]) -> dict[bytes, list[TableNotification]]:
    """What to tell under the keys of tables, in order."""
    found: dict[bytes, list[TableNotification]] = {}
    for change in changes:
        for key, told in _told(ids, change):
            batch = found.setdefault(key, [])
            if batch and batch[0] is TABLE_CHANGED:
                continue
            if told is TABLE_CHANGED or len(batch) == MOST_ROW_EVENTS:
                batch[:] = [TABLE_CHANGED]
            else:
                batch.append(told)
    return found


def _told(ids: StoreIds, change: Change) -> Iterator[tuple[bytes, TableNotification]]:
    if change.event is Event.NEW_MAIL:
        return
    if change.object_type == ObjectType.FOLDER:
        yield from _of_folder(ids, change)
        return
    if not change.number:
        yield ids.table_key("contents", change.parent), TABLE_CHANGED
        return
    index = ids.record_key(change.object_type, change.number)
    for folder, event in _places(change):
        for table in _tables(change):
            yield ids.table_key(table, folder), _row(event, index)


def _of_folder(ids: StoreIds, change: Change) -> Iterator[tuple[bytes, TableNotification]]:
    if change.event is Event.TABLE_MODIFIED:
        for table in (*_CONTENTS, "deleted", "hierarchy", "deep"):
            yield ids.table_key(table, change.number), TABLE_CHANGED
        return
    index = ids.record_key(change.object_type, change.number)
    for folder, event in _places(change):
        if folder != change.number:
            yield ids.table_key("hierarchy", folder), _row(event, index)
    is_move = change.event is Event.OBJECT_MOVED
    yield ids.table_key("deep", 0), TABLE_CHANGED if is_move else _row(_places(change)[0][1], index)
    if change.event is Event.OBJECT_MODIFIED:
        yield ids.table_key("deleted", change.number), TABLE_CHANGED


def _tables(change: Change) -> tuple[str, ...]:
    """The tables of a folder that a message may be in."""
    if change.associated is None:
        return _CONTENTS[:1] if change.event is Event.TABLE_MODIFIED else _CONTENTS
    return _CONTENTS[change.associated :][:1]


def _places(change: Change) -> list[Place]:
    """Where the change shows."""
    new, old = change.parent, change.old_parent
    if change.event in _NEW:
        return [(new, TableEvent.ROW_ADDED)]
    if change.event is Event.OBJECT_DELETED:
        return [(new, TableEvent.ROW_DELETED)]
    if not old or new == old:
        event = TableEvent.ROW_ADDED if change.event is Event.TABLE_MODIFIED and not old else TableEvent.ROW_MODIFIED
        return [(new, event)]
    gone = (old, TableEvent.ROW_DELETED)
    return [(new, TableEvent.ROW_ADDED), gone] if new else [gone]


def _row(event: TableEvent, index: bytes) -> TableNotification:
    return TableNotification(Event.TABLE_MODIFIED, event, index=index)
