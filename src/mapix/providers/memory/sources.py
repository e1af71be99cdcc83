"""Where the objects of a memory store read and save their properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from mapix.interfaces.backend import (
    MessageChanges,
    MessageSource,
    QueueRow,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ChangeSet, ObjectType
from mapix.objects.restrictions.collate import fold
from mapix.properties import times
from mapix.properties.errors import Collision, NoAccess, ObjectChanged, ObjectDeleted
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ASSOC_CONTENT_COUNT,
    PR_CLIENT_SUBMIT_TIME,
    PR_CONTENT_COUNT,
    PR_CONTENT_UNREAD,
    PR_DELETED_ASSOC_MSG_COUNT,
    PR_DELETED_FOLDER_COUNT,
    PR_DELETED_MSG_COUNT,
    PR_DELETED_ON,
    PR_DISPLAY_NAME,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_FLAGS,
    PR_SUBFOLDERS,
)
from mapix.providers.memory.mailbox import Mailbox
from mapix.providers.memory.records import FolderRecord, MessageRecord, Values, changed, changed_message

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)


class StoreValues:
    """The store's own properties."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def load(self, tags: Sequence[PropTag] | None) -> tuple[Values, int]:
        """See `PropertySource.load`."""
        with self._mailbox.lock:
            return chosen(self._mailbox.store["values"], tags), 1

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        mailbox = self._mailbox
        with mailbox.transaction():
            values = changed(mailbox.store["values"], changes.values, changes.deleted)
            mailbox.journal.put(mailbox.store, "values", values)
        return 1


class FolderValues:
    """A folder's properties, with its counts; `deleted` for one that is kept, which nobody changes."""

    def __init__(self, mailbox: Mailbox, number: int, *, deleted: bool = False) -> None:
        self._mailbox = mailbox
        self._number = number
        self._deleted = deleted

    def load(self, tags: Sequence[PropTag] | None) -> tuple[Values, int]:
        """See `PropertySource.load`."""
        with self._mailbox.lock:
            folders = self._mailbox.kept_folders if self._deleted else self._mailbox.folders
            record = folders.get(self._number)
            if record is None:
                raise ObjectDeleted("the folder is gone", value=self._number)
            return chosen(folder_values(self._mailbox, self._number), tags), record.version

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        mailbox, number = self._mailbox, self._number
        if self._deleted:
            raise NoAccess("a deleted folder is not changed", value=number, hint="move it back first")
        with mailbox.transaction():
            record = mailbox.folders.get(number)
            if record is None:
                raise ObjectDeleted("the folder is gone", value=number)
            check_name(mailbox, record.parent, changes.values.get(PR_DISPLAY_NAME), number)
            new = changes.values | {PR_LAST_MODIFICATION_TIME: times.now()}
            values = changed(record.values, new, changes.deleted)
            mailbox.put_folder(number, replace(record, values=values, version=record.version + 1))
            mailbox.tell(Event.OBJECT_MODIFIED, _FOLDER, number, record.parent)
        return record.version + 1


