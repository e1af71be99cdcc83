"""`MemoryBackend`: one opening of a memory store, as the store backend that `mapix.objects` stands on.

The reference provider of stores: what it does is what a backend is meant to do, said as plainly as dictionaries allow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType, PropertySource
from mapix.interfaces.store import ChangeListener, MessageSource, QueueRow, RowDecorator, StoreBackend
from mapix.interfaces.table import RowSource
from mapix.objects.collate import fold
from mapix.properties import times
from mapix.properties.errors import (
    FolderCycle,
    HasFolders,
    HasMessages,
    InvalidObject,
    NoAccess,
    NotInQueue,
    TooBig,
    UnableToAbort,
)
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_FLAGS,
    PR_ROWID,
)
from mapix.providers.memory import rows
from mapix.providers.memory.mailbox import ROOT, Mailbox, find_mailbox
from mapix.providers.memory.records import FolderRecord, MessageRecord
from mapix.providers.memory.service import PROVIDER_UID
from mapix.providers.memory.sources import (
    FolderValues,
    MessageRecords,
    StoreValues,
    check_name,
    find_child,
    is_unread,
)

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class MemoryBackend(StoreBackend):
    """One opening of `mailbox`; many may share it."""

    provider_uid = PROVIDER_UID
    root = ROOT

    def __init__(self, mailbox: Mailbox, *, readonly: bool = False) -> None:
        self.mailbox = mailbox
        self.uid = mailbox.uid
        self.readonly = readonly
        self._decorator: RowDecorator | None = None

    def transaction(self) -> AbstractContextManager[None]:
        """See `StoreBackend.transaction`."""
        return self.mailbox.transaction()

    def listen(self, listener: ChangeListener | None) -> None:
        """See `StoreBackend.listen`."""
        with self.mailbox.lock:
            if listener is None:
                self.mailbox.listeners.pop(id(self), None)
            else:
                self.mailbox.listeners[id(self)] = listener

    def poll(self) -> None:
        """Other processes cannot have this store open."""

    def decorate(self, decorator: RowDecorator) -> None:
        """See `StoreBackend.decorate`."""
        self._decorator = decorator

    def announce_new_mail(self, number: int) -> None:
        """See `StoreBackend.announce_new_mail`."""
        with self.transaction():
            self.mailbox.tell(Event.NEW_MAIL, _MESSAGE, number, self.mailbox.message(number).folder)

    # objects

    def store(self) -> PropertySource:
        """See `StoreBackend.store`."""
        return StoreValues(self.mailbox)

    def folder(self, number: int) -> PropertySource:
        """See `StoreBackend.folder`."""
        self.mailbox.folder(number)
        return FolderValues(self.mailbox, number)

    def folder_parent(self, number: int) -> int:
        """See `StoreBackend.folder_parent`."""
        return self.mailbox.folder(number).parent

    def message(self, number: int) -> MessageSource:
        """See `StoreBackend.message`."""
        return MessageRecords(self.mailbox, number, self.mailbox.message(number))

    def new_message(self, folder: int, *, associated: bool) -> MessageSource:
        """See `StoreBackend.new_message`."""
        return MessageRecords(self.mailbox, 0, MessageRecord(folder, associated))

    def message_folder(self, number: int) -> int | None:
        """See `StoreBackend.message_folder`."""
        record = self.mailbox.messages.get(number)
        return None if record is None else record.folder

    # folders

    def create_folder(self, parent: int, name: str, values: Mapping[PropTag, Any], *, copy_of: int = 0) -> int:
        """See `StoreBackend.create_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            check_name(mailbox, parent, name, 0)
            now = times.now()
            own = {PR_CREATION_TIME: now, **values, PR_DISPLAY_NAME: name, PR_LAST_MODIFICATION_TIME: now}
            number = mailbox.take_number()
            mailbox.put_folder(number, FolderRecord(parent, own))
            if copy_of:
                old = mailbox.folder(copy_of).parent
                mailbox.tell(Event.OBJECT_COPIED, _FOLDER, number, parent, old_number=copy_of, old_parent=old)
            else:
                mailbox.tell(Event.OBJECT_CREATED, _FOLDER, number, parent)
            mailbox.tell_folder(parent)
        return number

    def find_folder(self, parent: int, name: str) -> int | None:
        """See `StoreBackend.find_folder`."""
        with self.mailbox.lock:
            return find_child(self.mailbox, parent, name)

    def move_folder(self, number: int, parent: int, name: str) -> None:
        """See `StoreBackend.move_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            record = mailbox.folder(number)
            if parent in self._tree(number):
                raise FolderCycle("a folder cannot go into itself", value=number)
            check_name(mailbox, parent, name, number)
            values = {**record.values, PR_DISPLAY_NAME: name, PR_LAST_MODIFICATION_TIME: times.now()}
            mailbox.put_folder(number, FolderRecord(parent, values, record.version + 1))
            mailbox.tell(Event.OBJECT_MOVED, _FOLDER, number, parent, old_number=number, old_parent=record.parent)
            mailbox.tell_folder(record.parent)
            mailbox.tell_folder(parent)

    def delete_folder(self, number: int, *, messages: bool, folders: bool) -> None:
        """See `StoreBackend.delete_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            record = mailbox.folder(number)
            if number == ROOT:
                raise NoAccess("the root folder stays")
            if mailbox.children[number] and not folders:
                raise HasFolders("the folder has folders", value=number)
            tree = self._tree(number)
            inside = [one for folder in tree for one in self._all_messages(folder)]
            if inside and not messages:
                raise HasMessages("the folder has messages", value=number)
            for one in inside:
                mailbox.drop_message(one)
            for folder in reversed(tree):
                parent = mailbox.folders[folder].parent
                mailbox.drop_folder(folder)
                mailbox.tell(Event.OBJECT_DELETED, _FOLDER, folder, parent)
            mailbox.tell_folder(record.parent)

    def children(self, folder: int) -> list[int]:
        """See `StoreBackend.children`."""
        with self.mailbox.lock:
            self.mailbox.folder(folder)
            return sorted(self.mailbox.children[folder])

    def contents(self, folder: int, *, associated: bool) -> RowSource:
        """See `StoreBackend.contents`."""
        return rows.contents(self.mailbox, self._rows_decorator(), folder, associated=associated)

    def hierarchy(self, folder: int, *, deep: bool) -> RowSource:
        """See `StoreBackend.hierarchy`."""
        return rows.hierarchy(self.mailbox, self._rows_decorator(), folder, deep=deep)

    def contents_sort(self, folder: int) -> bytes | None:
        """See `StoreBackend.contents_sort`."""
        return self.mailbox.sorts.get(folder)

    def set_contents_sort(self, folder: int, value: bytes | None) -> None:
        """See `StoreBackend.set_contents_sort`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if value is None:
                mailbox.journal.drop(mailbox.sorts, folder)
            else:
                mailbox.journal.put(mailbox.sorts, folder, value)

    # messages

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """See `StoreBackend.messages`."""
        with self.mailbox.lock:
            return sorted(self.mailbox.places.get((folder, associated), ()))

    def copy_messages(self, numbers: Sequence[int], target: int) -> dict[int, int]:
        """See `StoreBackend.copy_messages`."""
        mailbox, copies = self._writable(), {}
        with mailbox.transaction():
            mailbox.folder(target)
            for number in numbers:
                record = mailbox.messages.get(number)
                if record is not None:
                    copies[number] = copy = mailbox.take_number()
                    mailbox.put_message(copy, replace(record, folder=target, version=1))
                    old = {"old_number": number, "old_parent": record.folder}
                    mailbox.tell(Event.OBJECT_COPIED, _MESSAGE, copy, target, **old)
            if copies:
                mailbox.tell_folder(target)
        return copies

    def move_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """See `StoreBackend.move_messages`."""
        mailbox = self._writable()
        with mailbox.transaction():
            mailbox.folder(target)
            moved = [number for number in numbers if number in mailbox.messages and number not in mailbox.queue]
            for number in moved:
                self._move(number, target)
        return moved

    def _move(self, number: int, target: int) -> None:
        mailbox = self.mailbox
        record = mailbox.messages[number]
        mailbox.put_message(number, replace(record, folder=target))
        mailbox.tell(Event.OBJECT_MOVED, _MESSAGE, number, target, old_number=number, old_parent=record.folder)
        mailbox.tell_folder(record.folder)
        mailbox.tell_folder(target)

    def delete_messages(self, numbers: Sequence[int]) -> list[int]:
        """See `StoreBackend.delete_messages`."""
        mailbox = self._writable()
        with mailbox.transaction():
            gone = [number for number in numbers if number in mailbox.messages and number not in mailbox.queue]
            for number in gone:
                self._delete(number)
        return gone

    def _delete(self, number: int) -> None:
        folder = self.mailbox.messages[number].folder
        self.mailbox.drop_message(number)
        self.mailbox.tell(Event.OBJECT_DELETED, _MESSAGE, number, folder)
        self.mailbox.tell_folder(folder)

    def set_flags(self, numbers: Collection[int], *, on: int = 0, off: int = 0) -> list[int]:
        """See `StoreBackend.set_flags`."""
        mailbox = self._writable()
        with mailbox.transaction():
            present = [number for number in numbers if number in mailbox.messages]
            for number in present:
                self._set_flags(number, on, off)
        return present

    def _set_flags(self, number: int, on: int, off: int) -> None:
        mailbox = self.mailbox
        before = mailbox.messages[number]
        old = before.values.get(PR_MESSAGE_FLAGS, 0)
        if old & ~off | on != old:
            mailbox.change_values(number, {PR_MESSAGE_FLAGS: old & ~off | on})
            mailbox.tell(Event.OBJECT_MODIFIED, _MESSAGE, number, before.folder)
            if is_unread(before) != is_unread(mailbox.messages[number]):
                mailbox.tell_folder(before.folder)

    def message_status(self, folder: int, number: int) -> int:
        """See `StoreBackend.message_status`."""
        return self.mailbox.statuses.get((folder, number), 0)

    def set_message_status(self, folder: int, number: int, status: int) -> None:
        """See `StoreBackend.set_message_status`."""
        mailbox = self._writable()
        with mailbox.transaction():
            mailbox.message(number)
            mailbox.journal.put(mailbox.statuses, (folder, number), status)
            mailbox.tell(Event.OBJECT_MODIFIED, _MESSAGE, number, folder)

    # receive folders and names

    def receive_folders(self) -> dict[str, int]:
        """See `StoreBackend.receive_folders`."""
        return dict(self.mailbox.receive.values())

    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        """See `StoreBackend.set_receive_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if folder is None:
                mailbox.journal.drop(mailbox.receive, fold(message_class))
            else:
                mailbox.journal.put(mailbox.receive, fold(message_class), (message_class, folder))

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `StoreBackend.names_from_ids`."""
        names = self.mailbox.names
        return dict(names) if ids is None else {number: names[number] for number in ids if number in names}

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `StoreBackend.ids_from_names`."""
        if names is None:
            return dict(self.mailbox.ids)
        with self.mailbox.lock:
            wanted = list(names)
            for name in wanted if create else ():
                self._make_id(name)
            return {name: self.mailbox.ids[name] for name in wanted if name in self.mailbox.ids}

    def _make_id(self, name: PropertyName) -> None:
        """Names stay, even when the transaction around fails: a mapping never takes back what it said (X-05)."""
        mailbox = self.mailbox
        if name not in mailbox.ids:
            number = _FIRST_NAME + len(mailbox.ids)
            if number > _LAST_NAME:
                raise TooBig("the store has no more identifiers for names", value=name)
            mailbox.ids[name] = number
            mailbox.names[number] = name

    # the outgoing queue

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
            mailbox.journal.put(mailbox.messages, number, replace(record, recipients=merged))
            mailbox.change_queue(replace(row, due=due, attempts=attempts, reason=reason))

    def set_lock(self, number: int, *, locked: bool) -> None:
        """See `StoreBackend.set_lock`."""
        with self.transaction():
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

    def mark_delivered(self, key: bytes) -> bool:
        """See `StoreBackend.mark_delivered`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if key in mailbox.delivered:
                return False
            mailbox.journal.put(mailbox.delivered, key, None)
            return True

    def open_mailbox(self, address: str) -> StoreBackend | None:
        """See `StoreBackend.open_mailbox`."""
        found = find_mailbox(address=address)
        return None if found is None else MemoryBackend(found)

    def close(self) -> None:
        """See `StoreBackend.close`."""
        self.listen(None)
        self.resign_spooler()

    # inside

    def _writable(self) -> Mailbox:
        if self.readonly:
            raise NoAccess("the store is open for reading only")
        return self.mailbox

    def _rows_decorator(self) -> RowDecorator:
        if self._decorator is None:
            raise InvalidObject("nobody has said who decorates the rows")
        return self._decorator

    def _tree(self, number: int) -> list[int]:
        """A folder and all below, parents first."""
        found = [number]
        for folder in found:
            found += sorted(self.mailbox.children[folder])
        return found

    def _all_messages(self, folder: int) -> list[int]:
        return [*self.messages(folder), *self.messages(folder, associated=True)]
