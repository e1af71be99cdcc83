"""The recipients of an open message: rows by PR_ROWID, changed in memory until the message is saved (M-080..M-088)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import TableType
from mapix.objects.bags import normal
from mapix.objects.tables import columns
from mapix.properties.codepage import ANSI
from mapix.properties.entryid import search_key
from mapix.properties.errors import InvalidParameter, InvalidType
from mapix.properties.flags import DT_MAILUSER, MAPI_TO
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_SEARCH_KEY,
)
from mapix.properties.value import Props

if TYPE_CHECKING:
    from mapix.objects.tables.tabledata import TableData

Recipient = dict[PropTag, Any]

_SKIPPED = frozenset((PropType.ERROR, PropType.OBJECT))
_NARROW = frozenset((PropType.STRING8, PropType.MV_STRING8))


class RecipientList:
    """Recipient rows as they stand; `load` gives the saved ones when they are first needed."""

    def __init__(self, load: Callable[[], list[Recipient]] | None) -> None:
        self._load = load
        self._rows: dict[int, Recipient] = {}
        self._next = 0
        self._table: TableData | None = None
        self.changed = False

    def rows(self) -> list[Recipient]:
        """All rows, each with PR_ROWID."""
        return list(self._all().values())

    def __len__(self) -> int:
        return len(self._all())

    def modify(self, how: ModifyRecipients, rows: Iterable[Props], codepage: int = ANSI) -> None:
        """See `Message.modify_recipients`; nothing is changed when it raises. `codepage` is that of 8-bit text."""
        given = [row for row in (_checked(row, codepage) for row in rows) if row]
        present = self._all()
        if how is ModifyRecipients.REMOVE:
            changed = {number: row for number, row in present.items() if number not in set(map(_row_id, given))}
        elif how is ModifyRecipients.MODIFY:
            changed = present | {_row_id(row): _complete(row) for row in given}
        else:
            changed = {} if how is ModifyRecipients.REPLACE else dict(present)
            changed |= self._numbered(given)
        self.replace(changed.values())

    def replace(self, rows: Iterable[Recipient]) -> None:
        """Put whole rows, each with PR_ROWID or given one, in the place of all there are."""
        kept: dict[int, Recipient] = {}
        for row in rows:
            number = row.get(PR_ROWID)
            if number is None:
                number = row[PR_ROWID] = self._take_number()
            self._next = max(self._next, number + 1)
            kept[number] = row
        before, self._rows = self._rows, kept
        self._load, self.changed = None, True
        self._refresh(before)

    def table(self) -> TableData:
        """The rows as the source of tables, which follow every change (M-084)."""
        from mapix.objects.tables.tabledata import TableData

        if self._table is None:
            rows = map(_shown, self.rows())
            self._table = TableData(columns.RECIPIENTS, rows, index=PR_ROWID, table_type=TableType.DYNAMIC)
        return self._table

    def _refresh(self, before: Mapping[int, Recipient]) -> None:
        """Let tables show the rows there are: who hears of them hears of those alone that became others."""
        if self._table is None:
            return
        gone = [number for number in before if number not in self._rows]
        if gone:
            self._table.delete_rows(gone)
        changed = [row for number, row in self._rows.items() if before.get(number) is not row]
        self._table.modify_rows(map(_shown, changed))

    def _all(self) -> dict[int, Recipient]:
        if self._load is not None:
            self._rows = {row[PR_ROWID]: row for row in self._load()}
            self._next = max(self._rows, default=-1) + 1
            self._load = None
        return self._rows

    def _numbered(self, rows: Iterable[Recipient]) -> dict[int, Recipient]:
        numbered = {}
        for row in rows:
            number = self._take_number()
            row[PR_ROWID] = number
            numbered[number] = _complete(row)
        return numbered

    def _take_number(self) -> int:
        self._next += 1
        return self._next - 1


def _checked(row: Props, codepage: int) -> Recipient:
    """A row as it is kept: text wide, values of their types; errors are skipped, PR_NULL is refused (M-081)."""
    checked: Recipient = {}
    for tag, value in row.items():
        kind = tag & 0xFFFF
        if kind == PropType.NULL:
            raise InvalidParameter("a recipient row has no PR_NULL", value=PropTag(tag))
        if value is None or kind in _SKIPPED:
            continue
        if kind in _NARROW:
            tag, value = normal.wide(tag, value, codepage)
        elif normal.check_of(kind) is None:
            raise InvalidType("no type a recipient's property can have", value=PropTag(tag))
        checked[tag if tag.__class__ is PropTag else PropTag(tag)] = normal.normal(tag, value)
    return checked


def _row_id(row: Recipient) -> int:
    number = row.get(PR_ROWID)
    if not isinstance(number, int):
        raise InvalidParameter("a recipient row is named by its PR_ROWID", value=row.get(PR_DISPLAY_NAME))
    return number


def _complete(row: Recipient) -> Recipient:
    """A row with the two columns that all have (M-085)."""
    row.pop(PR_INSTANCE_KEY, None)
    if PR_RECIPIENT_TYPE not in row:
        row[PR_RECIPIENT_TYPE] = MAPI_TO
    if PR_DISPLAY_NAME not in row:
        row[PR_DISPLAY_NAME] = row.get(PR_EMAIL_ADDRESS, "")
    return row


def _shown(row: Mapping[PropTag, Any]) -> Recipient:
    """A row of the recipient table: with keys, and what an address tells (M-085, M-087)."""
    shown = {PR_OBJECT_TYPE: int(ObjectType.MAILUSER), PR_DISPLAY_TYPE: DT_MAILUSER} | dict(row)
    shown[PR_INSTANCE_KEY] = row[PR_ROWID].to_bytes(4, "big")
    address = row.get(PR_EMAIL_ADDRESS)
    if address and PR_SEARCH_KEY not in shown:
        shown[PR_SEARCH_KEY] = search_key(row.get(PR_ADDRTYPE, "SMTP"), address)
    return shown
