"""Changed rows of a source as notifications of a view under headings.

A row that comes, goes or changes also changes the headings over it: their counts, whether they exist at all, where they
stand. What shows is compared with what did; rows under closed headings are told nobody (T-067, N-033).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapix.interfaces.notify import TableEvent, TableNotification
from mapix.interfaces.rows import RowKey
from mapix.objects.tables.groupedrows import GroupedRows
from mapix.objects.tables.headings import Heading, Outline
from mapix.objects.tables.rowchanges import Found, deleted, look, remember, row_event
from mapix.objects.tables.tablememory import Memory

_Event = tuple[TableEvent, bytes, RowKey]


def tell_under_headings(
    changes: Mapping[bytes, TableEvent], memory: Memory, grouped: GroupedRows
) -> list[TableNotification] | None:
    """What became of rows and of the headings over them, in view order, those that are gone first; None where an open
    heading has gone to another place, and all the rows under it with it.
    """
    levels = len(grouped.sorting.levels)
    before, now = Outline(memory.headings, levels, grouped.expansion), grouped.outline()
    if _open_ones_moved(before, now):
        return None
    seen = look(changes, memory)
    if seen is None:
        return None
    changes, found = seen
    told = [*_headings(before, now), *_rows(changes, memory, found, _open_in(before), _open_in(now), now)]
    remember(memory, changes, found)
    memory.headings = now.headings
    gone = [deleted(key) for event, key, _ in told if event is TableEvent.ROW_DELETED]
    shown = [one for one in told if one[0] is not TableEvent.ROW_DELETED]
    shown.sort(key=lambda one: grouped.position(None, (), one[2]))
    return gone + [_with_row(*one, memory) for one in shown]


def _open_ones_moved(before: Outline, now: Outline) -> bool:
    old, new = _by_key(before), _by_key(now)
    if [key for key in old if key in new] == [key for key in new if key in old]:
        return False
    moved = (heading for key, heading in new.items() if key in old and old[key].path != heading.path)
    return any(map(now.expansion.is_open, moved))


def _headings(before: Outline, now: Outline) -> list[_Event]:
    old, new = _by_key(before), _by_key(now)
    told: list[_Event] = [(TableEvent.ROW_DELETED, key, ()) for key in old.keys() - new.keys()]
    for key, heading in new.items():
        if key not in old:
            told.append((TableEvent.ROW_ADDED, key, (heading.path,)))
        elif _looks(heading) != _looks(old[key]):
            told.append((TableEvent.ROW_MODIFIED, key, (heading.path,)))
    return told


def _rows(
    changes: Mapping[bytes, TableEvent],
    memory: Memory,
    found: Mapping[bytes, Found],
    open_before: Mapping[bytes, Heading],
    open_now: Mapping[bytes, Heading],
    now: Outline,
) -> list[_Event]:
    remembered: Mapping[bytes, Any] = memory.rows or {}
    told: list[_Event] = []
    for key in changes:
        one = found.get(key)
        had = remembered.get(key) in open_before
        heading = None if one is None or one.under is None else open_now.get(one.under)
        if one is not None and heading is not None:
            event = TableEvent.ROW_MODIFIED if had else TableEvent.ROW_ADDED
            told.append((event, key, (heading.path, one.key)))
        elif had:
            told.append((TableEvent.ROW_DELETED, key, ()))
    return told


def _with_row(event: TableEvent, index: bytes, key: RowKey, memory: Memory) -> TableNotification:
    """The notification of a row that shows at `key`, its cells read as the view shows them."""
    cursor, wanted = memory.shown.cursor, memory.shown.columns.wanted
    before = cursor.source.page(None, (), key, -1, ()).keys
    rows = cursor.source.page(None, (), before[0] if before else None, 1, wanted).rows
    return row_event(event, index, key, rows[0] if rows else (None,) * len(wanted), memory.shown)


def _by_key(outline: Outline) -> dict[bytes, Heading]:
    return {outline.headings[number].key: outline.headings[number] for number in outline.shown}


def _open_in(outline: Outline) -> dict[bytes, Heading]:
    """The headings right over rows that show."""
    last = outline.levels - 1
    return {
        key: heading
        for key, heading in _by_key(outline).items()
        if heading.depth == last and outline.expansion.is_open(heading)
    }


def _looks(heading: Heading) -> tuple[Any, ...]:
    return heading.path, heading.values, heading.extremes, heading.count, heading.unread
