"""Changed rows of a source as notifications of a view without headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mapix.interfaces.notify import Event, TableEvent, TableNotification
from mapix.interfaces.rows import RowKey
from mapix.objects.restrictions.conditions import both
from mapix.objects.tables.arrangement import Arrangement
from mapix.objects.tables.tablememory import Memory, Under
from mapix.properties.restriction import Or, Property, Relop, Restriction
from mapix.properties.tags import PR_INSTANCE_KEY
from mapix.properties.value import Row


class Found(NamedTuple):
    """A changed row that satisfies the view's restriction: where it stands, its cells, the heading it is under."""

    key: RowKey
    row: Row
    under: Under


class Seen(NamedTuple):
    """What happened to rows, and those of them that there are now, in view order."""

    changes: Mapping[bytes, TableEvent]
    found: dict[bytes, Found]


def tell_rows(changes: Mapping[bytes, TableEvent], memory: Memory) -> list[TableNotification] | None:
    """What became of rows in the view, those that are gone first, the others in view order (N-033); None when it
    cannot be told.
    """
    seen = look(changes, memory)
    if seen is None:
        return None
    changes, found = seen
    had = {key: memory.had(key, event, key in found) for key, event in changes.items()}
    if None in had.values():
        return None
    has = {key: key in found and not (memory.all_are_own and changes[key] is TableEvent.ROW_DELETED) for key in changes}
    remember(memory, changes, found)
    told = [deleted(key) for key in changes if had[key] and not has[key]]
    for key, one in found.items():
        if has[key]:
            event = TableEvent.ROW_MODIFIED if had[key] else TableEvent.ROW_ADDED
            told.append(row_event(event, key, one.key, one.row, memory.shown))
    return told


def look(changes: Mapping[bytes, TableEvent], memory: Memory) -> Seen | None:
    """What changes of rows of the source are to the rows of the view; None where they are too many."""
    if memory.shown.instances:
        from mapix.objects.tables.instancechanges import look_at_instances

        return look_at_instances(changes, memory)
    return Seen(changes, look_up(changes, memory))


def look_up(keys: Iterable[bytes], memory: Memory) -> dict[bytes, Found]:
    """Those of some rows that satisfy the restriction now, by their keys, in view order."""
    shown = memory.shown
    wanted = tuple(keys)
    tags = tuple(key.tag for key in shown.sorting.category_keys)
    columns = (PR_INSTANCE_KEY, *tags, *shown.columns.wanted)
    where = both(shown.where, any_of(wanted))
    page = shown.rows.page(where, shown.sorting.keys, None, len(wanted), columns)
    first = 1 + len(tags)
    return {
        row[0]: Found(key, row[first:], memory.under(row[1:first]))
        for key, row in zip(page.keys, page.rows, strict=True)
    }


def remember(memory: Memory, keys: Iterable[bytes], found: Mapping[bytes, Found]) -> None:
    """Note which of some rows the view has now."""
    if memory.rows is None:
        return
    for key in keys:
        memory.rows.pop(key, None)
    memory.rows.update({key: one.under for key, one in found.items()})


def deleted(key: bytes) -> TableNotification:
    """A row is gone from the view; nothing tells where it was (N-032)."""
    return TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_DELETED, index=key)


def row_event(event: TableEvent, index: bytes, key: RowKey, row: Row, shown: Arrangement) -> TableNotification:
    """A row that shows at `key` came or changed: with its cells, and the key of the row before it (N-032)."""
    cursor = shown.cursor
    before = cursor.source.page(cursor.where, cursor.order, key, -1, (PR_INSTANCE_KEY,)).rows
    cells: tuple[Any, ...] = shown.columns.rows([row])[0]
    return TableNotification(
        Event.TABLE_MODIFIED,
        event,
        index=index,
        prior=before[0][0] if before else None,
        row=tuple(zip(shown.columns.tags, cells, strict=True)),
    )


def any_of(keys: tuple[bytes, ...]) -> Restriction:
    """What rows with one of these instance keys satisfy."""
    parts = tuple(Property(Relop.EQ, PR_INSTANCE_KEY, key) for key in keys)
    return parts[0] if len(parts) == 1 else Or(parts)
