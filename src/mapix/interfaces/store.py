"""Message stores: IMsgStore, and the working side of their outgoing queue. Providers fill `backend` to get one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import AdviseSink, Event, NewMailNotification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import NoSupport, NotFound, NotInQueue
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.interfaces.care import Care


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A submitted message on its way (SPL-76). Times are FILETIME ticks; `due` is when to try (again)."""

    entry_id: bytes
    submit_time: int
    due: int
    attempts: int = 0
    reason: str = ""


class OutgoingQueue(ABC):
    """The spooler's side of a store: what was submitted, and who works on it. Everything is durable when it returns.

    At most one spooler in the world works on a store's queue; the role falls free when its process dies (SPL-76).
    """

    @abstractmethod
    def become_spooler(self) -> bool:
        """Take the role, clearing locks a former holder left; False while somebody else has it. Reentrant for the
        holder.
        """

    @abstractmethod
    def resign(self) -> None:
        """Give the role up."""

    @abstractmethod
    def due(self, now: int, limit: int = 50) -> list[QueueEntry]:
        """Entries to work on at `now` (FILETIME), oldest submission first (SPL-4), locked ones left out."""

    @abstractmethod
    def entries(self) -> list[QueueEntry]:
        """Everything in the queue, oldest submission first."""

    @abstractmethod
    def find(self, entry_id: bytes) -> QueueEntry | None:
        """The entry of one message, None when it is not in the queue (any more)."""

    @abstractmethod
    def next_due(self) -> int | None:
        """The earliest `due` of the queue, None when it is empty."""

    @abstractmethod
    def record(
        self, entry_id: bytes, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """Merge properties into recipient rows (by PR_ROWID) and move the entry on; one durable step (SPL-76)."""

    @abstractmethod
    def version(self) -> int:
        """A number that changes when the queue may have changed, by whichever process; cheap to ask."""


class MsgStore(MapiProp):
    """A message store: IMsgStore. Its properties act at once."""

    @abstractmethod
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """A folder or message; None opens the root folder (ST-060). `deleted` as `MapiContainer.open_entry`.
        `NotFound`, `UnknownEntryid`, `NoAccess`, `Submitted`.
        """

    @abstractmethod
    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one object (ST-061, X-37)."""

    @abstractmethod
    def get_receive_folder(self, message_class: str = "") -> tuple[bytes, str]:
        """`(entry id, explicit class)` by the longest dotted prefix (ST-063, C-010)."""

    @abstractmethod
    def set_receive_folder(self, message_class: str, entry_id: bytes | None) -> None:
        """Set, or with None remove, where messages of a class arrive (ST-062)."""

    @abstractmethod
    def get_receive_folder_table(self) -> MapiTable:
        """The receive folders (ST-064)."""

    @abstractmethod
    def abort_submit(self, entry_id: bytes) -> None:
        """Take a message out of the queue (ST-066). `NotInQueue`, `UnableToAbort`."""

    @abstractmethod
    def store_logoff(self, flags: int = 0) -> int:
        """Say how the store is to be left; what was still going on (ST-065)."""

    @abstractmethod
    def advise(self, entry_id: bytes | None, mask: Event, sink: AdviseSink) -> int:
        """Be told of events on an object, or in the whole store with None (N-003); a connection number."""

    @abstractmethod
    def unadvise(self, connection: int) -> None:
        """End a registration; `NotFound` for an unknown number."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Group what happens inside into one durable step: all or nothing. Our extension, for bulk work.

        An error that leaves the block undoes the store, not the objects in memory. What was saved inside is to be
        opened again then: an object goes on showing what it had saved. Its next save raises `ObjectChanged`, or
        `ObjectDeleted` where the object was new in the transaction, and changes nothing; `force` saves it over what
        there is now, unless it was new. A message that was submitted inside is in no queue.
        """

    # What only the spooler uses (ST-067..ST-070); clients get NoSupport from these (SPL-25).

    @property
    @abstractmethod
    def outgoing(self) -> OutgoingQueue:
        """The queue's working side. Clients may read it; changing it is the spooler's."""

    @abstractmethod
    def get_outgoing_queue(self) -> MapiTable:
        """The submitted messages, ascending by submit time (ST-067)."""

    @abstractmethod
    def set_lock_state(self, entry_id: bytes, *, locked: bool) -> None:
        """Lock or unlock a queued message (ST-068)."""

    def lock_message(self, entry_id: bytes) -> QueueEntry | None:
        """Lock a queued message to work on it; what the queue has of it now, None when it is not there (ST-068)."""
        try:
            self.set_lock_state(entry_id, locked=True)
        except (NotInQueue, NotFound):
            return None
        return self.outgoing.find(entry_id)

    @abstractmethod
    def finished_msg(self, entry_id: bytes, *, folder: bytes | None = None) -> bytes | None:
        """The sent-mail step by the four rows of SPL 6.5: leave, move or delete. The message's id afterwards, None
        when deleted (ST-069), or when a former call that was cut short had put it into another store.

        `folder` is a sent-mail folder other than the message's own (SPL-22). Where the folder lies in another store,
        do not call this inside a transaction: that store would be waited for with this one locked.
        """

    @abstractmethod
    def notify_new_mail(self, notification: NewMailNotification) -> None:
        """Tell sinks registered for the whole store (ST-070, N-021)."""

    def poll(self) -> None:
        """Look for what other processes changed, and notify it. Cheap; the session calls it now and then."""

    def care(self) -> Care | None:
        """What looks after the store: checks, statistics, copies; None where nothing does. Our extension."""
        return None

    def open_mailbox(self, address: str) -> MsgStore | None:
        """The store on the same store server whose owner has the SMTP address `address`, opened for delivery; None
        when there is none. The way to it on Windows is IExchangeManageStore::CreateStoreEntryID.
        """
        return None

    def mark_delivered(self, key: bytes) -> bool:
        """Remember, in the transaction under way, that the delivery named `key` was made; False when it had been
        already. Lets a delivery repeated after a crash be recognised.
        """
        raise NoSupport("this store does not remember deliveries")
