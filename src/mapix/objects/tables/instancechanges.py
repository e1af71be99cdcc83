"""Changed rows of a source as changes of their instances, in a view that has one row a value (P-053).

A source tells of its rows. What became of the instances of a row follows from those that the view had, which is
remembered, and from those that it has now.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapix.interfaces.notify import MOST_ROW_EVENTS, TableEvent
from mapix.objects.tables.instancerows import InstanceRows
from mapix.objects.tables.rowchanges import Found, Seen, any_of
from mapix.objects.tables.tablememory import Memory
from mapix.objects.tables.takenapart import row_key_of
from mapix.properties.tags import PR_INSTANCE_KEY, PidTagInstanceNum


def look_at_instances(changes: Mapping[bytes, TableEvent], memory: Memory) -> Seen | None:
    """What became of the instances of changed rows, and those there are now; None where they are too many to tell."""
    found, now = _look_up(changes, memory)
    if len(found) > MOST_ROW_EVENTS:
        return None
    told: dict[bytes, TableEvent] = {}
    for key, event in changes.items():
        is_gone = memory.all_are_own and event is TableEvent.ROW_DELETED
        after = set() if is_gone else now.get(key, set())
        before = memory.of_rows.get(key, _without_values(key, event, memory, is_found=bool(after)))
        told |= dict.fromkeys(sorted(before - after), TableEvent.ROW_DELETED)
        told |= {one: TableEvent.ROW_MODIFIED if one in before else TableEvent.ROW_ADDED for one in sorted(after)}
        memory.of_rows[key] = after
        if not after:
            del memory.of_rows[key]
    return Seen(told, {key: one for key, one in found.items() if key in told})


def _without_values(key: bytes, event: TableEvent, memory: Memory, *, is_found: bool) -> set[bytes]:
    """What the view had of a row of which nothing is remembered."""
    if not memory.values_alone or event is TableEvent.ROW_ADDED:
        return set()
    return {key} if event is TableEvent.ROW_DELETED or is_found else set()


def _look_up(changes: Mapping[bytes, TableEvent], memory: Memory) -> tuple[dict[bytes, Found], dict[bytes, set[bytes]]]:
    """The instances that changed rows have now, in view order, and their keys by row."""
    shown = memory.shown
    assert isinstance(shown.rows, InstanceRows)
    tags = tuple(key.tag for key in shown.sorting.category_keys)
    columns = (PR_INSTANCE_KEY, PidTagInstanceNum, *tags, *shown.columns.wanted)
    most = MOST_ROW_EVENTS + 1
    page = shown.rows.of_rows(any_of(tuple(changes)), shown.where, shown.sorting.keys, columns, most)
    found: dict[bytes, Found] = {}
    now: dict[bytes, set[bytes]] = {}
    first = 2 + len(tags)
    for place, row in zip(page.keys, page.rows, strict=True):
        key, number = row[:2]
        found[key] = Found(place, row[first:], memory.under(row[2:first]))
        now.setdefault(row_key_of(key, number), set()).add(key)
    return found, now
