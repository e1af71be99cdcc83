"""`SqlBackend`: the store backend over one database. It hands each task to the module it belongs to."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import IO, Any, Final

from mapix.interfaces.backend import (
    Change,
    ChangeListener,
    RowDecorator,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import CorruptStore, NotFound, ObjectDeleted
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.backendtasks import BackendTasks
from mapix.providers.sqlstore.care import SqlCare
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.folder import StoredFolder, StoredStore
from mapix.providers.sqlstore.folders import Folders
from mapix.providers.sqlstore.garbage import Garbage
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.held import HeldMessage
from mapix.providers.sqlstore.message import StoredMessage, Workshop
from mapix.providers.sqlstore.messages import Messages
from mapix.providers.sqlstore.names import NameMap
from mapix.providers.sqlstore.numbers import Numbers
from mapix.providers.sqlstore.queue import Queue
from mapix.providers.sqlstore.retention import SqlRetention
from mapix.providers.sqlstore.rows import ContentsRows, HierarchyRows
from mapix.providers.sqlstore.searches import Searches
from mapix.providers.sqlstore.searchrows import SearchRows
from mapix.providers.sqlstore.service import PROVIDER_UID
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.providers.sqlstore.usedtags import UsedTags
from mapix.providers.sqlstore.watching import Watcher

_AT_CLOSE: Final = 0.1
"""Seconds that a store that is being closed may take for its full text index."""


@guarded
class SqlBackend(BackendTasks):
    """A store in a database that is open and whose schema is there; see `sqlite.backend` and `postgresql.backend`."""

    provider_uid = PROVIDER_UID
    has_searches = True

    def __init__(self, database: Database) -> None:
        self.database = database
        self._watcher: Watcher | None = None
        self._watching = Lock()
        self._closed = False
        self.readonly = database.readonly
        self.uid, self.root = self.row_of_store()
        self._put_together()

    def row_of_store(self) -> tuple[bytes, int]:
        """The store's identity and the number of its root folder."""
        uid, root = self.database.row(self.database.sql["store_row"]) or (None, None)
        if not (isinstance(uid, bytes) and len(uid) == 16 and isinstance(root, int)):
            raise CorruptStore("the store has lost its identity", value=self.database.name, hint="mapix store salvage")
        return uid, root

    def _put_together(self) -> None:
        database = self.database
        take_number = Numbers(database).take
        self.feed = ChangeFeed(database)
        self.used = UsedTags(database)
        self._store = StoredStore(database)
        self._shop = Workshop(database, self.feed, self.used, take_number)
        self._names = NameMap(database)
        self._queue = Queue(database, self.feed)
        self._folders = Folders(database, self.feed, take_number)
        self._messages = Messages(database, self.feed, take_number)
        self._around = Surroundings(database, self.used)
        self.garbage = Garbage(database)
        self._searches = Searches(self._around, self.feed)

    # the store

    def transaction(self) -> AbstractContextManager[None]:
        """See `StoreBackend.transaction`."""
        return self.database.write()

    def listen(self, listener: ChangeListener | None) -> None:
        """See `StoreBackend.listen`."""
        self.feed.listener = listener

    def poll(self) -> None:
        """See `StoreBackend.poll`."""
        self.feed.poll()

    def watch(self, *, on: bool) -> None:
        """See `StoreBackend.watch`."""
        with self._watching:
            former, wanted = self._watcher, on and not self._closed
            self._watcher = Watcher(self.database.wait_for_news, self.feed.poll) if wanted else None
        if former is not None:
            former.stop()

    def decorate(self, decorator: RowDecorator) -> None:
        """See `StoreBackend.decorate`."""
        self._around.decorate(decorator)

    def announce_new_mail(self, number: int) -> None:
        """See `StoreBackend.announce_new_mail`."""
        folder = self.message_folder(number)
        if folder is None:
            raise NotFound("there is no such message", value=number)
        with self.database.write():
            self.feed.add(Change(Event.NEW_MAIL, ObjectType.MESSAGE, number, folder))

    def store(self) -> StoredStore:
        """See `StoreBackend.store`."""
        return self._store

    def care(self) -> SqlCare:
        """See `StoreBackend.care`."""
        return SqlCare(self.database, self.garbage, self.retention)

    def scratch(self) -> IO[bytes]:
        """See `StoreBackend.scratch`."""
        files = self.database.files
        return super().scratch() if files is None else files.scratch()

    def close(self) -> None:
        """See `StoreBackend.close`."""
        self._closed = True
        self.watch(on=False)
        self._queue.close()
        self.garbage.close()
        if self._around.texts is not None:
            self._around.texts.at_rest(_AT_CLOSE)
        self.database.close()

    # folders

    def folder(self, number: int) -> StoredFolder:
        """See `StoreBackend.folder`."""
        self._searches.catch_up()
        self._folders.kind(number)
        return StoredFolder(self.database, self.feed, number)

    def folder_parent(self, number: int) -> int:
        """See `StoreBackend.folder_parent`."""
        return self._folders.parent(number)

    def create_folder(self, parent: int, name: str, values: Mapping[PropTag, Any], *, copy_of: int = 0) -> int:
        """See `StoreBackend.create_folder`."""
        return self._folders.create(parent, name, values, copy_of)

    def find_folder(self, parent: int, name: str) -> int | None:
        """See `StoreBackend.find_folder`."""
        return self._folders.find(parent, name)

    def move_folder(self, number: int, parent: int, name: str) -> None:
        """See `StoreBackend.move_folder`."""
        self._folders.move(number, parent, name)

    def delete_folder(self, number: int, *, messages: bool, folders: bool) -> None:
        """See `StoreBackend.delete_folder`."""
        self._folders.delete(number, messages=messages, folders=folders)

    def children(self, folder: int) -> list[int]:
        """See `StoreBackend.children`."""
        return self._folders.children(folder)

    def contents_sort(self, folder: int) -> bytes | None:
        """See `StoreBackend.contents_sort`."""
        return _sound_order(folder, self.database.value(self.database.sql["folder_sort"], (folder,)))

    def set_contents_sort(self, folder: int, value: bytes | None) -> None:
        """See `StoreBackend.set_contents_sort`."""
        with self.database.write():
            self.database.run(self.database.sql["folder_set_sort"], (value, folder))

    def folder_size(self, folder: int) -> int:
        """See `StoreBackend.folder_size`."""
        return int(self.database.value(self.database.sql["folder_size"], (folder,)))

    def retention(self) -> SqlRetention:
        """See `StoreBackend.retention`."""
        return SqlRetention(self._shop, self._around, self._folders, self._messages)

    def receive_folders(self) -> dict[str, int]:
        """See `StoreBackend.receive_folders`."""
        return self._folders.receive_folders()

    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        """See `StoreBackend.set_receive_folder`."""
        self._folders.set_receive_folder(message_class, folder)

    # tables

    def contents(self, folder: int, *, associated: bool) -> ContentsRows | SearchRows:
        """See `StoreBackend.contents`."""
        return self._rows_of(folder, self._folders.kind(folder), associated=associated)

    def sorted_contents(self, folder: int) -> tuple[ContentsRows | SearchRows, bytes | None]:
        """See `StoreBackend.sorted_contents`."""
        found = self.database.row(self.database.sql["folder_table"], (folder,))
        if found is None:
            raise NotFound("there is no such folder", value=folder)
        return self._rows_of(folder, found[0], associated=False), _sound_order(folder, found[1])

    def _rows_of(self, folder: int, kind: int, *, associated: bool) -> ContentsRows | SearchRows:
        if kind == FOLDER_SEARCH:
            return SearchRows(self._around, folder, self._searches.look, associated=associated)
        return ContentsRows(self._around, folder, associated=associated)

    def hierarchy(self, folder: int, *, deep: bool) -> HierarchyRows:
        """See `StoreBackend.hierarchy`."""
        self._folders.check(folder)
        return HierarchyRows(self._around, folder, deep=deep)

    # messages

    def message(self, number: int) -> StoredMessage:
        """See `StoreBackend.message`."""
        row = self.database.row(self.database.sql["message_row"], (number,))
        if row is None:
            raise NotFound("there is no such message", value=number)
        return StoredMessage(self._shop, number, row[0], associated=bool(row[1]))

    def message_to_open(self, number: int) -> StoredMessage:
        """See `StoreBackend.message_to_open`: one statement, and none when it is opened."""
        try:
            held = HeldMessage(self.database, number)
        except ObjectDeleted:
            raise NotFound("there is no such message", value=number) from None
        if not held.folder:
            raise NotFound("there is no such message", value=number)
        return StoredMessage(self._shop, number, held.folder, associated=held.associated, ahead=held)

    def message_values(self, number: int, tags: Sequence[PropTag]) -> dict[PropTag, Any]:
        """See `StoreBackend.message_values`: one statement."""
        try:
            return StoredMessage(self._shop, number, 0).load(tags)[0]
        except ObjectDeleted:
            raise NotFound("there is no such message", value=number) from None

    def new_message(self, folder: int, *, associated: bool) -> StoredMessage:
        """See `StoreBackend.new_message`."""
        return StoredMessage(self._shop, 0, folder, associated=associated)

    def message_folder(self, number: int) -> int | None:
        """See `StoreBackend.message_folder`."""
        found: int | None = self.database.value(self.database.sql["message_folder"], (number,))
        return found

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """See `StoreBackend.messages`."""
        return [
            number for (number,) in self.database.rows(self.database.sql["message_list"], (folder, int(associated)))
        ]

    def copy_messages(self, numbers: Sequence[int], target: int) -> dict[int, int]:
        """See `StoreBackend.copy_messages`."""
        return self._messages.copy(numbers, target)

    def move_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """See `StoreBackend.move_messages`."""
        return self._messages.move(numbers, target)

    def delete_messages(self, numbers: Sequence[int]) -> list[int]:
        """See `StoreBackend.delete_messages`."""
        return self._messages.delete(numbers)

    def set_flags(self, numbers: Collection[int], *, on: int = 0, off: int = 0) -> list[int]:
        """See `StoreBackend.set_flags`."""
        return self._messages.set_flags(numbers, on, off)

    def message_status(self, folder: int, number: int) -> int:
        """See `StoreBackend.message_status`."""
        return self._messages.status(folder, number)

    def set_message_status(self, folder: int, number: int, status: int) -> None:
        """See `StoreBackend.set_message_status`."""
        self._messages.set_status(folder, number, status)

    # other stores

    @abstractmethod
    def set_owner(self, address: str | None) -> None:
        """Say whose store it is, None for nobody's: mail for the address goes to it from now on."""

    @abstractmethod
    def open_mailbox(self, address: str) -> SqlBackend | None:
        """See `StoreBackend.open_mailbox`; this store itself before others of the same owner."""


def _sound_order(folder: int, kept: object) -> bytes | None:
    """The order kept for a folder; `CorruptStore` where it is none."""
    if not isinstance(kept, bytes | None):
        raise CorruptStore("the order of a folder is damaged", value=folder, hint="mapix store check")
    return kept
