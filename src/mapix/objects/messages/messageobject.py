"""Messages of a store: properties, recipients and attachments, transacted together (IMessage).

Everything that is done to a message waits in memory for `save_changes`, which hands one `MessageChanges` to the
backend. A new message costs the backend nothing before.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import IO, Any, Final

from mapix.interfaces.backend import (
    MessageSource,
)
from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags import computed
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.copying.progress import steps
from mapix.objects.messages import messagesave, rehearsal
from mapix.objects.messages.wholemessage import load_whole, parts_of
from mapix.objects.stores.context import StoreContext
from mapix.objects.stores.life import Life, remembered
from mapix.properties import times
from mapix.properties.codepage import ANSI
from mapix.properties.errors import NoAccess, UnknownFlags
from mapix.properties.flags import MSGFLAG_ASSOCIATED
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CREATION_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_TO,
    PR_HASATTACH,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_CODEPAGE,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_SEARCH_KEY,
)
from mapix.properties.value import Problem, Problems, Props

_KIND: Final = int(ObjectType.MESSAGE)
_TABLES: Final = frozenset((PR_MESSAGE_RECIPIENTS.id, PR_MESSAGE_ATTACHMENTS.id))
_WAYS: Final = frozenset(ModifyRecipients)
_FLAGS: Final = PR_MESSAGE_FLAGS.id
_INITIAL: Final = {
    PR_DISPLAY_TO.id: (PR_DISPLAY_TO, ""),
    PR_DISPLAY_CC.id: (PR_DISPLAY_CC, ""),
    PR_DISPLAY_BCC.id: (PR_DISPLAY_BCC, ""),
    PR_HASATTACH.id: (PR_HASATTACH, False),
}


class MessageObject(PropertyBag, Message):
    """A message over its source. `new` begins one that has never been saved; `embedded` marks one inside an
    attachment, which has no identifiers and is saved into it.
    """

    object_type = ObjectType.MESSAGE

    def __init__(
        self,
        context: StoreContext,
        source: MessageSource,
        access: Access,
        *,
        new: bool = False,
        embedded: bool = False,
        life: Life | None = None,
    ) -> None:
        super().__init__(
            source,
            rules=computed.EMBEDDED if embedded else computed.MESSAGE,
            access=access,
            names=context.names,
            fresh=new,
            life=Life(life or context.life),
        )
        self.context = context
        self._parts = context.parts
        self.is_embedded = embedded
        self._message = source
        self._recipients, self._attachments = parts_of(self, source)
        if new:
            self._begin()

    def _load_first(self) -> tuple[dict[PropTag, Any], int]:
        return load_whole(self._source)

    def _begin(self) -> None:
        """What a message has from its creation on (objects 4.1)."""
        now = times.now()
        first = computed.INITIAL_FLAGS | (MSGFLAG_ASSOCIATED if self._message.associated else 0)
        self._pending = {
            PR_SEARCH_KEY.id: (PR_SEARCH_KEY, os.urandom(16)),
            PR_CREATION_TIME.id: (PR_CREATION_TIME, now),
            PR_LAST_MODIFICATION_TIME.id: (PR_LAST_MODIFICATION_TIME, now),
            _FLAGS: (PR_MESSAGE_FLAGS, first),
            **_INITIAL,
        }

    # what the rules ask

    @property
    def is_new(self) -> bool:
        """Whether it has never been saved."""
        return self._fresh

    @property
    def number(self) -> int:
        """Its number in the store; 0 before the first save and for embedded messages."""
        return self._message.number

    @property
    def folder_number(self) -> int:
        """The folder it was opened or created in."""
        return self._message.folder

    @property
    def flags(self) -> int:
        """PR_MESSAGE_FLAGS as they stand."""
        found: int = self._value(PR_MESSAGE_FLAGS) or 0
        return found

    @property
    def is_associated(self) -> bool:
        """Whether it lies in the associated contents of its folder."""
        return self._message.associated

    def make_read_only(self) -> None:
        """Take back what was granted at opening."""
        self._granted = self._writable = False

    @property
    def entry_id(self) -> bytes | None:
        """PR_ENTRYID; None before the first save (P-218)."""
        number = self._message.number
        return self.context.ids.message(number) if number else None

    @property
    def record_key(self) -> bytes | None:
        """PR_RECORD_KEY."""
        number = self._message.number
        return self.context.ids.record_key(_KIND, number) if number else None

    @property
    def parent_entry_id(self) -> bytes:
        """PR_PARENT_ENTRYID."""
        return self.context.ids.folder(self._message.folder)

    def _scratch(self) -> IO[bytes]:
        return self.context.backend.scratch()

    def _narrow_codepage(self) -> int:
        return self._value(PR_MESSAGE_CODEPAGE) or ANSI

    # recipients

    @remembered
    def get_recipient_table(self) -> MapiTable:
        """See `Message.get_recipient_table`."""
        self._check()
        return self.context.part_view(self._recipients.table(), self._life, codepage=self._narrow_codepage())

    @remembered
    def modify_recipients(self, how: ModifyRecipients, rows: Iterable[Props]) -> None:
        """See `Message.modify_recipients`."""
        self._check_writable()
        if how not in _WAYS:
            raise UnknownFlags("a way to modify recipients", value=how)
        self._recipients.modify(ModifyRecipients(how), rows, self._narrow_codepage())

    def recipients(self) -> list[dict[PropTag, Any]]:
        """The rows as they stand, each with PR_ROWID: what the table is made of."""
        self._check()
        return [dict(row) for row in self._recipients.rows()]

    @property
    def has_other_recipients(self) -> bool:
        """Whether the list is no longer the saved one."""
        return self._recipients.changed

    # attachments

    @remembered
    def get_attachment_table(self) -> MapiTable:
        """See `Message.get_attachment_table`."""
        self._check()
        table = self._attachments.table()
        return self.context.part_view(table, self._life, codepage=self._narrow_codepage(), bookmarks=False)

    @remembered
    def create_attach(self) -> tuple[int, Attach]:
        """See `Message.create_attach`."""
        self._check_writable()
        return self._attachments.create()

    @remembered
    def open_attach(self, number: int, access: Access = Access.READ) -> Attach:
        """See `Message.open_attach`."""
        self._check()
        if access is Access.MODIFY:
            self._check_writable()
        return self._attachments.open(number, access if self._writable else Access.READ)

    @remembered
    def delete_attach(self, number: int, *, progress: MapiProgress | None = None) -> None:
        """See `Message.delete_attach`."""
        self._check_writable()
        for one in steps(progress, (number,)):
            self._attachments.delete(one)

    def attachment_numbers(self) -> list[int]:
        """The attachments the table shows."""
        self._check()
        return self._attachments.numbers()

    # properties

    def delete_props(self, tags: Collection[PropTag]) -> Problems:
        """See `MapiProp.delete_props`; deleting PR_MESSAGE_RECIPIENTS or PR_MESSAGE_ATTACHMENTS empties them."""
        problems: list[Problem] = list(super().delete_props(tags))
        named = {tag >> 16 for tag in tags} & _TABLES
        self._removed -= named
        if PR_MESSAGE_RECIPIENTS.id in named:
            self._recipients.replace(())
        if PR_MESSAGE_ATTACHMENTS.id in named:
            self._attachments.clear()
        return problems

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if kind is MapiTable and tag == PR_MESSAGE_RECIPIENTS:
            return self.get_recipient_table()
        if kind is MapiTable and tag == PR_MESSAGE_ATTACHMENTS:
            return self.get_attachment_table()
        return super()._open_as(tag, kind, access, create)

    # saving

    def _has_changes(self) -> bool:
        return bool(self._pending or self._removed) or self._recipients.changed or self._attachments.changed

    def _save(self, force: bool) -> None:
        if self._fresh or self.is_embedded:
            self._version = self._message.apply(messagesave.changes_of(self, force=force))
            if rehearsal.active is not None and not self.is_embedded:
                rehearsal.active.saved(self)
        else:
            with self.context.backend.transaction():
                messagesave.refresh_flags(self)
                self._version = self._message.apply(messagesave.changes_of(self, force=force))
        self._settle()

    def _settle(self) -> None:
        super()._settle()
        self._recipients.changed = False
        self._attachments.settle()

    def forget_number(self) -> None:
        """A first save was undone after the store had given a number: the next one is the first again."""
        if self._fresh and not self.is_embedded and self._message.number:
            old = self._message
            self._message = self._source = self.context.backend.new_message(old.folder, associated=old.associated)

    # sending and reading

    @remembered
    def submit_message(self) -> None:
        """See `Message.submit_message`."""
        from mapix.objects.messages.submit import submit

        self._check()
        if not self._granted:
            raise NoAccess("the message is open for reading only", hint="open it with Access.MODIFY (MAPI_MODIFY)")
        submit(self)
        self._life.end()

    def reload_flags(self) -> None:
        """Take PR_MESSAGE_FLAGS as they are in the store now."""
        messagesave.refresh_flags(self, modifying=False)

    @remembered
    def set_read_flag(self, flags: int = 0) -> None:
        """See `Message.set_read_flag`."""
        from mapix.objects.messages.readflags import set_read_flag

        self._check()
        set_read_flag(self, flags)

    def __repr__(self) -> str:
        state = "closed" if self._closed else "writable" if self._writable else "read-only"
        return f"<MessageObject {self.number or 'new'} {state}>"
