"""The sending side of a store: its outgoing queue, the sent-mail step, and leaving (ST-065..ST-070).

`StoreObject` derives from this. What only spoolers do raises `NoSupport` for clients (SPL-25).
"""

from __future__ import annotations

from typing import Final

from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.store import (
    MsgStore,
    OutgoingQueue,
    QueueEntry,
)
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.stores.context import StoreContext
from mapix.objects.stores.life import remembered
from mapix.objects.stores.outgoing import StoreQueue
from mapix.properties.errors import InvalidParameter, NoSupport, UnableToAbort
from mapix.properties.flags import (
    LOGOFF_ABORT,
    LOGOFF_COMPLETE,
    LOGOFF_NO_WAIT,
    LOGOFF_ORDERLY,
    LOGOFF_OUTBOUND_QUEUE,
    LOGOFF_PURGE,
    LOGOFF_QUIET,
    MSGFLAG_SUBMIT,
)

_LOGOFFS: Final = frozenset((LOGOFF_NO_WAIT, LOGOFF_ORDERLY, LOGOFF_PURGE, LOGOFF_ABORT, LOGOFF_QUIET))


class StoreSending(PropertyBag, MsgStore):
    """A store, as far as sending goes."""

    context: StoreContext

    def _begin_sending(self) -> None:
        self._queue = StoreQueue(self.context)

    @remembered
    def abort_submit(self, entry_id: bytes) -> None:
        """See `MsgStore.abort_submit`: the message can be edited again (M-012)."""
        self._check_writable()
        number = self.context.ids.read_message(entry_id)
        try:
            self.context.backend.dequeue(number, flags_off=MSGFLAG_SUBMIT)
        except UnableToAbort:
            if not self._queue.outlive():
                raise
            self.context.backend.dequeue(number, flags_off=MSGFLAG_SUBMIT)

    @property
    def outgoing(self) -> OutgoingQueue:
        """See `MsgStore.outgoing`."""
        self._check()
        return self._queue

    @remembered
    def get_outgoing_queue(self) -> MapiTable:
        """See `MsgStore.get_outgoing_queue`."""
        self._check()
        return self._queue.table()

    @remembered
    def set_lock_state(self, entry_id: bytes, *, locked: bool) -> None:
        """See `MsgStore.set_lock_state`."""
        self._check()
        self._queue.set_lock_state(entry_id, locked=locked)

    @remembered
    def lock_message(self, entry_id: bytes) -> QueueEntry | None:
        """See `MsgStore.lock_message`."""
        self._check()
        return self._queue.lock(entry_id)

    @remembered
    def finished_msg(self, entry_id: bytes, *, folder: bytes | None = None) -> bytes | None:
        """See `MsgStore.finished_msg`."""
        self._check()
        return self._queue.finished(entry_id, folder)

    @remembered
    def notify_new_mail(self, notification: NewMailNotification) -> None:
        """See `MsgStore.notify_new_mail`: whoever has the store open is told."""
        self._check()
        self._queue.check_spooler()
        self.context.backend.announce_new_mail(self.context.ids.read_message(notification.entry_id))

    def mark_delivered(self, key: bytes) -> bool:
        """See `MsgStore.mark_delivered`."""
        self._check()
        self.context.check_modifiable()
        return self.context.backend.mark_delivered(key)

    @remembered
    def store_logoff(self, flags: int = 0) -> int:
        """See `MsgStore.store_logoff`: one of the five LOGOFF flags, 0 for LOGOFF_ABORT. The session sends first
        what is to be sent; without one nothing is (ST-065, X-35, SPL-60).
        """
        self._check()
        if flags and flags not in _LOGOFFS:
            raise InvalidParameter("exactly one of NO_WAIT, ORDERLY, PURGE, ABORT, QUIET", value=flags)
        try:
            return self.context.support.store_logoff_transports(flags or LOGOFF_ABORT)
        except NoSupport:
            return LOGOFF_OUTBOUND_QUEUE if self.context.backend.queue(limit=1) else LOGOFF_COMPLETE
