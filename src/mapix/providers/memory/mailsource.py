"""What a store over mail that lies elsewhere asks of that place (`mirror`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mapix.properties.content import MessageContent


class MailSource(Protocol):
    """Where mail lies. Folders are named by paths, `Inbox/2026`, the topmost by ""; messages by keys of the source's
    own, which need to be unique in their folder.
    """

    def folders(self) -> Iterable[str]:
        """The folders, those above before those below, without the topmost."""

    def create_folder(self, path: str) -> None:
        """Make a folder, if it is not there."""

    def delete_folder(self, path: str) -> None:
        """Remove an empty folder."""

    def keys(self, folder: str) -> Iterable[str]:
        """The messages of a folder."""

    def read(self, folder: str, key: str) -> MessageContent:
        """One message."""

    def write(self, folder: str, content: MessageContent) -> str:
        """Keep a message; the key it has now."""

    def delete(self, folder: str, key: str) -> None:
        """Remove a message, if it is there."""

    def notes(self) -> str:
        """What was noted last; empty at first."""

    def note(self, text: str) -> None:
        """Keep a text for the next filling."""
