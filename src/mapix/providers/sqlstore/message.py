"""One message of the store as a `MessageSource`: read with few statements, saved in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapix.interfaces.backend import (
    AttachmentChanges,
    Change,
    MessageChanges,
    MessageSource,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ChangeSet, ObjectType
from mapix.properties.errors import NoAccess, ObjectChanged, ObjectDeleted
from mapix.properties.flags import MSGFLAG_SUBMIT
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_OBJ, PR_CLIENT_SUBMIT_TIME, PR_DELETED_ON, PR_MESSAGE_FLAGS
from mapix.properties.times import now
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.held import HeldMessage
from mapix.providers.sqlstore.hot import INSERT_MESSAGE, flags_of, hot_values, new_columns, update_message
from mapix.providers.sqlstore.parts import (
    attachments_of,
    change_attachment,
    numbered,
    recipients_of,
    replace_recipients,
)
from mapix.providers.sqlstore.properties import change_values, insert_values, padded, prepared, values_of
from mapix.providers.sqlstore.transfer import delete_attachment, delete_embedded
from mapix.providers.sqlstore.usedtags import UsedTags


@dataclass(slots=True)
class Workshop:
    """What saving a message needs of its store. `undone` are the transactions that were, as `Database` counts them."""

    database: Database
    feed: ChangeFeed
    used: UsedTags
    take_number: Callable[[], int]
    undone: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.database.on_undo.append(self._note_undone)

    def _note_undone(self) -> None:
        if not self.database.depth:
            self.undone.add(self.database.transactions)


@dataclass(slots=True)
class _Ready:
    """Changes with their `values` ready to be written, those of the `parts` by attachment number, and of the message
    `embedded` in an attachment.
    """

    changes: Any
    values: Mapping[PropTag, Any]
    parts: dict[int, _Ready | None]
    embedded: _Ready | None = None


@guarded
class StoredMessage:
    """The saved state of the message `number`, 0 for one that is not saved yet; `folder` is 0 inside an attachment.

    `deleted` says that it was deleted and is kept: nobody changes it. `ahead` was read to open it with.
    """

    def __init__(
        self,
        shop: Workshop,
        number: int,
        folder: int,
        *,
        associated: bool = False,
        deleted: bool = False,
        ahead: HeldMessage | None = None,
    ) -> None:
        self.shop = shop
        self.number = number
        self.folder = folder
        self.associated = associated
        self.deleted = deleted
        self._held: HeldMessage | None = None
        self._ahead = ahead
        self._made_in = 0
        self._saved: tuple[int, int | None] = (0, None)

    @property
    def database(self) -> Database:
        """The store's database."""
        return self.shop.database

    # reading

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`: one statement."""
        if not self.number:
            return {}, 0
        database = self.shop.database
        narrowed = None if tags is None else padded([tag >> 16 for tag in tags])
        if narrowed is None:
            rows = database.rows(database.sql["message_values"], (self.number,))
        else:
            ids, marks = narrowed
            rows = database.rows(database.sql["message_some_values"].replace("{ids}", marks), (*ids, self.number))
        if not rows:
            raise ObjectDeleted("the message has been deleted", value=self.number)
        version, flags = numbered(rows[0][:2], self.number)
        values = values_of(database, [row[2:] for row in rows if row[2] is not None])
        if flags is not None:
            values[PR_MESSAGE_FLAGS] = flags
        values |= self._deletion()
        if tags is not None:
            wanted = {tag >> 16 for tag in tags}
            values = {tag: value for tag, value in values.items() if tag >> 16 in wanted}
        return values, version

    def load_whole(self) -> tuple[dict[PropTag, Any], int]:
        """See `WholeMessageSource.load_whole`: one statement, a few more where there are messages inside."""
        if not self.number:
            return {}, 0
        ahead, self._ahead = self._ahead, None
        self._held = ahead or HeldMessage(self.shop.database, self.number)
        values, version = self._held.load()
        return values | self._deletion(), version

    def _deletion(self) -> dict[PropTag, Any]:
        """When it was deleted, of one that is kept."""
        database = self.shop.database
        moment = database.value(database.sql["kept_deleted_on"], (self.number,)) if self.deleted else None
        return {} if moment is None else {PR_DELETED_ON: moment}

    def recipients(self) -> list[dict[PropTag, Any]]:
        """See `MessageSource.recipients`."""
        if self._held is not None:
            return self._held.recipients()
        return recipients_of(self.shop.database, self.number) if self.number else []

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """See `MessageSource.attachments`."""
        if self._held is not None:
            return self._held.attachments()
        return attachments_of(self.shop.database, self.number) if self.number else {}

    def embedded(self, attachment: int) -> MessageSource | None:
        """See `MessageSource.embedded`."""
        if self._held is not None:
            return self._held.embedded(attachment)
        found = self.shop.database.value(self.shop.database.sql["attachment_message"], (self.number, attachment))
        return None if found is None else StoredMessage(self.shop, found, 0)

    # saving

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`: everything in one transaction."""
        if self.deleted:
            raise NoAccess("a deleted message is not changed", value=self.number, hint="move it into a folder first")
        if not isinstance(changes, MessageChanges):
            changes = MessageChanges(changes.values, changes.deleted, changes.version)
        database = self.shop.database
        ready = _ready(database, changes)
        with database.write():
            self._check_undone(changes)
            if self.number:
                number, version = self.number, self._change(ready)
                event = Event.OBJECT_MODIFIED
            else:
                number, version = self._create(ready, self.folder, None), 1
                event = Event.OBJECT_CREATED
            if changes.submit:
                self._submit(number, changes)
            self.shop.feed.add(Change(event, ObjectType.MESSAGE, number, self.folder))
            if event is Event.OBJECT_CREATED:
                self.shop.feed.touch(self.folder)
        self.number, self._saved = number, (database.transactions, version)
        if self._held is not None and changes.recipients is not None:
            self._held.replace_recipients(changes.recipients)
        if event is Event.OBJECT_CREATED:
            self._made_in = database.transactions
        return version

    def _check_undone(self, changes: MessageChanges) -> None:
        """What was saved in a transaction that was undone is no ground for another save: others may have given its
        number and version since.
        """
        if self._made_in in self.shop.undone:
            raise ObjectDeleted("the transaction that made the message was undone", value=self.number)
        moment, version = self._saved
        if moment in self.shop.undone and changes.version == version:
            raise ObjectChanged("the transaction the message was last saved in was undone", value=self.number)

    def _create(self, ready: _Ready, folder: int | None, holder: int | None) -> int:
        """A new message in a folder or in an attachment; its number."""
        shop, values = self.shop, ready.changes.values
        number = shop.take_number()
        seal = insert_values(shop.database, number, ready.values)
        place = (number, folder, holder, int(self.associated), flags_of(values), seal)
        shop.database.run(INSERT_MESSAGE, (*place, *new_columns(values)))
        shop.used.note(values)
        if ready.changes.recipients:
            replace_recipients(shop.database, number, ready.changes.recipients, new=True)
        self._change_attachments(number, ready)
        return number

    def _change(self, ready: _Ready) -> int:
        """Change what is saved; the new version."""
        database, changes = self.shop.database, ready.changes
        found = database.row(database.sql["message_saved"], (self.number,))
        if found is None:
            raise ObjectDeleted("the message has been deleted", value=self.number)
        version, folder, known = found
        if changes.version is not None and changes.version != version:
            raise ObjectChanged("somebody else has saved the message since it was opened", value=self.number)
        self.folder = folder or 0
        seal = change_values(database, self.number, ready.values, changes.deleted, known)
        self._change_columns(changes, seal)
        self.shop.used.note(changes.values)
        if changes.recipients is not None:
            replace_recipients(database, self.number, changes.recipients, new=False)
        self._change_attachments(self.number, ready)
        return int(version) + 1

    def _change_columns(self, changes: MessageChanges, seal: int | None) -> None:
        columns = [*hot_values(changes.values, changes.deleted), ("checksum", seal)]
        flags = flags_of(changes.values)
        if flags is not None:
            columns.append(("flags", flags))
        names = tuple(name for name, _ in columns)
        self.shop.database.run(update_message(names), (*(value for _, value in columns), self.number))

    def _change_attachments(self, message: int, ready: _Ready) -> None:
        for number, part in ready.parts.items():
            if part is None:
                attachment = self.shop.database.value(self.shop.database.sql["attachment_find"], (message, number))
                if attachment is not None:
                    delete_attachment(self.shop.database, attachment)
            else:
                self._change_attachment(message, number, part)

    def _change_attachment(self, message: int, number: int, part: _Ready) -> None:
        shop = self.shop
        deleted = part.changes.deleted
        attachment = change_attachment(shop.database, message, number, part.values, deleted, shop.take_number)
        if PR_ATTACH_DATA_OBJ.id in deleted:
            delete_embedded(shop.database, attachment)
        if part.embedded is not None:
            found = shop.database.value(shop.database.sql["message_embedded"], (attachment,))
            inner = StoredMessage(shop, found or 0, 0)
            if found is None:
                inner._create(part.embedded, None, attachment)
            else:
                inner._change(part.embedded)

    def _submit(self, number: int, changes: MessageChanges) -> None:
        moment = changes.values.get(PR_CLIENT_SUBMIT_TIME, now())
        if not (flags_of(changes.values) or 0) & MSGFLAG_SUBMIT:
            self.shop.database.run(self.shop.database.sql["message_submit"], (MSGFLAG_SUBMIT, number))
        self.shop.database.run(self.shop.database.sql["queue_add"], (number, moment, changes.submit_due))


def _ready(database: Database, changes: ChangeSet) -> _Ready:
    """What is to be saved, with large values hashed, all the way down."""
    values = prepared(database, changes.values)
    if isinstance(changes, AttachmentChanges):
        embedded = None if changes.embedded is None else _ready(database, changes.embedded)
        return _Ready(changes, values, {}, embedded)
    parts = changes.attachments if isinstance(changes, MessageChanges) else {}
    return _Ready(
        changes, values, {number: None if part is None else _ready(database, part) for number, part in parts.items()}
    )
