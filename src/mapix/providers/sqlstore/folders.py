"""The tree of folders: created, found, moved, deleted; and the receive folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import CorruptStore, FolderCycle, HasFolders, HasMessages, NoAccess, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.times import now
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.folder import check_free, create_folder, name_key
from mapix.providers.sqlstore.properties import delete_values
from mapix.providers.sqlstore.transfer import delete_message
from mapix.providers.sqlstore.values import loaded_text

_FOLDER = ObjectType.FOLDER


class Folders:
    """The folders of one store."""

    def __init__(self, database: Database, feed: ChangeFeed, take_number: Callable[[], int]) -> None:
        self.database = database
        self.feed = feed
        self.take_number = take_number

    def check(self, number: int) -> None:
        """`NotFound` when there is no such folder."""
        found = self.database.value(self.database.sql["folder_exists"], (number,))
        if found is None:
            raise NotFound("there is no such folder", value=number)
        if found > 1:
            self.database.keep_up()

    def kind(self, number: int) -> int:
        """PR_FOLDER_TYPE; `NotFound` when there is no such folder."""
        found: int | None = self.database.value(self.database.sql["folder_kind"], (number,))
        if found is None:
            raise NotFound("there is no such folder", value=number)
        return found

    def parent(self, number: int) -> int:
        """The folder above; the root's is itself (F-001)."""
        found = self.database.value(self.database.sql["folder_parent"], (number,))
        if found is None:
            raise NotFound("there is no such folder", value=number)
        return int(found)

    def children(self, folder: int) -> list[int]:
        """Folders directly below, oldest first."""
        return [number for (number,) in self.database.rows(self.database.sql["folder_children"], (folder,))]

    def find(self, parent: int, name: str) -> int | None:
        """The child of a name, case aside."""
        found: int | None = self.database.value(self.database.sql["folder_find"], (parent, name_key(name)))
        return found

    def create(self, parent: int, name: str, values: Mapping[PropTag, Any], copy_of: int) -> int:
        """See `StoreBackend.create_folder`."""
        with self.database.write():
            number = self.take_number()
            create_folder(self.database, number, parent, name, values)
            if copy_of:
                above = self.parent(copy_of)
                self.feed.add(Change(Event.OBJECT_COPIED, _FOLDER, number, parent, copy_of, above))
            else:
                self.feed.add(Change(Event.OBJECT_CREATED, _FOLDER, number, parent))
            self.feed.touch(parent)
        return number

    def move(self, number: int, parent: int, name: str) -> None:
        """See `StoreBackend.move_folder`."""
        with self.database.write():
            old_parent = self.parent(number)
            self.check(parent)
            if self.database.value(self.database.sql["folder_above"], (parent, number)) is not None:
                raise FolderCycle("a folder cannot be moved into itself or below itself", value=name)
            check_free(self.database, parent, name, number)
            self.database.run(self.database.sql["folder_place"], (parent, name, name_key(name), now(), number))
            self.feed.add(Change(Event.OBJECT_MOVED, _FOLDER, number, parent, number, old_parent))
            self.feed.touch(parent, old_parent)

    def delete(self, number: int, *, messages: bool, folders: bool) -> None:
        """See `StoreBackend.delete_folder`; a submitted message in it keeps it."""
        with self.database.write():
            parent = self.parent(number)
            if parent == number:
                raise NoAccess("the root folder stays (F-001)", value=number)
            tree = [found for (found,) in self.database.rows(self.database.sql["folder_tree"], (number,))]
            if len(tree) > 1 and not folders:
                raise HasFolders("the folder has folders below it", value=number)
            if not messages and any(self._has_messages(folder) for folder in tree):
                raise HasMessages("there are messages in the folder", value=number)
            if any(self.database.value(self.database.sql["folder_queued"], (folder,)) is not None for folder in tree):
                raise HasMessages("a message that is being sent lies in the folder", value=number)
            for folder in tree:
                self._delete_one(folder)
            self.feed.touch(parent)

    def _has_messages(self, folder: int) -> bool:
        return any(self.database.row(self.database.sql["folder_holds"], (folder,)) or ())

    def _delete_one(self, folder: int) -> None:
        parent = self.parent(folder)
        self._purge_inside(folder)
        for (message,) in self.database.rows(self.database.sql["folder_messages"], (folder,)):
            delete_message(self.database, message)
            self.feed.add(Change(Event.OBJECT_DELETED, ObjectType.MESSAGE, message, folder))
        delete_values(self.database, folder)
        self.database.run(self.database.sql["folder_delete"], (folder,))
        self.feed.add(Change(Event.OBJECT_DELETED, _FOLDER, folder, parent))

    def purge(self, folder: int, above: tuple[int, ...] = ()) -> None:
        """Let go of a deleted folder and everything that is kept in it, inside a transaction; `above` is what it is
        kept in.
        """
        if folder in above:
            raise CorruptStore("a deleted folder is kept in itself", value=folder, hint="mapix store check")
        self._purge_inside(folder, above)
        delete_values(self.database, folder)
        self.database.run(self.database.sql["folder_delete"], (folder,))

    def _purge_inside(self, folder: int, above: tuple[int, ...] = ()) -> None:
        """Let go of what is kept in a folder."""
        for (below,) in self.database.rows(self.database.sql["kept_children"], (folder,)):
            self.purge(below, (*above, folder))
        for (message,) in self.database.rows(self.database.sql["kept_messages_all"], (folder,)):
            delete_message(self.database, message)

    def receive_folders(self) -> dict[str, int]:
        """See `StoreBackend.receive_folders`."""
        rows = self.database.rows(self.database.sql["receive_list"])
        return {loaded_text(message_class): folder for message_class, folder in rows}

    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        """See `StoreBackend.set_receive_folder`."""
        with self.database.write():
            if folder is None:
                self.database.run(self.database.sql["receive_delete"], (name_key(message_class),))
            else:
                self.check(folder)
                self.database.run(self.database.sql["receive_set"], (name_key(message_class), message_class, folder))
