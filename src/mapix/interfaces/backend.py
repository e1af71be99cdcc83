"""The narrow waist a store provider fills to get a whole message store.

A provider writes a `StoreBackend`: numbered objects, their saved properties, and the operations that must happen
whole. `mapix.objects` turns it into stores, folders, messages, attachments and tables with everything MAPI says about
them. Objects have 64-bit numbers, unique in the store and never used again (E-004, STORE_ENTRYID_UNIQUE).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Any, Protocol

from mapix.interfaces.backendrows import QueueRow, RowDecorator
from mapix.interfaces.messagesource import (
    AttachmentChanges,
    MessageChanges,
    MessageSource,
    WholeMessageSource,
)
from mapix.interfaces.prop import PropertySource
from mapix.interfaces.storechanges import Change, ChangeListener, Search
from mapix.interfaces.table import RowKey, RowSource
from mapix.properties.errors import NoSupport, NotInQueue
from mapix.properties.named import PropertyName
from mapix.properties.scratch import scratch_file
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_SIZE

if TYPE_CHECKING:
    from mapix.interfaces.care import Care
    from mapix.interfaces.retention import Retention


__all__ = [
    "AttachmentChanges",
    "Change",
    "ChangeListener",
    "MessageChanges",
    "MessageSource",
    "QueueRow",
    "RowDecorator",
    "Search",
    "StoreBackend",
    "WholeMessageSource",
]


class StoreBackend(Protocol):
    """What a store provider writes. Methods are atomic and durable unless inside `transaction`. Thread-safe.

    Folder sources hold what was set plus PR_DISPLAY_NAME, PR_FOLDER_TYPE, PR_CREATION_TIME,
    PR_LAST_MODIFICATION_TIME, and the counts PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_ASSOC_CONTENT_COUNT,
    PR_SUBFOLDERS, kept by the backend. Entry ids and keys are made above. Rows of `contents` and `hierarchy` answer
    PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_PARENT_ENTRYID, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY,
    PR_OBJECT_TYPE, PR_MAPPING_SIGNATURE too: the backend gets a `RowDecorator` for these. Rows of `hierarchy` answer
    PR_DISPLAY_TYPE: DT_FOLDER_LINK for search folders, DT_FOLDER for others.
    """

    provider_uid: bytes
    uid: bytes
    root: int
    readonly: bool
    has_searches: bool = False
    """Whether there can be search folders: whoever says so writes the methods that they need."""

    def transaction(self) -> AbstractContextManager[None]:
        """Group operations: all of them or none. Nested ones join the outer."""

    def listen(self, listener: ChangeListener | None) -> None:
        """Who is told of changes after they are permanent."""

    def poll(self) -> None:
        """Tell the listener what other processes changed since the last look."""

    def watch(self, *, on: bool) -> None:
        """Look for changes of other processes by itself from now on, as soon as they come, or no longer: the listener
        is told from a thread of the backend's own. A store that other processes cannot have open does nothing.
        """
        return None

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

    def message_to_open(self, number: int) -> MessageSource:
        """A saved message whose parts are to be read at once (P-221), which may have been done already; `NotFound`."""
        return self.message(number)

    def message_values(self, number: int, tags: Sequence[PropTag]) -> dict[PropTag, Any]:
        """Some saved properties of a message that is not opened; `NotFound`."""
        return self.message(number).load(tags)[0]

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

    def folder_size(self, folder: int) -> int:
        """The sizes of all messages of a folder together, associated ones too (PR_MESSAGE_SIZE_EXTENDED)."""
        total, rows = 0, [self.contents(folder, associated=associated) for associated in (False, True)]
        for source in rows:
            after: RowKey | None = None
            while (page := source.page(None, (), after, 1000, (PR_MESSAGE_SIZE,))).keys:
                total += sum(size or 0 for (size,) in page.rows)
                after = page.keys[-1]
        return total

    def retention(self) -> Retention | None:
        """What was deleted softly and is kept (F-090); None in a store that deletes for good. Deleting by the methods
        above is for good always; what is kept in a folder goes with it.
        """
        return None

    def set_flags(self, numbers: Collection[int], *, on: int = 0, off: int = 0) -> list[int]:
        """Change PR_MESSAGE_FLAGS of messages, version and modification time untouched; those that exist (M-120)."""

    def message_status(self, folder: int, number: int) -> int:
        """PR_MSG_STATUS of a message in a folder (F-068)."""

    def set_message_status(self, folder: int, number: int, status: int) -> None:
        """Set it."""

    def present(self, folder: int, numbers: Collection[int]) -> set[int]:
        """Those of `numbers` that are messages of a folder, or results of a search folder."""
        return {number for number in numbers if self.message_folder(number) == folder}

    # search folders: made by `create_folder` with PR_FOLDER_TYPE 2; `contents` are the rows of the results, with their
    # own PR_PARENT_ENTRYID and PR_PARENT_DISPLAY, and the counts are theirs (F-040, F-041); `messages` are none

    def search(self, folder: int) -> Search | None:
        """What a search folder looks for; None before it was said."""
        return None

    def set_search(self, folder: int, search: Search, *, restart: bool) -> None:
        """Say it. With `restart` the first pass begins anew, and forgets the results so far: `build_search` does it.
        `TooComplex` where the restriction cannot be evaluated.
        """
        raise NoSupport("this store has no search folders")

    def build_search(self, folder: int, most: int | None = None) -> bool:
        """Go on with the first pass over a scope by `most` messages, or to its end; whether there is no more to do.

        At its end SEARCH_REBUILD goes out of the state, with SEARCH_STATIC also SEARCH_RUNNING, SEARCH_COMPLETE comes
        in and `Event.SEARCH_COMPLETE` is told.
        """
        return True

    def results(self, folder: int) -> list[int]:
        """Numbers of the results of a search folder."""
        return []

    def searches(self, state: int) -> list[int]:
        """Search folders in whose state are all bits of `state`."""
        return []

    def receive_folders(self) -> dict[str, int]:
        """Message class to folder, case kept; "" is the default."""

    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        """Set or remove one, case aside."""

    def contents_sort(self, folder: int) -> bytes | None:
        """What `save_contents_sort` keeps for a folder: an opaque value."""

    def sorted_contents(self, folder: int) -> tuple[RowSource, bytes | None]:
        """`contents` of a folder that are not associated, and its `contents_sort`: asked at once."""
        return self.contents(folder, associated=False), self.contents_sort(folder)

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

    def set_lock(self, number: int, *, locked: bool) -> None:
        """Mark a queue row as being worked on; `NotInQueue`."""

    def lock_queued(self, number: int) -> QueueRow:
        """Mark a queue row as being worked on, and read it as it is now; `NotInQueue`."""
        self.set_lock(number, locked=True)
        rows = self.queue(number=number)
        if not rows:
            raise NotInQueue("the message is not in the outgoing queue", value=number)
        return rows[0]

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

    def care(self) -> Care | None:
        """What looks after the store; None where nothing does."""
        return None

    def scratch(self) -> IO[bytes]:
        """An empty file for a large value about to be saved, where saving it costs least. It is its user's to close,
        and goes when it is closed or its process dies.
        """
        return scratch_file()

    def close(self) -> None:
        """Let go of files and connections; twice is harmless."""
