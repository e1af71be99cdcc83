"""What was deleted from the store and is kept (`Retention`).

A row that is kept has an empty place, its folder stands in `kept_in`: no other statement meets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.retention import Retention
from mapix.properties.errors import HasMessages, NoAccess, NotFound
from mapix.properties.times import now
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.folder import StoredFolder, check_free, name_key
from mapix.providers.sqlstore.folders import Folders
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.keptrows import KeptContents, KeptHierarchy
from mapix.providers.sqlstore.message import StoredMessage, Workshop
from mapix.providers.sqlstore.messages import Messages
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.providers.sqlstore.transfer import delete_message

_FOLDER: Final = ObjectType.FOLDER
_MESSAGE: Final = ObjectType.MESSAGE


@guarded
class SqlRetention(Retention):
    """The deleted things of one store."""

    def __init__(self, shop: Workshop, around: Surroundings, folders: Folders, messages: Messages) -> None:
        self.shop = shop
        self.around = around
        self.folders = folders
        self.live = messages
        self.feed = shop.feed

    @property
    def database(self) -> Database:
        """The store's database."""
        return self.shop.database

    # deleting

    def delete_messages(self, numbers: Sequence[int], moment: int) -> list[int]:
        """See `Retention.delete_messages`."""
        deleted = []
        with self.database.write():
            for number, folder, associated in self.live.changeable(numbers):
                self._run("kept_bury_message", moment, 0, number)
                self.feed.add(Change(Event.OBJECT_DELETED, _MESSAGE, number, folder, associated=associated))
                self.feed.touch(folder)
                deleted.append(number)
        return deleted

    def delete_folder(self, number: int, moment: int) -> None:
        """See `Retention.delete_folder`."""
        with self.database.write():
            parent = self.folders.parent(number)
            if parent == number:
                raise NoAccess("the root folder stays (F-001)", value=number)
            tree = [found for (found,) in self._rows("folder_tree", number)]
            if any(self._rows("folder_queued", folder) for folder in tree):
                raise HasMessages("a message that is being sent lies in the folder", value=number)
            for folder in tree:
                self._bury(folder, moment, number)
            self.feed.touch(parent)

    def _bury(self, folder: int, moment: int, top: int) -> None:
        parent = self.folders.parent(folder)
        for (message,) in self._rows("folder_messages", folder):
            self.feed.add(Change(Event.OBJECT_DELETED, _MESSAGE, message, folder))
        self._run("kept_bury_messages", moment, top, folder)
        self._run("kept_bury_folder", moment, top, folder)
        self.feed.add(Change(Event.OBJECT_DELETED, _FOLDER, folder, parent))

    # what is there

    def message(self, number: int) -> StoredMessage:
        """See `Retention.message`."""
        row = self.database.row(self.database.sql["kept_message"], (number,))
        if row is None:
            raise NotFound("there is no such deleted message", value=number)
        return StoredMessage(self.shop, number, row[0], associated=bool(row[1]), deleted=True)

    def message_folder(self, number: int) -> int | None:
        """See `Retention.message_folder`."""
        found: int | None = self.database.value(self.database.sql["kept_message"], (number,))
        return found

    def folder(self, number: int) -> StoredFolder:
        """See `Retention.folder`."""
        self._folder(number)
        return StoredFolder(self.database, self.feed, number, deleted=True)

    def folder_parent(self, number: int) -> int:
        """See `Retention.folder_parent`."""
        return int(self._folder(number)[0])

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """See `Retention.messages`."""
        return [number for (number,) in self._rows("kept_messages", folder, int(associated))]

    def children(self, folder: int) -> list[int]:
        """See `Retention.children`."""
        return [number for (number,) in self._rows("kept_children", folder)]

    def contents(self, folder: int, *, associated: bool) -> KeptContents:
        """See `Retention.contents`."""
        return KeptContents(self.around, folder, associated=associated)

    def hierarchy(self, folder: int, *, deep: bool) -> KeptHierarchy:
        """See `Retention.hierarchy`."""
        return KeptHierarchy(self.around, folder, deep=deep)

    # restoring

    def restore_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """See `Retention.restore_messages`."""
        restored = []
        with self.database.write():
            self.folders.check(target)
            for number in dict.fromkeys(numbers):
                folder = self.message_folder(number)
                if folder is not None:
                    self._dig(number, target)
                    self.feed.touch(folder, target)
                    restored.append(number)
        return restored

    def _dig(self, number: int, target: int) -> None:
        self._run("kept_dig_message", target, number)
        self.feed.add(Change(Event.OBJECT_CREATED, _MESSAGE, number, target))

    def restore_folder(self, number: int, parent: int, name: str) -> None:
        """See `Retention.restore_folder`."""
        with self.database.write():
            old_parent, deleted_with = self._folder(number)
            self.folders.check(parent)
            check_free(self.database, parent, name, number)
            tree = list(self._along(number, deleted_with))
            self._run("kept_place_folder", parent, name, name_key(name), now(), number)
            for folder in tree[1:]:
                self._run("kept_dig_folder", folder)
            for folder in tree:
                self.feed.add(Change(Event.OBJECT_CREATED, _FOLDER, folder, self.folders.parent(folder)))
                for (message,) in self._rows("kept_messages_with", folder, deleted_with):
                    self._dig(message, folder)
            self.feed.touch(old_parent, parent)

    def _along(self, number: int, deleted_with: int) -> Iterator[int]:
        """A deleted folder and those below that were deleted with it, parents first."""
        yield number
        for (below,) in self._rows("kept_children_with", number, deleted_with):
            yield from self._along(below, deleted_with)

    # purging

    def purge_messages(self, numbers: Sequence[int]) -> list[int]:
        """See `Retention.purge_messages`."""
        purged = []
        with self.database.write():
            for number in dict.fromkeys(numbers):
                folder = self.message_folder(number)
                if folder is not None:
                    delete_message(self.database, number)
                    self.feed.touch(folder)
                    purged.append(number)
        return purged

    def purge_folder(self, number: int) -> None:
        """See `Retention.purge_folder`."""
        with self.database.write():
            parent = self.folder_parent(number)
            self.folders.purge(number)
            self.feed.touch(parent)

    def purge_older(self, before: int, limit: int) -> int:
        """See `Retention.purge_older`."""
        if not self._rows("kept_old_messages", before, 1) and not self._rows("kept_old_folders", before, 1):
            return 0
        with self.database.write():
            messages = [number for (number,) in self._rows("kept_old_messages", before, limit)]
            found = len(self.purge_messages(messages))
            for (folder,) in self._rows("kept_old_folders", before, max(0, limit - found)):
                if self.database.row(self.database.sql["kept_folder"], (folder,)) is not None:
                    self.purge_folder(folder)
                    found += 1
        return found

    def _folder(self, number: int) -> tuple[int, int]:
        """The folder a deleted one was in, and the folder it was deleted with."""
        row: tuple[int, int] | None = self.database.row(self.database.sql["kept_folder"], (number,))
        if row is None:
            raise NotFound("there is no such deleted folder", value=number)
        return row

    def _rows(self, name: str, *params: Any) -> list[Any]:
        return self.database.rows(self.database.sql[name], params)

    def _run(self, name: str, *params: Any) -> None:
        self.database.run(self.database.sql[name], params)
