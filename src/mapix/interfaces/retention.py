"""Soft deletion: what a store provider fills whose deleted messages and folders can be had back for a while (F-090).

A backend that answers one of these from `StoreBackend.retention` gets soft deletion, tables of what was deleted,
restoring and purging from the shared objects. A store without it deletes for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mapix.interfaces.backend import (
    MessageSource,
)
from mapix.interfaces.prop import PropertySource
from mapix.interfaces.table import RowSource


class Retention(Protocol):
    """What was deleted and is kept. Methods are atomic and durable unless inside a transaction of the backend.

    Numbers stay, and so do entry identifiers. Whatever is kept here is no part of the store for any method of
    `StoreBackend`: it is not found, not counted and takes no name. A message lies where it lay; a folder is below the
    folder it was in, with all folders and messages that were deleted along with it.

    Sources answer PR_DELETED_ON besides, and let nobody save. Sources of all folders, deleted or not, answer
    PR_DELETED_MSG_COUNT, PR_DELETED_ASSOC_MSG_COUNT and PR_DELETED_FOLDER_COUNT: what is kept directly in them.
    Deleting is told as OBJECT_DELETED, restoring as OBJECT_CREATED, and the folders concerned as modified.
    """

    def delete_messages(self, numbers: Sequence[int], moment: int) -> list[int]:
        """Delete at `moment` (FILETIME); those deleted. Submitted ones are not (F-063)."""

    def delete_folder(self, number: int, moment: int) -> None:
        """Delete a folder with everything in it; `HasMessages` when a submitted message is there, `NoAccess` for the
        root.
        """

    def message(self, number: int) -> MessageSource:
        """A deleted message; `NotFound`."""

    def message_folder(self, number: int) -> int | None:
        """The folder a deleted message lies in, None when there is no such one."""

    def folder(self, number: int) -> PropertySource:
        """A deleted folder; `NotFound`."""

    def folder_parent(self, number: int) -> int:
        """The folder a deleted folder is below; `NotFound`."""

    def messages(self, folder: int, *, associated: bool = False) -> list[int]:
        """Numbers of the deleted messages of a folder, which may be deleted itself."""

    def children(self, folder: int) -> list[int]:
        """Deleted folders directly below."""

    def contents(self, folder: int, *, associated: bool) -> RowSource:
        """The deleted messages of a folder, with PR_DELETED_ON."""

    def hierarchy(self, folder: int, *, deep: bool) -> RowSource:
        """The deleted folders below, with PR_DELETED_ON; with `deep` those below other deleted ones too."""

    def restore_messages(self, numbers: Sequence[int], target: int) -> list[int]:
        """Put deleted messages into the folder `target`; those restored."""

    def restore_folder(self, number: int, parent: int, name: str) -> None:
        """Put a deleted folder below `parent` under a name, with what was deleted along with it. `Collision`,
        `NotFound`.
        """

    def purge_messages(self, numbers: Sequence[int]) -> list[int]:
        """Let go of deleted messages for ever; those that were there."""

    def purge_folder(self, number: int) -> None:
        """Let go of a deleted folder and of everything in it for ever; `NotFound`."""

    def purge_older(self, before: int, limit: int) -> int:
        """Let go of what was deleted before a moment (FILETIME), about `limit` messages and folders at most, oldest
        first; how many.
        """
