"""The outgoing queue of a store: what was submitted, as the spooler works on it (ST-066..ST-069, SPL-76)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import (
    Change,
    QueueRow,
)
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.store import (
    OutgoingQueue,
    QueueEntry,
)
from mapix.objects.folders import folderwork
from mapix.objects.tables.queuetable import QueueTable
from mapix.properties import flags
from mapix.properties.errors import MapiError, NoSupport, NotFound, NotInQueue
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DELETE_AFTER_SUBMIT,
    PR_SENTMAIL_ENTRYID,
)

if TYPE_CHECKING:
    from mapix.interfaces.table import MapiTable
    from mapix.objects.stores.context import StoreContext

_log = logging.getLogger(__name__)
_AFTER_SENDING: Final = flags.MSGFLAG_SUBMIT | flags.MSGFLAG_UNSENT


class StoreQueue(OutgoingQueue):
    """The queue of one open store."""

    def __init__(self, context: StoreContext) -> None:
        self._context = context
        self._shown: QueueTable | None = None

    def check_spooler(self) -> None:
        """`NoSupport` for clients (SPL-25)."""
        if not self._context.spooler:
            raise NoSupport("only the spooler's opening of a store does this")

    # OutgoingQueue

    def become_spooler(self) -> bool:
        """See `OutgoingQueue.become_spooler`."""
        self.check_spooler()
        return self._context.backend.become_spooler()

    def resign(self) -> None:
        """See `OutgoingQueue.resign`."""
        self._context.backend.resign_spooler()

    def due(self, now: int, limit: int = 50) -> list[QueueEntry]:
        """See `OutgoingQueue.due`."""
        return [self._entry(row) for row in self._context.backend.queue(due_before=now, limit=limit)]

    def entries(self) -> list[QueueEntry]:
        """See `OutgoingQueue.entries`."""
        return [self._entry(row) for row in self._context.backend.queue()]

    def find(self, entry_id: bytes) -> QueueEntry | None:
        """See `OutgoingQueue.find`."""
        rows = self._context.backend.queue(number=self._number(entry_id))
        return self._entry(rows[0]) if rows else None

    def next_due(self) -> int | None:
        """See `OutgoingQueue.next_due`."""
        return self._context.backend.queue_next_due()

    def record(
        self, entry_id: bytes, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """See `OutgoingQueue.record`."""
        self.check_spooler()
        self._context.backend.record(self._number(entry_id), recipients, due=due, attempts=attempts, reason=reason)

    def version(self) -> int:
        """See `OutgoingQueue.version`."""
        return self._context.backend.queue_version()

    # the store's own part

    def set_lock_state(self, entry_id: bytes, *, locked: bool) -> None:
        """See `MsgStore.set_lock_state`."""
        self.check_spooler()
        self._context.backend.set_lock(self._number(entry_id), locked=locked)
        self.refresh()

    def lock(self, entry_id: bytes) -> QueueEntry | None:
        """See `MsgStore.lock_message`."""
        self.check_spooler()
        try:
            row = self._context.backend.lock_queued(self._number(entry_id))
        except (NotInQueue, NotFound):
            return None
        self.refresh()
        return self._entry(row)

    def outlive(self) -> bool:
        """For clients: clear the locks of a spooler that died without a successor; False while one lives (SPL-75)."""
        backend = self._context.backend
        try:
            if self._context.spooler or not backend.become_spooler():
                return False
        except MapiError:
            return False
        backend.resign_spooler()
        return True

    def finished(self, entry_id: bytes, folder: bytes | None = None) -> bytes | None:
        """The sent-mail step for the spooler; see `MsgStore.finished_msg`."""
        self.check_spooler()
        return self.finish(entry_id, folder)

    def finish(self, entry_id: bytes, folder: bytes | None = None) -> bytes | None:
        """The sent-mail step, by the four rows of session 6.5."""
        number, backend = self._number(entry_id), self._context.backend
        try:
            wanted = backend.message_values(number, (PR_SENTMAIL_ENTRYID, PR_DELETE_AFTER_SUBMIT))
        except NotFound as error:
            raise NotInQueue("the message is not in the outgoing queue", value=bytes(entry_id)) from error
        if wanted.get(PR_DELETE_AFTER_SUBMIT):
            backend.dequeue(number, flags_off=_AFTER_SENDING, delete=True, force=True)
            return None
        folder = folder or wanted.get(PR_SENTMAIL_ENTRYID)
        try:
            place = self._folder_here(folder) if folder else None
        except MapiError:
            return self._keep_elsewhere(self._row(number), folder or b"")
        backend.dequeue(number, flags_off=_AFTER_SENDING, move_to=place, force=True)
        return bytes(entry_id)

    def _folder_here(self, entry_id: bytes) -> int:
        number = self._context.ids.read_folder(entry_id)
        self._context.backend.folder_parent(number)
        return number

    def _row(self, number: int) -> QueueRow:
        rows = self._context.backend.queue(number=number)
        if not rows:
            raise NotInQueue("the message is not in the outgoing queue", value=number)
        return rows[0]

    def _keep_elsewhere(self, row: QueueRow, folder_id: bytes) -> bytes | None:
        """The sent-mail folder is not in this store: copy the message there, and delete it here only then. It stays
        where it is when that folder cannot be had.
        """
        backend, ids = self._context.backend, self._context.ids
        try:
            new_id = self._copied(row, folder_id)
        except MapiError as error:
            _log.warning("the folder for sent mail cannot be had, the message stays where it is: %s", error)
            backend.dequeue(row.number, flags_off=_AFTER_SENDING, force=True)
            return ids.message(row.number)
        backend.dequeue(row.number, flags_off=_AFTER_SENDING, delete=True, force=True)
        return new_id

    def _copied(self, row: QueueRow, folder_id: bytes) -> bytes | None:
        """Copy a sent message into a folder of another store: its identifier there, None when that had been done
        already. The other store remembers in the same step that it was, so that a crash before this store's part
        makes no second copy.
        """
        from mapix.objects.folders.folderobject import FolderObject

        context = self._context
        entry_id = context.ids.message(row.number)
        target = context.support.open_entry(folder_id, Access.MODIFY)
        home = context.open_entry(context.ids.folder(context.backend.message(row.number).folder), Access.READ)
        if not isinstance(target, MapiFolder) or not isinstance(home, FolderObject):
            raise NotFound("the folder for sent mail is no folder", value=folder_id)
        if not isinstance(target, FolderObject):
            return folderwork.copy_message(home, entry_id, target, flags_off=_AFTER_SENDING)
        there = target.context.backend
        with there.transaction():
            if not there.mark_delivered(_sent_key(entry_id, row)):
                return None
            return folderwork.copy_message(home, entry_id, target, flags_off=_AFTER_SENDING)

    def table(self) -> MapiTable:
        """See `MsgStore.get_outgoing_queue`: ascending submit time, and alive (ST-067)."""
        self.check_spooler()
        if self._shown is None:
            self._shown = QueueTable(self._context)
            self._context.backend.listen(self._noticed)
        return self._shown.view()

    def _noticed(self, changes: Sequence[Change]) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Tell who has the table of changes of the queue."""
        if self._shown is not None and not self._context.life.over:
            self._shown.refresh()

    def _entry(self, row: QueueRow) -> QueueEntry:
        entry_id = self._context.ids.message(row.number)
        return QueueEntry(entry_id, row.submit_time, row.due, row.attempts, row.reason)

    def _number(self, entry_id: bytes) -> int:
        try:
            return self._context.ids.read_message(entry_id)
        except MapiError as error:
            raise NotInQueue("not a message of this store's queue", value=bytes(entry_id)) from error


def _sent_key(entry_id: bytes, row: QueueRow) -> bytes:
    """The delivery key of the copy that one submission of one message leaves in another store."""
    return sha256(b"sent " + entry_id + row.submit_time.to_bytes(8, "little")).digest()
