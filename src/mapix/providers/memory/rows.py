"""The contents and hierarchy tables of a memory store: rows made from its records when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import RowKey, TableType
from mapix.objects.restrictions.collate import order_key
from mapix.objects.restrictions.counting import select
from mapix.objects.tables import columns
from mapix.objects.tables.sortedrows import SortedRows
from mapix.properties.flags import DT_FOLDER, DT_FOLDER_LINK
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_NUM,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
    PR_MSG_STATUS,
    PR_PARENT_DISPLAY,
)
from mapix.properties.value import LargeValue, whole
from mapix.providers.memory.mailbox import Mailbox
from mapix.providers.memory.records import MessageRecord, Values
from mapix.providers.memory.sources import deleted_on, folder_values

Get = Callable[[PropTag], Any]

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_KEPT: Final = 4
_SHARED: Final = ("associated", "deep")
"""Tables whose key tells of rows of others, too."""

_Sorted = tuple[list[RowKey], list["MemoryRow"]]


class MemoryRow:
    """One row: stored values by identifier, and what the decorator makes of number and place."""

    __slots__ = ("_decorator", "_kind", "_made", "_parent", "_values", "number", "place", "record")

    def __init__(
        self,
        number: int,
        parent: int,
        kind: int,
        values: Values,
        decorator: RowDecorator | None,
        record: MessageRecord | None,
    ) -> None:
        self.number = self.place = number
        self.record = record
        self._parent = parent
        self._kind = kind
        self._decorator = decorator
        self._made = frozenset[int]() if decorator is None else decorator.columns()
        self._values = {tag >> 16: (tag, value) for tag, value in values.items()}

    def get(self, tag: PropTag) -> Any:
        """The value under an identifier and type; None where it is missing."""
        number = tag >> 16
        if self._decorator is not None and number in self._made:
            return self._decorator.value(number, self._kind, self.number, self._parent)
        entry = self._values.get(number)
        if entry is None:
            return None
        stored, value = entry
        if tag & 0xFFFF not in (stored & 0xFFFF, PropType.UNSPECIFIED):
            return None
        return whole(stored, value) if isinstance(value, LargeValue) else value

    def parts(self, tag: PropTag) -> Iterable[Get]:
        """The rows of a SUBRESTRICTION (R-014)."""
        if self.record is None:
            return ()
        if tag >> 16 == PR_MESSAGE_RECIPIENTS.id:
            return [_by_identifier(row) for row in self.record.recipients]
        if tag >> 16 == PR_MESSAGE_ATTACHMENTS.id:
            found = self.record.attachments.items()
            return [_by_identifier({PR_ATTACH_NUM: number, **part.values}) for number, part in found]
        return ()


class MemoryRows(SortedRows[MemoryRow]):
    """A `RowSource`: rows collected, restricted and sorted anew whenever the store has changed.

    `collect` makes the rows in their natural order; `table` names the table for its notification key.
    """

    table_type = TableType.DYNAMIC

    def __init__(
        self,
        mailbox: Mailbox,
        decorator: RowDecorator,
        folder: int,
        table: str,
        collect: Callable[[], list[MemoryRow]],
        default: Sequence[PropTag],
    ) -> None:
        self._mailbox = mailbox
        self._key = decorator.table_key(table, folder)
        self.shares_key = table in _SHARED
        self._collect = collect
        self._default = tuple(default)
        self._seen = -1
        self._sorted: dict[Any, _Sorted] = {}

    def default_columns(self) -> Sequence[PropTag]:
        """See `RowSource.default_columns`."""
        return self._default

    def available_columns(self) -> Sequence[PropTag]:
        """See `RowSource.available_columns`: the default ones and all that some row has."""
        found = dict.fromkeys(self._default)
        for row in self._ordered(None, ())[1]:
            found.update(dict.fromkeys(tag for tag, _ in row._values.values()))
        return tuple(found)

    def version(self) -> int:
        """See `DirectRowSource.version`."""
        return self._mailbox.generation

    def notification_key(self) -> bytes | None:
        """See `RowSource.notification_key`."""
        return self._key

    def _ordered(self, where: Restriction | None, order: Sequence[SortKey]) -> _Sorted:
        with self._mailbox.lock:
            if self._seen != self._mailbox.generation or len(self._sorted) > _KEPT:
                self._sorted.clear()
                self._seen = self._mailbox.generation
            wanted = (where, tuple(order))
            found = self._sorted.get(wanted)
            if found is None:
                found = self._sorted[wanted] = self._make(where, order)
            return found

    def _make(self, where: Restriction | None, order: Sequence[SortKey]) -> _Sorted:
        rows = self._collect()
        for place, row in enumerate(rows):
            row.place = place if row.record is None else row.number
        if where is not None:
            rows = select(where, rows, lambda row: row.parts)
        pairs = [(_key(row, order), row) for row in rows]
        pairs.sort(key=lambda pair: pair[0])
        return [key for key, _ in pairs], [row for _, row in pairs]


def _by_identifier(values: Values) -> Get:
    found = {tag >> 16: value for tag, value in values.items()}
    return lambda tag: found.get(tag >> 16)


def _key(row: MemoryRow, order: Sequence[SortKey]) -> RowKey:
    """Where a row stands: its sort keys, then the order in which rows came."""
    keys = (order_key(row.get(key.tag), key.tag.type, descending=key.descending) for key in order)
    return (*keys, row.place)


def contents(mailbox: Mailbox, decorator: RowDecorator, folder: int, *, associated: bool) -> MemoryRows:
    """The messages of a folder."""
    mailbox.folder(folder)

    def collect() -> list[MemoryRow]:
        numbers = mailbox.shown(folder, associated=associated)
        return [message_row(mailbox, decorator, number, folder) for number in numbers]

    table = "associated" if associated else "contents"
    default = columns.SEARCH if folder in mailbox.links else columns.CONTENTS
    return MemoryRows(mailbox, decorator, folder, table, collect, default)


def hierarchy(mailbox: Mailbox, decorator: RowDecorator, folder: int, *, deep: bool) -> MemoryRows:
    """The folders below another, parents before their children (F-022)."""
    mailbox.folder(folder)

    def collect() -> list[MemoryRow]:
        return list(_below(mailbox, decorator, folder, 0, deep))

    table = "deep" if deep else "hierarchy"
    return MemoryRows(mailbox, decorator, folder, table, collect, columns.HIERARCHY)


def kept_contents(mailbox: Mailbox, decorator: RowDecorator, folder: int, *, associated: bool) -> MemoryRows:
    """The messages that were deleted from a folder and are kept."""

    def collect() -> list[MemoryRow]:
        numbers = mailbox.kept_places.get((folder, associated), ())
        return [_kept_row(mailbox, decorator, number) for number in numbers]

    return MemoryRows(mailbox, decorator, folder, "deleted", collect, columns.KEPT_CONTENTS)


def kept_hierarchy(mailbox: Mailbox, decorator: RowDecorator, folder: int, *, deep: bool) -> MemoryRows:
    """The folders that were deleted from below another and are kept."""

    def collect() -> list[MemoryRow]:
        return list(_kept_below(mailbox, decorator, folder, 0, deep))

    return MemoryRows(mailbox, decorator, folder, "deleted", collect, columns.KEPT_HIERARCHY)


def _kept_row(mailbox: Mailbox, decorator: RowDecorator, number: int) -> MemoryRow:
    record = mailbox.kept_messages[number]
    values = {**record.values, PR_MSG_STATUS: 0, **deleted_on(record)}
    return MemoryRow(number, record.folder, _MESSAGE, values, decorator, record)


def _kept_below(mailbox: Mailbox, decorator: RowDecorator, folder: int, depth: int, deep: bool) -> Iterable[MemoryRow]:
    for number in sorted(mailbox.kept_children.get(folder, ())):
        yield _folder_row(mailbox, decorator, number, folder, depth)
        if deep:
            yield from _kept_below(mailbox, decorator, number, depth + 1, deep)


def _below(mailbox: Mailbox, decorator: RowDecorator, folder: int, depth: int, deep: bool) -> Iterable[MemoryRow]:
    for number in sorted(mailbox.children.get(folder, ())):
        yield _folder_row(mailbox, decorator, number, folder, depth)
        if deep:
            yield from _below(mailbox, decorator, number, depth + 1, deep)


def _folder_row(mailbox: Mailbox, decorator: RowDecorator, number: int, folder: int, depth: int) -> MemoryRow:
    kind = DT_FOLDER_LINK if number in mailbox.links else DT_FOLDER
    values = folder_values(mailbox, number) | {PR_DEPTH: depth, PR_DISPLAY_TYPE: kind}
    return MemoryRow(number, folder, _FOLDER, values, decorator, None)


def message_row(mailbox: Mailbox, decorator: RowDecorator | None, number: int, folder: int) -> MemoryRow:
    """A message as a row of a folder's contents, or of a search folder's."""
    record = mailbox.messages[number]
    values = {**record.values, PR_MSG_STATUS: mailbox.statuses.get((folder, number), 0)}
    if folder != record.folder:
        values[PR_PARENT_DISPLAY] = mailbox.folders[record.folder].values.get(PR_DISPLAY_NAME, "")
    return MemoryRow(number, record.folder, _MESSAGE, values, decorator, record)
