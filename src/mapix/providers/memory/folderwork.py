"""Folders of a memory store, as the backend works on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.retention import Retention
from mapix.interfaces.table import RowSource
from mapix.properties import times
from mapix.properties.errors import (
    FolderCycle,
    HasFolders,
    HasMessages,
    InvalidObject,
    NoAccess,
)
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_FOLDER_TYPE,
    PR_LAST_MODIFICATION_TIME,
)
from mapix.providers.memory import rows
from mapix.providers.memory.mailbox import ROOT
from mapix.providers.memory.messagework import MessageWork
from mapix.providers.memory.records import FolderRecord
from mapix.providers.memory.sources import (
    check_name,
    find_child,
)

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class FolderWork(MessageWork):
    """The folder part of a backend."""

    _decorator: RowDecorator | None = None

    def decorate(self, decorator: RowDecorator) -> None:
        """See `StoreBackend.decorate`."""
        self._decorator = self.mailbox.decorator = decorator

    def create_folder(self, parent: int, name: str, values: Mapping[PropTag, Any], *, copy_of: int = 0) -> int:
        """See `StoreBackend.create_folder`."""
        mailbox = self._writable()
        with mailbox.transaction():
            check_name(mailbox, parent, name, 0)
            now = times.now()
            own = {PR_CREATION_TIME: now, **values, PR_DISPLAY_NAME: name, PR_LAST_MODIFICATION_TIME: now}
            number = mailbox.take_number()
            mailbox.put_folder(number, FolderRecord(parent, own))
            if values.get(PR_FOLDER_TYPE) == FOLDER_SEARCH:
                mailbox.journal.put(mailbox.links, number, {})
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
            if parent in mailbox.tree(number):
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
            tree = mailbox.tree(number)
            inside = [one for folder in tree for one in mailbox.inside(folder)]
            if inside and not messages:
                raise HasMessages("the folder has messages", value=number)
            if any(one in mailbox.queue for one in inside):
                raise HasMessages("a message that is being sent lies in the folder", value=number)
            for one in inside:
                mailbox.tell(Event.OBJECT_DELETED, _MESSAGE, one, mailbox.messages[one].folder)
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

    def retention(self) -> Retention | None:
        """See `StoreBackend.retention`."""
        from mapix.providers.memory.retention import MemoryRetention

        return MemoryRetention(self.mailbox, self._decorator, readonly=self.readonly)

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

    def _rows_decorator(self) -> RowDecorator:
        if self._decorator is None:
            raise InvalidObject("nobody has said who decorates the rows")
        return self._decorator
