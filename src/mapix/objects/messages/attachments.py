"""The attachments of an open message: numbers, table, and what of them the message has still to save (M-060..M-063)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageSource,
)
from mapix.interfaces.message import Attach
from mapix.interfaces.prop import Access
from mapix.interfaces.table import TableType
from mapix.objects.messages.staging import StagedAttachment, staged_attachments
from mapix.objects.tables import columns
from mapix.properties.errors import NotFound, ObjectDeleted
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_NUM,
    PR_ATTACH_SIZE,
    PR_INSTANCE_KEY,
    PR_RECORD_KEY,
)

if TYPE_CHECKING:
    from mapix.objects.messages.messageobject import MessageObject
    from mapix.objects.tables.tabledata import TableData

_DATA: Final = PR_ATTACH_DATA_BIN.id


class AttachmentList:
    """The attachments of `message`; `source` has the saved ones, None for a new message."""

    def __init__(self, message: MessageObject, source: MessageSource | None) -> None:
        self._message = message
        self._source = source
        self._staged: dict[int, StagedAttachment] | None = {} if source is None else None
        self._deleted: set[int] = set()
        self._saved_size = 0
        self._next = 0
        self._table: TableData | None = None

    @property
    def changed(self) -> bool:
        """Whether the message has something of them to save."""
        if not self._staged:
            return bool(self._deleted)
        return bool(self._deleted) or any(staged.dirty for staged in self._staged.values())

    def numbers(self) -> list[int]:
        """Those that have been saved once, by their own `save_changes` (M-060)."""
        return [number for number, staged in self._all().items() if staged.saved]

    def read_ahead(self) -> None:
        """Read all of them now, with the messages inside."""
        for staged in self._all().values():
            staged.read_ahead()

    def create(self) -> tuple[int, Attach]:
        """A new attachment and its number."""
        from mapix.objects.messages.attachobject import AttachObject

        present = self._all()
        number = self._next
        self._next += 1
        staged = present[number] = StagedAttachment({}, saved=False, inner=_nothing)
        return number, AttachObject(self._message, self, number, staged, Access.MODIFY, new=True)

    def open(self, number: int, access: Access) -> Attach:
        """An attachment by number."""
        from mapix.objects.messages.attachobject import AttachObject

        staged, parts = self._get(number), self._message.context.parts

        def opened() -> AttachObject:
            return AttachObject(self._message, self, number, staged, access)

        return opened() if parts is None else parts.opened(staged, opened)

    def delete(self, number: int) -> None:
        """Take one away."""
        self._get(number)
        self._remove(number)

    def clear(self) -> None:
        """Take all away."""
        for number in self.numbers():
            self._remove(number)

    def changes(self) -> dict[int, AttachmentChanges | None]:
        """What the backend does not have yet."""
        if not self._staged and not self._deleted:
            return {}
        gone: dict[int, AttachmentChanges | None] = dict.fromkeys(self._deleted)
        return gone | {number: staged.part for number, staged in self._all().items() if staged.saved and staged.dirty}

    def settle(self) -> None:
        """The message has saved all of them."""
        if self._staged or self._deleted:
            for staged in self._all().values():
                if staged.saved:
                    staged.settle()
            self._deleted.clear()
            self._saved_size = self.size()

    def size(self) -> int:
        """Bytes of all saved attachments."""
        if not self._staged:
            return 0
        return sum(staged.values.get(PR_ATTACH_SIZE, 0) for staged in self._staged.values() if staged.saved)

    def growth(self) -> int:
        """How much bigger they are than when the message was saved."""
        return self.size() - self._saved_size

    def table(self) -> TableData:
        """The saved ones as the source of tables, which follow every change."""
        from mapix.objects.tables.tabledata import TableData

        if self._table is None:
            rows = [_shown(number, staged) for number, staged in self._all().items() if staged.saved]
            self._table = TableData(columns.ATTACHMENTS, rows, index=PR_ATTACH_NUM, table_type=TableType.DYNAMIC)
        return self._table

    def check(self, number: int, staged: StagedAttachment) -> None:
        """`ObjectDeleted` when an attachment that is still open has been taken away."""
        if self._all().get(number) is not staged:
            raise ObjectDeleted("the attachment has been deleted", value=number)

    def saved(self, number: int) -> None:
        """The attachment's own `save_changes` has come."""
        if self._table is not None:
            self._table.modify_rows([_shown(number, self._all()[number])])

    def _remove(self, number: int) -> None:
        staged = self._all().pop(number)
        if staged.saved:
            self._deleted.add(number)
            if self._table is not None:
                self._table.delete_rows([number])

    def _get(self, number: int) -> StagedAttachment:
        staged = self._all().get(number)
        if staged is None:
            raise NotFound("the message has no attachment of this number", value=number)
        return staged

    def _all(self) -> dict[int, StagedAttachment]:
        if self._staged is None:
            source = self._source
            self._staged = {} if source is None else staged_attachments(source)
            self._next = max(self._staged, default=-1) + 1
            self._saved_size = self.size()
        return self._staged


def new_record_key() -> bytes:
    """The key that tells an attachment from all others, however often it is opened (A-001)."""
    return os.urandom(16)


def _shown(number: int, staged: StagedAttachment) -> dict[PropTag, Any]:
    """A row of the attachment table: everything but the data (A-013)."""
    row = {tag: value for tag, value in staged.values.items() if tag >> 16 != _DATA}
    row[PR_ATTACH_NUM] = number
    row[PR_INSTANCE_KEY] = number.to_bytes(4, "big")
    row.setdefault(PR_RECORD_KEY, row[PR_INSTANCE_KEY])
    return row


def _nothing() -> None:
    return None
