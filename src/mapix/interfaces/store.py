"""Message stores: IMsgStore, and the narrow waist a store provider fills to get one.

A provider writes a `StoreBackend`: numbered objects, their saved properties, and the operations that must happen
whole. `mapix.objects` turns it into stores, folders, messages, attachments and tables with everything MAPI says about
them. Objects have 64-bit numbers, unique in the store and never used again (E-004, STORE_ENTRYID_UNIQUE).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from mapix.interfaces.notify import AdviseSink, Event, NewMailNotification
from mapix.interfaces.prop import Access, ChangeSet, MapiProp, PropertySource
from mapix.interfaces.table import MapiTable, RowSource
from mapix.properties.errors import NoSupport
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag


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
    def step(self) -> AbstractContextManager[None]:
        """Group what the spooler does inside, on this thread: all of it or nothing, durable like `record`."""

    @abstractmethod
    def version(self) -> int:
        """A number that changes when the queue may have changed, by whichever process; cheap to ask."""


class MsgStore(MapiProp):
    """A message store: IMsgStore. Its properties act at once."""

    @abstractmethod
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """A folder or message; None opens the root folder (ST-060). `NotFound`, `UnknownEntryid`, `NoAccess`,
        `Submitted`.
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


@dataclass(slots=True)
class AttachmentChanges(ChangeSet):
    """Changes of one attachment; `embedded` those of the message inside, which they begin where there is none.

    Deleting the identifier 0x3701 removes both PR_ATTACH_DATA_BIN and the message inside (A-010); `embedded` in the
    same changes then begins a new one.
    """

    embedded: MessageChanges | None = None


@dataclass(slots=True)
class MessageChanges(ChangeSet):
    """Changes of a message with its parts.

    `recipients` is the whole new list (each row carries PR_ROWID), None when unchanged. `attachments` gives changes
    by attachment number, None for a deleted one; numbers unknown to the source are new. `submit` puts the message
    into the outgoing queue in the same step, due at `submit_due`.
    """

    recipients: list[dict[PropTag, Any]] | None = None
    attachments: dict[int, AttachmentChanges | None] = field(default_factory=dict)
    submit: bool = False
    submit_due: int = 0


class MessageSource(PropertySource, Protocol):
    """The saved state of one message. A new one has number 0 until its first `apply`."""

    number: int
    folder: int
    associated: bool

    def recipients(self) -> list[dict[PropTag, Any]]:
        """The saved recipient rows, each with PR_ROWID."""

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """The saved attachments by number; data may be `LargeValue`."""

    def embedded(self, attachment: int) -> MessageSource | None:
        """The message inside an attachment; None when there is none. Saved only through the outer message."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened in a store, told after it is permanent. Numbers of 0 mean: does not apply."""

    event: Event
    object_type: int
    number: int
    parent: int = 0
    old_number: int = 0
    old_parent: int = 0


ChangeListener = Callable[[Sequence[Change]], None]


