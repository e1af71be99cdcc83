"""What was deleted from a memory store and is kept (`Retention`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mapix.interfaces.backend import (
    MessageSource,
    RowDecorator,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType, PropertySource
from mapix.interfaces.retention import Retention
from mapix.interfaces.table import RowSource
from mapix.properties import times
from mapix.properties.errors import HasMessages, InvalidObject, NoAccess, NotFound
from mapix.properties.tags import PR_DISPLAY_NAME, PR_LAST_MODIFICATION_TIME
from mapix.providers.memory import rows
from mapix.providers.memory.mailbox import ROOT, Mailbox
from mapix.providers.memory.part import MailboxPart
from mapix.providers.memory.records import Deletion, FolderRecord, MessageRecord
from mapix.providers.memory.sources import FolderValues, MessageRecords, check_name

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)


class MemoryRetention(MailboxPart, Retention):
    """The deleted things of `mailbox`; without a decorator there are no tables."""

    def __init__(self, mailbox: Mailbox, decorator: RowDecorator | None = None, *, readonly: bool = False) -> None:
        super().__init__(mailbox, readonly=readonly)
        self._decorator = decorator

    # deleting

    def delete_messages(self, numbers: Sequence[int], moment: int) -> list[int]:
        """See `Retention.delete_messages`."""
        mailbox = self._writable()
        with mailbox.transaction():
            gone = [number for number in numbers if number in mailbox.messages and number not in mailbox.queue]
            for number in gone:
                mailbox.tell_folder(self._bury(number, Deletion(moment, 0)))
        return gone

    def delete_folder(self, number: int, moment: int) -> None:
        """See `Retention.delete_folder`."""
        mailbox, deletion = self._writable(), Deletion(moment, number)
        with mailbox.transaction():
            parent = mailbox.folder(number).parent
            if number == ROOT:
                raise NoAccess("the root folder stays")
            tree = mailbox.tree(number)
            inside = [one for folder in tree for one in mailbox.inside(folder)]
            if any(one in mailbox.queue for one in inside):
                raise HasMessages("a message that is being sent lies in the folder", value=number)
            for one in inside:
                self._bury(one, deletion)
            for folder in reversed(tree):
                mailbox.tell(Event.OBJECT_DELETED, _FOLDER, folder, mailbox.folders[folder].parent)
                mailbox.bury_folder(folder, deletion)
            mailbox.tell_folder(parent)

    def _bury(self, number: int, deletion: Deletion) -> int:
        """Keep a message; the folder it lay in."""
        record = self.mailbox.messages[number]
        self.mailbox.drop_message(number)
        self.mailbox.bury_message(number, record, deletion)
        self.mailbox.tell(Event.OBJECT_DELETED, _MESSAGE, number, record.folder, associated=record.associated)
        return record.folder

    # what is there

    def message(self, number: int) -> MessageSource:
        """See `Retention.message`."""
        return MessageRecords(self.mailbox, number, self._message(number), readonly=True)

    def message_folder(self, number: int) -> int | None:
        """See `Retention.message_folder`."""
        record = self.mailbox.kept_messages.get(number)
        return None if record is None else record.folder

    def folder(self, number: int) -> PropertySource:
        """See `Retention.folder`."""
        self._folder(number)
        return FolderValues(self.mailbox, number, deleted=True)

    def folder_parent(self, number: int) -> int:
        """See `Retention.folder_parent`."""
        return self._folder(number).parent

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """See `Retention.messages`."""
        with self.mailbox.lock:
            return sorted(self.mailbox.kept_places.get((folder, associated), ()))

    def children(self, folder: int) -> list[int]:
        """See `Retention.children`."""
        with self.mailbox.lock:
            return sorted(self.mailbox.kept_children.get(folder, ()))

    def contents(self, folder: int, *, associated: bool) -> RowSource:
        """See `Retention.contents`."""
        return rows.kept_contents(self.mailbox, self._rows_decorator(), folder, associated=associated)

    def hierarchy(self, folder: int, *, deep: bool) -> RowSource:
        """See `Retention.hierarchy`."""
        return rows.kept_hierarchy(self.mailbox, self._rows_decorator(), folder, deep=deep)

    def _rows_decorator(self) -> RowDecorator:
        if self._decorator is None:
            raise InvalidObject("nobody has said who decorates the rows")
        return self._decorator

    # restoring

    def restore_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """See `Retention.restore_messages`."""
        mailbox = self._writable()
        with mailbox.transaction():
            mailbox.folder(target)
            found = [number for number in numbers if number in mailbox.kept_messages]
            for number in found:
                mailbox.tell_folder(mailbox.kept_messages[number].folder)
                self._dig(number, target)
                mailbox.tell_folder(target)
        return found

    def _dig(self, number: int, target: int) -> None:
        record = self.mailbox.dig_message(number)
        self.mailbox.put_message(number, replace(record, folder=target))
        self.mailbox.tell(Event.OBJECT_CREATED, _MESSAGE, number, target)

    def restore_folder(self, number: int, parent: int, name: str) -> None:
        """See `Retention.restore_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            record = self._folder(number)
            mailbox.folder(parent)
            check_name(mailbox, parent, name, number)
            values = {**record.values, PR_DISPLAY_NAME: name, PR_LAST_MODIFICATION_TIME: times.now()}
            top = FolderRecord(parent, values, record.version + 1)
            for folder in self._along(number):
                self._restore_one(folder, top if folder == number else self._folder(folder))
            mailbox.tell_folder(record.parent)
            mailbox.tell_folder(parent)

    def _restore_one(self, folder: int, record: FolderRecord) -> None:
        """A folder as `record` has it, and the messages in it that were deleted along with it."""
        mailbox, deletion = self.mailbox, self._folder(folder).deletion
        mailbox.dig_folder(folder)
        mailbox.put_folder(folder, replace(record, deletion=None))
        mailbox.tell(Event.OBJECT_CREATED, _FOLDER, folder, record.parent)
        for number in (*self.messages(folder), *self.messages(folder, associated=True)):
            if mailbox.kept_messages[number].deletion == deletion:
                self._dig(number, folder)

    def _along(self, number: int) -> list[int]:
        """A deleted folder and those below that were deleted with it, parents first."""
        deletion = self._folder(number).deletion
        found = [number]
        for folder in found:
            found += [one for one in self.children(folder) if self._folder(one).deletion == deletion]
        return found

    # purging

    def purge_messages(self, numbers: Sequence[int]) -> list[int]:
        """See `Retention.purge_messages`."""
        mailbox = self._writable()
        with mailbox.transaction():
            found = [number for number in numbers if number in mailbox.kept_messages]
            for number in found:
                mailbox.tell_folder(mailbox.kept_messages[number].folder)
                mailbox.purge_message(number)
        return found

    def purge_folder(self, number: int) -> None:
        """See `Retention.purge_folder`."""
        with self._writable().transaction():
            parent = self._folder(number).parent
            self.mailbox.purge_folder(number)
            self.mailbox.tell_folder(parent)

    def purge_older(self, before: int, limit: int) -> int:
        """See `Retention.purge_older`."""
        mailbox = self._writable()
        with mailbox.transaction():
            found = sorted(self._tops(before))[:limit]
            for _, number in found:
                if number in mailbox.kept_messages:
                    self.purge_messages((number,))
                elif number in mailbox.kept_folders:
                    self.purge_folder(number)
        return len(found)

    def _tops(self, before: int) -> list[tuple[int, int]]:
        """When, and what: messages that were deleted alone, and the topmost of folders that were deleted together."""
        mailbox = self.mailbox
        found = [(one.deletion, number) for number, one in mailbox.kept_messages.items()]
        found = [(deletion, number) for deletion, number in found if deletion is not None and not deletion.along]
        folders = [(one.deletion, number) for number, one in mailbox.kept_folders.items()]
        found += [
            (deletion, number) for deletion, number in folders if deletion is not None and deletion.along == number
        ]
        return [(deletion.moment, number) for deletion, number in found if deletion and deletion.moment < before]

    def _message(self, number: int) -> MessageRecord:
        record = self.mailbox.kept_messages.get(number)
        if record is None:
            raise NotFound("no such deleted message", value=number)
        return record

    def _folder(self, number: int) -> FolderRecord:
        record = self.mailbox.kept_folders.get(number)
        if record is None:
            raise NotFound("no such deleted folder", value=number)
        return record
