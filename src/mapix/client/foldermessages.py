"""The messages of a folder: a query over all of them, and the place to make new ones."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from mapix.client.composing import fill, note_flags
from mapix.client.message import Message
from mapix.client.query import MessageQuery
from mapix.interfaces.prop import Keep
from mapix.properties import tags as t
from mapix.properties.errors import NoAccess

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.properties.content import MessageContent


class FolderMessages(MessageQuery):
    """The messages of a folder: a query over all of them, and the place to make new ones."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(
            lambda: folder.mapi.get_contents_table(), folder.message_of_row, names=folder.identifier_of_name
        )
        object.__setattr__(self, "folder", folder)

    if TYPE_CHECKING:
        folder: Folder

    def new(self, **fields: Any) -> Message:
        """A new message with the fields named; `to`, `cc`, `bcc` take addresses. Permanent with `save` or `submit`.

        Raises `NoAccess` where nothing can be written.
        """
        try:
            mapi = self.folder.mapi.create_message()
        except NoAccess as error:
            hint = "the permissions of the store's file and its folder"
            raise NoAccess("no message can be made in the folder", value=self.folder.name, hint=hint) from error
        note_flags(mapi)
        message = Message(mapi)
        message._home = self.folder._place
        return fill(message, fields)

    def add(self, message: Message) -> Message:
        """A copy of a message that lies elsewhere, or was made without a session, saved in this folder; it keeps when
        it was made.
        """
        return self._kept(message._content())

    def import_file(self, path: str | PathLike[str]) -> Message:
        """A copy of the message in a .msg, .oft, .eml or TNEF file, saved here; it keeps when it was made."""
        from contextlib import ExitStack

        from mapix.client.msgfiles import content_of_file

        with ExitStack() as files:
            return self._kept(content_of_file(path, files))

    def where(self, *restrictions: Any) -> MessageQuery:
        """Only those that satisfy all of `restrictions`."""
        return MessageQuery(self.table, self.make, names=self.names).where(*restrictions)

    def order_by(self, *keys: Any) -> MessageQuery:
        """In the order of `keys`."""
        return MessageQuery(self.table, self.make, names=self.names).order_by(*keys)

    def listed(self, *, deleted: bool = False, associated: bool = False) -> MessageQuery:
        """Other messages than the usual ones: `deleted` ones that are kept for a while, hidden `associated` ones."""
        folder = self.folder
        return MessageQuery(
            lambda: folder.mapi.get_contents_table(associated=associated, deleted=deleted), self.make, names=self.names
        )

    def get(self, entry_id: bytes) -> Message:
        """One message by its entry identifier; `NotFound`."""
        return self.folder.message(entry_id)

    def _kept(self, content: MessageContent) -> Message:
        from mapix.objects.messages.content import write_content

        mapi = self.folder.mapi.create_message()
        write_content(content, mapi, keep_times=True)
        mapi.save_changes(Keep.READWRITE)
        return self.folder.message(mapi.get_prop(t.PR_ENTRYID))
