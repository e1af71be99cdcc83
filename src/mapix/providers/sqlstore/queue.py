"""The outgoing queue: submitted messages in rows, one spooler in the world, progress that survives a kill (SPL-76)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
    QueueRow,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import Busy, InvalidObject, NotInQueue, UnableToAbort
from mapix.properties.tag import PropTag
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.parts import merge_recipient
from mapix.providers.sqlstore.transfer import delete_message
from mapix.providers.sqlstore.values import loaded_text

_EVERYTHING: Final = (1 << 63) - 1
_REMEMBERED: Final = 90 * 24 * 3600 * TICKS_PER_SECOND
"""How long a delivery is remembered."""


class Queue:
    """The outgoing queue of one store."""

    def __init__(self, database: Database, feed: ChangeFeed) -> None:
        self.database = database
        self.feed = feed
        self.role = database.role()
        self._closed = False
        self._working = False

    # the role

    def become_spooler(self) -> bool:
        """See `OutgoingQueue.become_spooler`."""
        with self.database.lock:
            if self._closed:
                raise InvalidObject("the store has been closed", value=self.database.name)
            if self.role.stands():
                return True
            if self.database.readonly or not self.role.take():
                return False
            try:
                ours = self._clean_up()
            except BaseException:
                self.role.leave()
                raise
            self._working = True
            return ours

    def resign(self) -> None:
        """See `OutgoingQueue.resign`."""
        self._working = False
        self.role.leave()

    def _clean_up(self) -> bool:
        """Clear the locks of a spooler that died; False where the role was lost: who has it may have locks."""
        if self.database.value(self.database.sql["queue_locked"]) is not None:
            with self.database.write():
                if not self.role.stands():
                    return False
                self.database.run(self.database.sql["queue_unlock_all"])
        oldest = now() - _REMEMBERED
        if self.database.value(self.database.sql["delivered_old"], (oldest,)) is not None:
            with self.database.write():
                self.database.run(self.database.sql["delivered_prune"], (oldest,))
        return self.role.stands()

    # reading

    def rows(self, due_before: int | None, limit: int | None, number: int | None) -> list[QueueRow]:
        """See `StoreBackend.queue`."""
        count = _EVERYTHING if limit is None else limit
        if number is not None:
            found = self.database.rows(self.database.sql["queue_row"], (number,))
        elif due_before is not None:
            found = self.database.rows(self.database.sql["queue_due"], (due_before, count))
        else:
            found = self.database.rows(self.database.sql["queue_all"], (count,))
        return [_row(row) for row in found]

    def next_due(self) -> int | None:
        """See `StoreBackend.queue_next_due`."""
        found: int | None = self.database.value(self.database.sql["queue_next_due"])
        return found

    def version(self) -> int:
        """See `StoreBackend.queue_version`."""
        found: int = self.database.value(self.database.sql["queue_version"])
        return found

    # working

    def record(
        self, number: int, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """See `StoreBackend.record`. What stays as it is is not written: an answer is to be recorded soon."""
        with self.database.write_soon():
            row = self.database.row(self.database.sql["queue_progress"], (number,))
            if row is None:
                raise NotInQueue("the message is not in the outgoing queue", value=number)
            if tuple(row[:3]) != (due, attempts, reason):
                self.database.run(self.database.sql["queue_move_on"], (due, attempts, reason, number))
            for row_id, values in recipients.items():
                merge_recipient(self.database, number, row_id, values)
            if recipients and row[3]:
                self.feed.alter(number)

    def lock(self, number: int) -> QueueRow:
        """See `StoreBackend.lock_queued`. Who lost the spooler's role begins nothing any more: another may have begun,
        and has the locks.
        """
        with self.database.write_soon():
            if self._lost_role:
                raise Busy("the spooler's role was lost; another may have it now", value=self.database.name)
            return _row(self._locked(number, 1))

    def unlock(self, number: int) -> None:
        """See `StoreBackend.set_lock`."""
        with self.database.write_soon():
            if not self._lost_role:
                self._locked(number, 0)

    @property
    def _lost_role(self) -> bool:
        return self._working and not self.role.stands()

    def _locked(self, number: int, locked: int) -> Sequence[Any]:
        rows = self.database.rows(self.database.sql["queue_lock"], (locked, number))
        if not rows:
            raise NotInQueue("the message is not in the outgoing queue", value=number)
        found: Sequence[Any] = rows[0]
        return found

    def dequeue(self, number: int, *, flags_off: int, move_to: int | None, delete: bool, force: bool) -> None:
        """See `StoreBackend.dequeue`. What the spooler forces, it does again if it is lost."""
        database = self.database
        with self.database.write_soon() if force else database.write():
            if not force and (row := database.row(database.sql["queue_row"], (number,))) is not None and row[5]:
                raise UnableToAbort("the spooler is working on the message", value=number)
            if not database.run(database.sql["queue_remove"], (number,)):
                raise NotInQueue("the message is not in the outgoing queue", value=number)
            folder = database.value(database.sql["message_folder"], (number,)) or 0
            if delete:
                delete_message(database, number)
                self.feed.touch(folder)
                self.feed.add(Change(Event.OBJECT_DELETED, ObjectType.MESSAGE, number, folder))
                return
            if move_to is None or move_to == folder:
                database.run(database.sql["message_clear_flags"], (flags_off, number))
                self.feed.add(Change(Event.OBJECT_MODIFIED, ObjectType.MESSAGE, number, folder))
                return
            database.run(database.sql["message_sent"], (move_to, flags_off, number))
            self.feed.touch(folder, move_to)
            self.feed.add(Change(Event.OBJECT_MOVED, ObjectType.MESSAGE, number, move_to, number, folder))

    def mark_delivered(self, key: bytes) -> bool:
        """See `MsgStore.mark_delivered`."""
        with self.database.write():
            return self.database.run(self.database.sql["delivered_add"], (key, now())) == 1

    def close(self) -> None:
        """Give up the role, for good."""
        with self.database.lock:
            self._closed = True
            self.resign()


def _row(row: Sequence[Any]) -> QueueRow:
    number, sent, due, tries, why, locked = row
    return QueueRow(number, sent, due, tries, loaded_text(why), bool(locked))
