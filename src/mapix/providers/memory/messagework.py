"""Messages of a memory store, as the backend works on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.tags import (
    PR_MESSAGE_FLAGS,
)
from mapix.providers.memory.part import MailboxPart
from mapix.providers.memory.sources import (
    is_unread,
)

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class MessageWork(MailboxPart):
    """The message part of a backend."""

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """See `StoreBackend.messages`."""
        with self.mailbox.lock:
            return sorted(self.mailbox.places.get((folder, associated), ()))

    def present(self, folder: int, numbers: Collection[int]) -> set[int]:
        """See `StoreBackend.present`."""
        with self.mailbox.lock:
            return set(numbers) & {*self.mailbox.shown(folder), *self.mailbox.shown(folder, associated=True)}

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
        old = {"old_number": number, "old_parent": record.folder}
        mailbox.tell(Event.OBJECT_MOVED, _MESSAGE, number, target, **old, associated=record.associated)
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
        record = self.mailbox.messages[number]
        self.mailbox.drop_message(number)
        self.mailbox.tell(Event.OBJECT_DELETED, _MESSAGE, number, record.folder, associated=record.associated)
        self.mailbox.tell_folder(record.folder)

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
            if folder in mailbox.links:
                mailbox.tell(Event.TABLE_MODIFIED, _MESSAGE, number, folder, old_parent=folder)
            else:
                mailbox.tell(Event.OBJECT_MODIFIED, _MESSAGE, number, folder)
                mailbox.touched[number] = None
