"""The outgoing queue of a memory store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mapix.interfaces.backend import (
    QueueRow,
)
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import (
    NotInQueue,
    UnableToAbort,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ROWID,
)
from mapix.providers.memory.messagework import MessageWork

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class QueueWork(MessageWork):
    """The queue part of a backend."""

    def become_spooler(self) -> bool:
        """See `StoreBackend.become_spooler`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if mailbox.spooler not in (None, self):
                return False
            if mailbox.spooler is None:
                mailbox.free_locks()
            mailbox.spooler = self
            return True

    def resign_spooler(self) -> None:
        """See `StoreBackend.resign_spooler`."""
        with self.mailbox.lock:
            if self.mailbox.spooler is self:
                self.mailbox.spooler = None

    def queue(
        self, *, due_before: int | None = None, limit: int | None = None, number: int | None = None
    ) -> list[QueueRow]:
        """See `StoreBackend.queue`."""
        with self.mailbox.lock:
            found = list(self.mailbox.queue.values())
        if number is not None:
            found = [row for row in found if row.number == number]
        if due_before is not None:
            found = [row for row in found if row.due <= due_before and not row.locked]
        found.sort(key=lambda row: row.submit_time)
        return found[:limit]

    def queue_next_due(self) -> int | None:
        """See `StoreBackend.queue_next_due`."""
        return min((row.due for row in self.queue()), default=None)

    def queue_version(self) -> int:
        """See `StoreBackend.queue_version`."""
        return self.mailbox.queue_version

    def record(
        self, number: int, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """See `StoreBackend.record`."""
        mailbox = self._writable()
        with mailbox.transaction():
            row = self._queued(number)
            record = mailbox.message(number)
            merged = tuple({**one, **recipients.get(one[PR_ROWID], {})} for one in record.recipients)
            mailbox.put_message(number, replace(record, recipients=merged))
            mailbox.change_queue(replace(row, due=due, attempts=attempts, reason=reason))

    def set_lock(self, number: int, *, locked: bool) -> None:
        """See `StoreBackend.set_lock`."""
        with self.mailbox.transaction():
            self.mailbox.change_queue(replace(self._queued(number), locked=locked))

    def dequeue(
        self, number: int, *, flags_off: int, move_to: int | None = None, delete: bool = False, force: bool = False
    ) -> None:
        """See `StoreBackend.dequeue`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if self._queued(number).locked and not force:
                raise UnableToAbort("the spooler is sending this message", value=number)
            mailbox.journal.drop(mailbox.queue, number)
            mailbox.queue_version += 1
            self._set_flags(number, 0, flags_off)
            if delete:
                self._delete(number)
            elif move_to is not None and move_to != mailbox.message(number).folder:
                mailbox.folder(move_to)
                self._move(number, move_to)

    def _queued(self, number: int) -> QueueRow:
        row = self.mailbox.queue.get(number)
        if row is None:
            raise NotInQueue("the message is not in the outgoing queue", value=number)
        return row
