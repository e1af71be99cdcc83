"""Messages as wholes: copied, moved, deleted, and their flags and status changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import NotFound
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_SUBMIT
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.transfer import copy_message, delete_message

_MESSAGE = ObjectType.MESSAGE


class Messages:
    """The messages of one store, by number."""

    def __init__(self, database: Database, feed: ChangeFeed, take_number: Callable[[], int]) -> None:
        self.database = database
        self.feed = feed
        self.take_number = take_number

    def copy(self, numbers: Sequence[int], target: int) -> dict[int, int]:
        """See `StoreBackend.copy_messages`."""
        copied: dict[int, int] = {}
        with self.database.write():
            self._check_folder(target)
            for number in numbers:
                place = self._place(number)
                if place is not None:
                    copied[number] = new = copy_message(self.database, number, target, self.take_number)
                    self.feed.add(Change(Event.OBJECT_COPIED, _MESSAGE, new, target, number, place[0]))
                    self.feed.touch(target)
        return copied

    def move(self, numbers: Sequence[int], target: int) -> list[int]:
        """See `StoreBackend.move_messages`."""
        moved = []
        with self.database.write():
            self._check_folder(target)
            for number, folder, associated in self.changeable(numbers):
                self.database.run(self.database.sql["message_move"], (target, number))
                self.feed.add(Change(Event.OBJECT_MOVED, _MESSAGE, number, target, number, folder, associated))
                self.feed.touch(folder, target)
                moved.append(number)
        return moved

    def delete(self, numbers: Sequence[int]) -> list[int]:
        """See `StoreBackend.delete_messages`."""
        deleted = []
        with self.database.write():
            for number, folder, associated in self.changeable(numbers):
                delete_message(self.database, number)
                self.feed.add(Change(Event.OBJECT_DELETED, _MESSAGE, number, folder, associated=associated))
                self.feed.touch(folder)
                deleted.append(number)
        return deleted

    def set_flags(self, numbers: Collection[int], on: int, off: int) -> list[int]:
        """See `StoreBackend.set_flags`."""
        changed = []
        with self.database.write():
            for number in numbers:
                place = self._place(number)
                if place is None:
                    continue
                folder, flags, _ = place
                wanted = flags & ~off | on
                if wanted != flags:
                    self.database.run(self.database.sql["message_set_flags"], (wanted, number))
                    self.feed.add(Change(Event.OBJECT_MODIFIED, _MESSAGE, number, folder))
                if (wanted ^ flags) & MSGFLAG_READ:
                    self.feed.touch(folder)
                changed.append(number)
        return changed

    def status(self, folder: int, number: int) -> int:
        """See `StoreBackend.message_status`."""
        sql = self.database.sql
        found: int | None = self.database.value(sql["message_status"], (folder, number))
        if found is None:
            found = self.database.value(sql["search_link_status"], (folder, number))
        if found is None:
            raise NotFound("there is no such message in this folder", value=number)
        return found

    def set_status(self, folder: int, number: int, status: int) -> None:
        """See `StoreBackend.set_message_status`."""
        with self.database.write():
            sql = self.database.sql
            if self.database.run(sql["message_set_status"], (status, folder, number)):
                self.feed.add(Change(Event.OBJECT_MODIFIED, _MESSAGE, number, folder))
            elif self.database.run(sql["search_link_set_status"], (status, folder, number)):
                self.feed.add(Change(Event.TABLE_MODIFIED, _MESSAGE, number, folder, old_parent=folder))
            else:
                raise NotFound("there is no such message in this folder", value=number)

    def _check_folder(self, number: int) -> None:
        if self.database.value(self.database.sql["folder_exists"], (number,)) is None:
            raise NotFound("there is no such folder", value=number)

    def _place(self, number: int) -> tuple[int, int, bool] | None:
        """The folder and the flags of a message, and whether it is associated; None when it is gone."""
        row = self.database.row(self.database.sql["message_place"], (number,))
        return None if row is None else (row[0], row[1] or 0, bool(row[2]))

    def changeable(self, numbers: Sequence[int]) -> list[tuple[int, int, bool]]:
        """Those of `numbers` that exist and are not submitted, with their folders, and whether they are associated
        (F-063).
        """
        places = [(number, self._place(number)) for number in dict.fromkeys(numbers)]
        return [(number, place[0], place[2]) for number, place in places if place and not place[1] & MSGFLAG_SUBMIT]
