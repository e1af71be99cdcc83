"""Messages: IMessage, and attachments: IAttach."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from enum import IntEnum

from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.properties.value import Props


class ModifyRecipients(IntEnum):
    """What `Message.modify_recipients` does with the rows it is given (M-080)."""

    REPLACE = 0
    ADD = 2
    MODIFY = 4
    REMOVE = 8


class Attach(MapiProp):
    """An attachment, part of its message: real after its own and then the message's `save_changes` (M-060, A-001)."""


class Message(MapiProp):
    """A message with recipients and attachments; transacted: nothing is permanent before `save_changes`."""

    @abstractmethod
    def get_recipient_table(self) -> MapiTable:
        """The recipients as they stand, unsaved changes included (M-084, M-085)."""

    @abstractmethod
    def modify_recipients(self, how: ModifyRecipients, rows: Iterable[Props]) -> None:
        """Replace, add, modify or remove recipients, keyed by PR_ROWID (M-080, M-081)."""

    @abstractmethod
    def get_attachment_table(self) -> MapiTable:
        """One row a saved attachment (M-063)."""

    @abstractmethod
    def create_attach(self) -> tuple[int, Attach]:
        """A new attachment and its number (M-060)."""

    @abstractmethod
    def open_attach(self, number: int, access: Access = Access.READ) -> Attach:
        """An attachment by its number; `NotFound` (M-061)."""

    @abstractmethod
    def delete_attach(self, number: int, *, progress: MapiProgress | None = None) -> None:
        """Remove an attachment; permanent with the message's save (M-062)."""

    @abstractmethod
    def submit_message(self) -> None:
        """Save, and queue for sending; afterwards the object is dead (M-140, M-141). `NoRecipients`."""

    @abstractmethod
    def set_read_flag(self, flags: int = 0) -> None:
        """Read state by the table of M-120; saves by itself."""
