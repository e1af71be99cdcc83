"""What was deleted from a mailbox and is kept: the part of its state that `retention` works on.

Kept messages and folders are in no dictionary of the mailbox itself, so nothing else there meets them.
"""

from __future__ import annotations

from dataclasses import replace

from mapix.providers.memory.links import Links
from mapix.providers.memory.records import Deletion, FolderRecord, MessageRecord


class Kept(Links):
    """The kept things of a `Mailbox`, which derives from this."""

    folders: dict[int, FolderRecord]
    children: dict[int, dict[int, None]]
    messages: dict[int, MessageRecord]
    sorts: dict[int, bytes]

    def __init__(self) -> None:
        super().__init__()
        self.kept_folders: dict[int, FolderRecord] = {}
        self.kept_children: dict[int, dict[int, None]] = {}
        self.kept_messages: dict[int, MessageRecord] = {}
        self.kept_places: dict[tuple[int, bool], dict[int, None]] = {}

    def bury_message(self, number: int, record: MessageRecord, deletion: Deletion) -> None:
        """Keep a message that is out of its folder already."""
        self.journal.put(self.kept_messages, number, replace(record, deletion=deletion))
        self.journal.put(self.kept_places.setdefault((record.folder, record.associated), {}), number, None)

    def dig_message(self, number: int) -> MessageRecord:
        """A message that is kept no longer, to be put into a folder."""
        record = self.kept_messages[number]
        self.purge_message(number)
        return replace(record, deletion=None)

    def purge_message(self, number: int) -> None:
        """Away with a kept message."""
        record = self.kept_messages[number]
        self.journal.drop(self.kept_places[record.folder, record.associated], number)
        self.journal.drop(self.kept_messages, number)

    def bury_folder(self, number: int, deletion: Deletion) -> None:
        """A folder without folders and messages out of the tree, to where it is kept."""
        record = replace(self.folders[number], deletion=deletion)
        self.journal.drop(self.children[record.parent], number)
        self.journal.drop(self.children, number)
        self.journal.drop(self.folders, number)
        self.journal.put(self.kept_folders, number, record)
        self.journal.put(self.kept_children.setdefault(record.parent, {}), number, None)

    def dig_folder(self, number: int) -> FolderRecord:
        """A folder that is kept no longer, to be put into the tree; what was in it stays kept."""
        record = self.kept_folders[number]
        self.journal.drop(self.kept_children[record.parent], number)
        self.journal.drop(self.kept_folders, number)
        return replace(record, deletion=None)

    def purge_folder(self, number: int) -> None:
        """Away with a kept folder and everything that is kept in it."""
        self.purge_inside(number)
        self.dig_folder(number)
        self.journal.drop(self.sorts, number)
        self.forget_searches(number)

    def purge_inside(self, number: int) -> None:
        """Away with everything that is kept in a folder, which itself may be kept or not."""
        for below in list(self.kept_children.get(number, ())):
            self.purge_folder(below)
        for associated in (False, True):
            for message in list(self.kept_places.get((number, associated), ())):
                self.purge_message(message)