class StoreBackend(Protocol):
    """What a store provider writes. Methods are atomic and durable unless inside `transaction`. Thread-safe.

    Folder sources hold what was set plus PR_DISPLAY_NAME, PR_FOLDER_TYPE, PR_CREATION_TIME,
    PR_LAST_MODIFICATION_TIME, and the counts PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT,
    PR_SUBFOLDERS, kept by the backend. Entry ids and keys are made above. Rows of `contents` and `hierarchy` answer
    PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_PARENT_ENTRYID, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY,
    PR_OBJECT_TYPE, PR_MAPPING_SIGNATURE too: the backend gets a `RowDecorator` for these.
    """

    provider_uid: bytes
    uid: bytes
    root: int
    readonly: bool

    def transaction(self) -> AbstractContextManager[None]:
        """Group operations: all of them or none. Nested ones join the outer."""

    def listen(self, listener: ChangeListener | None) -> None:
        """Who is told of changes after they are permanent."""

    def poll(self) -> None:
        """Tell the listener what other processes changed since the last look."""

    def decorate(self, decorator: RowDecorator) -> None:
        """Who makes entry ids and keys in the rows of `contents` and `hierarchy`; told once, before either is used."""

    def announce_new_mail(self, number: int) -> None:
        """Tell every listener of this store, in whatever process, that a message was delivered: a `Change` with
        NEW_MAIL (N-021). Inside a transaction it is told with its other changes.
        """

    def store(self) -> PropertySource:
        """The store's own properties."""

    def folder(self, number: int) -> PropertySource:
        """A folder's properties; `NotFound`."""

    def folder_parent(self, number: int) -> int:
        """The folder above; the root's is itself (F-001)."""

    def message(self, number: int) -> MessageSource:
        """A saved message; `NotFound`."""

    def new_message(self, folder: int, *, associated: bool) -> MessageSource:
        """A message not saved yet."""

    def create_folder(self, parent: int, name: str, values: Mapping[PropTag, Any], *, copy_of: int = 0) -> int:
        """A new folder with PR_FOLDER_TYPE and others in `values`; `Collision` when a sibling has the name, case
        aside (F-002). Told as OBJECT_COPIED where it is made as the copy of folder `copy_of`.
        """

    def find_folder(self, parent: int, name: str) -> int | None:
        """The child folder of a name, case aside."""

    def move_folder(self, number: int, parent: int, name: str) -> None:
        """Put a folder elsewhere under a name; `Collision`, `FolderCycle`."""

    def delete_folder(self, number: int, *, messages: bool, folders: bool) -> None:
        """Delete with what is in it as far as allowed; `HasMessages`, `HasFolders` and nothing done (F-064)."""

    def children(self, folder: int) -> list[int]:
        """Folders directly below."""

    def contents(self, folder: int, *, associated: bool) -> RowSource:
        """The messages of a folder."""

    def hierarchy(self, folder: int, *, deep: bool) -> RowSource:
        """The folders below, with PR_DEPTH."""

    def message_folder(self, number: int) -> int | None:
        """The folder a message lies in, None when there is no such message."""

    def copy_messages(self, numbers: Sequence[int], target: int) -> dict[int, int]:
        """Copy within the store; old number to new number, those that could not be copied left out (F-062)."""

    def move_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """Move within the store, numbers stay; those moved. Submitted ones are not."""

    def delete_messages(self, numbers: Sequence[int]) -> list[int]:
        """Delete; those deleted. Submitted ones are not (F-063)."""

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """Numbers of all messages of a folder."""

    def set_flags(self, numbers: Collection[int], *, on: int = 0, off: int = 0) -> list[int]:
        """Change PR_MESSAGE_FLAGS of messages, version and modification time untouched; those that exist (M-120)."""

    def message_status(self, folder: int, number: int) -> int:
        """PR_MSG_STATUS of a message in a folder (F-068)."""

    def set_message_status(self, folder: int, number: int, status: int) -> None:
        """Set it."""

    def receive_folders(self) -> dict[str, int]:
        """Message class to folder, case kept; "" is the default."""

    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        """Set or remove one, case aside."""

    def contents_sort(self, folder: int) -> bytes | None:
        """What `save_contents_sort` keeps for a folder: an opaque value."""

    def set_contents_sort(self, folder: int, value: bytes | None) -> None:
        """Keep or forget it; no change of the folder is told."""

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """Names behind identifiers; all when None (P-190)."""

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """Identifiers of names; new ones from 0x8000 up when `create`, `TooBig` when they run out (P-200, P-201)."""

    # the outgoing queue

    def become_spooler(self) -> bool:
        """See `OutgoingQueue.become_spooler`."""

    def resign_spooler(self) -> None:
        """See `OutgoingQueue.resign`."""

    def queue(
        self, *, due_before: int | None = None, limit: int | None = None, number: int | None = None
    ) -> list[QueueRow]:
        """Queue rows, oldest submission first; with `due_before` the unlocked ones that are due; with `number` that
        one.
        """

    def queue_next_due(self) -> int | None:
        """The earliest due time."""

    def queue_version(self) -> int:
        """See `OutgoingQueue.version`."""

    def record(
        self, number: int, recipients: Mapping[int, Mapping[PropTag, Any]], *, due: int, attempts: int, reason: str
    ) -> None:
        """See `OutgoingQueue.record`; `NotInQueue`."""

    def queue_step(self) -> AbstractContextManager[None]:
        """See `OutgoingQueue.step`."""

    def set_lock(self, number: int, *, locked: bool) -> None:
        """Mark a queue row as being worked on; `NotInQueue`."""

    def dequeue(
        self, number: int, *, flags_off: int, move_to: int | None = None, delete: bool = False, force: bool = False
    ) -> None:
        """Out of the queue, flags cleared, then moved or deleted: one step. `NotInQueue`; `UnableToAbort` when locked
        and not `force`.
        """

    def mark_delivered(self, key: bytes) -> bool:
        """See `MsgStore.mark_delivered`."""

    def open_mailbox(self, address: str) -> StoreBackend | None:
        """See `MsgStore.open_mailbox`."""

    def close(self) -> None:
        """Let go of files and connections; twice is harmless."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row of a backend's queue; see `QueueEntry`."""

    number: int
    submit_time: int
    due: int
    attempts: int
    reason: str
    locked: bool


class RowDecorator(Protocol):
    """Makes the columns that follow from an object's number and place; `objects.entryids.StoreIds` is the one
    implementation.
    """

    def columns(self) -> frozenset[int]:
        """Identifiers it answers."""

    def value(self, prop_id: int, kind: int, number: int, parent: int) -> Any:
        """The value for an object of `kind` (MAPI object type)."""

    def values(self, prop_id: int, kind: int, numbers: Sequence[int], parents: Sequence[int]) -> list[Any]:
        """The values for several objects, as `value` makes them."""

    def table_key(self, table: str, folder: int) -> bytes:
        """What `RowSource.notification_key` answers for a folder's table `contents`, `associated`, `hierarchy` or
        `deep` (the hierarchy of all levels).
        """
