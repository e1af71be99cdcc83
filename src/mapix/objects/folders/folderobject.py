"""Folders of a store: properties that act at once, what is created in them, and their messages (IMAPIFolder).

Tables are in `foldertables`, work on many messages and whole folders in `folderwork` and `deleting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapix.interfaces.container import Completion, MapiFolder, SearchCriteria
from mapix.interfaces.message import Message
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access
from mapix.objects.copying.progress import batches, steps
from mapix.objects.folders import deleting, folderwork, searching
from mapix.objects.folders.foldertables import FolderTables, check_name
from mapix.objects.folders.tree import descendants, find_messages
from mapix.objects.messages.messageobject import MessageObject
from mapix.objects.messages.readflags import change_read_state, decide
from mapix.objects.stores.life import remembered
from mapix.objects.tables import sortbytes
from mapix.properties.errors import (
    InvalidParameter,
    NoSupport,
    NotFound,
    ObjectDeleted,
)
from mapix.properties.flags import FOLDER_GENERIC, FOLDER_SEARCH
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_COMMENT,
    PR_FOLDER_TYPE,
)


class FolderObject(FolderTables):
    """A folder by its number; see `FolderTables`."""

    def sibling(self, number: int) -> FolderObject:
        """Another folder of the store, with this one's access."""
        return FolderObject(self.context, number, Access.MODIFY if self._granted else Access.READ)

    # searching

    @remembered
    def set_search_criteria(
        self, restriction: Restriction | None, folders: Sequence[bytes] | None, flags: int = 0
    ) -> None:
        """See `MapiContainer.set_search_criteria`."""
        self._check_writable()
        searching.set_criteria(self, restriction, folders, flags)

    @remembered
    def get_search_criteria(self) -> SearchCriteria:
        """See `MapiContainer.get_search_criteria`."""
        self._check()
        return searching.get_criteria(self)

    # creating

    @remembered
    def create_message(self, *, associated: bool = False) -> Message:
        """See `MapiFolder.create_message`."""
        self._check_writable()
        self._check_present()
        searching.refuse_search_folder(self)
        source = self.context.backend.new_message(self.number, associated=associated)
        return MessageObject(self.context, source, Access.MODIFY, new=True)

    @remembered
    def create_folder(
        self, name: str, *, comment: str | None = None, kind: int = FOLDER_GENERIC, open_if_exists: bool = False
    ) -> MapiFolder:
        """See `MapiFolder.create_folder`."""
        self._check_writable()
        self._check_present()
        check_name(name)
        searching.refuse_search_folder(self)
        if kind == FOLDER_SEARCH and not self.context.backend.has_searches:
            raise NoSupport("this store has no search folders")
        if kind not in (FOLDER_GENERIC, FOLDER_SEARCH):
            raise InvalidParameter("a folder is created as FOLDER_GENERIC or FOLDER_SEARCH", value=kind)
        values: dict[PropTag, Any] = {PR_FOLDER_TYPE: kind}
        if comment is not None:
            values[PR_COMMENT] = comment
        return FolderObject(self.context, self._new_child(name, values, open_if_exists), Access.MODIFY)

    def _check_present(self) -> None:
        if self._kept is not None:
            raise ObjectDeleted("the folder has been deleted", value=self.number, hint="move it back first")

    def _new_child(self, name: str, values: dict[PropTag, Any], open_if_exists: bool) -> int:
        backend = self.context.backend
        present = backend.find_folder(self.number, name) if open_if_exists else None
        return backend.create_folder(self.number, name, values) if present is None else present

    # messages

    @remembered
    def copy_messages(
        self,
        entry_ids: Sequence[bytes],
        target: MapiFolder,
        *,
        move: bool = False,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """See `MapiFolder.copy_messages`."""
        self._check_writable() if move else self._check()
        parts = batches(progress, entry_ids)
        return Completion.together(folderwork.copy_messages(self, part, target, move=move) for part in parts)

    @remembered
    def delete_messages(
        self, entry_ids: Sequence[bytes], *, hard: bool = False, progress: MapiProgress | None = None
    ) -> Completion:
        """See `MapiFolder.delete_messages`."""
        self._check_writable()
        parts = batches(progress, entry_ids)
        return Completion.together(deleting.delete_messages(self, part, hard=hard) for part in parts)

    @remembered
    def set_read_flags(
        self, entry_ids: Sequence[bytes] | None, flags: int = 0, *, progress: MapiProgress | None = None
    ) -> Completion:
        """See `MapiFolder.set_read_flags`; associated messages have no read state (F-081)."""
        self._check()
        self.context.check_modifiable()
        decide(flags)
        if entry_ids is None:
            backend = self.context.backend
            numbers = backend.results(self.number) if self.is_search else backend.messages(self.number)
            self._change_read_state(numbers, flags, progress)
            return Completion()
        present = find_messages(self, entry_ids)
        changed = self._change_read_state(tuple(present.values()), flags, progress)
        return Completion(tuple(bytes(one) for one in entry_ids if present.get(bytes(one)) not in changed))

    def _change_read_state(self, numbers: Sequence[int], flags: int, progress: MapiProgress | None) -> set[int]:
        changed: set[int] = set()
        for part in batches(progress, numbers):
            changed.update(change_read_state(self.context, part, flags, folder=self.number))
        return changed

    @remembered
    def get_message_status(self, entry_id: bytes) -> int:
        """See `MapiFolder.get_message_status`."""
        self._check()
        return self.context.backend.message_status(self.number, self._number_here(entry_id))

    @remembered
    def set_message_status(self, entry_id: bytes, status: int, mask: int) -> int:
        """See `MapiFolder.set_message_status`."""
        self._check_writable()
        number, backend = self._number_here(entry_id), self.context.backend
        with backend.transaction():
            old = backend.message_status(self.number, number)
            backend.set_message_status(self.number, number, (old & ~mask | status & mask) & 0xFFFFFFFF)
        return old

    def _number_here(self, entry_id: bytes) -> int:
        number = self.context.ids.read_message(entry_id)
        if number not in self.context.backend.present(self.number, (number,)):
            raise NotFound("no such message in this folder", value=entry_id)
        return number

    @remembered
    def save_contents_sort(self, order: SortOrder, *, recursive: bool = False) -> None:
        """See `MapiFolder.save_contents_sort`."""
        self._check()
        self.context.check_modifiable()
        backend, kept = self.context.backend, sortbytes.dump(order) if order.keys else None
        with backend.transaction():
            for number in (self.number, *(descendants(self.context, self.number) if recursive else ())):
                backend.set_contents_sort(number, kept)

    # folders

    @remembered
    def copy_folder(
        self,
        entry_id: bytes,
        target: MapiFolder,
        *,
        name: str | None = None,
        move: bool = False,
        subfolders: bool = True,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """See `MapiFolder.copy_folder`."""
        self._check_writable() if move else self._check()
        return folderwork.copy_folder(
            self, entry_id, target, name=name, move=move, subfolders=subfolders, progress=progress
        )

    @remembered
    def delete_folder(
        self,
        entry_id: bytes,
        *,
        messages: bool = False,
        folders: bool = False,
        hard: bool = False,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """See `MapiFolder.delete_folder`; one that holds submitted messages is left as it is."""
        self._check_writable()
        parts = steps(progress, (entry_id,))
        return Completion.together(
            deleting.delete_folder(self, one, messages=messages, folders=folders, hard=hard) for one in parts
        )

    @remembered
    def empty_folder(
        self, *, associated: bool = False, hard: bool = False, progress: MapiProgress | None = None
    ) -> Completion:
        """See `MapiFolder.empty_folder`."""
        self._check_writable()
        parts = steps(progress, (self,))
        return Completion.together(deleting.empty_folder(one, associated=associated, hard=hard) for one in parts)

    def __repr__(self) -> str:
        return f"<FolderObject {self.number} {'writable' if self._writable else 'read-only'}>"
