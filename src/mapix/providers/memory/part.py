"""The base of the parts a memory backend is made of."""

from __future__ import annotations

from typing import Final

from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import (
    NoAccess,
)
from mapix.providers.memory.mailbox import Mailbox

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_FIRST_NAME: Final = 0x8000
_LAST_NAME: Final = 0xFFFE


class MailboxPart:
    """What the parts of a backend share: the store, and how it was opened."""

    def __init__(self, mailbox: Mailbox, *, readonly: bool = False) -> None:
        self.mailbox = mailbox
        self.readonly = readonly

    def _writable(self) -> Mailbox:
        if self.readonly:
            raise NoAccess("the store is open for reading only")
        return self.mailbox
