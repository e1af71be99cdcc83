"""The state of one memory store, shared by everybody in this process who has it open.

Everything happens under one lock, so transactions are alone. Each piece of work is a transaction of its own or part of
the one around it; what fails is taken back by the journal. Listeners are told after the outermost one has ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
    ChangeListener,
    QueueRow,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.objects.restrictions.collate import fold
from mapix.properties import times
from mapix.properties.errors import NotFound
from mapix.properties.flags import FOLDER_ROOT
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_FOLDER_TYPE,
    PR_LAST_MODIFICATION_TIME,
    PR_MAILBOX_OWNER_NAME,
)
from mapix.providers.memory.journal import Journal
from mapix.providers.memory.kept import Kept
from mapix.providers.memory.records import FolderRecord, MessageRecord, Values

ROOT: Final = 1
_FOLDER: Final = int(ObjectType.FOLDER)
_LOCK: Final = RLock()


class Mailbox(Kept):
    """One store's folders, messages, names and queue."""

    def __init__(self, name: str, owner_address: str = "", owner_name: str = "") -> None:
        super().__init__()
        self.name = name
        self.owner_address = owner_address
        self.uid = hashlib.sha256(b"store in memory\0" + fold(name).encode()).digest()[:16]
        self.lock = _LOCK
        self.journal = Journal()
        self._ended = 0
        now = times.now()
        own = {PR_DISPLAY_NAME: owner_name or name} | ({PR_MAILBOX_OWNER_NAME: owner_name} if owner_name else {})
        self.store: dict[str, Values] = {"values": own}
        root = {
            PR_DISPLAY_NAME: "",
            PR_FOLDER_TYPE: FOLDER_ROOT,
            PR_CREATION_TIME: now,
            PR_LAST_MODIFICATION_TIME: now,
        }
        self.folders: dict[int, FolderRecord] = {ROOT: FolderRecord(ROOT, root)}
        self.children: dict[int, dict[int, None]] = {ROOT: {}}
        self.messages: dict[int, MessageRecord] = {}
        self.places: dict[tuple[int, bool], dict[int, None]] = {}
        self.names: dict[int, PropertyName] = {}
        self.ids: dict[PropertyName, int] = {}
        self.receive: dict[str, tuple[str, int]] = {}
        self.statuses: dict[tuple[int, int], int] = {}
        self.sorts: dict[int, bytes] = {}
        self.queue: dict[int, QueueRow] = {}
        self.queue_version = 0
        self.delivered: dict[bytes, None] = {}
        self.before_end: Callable[[Mailbox], None] | None = None
        self.keeper: ChangeListener | None = None
        self.spooler: object | None = None
        self.listeners: dict[int, ChangeListener] = {}
        self._next = ROOT
        self._depth = 0
        self._told: list[Change] = []

    def belongs_to(self, address: str) -> bool:
        """Whether mail for `address` is delivered here."""
        return bool(address) and fold(self.owner_address) == fold(address)

    @property
    def generation(self) -> int:
        """Another number with every change, and with every transaction, also inside one and when it was undone."""
        return self._ended + self.journal.changes

    # transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside, or nothing."""
        told: list[Change] = []
        with self.lock:
            mark, already, waiting = self.journal.mark(), len(self._told), self.touched
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._end()
            except BaseException:
                self.journal.undo_to(mark)
                del self._told[already:]
                self.touched = {**waiting, **self.touched}  # results that were brought in step are so no more
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.touched = {}
                    told, self._told = self._told, []
                    self.journal.forget()
                    self._ended += 1
        self._tell(told)

    def _end(self) -> None:
        """What belongs to a transaction and comes last: results of searches, and what keeps the mailbox elsewhere."""
        if self.before_end is not None:
            self.before_end(self)
        if self.keeper is not None and self._told:
            self.keeper(self._told)

    def tell(self, event: Event, kind: int, number: int, parent: int, **old: Any) -> None:
        """Note what happened, for the end of the transaction."""
        self._told.append(Change(event, kind, number, parent, **old))

    def tell_folder(self, number: int) -> None:
        """A folder's counts may have changed: once a transaction is enough (NOT-11)."""
        record = self.folders.get(number)
        if record is not None:
            change = Change(Event.OBJECT_MODIFIED, _FOLDER, number, record.parent)
            if change not in self._told:
                self._told.append(change)

    def _tell(self, changes: list[Change]) -> None:
        if changes:
            for listener in list(self.listeners.values()):
                listener(changes)

    # objects

    def take_number(self) -> int:
        """A number no object of this store ever had (E-004)."""
        with self.lock:
            self._next += 1
            return self._next

    @property
    def last_number(self) -> int:
        """The number taken last."""
        return self._next

    def pass_number(self, number: int) -> None:
        """Never hand out `number`, nor one before it: somebody had them when the mailbox was filled before."""
        with self.lock:
            self._next = max(self._next, number)

    @contextmanager
    def numbered(self, number: int | None) -> Iterator[None]:
        """The object that is made inside gets `number`, which it had before; any new one for None."""
        with self.lock:
            kept = self._next
            if number is not None:
                self._next = number - 1
            try:
                yield
            finally:
                self._next = max(kept, self._next)

    def folder(self, number: int) -> FolderRecord:
        """A folder; `NotFound`."""
        record = self.folders.get(number)
        if record is None:
            raise NotFound("no such folder", value=number)
        return record

    def message(self, number: int) -> MessageRecord:
        """A message; `NotFound`."""
        record = self.messages.get(number)
        if record is None:
            raise NotFound("no such message", value=number)
        return record

    def put_folder(self, number: int, record: FolderRecord) -> None:
        """A folder, new or changed, under its parent."""
        old = self.folders.get(number)
        if old is not None and old.parent != record.parent:
            self.journal.drop(self.children[old.parent], number)
            self.touched.update(dict.fromkeys(self.messages_below(number)))
        self.journal.put(self.folders, number, record)
        self.journal.put(self.children, number, self.children.get(number, {}))
        if number != ROOT:
            self.journal.put(self.children[record.parent], number, None)

    def shown(self, folder: int, *, associated: bool = False) -> Iterable[int]:
        """The messages of a folder, or the results of a search folder as they are at this moment."""
        if folder not in self.links:
            return self.places.get((folder, associated), ())
        if self.touched and self.before_end is not None:
            self.before_end(self)
        return () if associated else self.links[folder]

    def messages_below(self, number: int) -> Iterator[int]:
        """The messages in a folder, not associated, and in all below."""
        waiting = [number]
        for folder in waiting:
            yield from self.places.get((folder, False), ())
            waiting += self.children.get(folder, ())

    def drop_folder(self, number: int) -> None:
        """Away with an empty folder, and with what is kept in it."""
        self.purge_inside(number)
        self.journal.drop(self.children[self.folders[number].parent], number)
        self.journal.drop(self.folders, number)
        self.journal.drop(self.children, number)
        self.journal.drop(self.sorts, number)
        self.forget_searches(number)

    def put_message(self, number: int, record: MessageRecord) -> None:
        """A message, new or changed, in its folder."""
        old = self.messages.get(number)
        if old is not None and (old.folder, old.associated) != (record.folder, record.associated):
            self._leave(number, old)
        self.journal.put(self.messages, number, record)
        self.touched[number] = None
        place = self.places.setdefault((record.folder, record.associated), {})
        if number not in place:
            self.journal.put(place, number, None)

    def drop_message(self, number: int) -> None:
        """Away with a message."""
        self._leave(number, self.messages[number])
        self.journal.drop(self.messages, number)
        self.touched[number] = None

    def tree(self, number: int) -> list[int]:
        """A folder and all below, parents first."""
        found = [number]
        for folder in found:
            found += sorted(self.children[folder])
        return found

    def inside(self, folder: int) -> list[int]:
        """All messages of a folder."""
        return sorted((*self.places.get((folder, False), ()), *self.places.get((folder, True), ())))

    def change_values(self, number: int, values: dict[PropTag, Any]) -> None:
        """Properties of a message that are not its version's: flags."""
        self.journal.put(self.messages, number, self.messages[number].with_values(values))
        self.touched[number] = None

    def _leave(self, number: int, record: MessageRecord) -> None:
        self.journal.drop(self.places[record.folder, record.associated], number)
        self.journal.drop(self.statuses, (record.folder, number))

    def change_queue(self, row: QueueRow) -> None:
        """A row of the queue, new or changed."""
        self.journal.put(self.queue, row.number, row)
        self.queue_version += 1

    def free_locks(self) -> None:
        """Locks a former spooler left (SPL-75)."""
        for row in [row for row in self.queue.values() if row.locked]:
            self.change_queue(replace(row, locked=False))


_MAILBOXES: Final[dict[str, Mailbox]] = {}


def open_mailbox(name: str, owner_address: str = "", owner_name: str = "") -> Mailbox:
    """The store of a name in this process, made on first use; an owner's address is remembered from then on."""
    with _LOCK:
        mailbox = _MAILBOXES.get(fold(name))
        if mailbox is None:
            mailbox = _MAILBOXES[fold(name)] = Mailbox(name, owner_address, owner_name)
        elif owner_address:
            mailbox.owner_address = owner_address
        return mailbox


def find_mailbox(*, uid: bytes | None = None, address: str | None = None) -> Mailbox | None:
    """The store with this uid, or whose owner has this address, of several the newest; None when this process has
    none.
    """
    with _LOCK:
        for mailbox in reversed(_MAILBOXES.values()):
            if mailbox.uid == uid or (address is not None and mailbox.belongs_to(address)):
                return mailbox
    return None


def forget_mailbox(name: str) -> None:
    """Let go of a store; those who have it open keep it."""
    with _LOCK:
        _MAILBOXES.pop(fold(name), None)
