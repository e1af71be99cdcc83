"""`MemoryBackend`: one opening of a memory store, as the store backend that `mapix.objects` stands on.

The reference provider of stores: what it does is what a backend is meant to do, said as plainly as dictionaries allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from mapix.interfaces.backend import (
    ChangeListener,
    MessageSource,
    StoreBackend,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType, PropertySource
from mapix.objects.restrictions.collate import fold
from mapix.properties.errors import (
    TooBig,
)
from mapix.properties.named import PropertyName
from mapix.providers.memory.folderwork import FolderWork
from mapix.providers.memory.mailbox import ROOT, Mailbox, find_mailbox
from mapix.providers.memory.queuework import QueueWork
from mapix.providers.memory.records import MessageRecord
from mapix.providers.memory.searches import SearchWork, settle
from mapix.providers.memory.service import PROVIDER_UID
from mapix.providers.memory.sources import (
    FolderValues,
    MessageRecords,
    StoreValues,
)

if TYPE_CHECKING:
    from mapix.interfaces.care import Care

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class MemoryBackend(FolderWork, QueueWork, SearchWork, StoreBackend):
    """One opening of `mailbox`; many may share it."""

    provider_uid = PROVIDER_UID
    root = ROOT

    def __init__(self, mailbox: Mailbox, *, readonly: bool = False) -> None:
        super().__init__(mailbox, readonly=readonly)
        mailbox.before_end = settle
        self.uid = mailbox.uid

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

    def announce_new_mail(self, number: int) -> None:
        """See `StoreBackend.announce_new_mail`."""
        with self.transaction():
            self.mailbox.tell(Event.NEW_MAIL, _MESSAGE, number, self.mailbox.message(number).folder)

    def care(self) -> Care:
        """See `StoreBackend.care`."""
        from mapix.providers.memory.care import MemoryCare

        return MemoryCare(self.mailbox)

    # objects

    def store(self) -> PropertySource:
        """See `StoreBackend.store`."""
        return StoreValues(self.mailbox)

    def folder(self, number: int) -> PropertySource:
        """See `StoreBackend.folder`."""
        with self.mailbox.lock:
            self.mailbox.folder(number)
        return FolderValues(self.mailbox, number)

    def folder_parent(self, number: int) -> int:
        """See `StoreBackend.folder_parent`."""
        with self.mailbox.lock:
            return self.mailbox.folder(number).parent

    def message(self, number: int) -> MessageSource:
        """See `StoreBackend.message`."""
        with self.mailbox.lock:
            return MessageRecords(self.mailbox, number, self.mailbox.message(number))

    def new_message(self, folder: int, *, associated: bool) -> MessageSource:
        """See `StoreBackend.new_message`."""
        return MessageRecords(self.mailbox, 0, MessageRecord(folder, associated))

    def message_folder(self, number: int) -> int | None:
        """See `StoreBackend.message_folder`."""
        with self.mailbox.lock:
            record = self.mailbox.messages.get(number)
            return None if record is None else record.folder

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

    # the rest

    def mark_delivered(self, key: bytes) -> bool:
        """See `StoreBackend.mark_delivered`."""
        mailbox = self._writable()
        with mailbox.transaction():
            if key in mailbox.delivered:
                return False
            mailbox.journal.put(mailbox.delivered, key, None)
            return True

    def open_mailbox(self, address: str) -> StoreBackend | None:
        """See `StoreBackend.open_mailbox`; this store itself before others of the same owner."""
        found = self.mailbox if self.mailbox.belongs_to(address) else find_mailbox(address=address)
        return None if found is None else MemoryBackend(found)

    def close(self) -> None:
        """See `StoreBackend.close`."""
        self.listen(None)
        self.resign_spooler()