class MessageRecords:
    """A message as it was when it was opened; saving goes to the store (`MessageSource`)."""

    def __init__(self, mailbox: Mailbox, number: int, record: MessageRecord, *, readonly: bool = False) -> None:
        self.number = number
        self.folder = record.folder
        self.associated = record.associated
        self._mailbox = mailbox
        self._record = record
        self._readonly = readonly

    def load(self, tags: Sequence[PropTag] | None) -> tuple[Values, int]:
        """See `PropertySource.load`."""
        return chosen(self._record.values | deleted_on(self._record), tags), self._record.version

    def load_whole(self) -> tuple[dict[PropTag, Any], int]:
        """See `WholeMessageSource.load_whole`: the record is a snapshot."""
        return self.load(None)

    def recipients(self) -> list[Values]:
        """See `MessageSource.recipients`."""
        return [dict(row) for row in self._record.recipients]

    def attachments(self) -> dict[int, Values]:
        """See `MessageSource.attachments`."""
        return {number: dict(part.values) for number, part in self._record.attachments.items()}

    def embedded(self, attachment: int) -> MessageSource | None:
        """See `MessageSource.embedded`."""
        part = self._record.attachments.get(attachment)
        if part is None or part.message is None:
            return None
        return MessageRecords(self._mailbox, 0, part.message, readonly=True)

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        if self._readonly:
            raise NoAccess("a deleted message, and one inside an attachment, is not saved by itself")
        mailbox, whole = self._mailbox, cast(MessageChanges, changes)
        with mailbox.transaction():
            new = self.number == 0
            current = self._current(new)
            if not new and changes.version is not None and changes.version != current.version:
                raise ObjectChanged("somebody else has saved the message since it was opened", value=self.number)
            number = mailbox.take_number() if new else self.number
            record = changed_message(current, whole)
            mailbox.put_message(number, record)
            self._tell(number, record, new, current)
            if whole.submit:
                self._queue(number, record, whole.submit_due)
        self.number, self._record, self.folder = number, record, record.folder
        return record.version

    def _current(self, new: bool) -> MessageRecord:
        if new:
            if self._record.folder not in self._mailbox.folders:
                raise ObjectDeleted("the folder the message was to lie in is gone", value=self._record.folder)
            return self._record
        current = self._mailbox.messages.get(self.number)
        if current is None:
            raise ObjectDeleted("the message is gone", value=self.number)
        return current

    def _tell(self, number: int, record: MessageRecord, new: bool, before: MessageRecord) -> None:
        event = Event.OBJECT_CREATED if new else Event.OBJECT_MODIFIED
        self._mailbox.tell(event, _MESSAGE, number, record.folder)
        if new or is_unread(record) != is_unread(before):
            self._mailbox.tell_folder(record.folder)

    def _queue(self, number: int, record: MessageRecord, due: int) -> None:
        submitted = record.values.get(PR_CLIENT_SUBMIT_TIME) or times.now()
        self._mailbox.change_queue(QueueRow(number, submitted, due or submitted, 0, "", locked=False))


def chosen(values: Mapping[PropTag, Any], tags: Sequence[PropTag] | None) -> Values:
    """Those of `values` whose identifiers stand in `tags`; all when None."""
    if tags is None:
        return dict(values)
    wanted = {tag >> 16 for tag in tags}
    return {tag: value for tag, value in values.items() if tag >> 16 in wanted}


def is_unread(record: MessageRecord) -> bool:
    """Whether a message counts in PR_CONTENT_UNREAD (X-30)."""
    return not record.associated and not record.values.get(PR_MESSAGE_FLAGS, 0) & MSGFLAG_READ


def folder_values(mailbox: Mailbox, number: int) -> Values:
    """What was set on a folder, deleted or not, and its counts (objects 3.1)."""
    messages, places, kept = mailbox.messages, mailbox.places, mailbox.kept_places
    contents = list(mailbox.shown(number))
    record = mailbox.folders.get(number) or mailbox.kept_folders[number]
    return {
        **record.values,
        PR_CONTENT_COUNT: len(contents),
        PR_CONTENT_UNREAD: sum(is_unread(messages[one]) for one in contents),
        PR_ASSOC_CONTENT_COUNT: len(places.get((number, True), ())),
        PR_SUBFOLDERS: bool(mailbox.children.get(number)),
        PR_DELETED_MSG_COUNT: len(kept.get((number, False), ())),
        PR_DELETED_ASSOC_MSG_COUNT: len(kept.get((number, True), ())),
        PR_DELETED_FOLDER_COUNT: len(mailbox.kept_children.get(number, ())),
        **deleted_on(record),
    }


def deleted_on(record: FolderRecord | MessageRecord) -> Values:
    """PR_DELETED_ON of what was deleted and is kept."""
    return {} if record.deletion is None else {PR_DELETED_ON: record.deletion.moment}


def find_child(mailbox: Mailbox, parent: int, name: str) -> int | None:
    """The folder of a name below another, case aside (F-002); `NotFound` for no such parent."""

    mailbox.folder(parent)
    wanted = fold(name)
    for number in mailbox.children[parent]:
        if fold(mailbox.folders[number].values.get(PR_DISPLAY_NAME, "")) == wanted:
            return number
    return None


def check_name(mailbox: Mailbox, parent: int, name: str | None, number: int) -> None:
    """`Collision` when a folder beside has the name."""
    if name is not None and find_child(mailbox, parent, name) not in (None, number):
        raise Collision("a folder of this name is there already", value=name)
