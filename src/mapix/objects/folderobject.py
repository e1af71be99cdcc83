"""Folders of a store: properties that act at once, tables, and what is created in them (IMAPIFolder).

Work on many messages and whole folders is in `folderwork`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.container import Completion, MapiFolder, SearchCriteria
from mapix.interfaces.message import Message
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable, RowSource
from mapix.objects import computed, deleting, folderwork, searching, sortbytes
from mapix.objects.context import StoreContext
from mapix.objects.life import remembered
from mapix.objects.messageobject import MessageObject
from mapix.objects.progress import batches, steps
from mapix.objects.propdata import PropertyBag
from mapix.objects.readflags import change_read_state, decide
from mapix.objects.tree import find_messages
from mapix.properties.errors import (
    Collision,
    InterfaceNotSupported,
    InvalidParameter,
    NoAccess,
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
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_FOLDER_TYPE,
    PR_INSTANCE_KEY,
)

if TYPE_CHECKING:
    from mapix.interfaces.retention import Retention

_KIND: Final = int(ObjectType.FOLDER)


class FolderObject(PropertyBag, MapiFolder):
    """A folder by its number; `NotFound` when there is none. `deleted` for one that was deleted and is kept (F-090)."""

    object_type = ObjectType.FOLDER

    def __init__(self, context: StoreContext, number: int, access: Access, *, deleted: bool = False) -> None:
        kept = context.backend.retention() if deleted else None
        super().__init__(
            context.backend.folder(number) if kept is None else kept.folder(number),
            rules=computed.FOLDER,
            access=access,
            names=context.names,
            transacted=False,
            life=context.life,
        )
        self.context = context
        self.number = number
        self._kept = kept

    # what the rules ask

    @property
    def is_root(self) -> bool:
        """Whether it is the store's root folder (F-001)."""
        return self.number == self.context.backend.root

    @cached_property
    def is_search(self) -> bool:
        """Whether it is a search folder: it shows messages of other folders and holds none (F-040)."""
        values, _ = self._source.load((PR_FOLDER_TYPE,))
        return values.get(PR_FOLDER_TYPE) == FOLDER_SEARCH

    @property
    def entry_id(self) -> bytes:
        """PR_ENTRYID."""
        return self.context.ids.folder(self.number)

    @property
    def record_key(self) -> bytes:
        """PR_RECORD_KEY."""
        return self.context.ids.record_key(_KIND, self.number)

    @property
    def parent_entry_id(self) -> bytes:
        """PR_PARENT_ENTRYID; the root's is its own (F-001)."""
        above = self.context.backend.folder_parent if self._kept is None else self._kept.folder_parent
        return self.context.ids.folder(above(self.number))

    def check_new_name(self, name: str) -> None:
        """Refuse a name the folder cannot have: `NoAccess` for the root and search folders, `Collision` with a
        sibling.
        """
        if self.is_root:
            raise NoAccess("the root folder cannot be renamed (F-001)")
        if self.is_search:
            raise NoAccess("a search folder cannot be renamed (F-040)")
        check_name(name)
        parent = self.context.backend.folder_parent(self.number)
        if self.context.backend.find_folder(parent, name) not in (None, self.number):
            raise Collision("a folder beside this one has the name", value=name)

    def sibling(self, number: int) -> FolderObject:
        """Another folder of the store, with this one's access."""
        return FolderObject(self.context, number, Access.MODIFY if self._granted else Access.READ)

    # tables and objects

    @remembered
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """See `MapiContainer.open_entry`: anything in the store; None opens its root."""
        self._check()
        return self.context.open_entry(entry_id, access, deleted)

    @remembered
    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_contents_table`; it starts in the order that was saved for it (F-069)."""
        self._check()
        backend = self.context.backend
        if deleted or self._kept is not None:
            return self._kept_table(deleted, lambda kept: kept.contents(self.number, associated=associated))
        table = self.context.view(backend.contents(self.number, associated=associated))
        saved = None if associated else backend.contents_sort(self.number)
        if saved:
            table.sort_table(sortbytes.load(saved))
        return table

    @remembered
    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_hierarchy_table`."""
        self._check()
        if deleted or self._kept is not None:
            return self._kept_table(deleted, lambda kept: kept.hierarchy(self.number, deep=deep))
        return self.context.view(self.context.backend.hierarchy(self.number, deep=deep))

    def _kept_table(self, deleted: bool, rows: Callable[[Retention], RowSource]) -> MapiTable:
        """What is kept here of deleted things (F-090): nothing in a store that keeps none. In a deleted folder nothing
        else is.
        """
        from mapix.objects.tabledata import TableData

        kept = self.context.backend.retention()
        if kept is None or not deleted:
            return TableData((PR_ENTRYID, PR_INSTANCE_KEY)).view(life=self.context.life)
        return self.context.view(rows(kept))

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if kind is MapiTable:
            if tag == PR_CONTAINER_CONTENTS:
                return self.get_contents_table()
            if tag == PR_FOLDER_ASSOCIATED_CONTENTS:
                return self.get_contents_table(associated=True)
            if tag == PR_CONTAINER_HIERARCHY:
                return self.get_hierarchy_table()
            raise InterfaceNotSupported("the property is no table", value=tag)
        return super()._open_as(tag, kind, access, create)

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
    def save_contents_sort(self, order: SortOrder) -> None:
        """See `MapiFolder.save_contents_sort`."""
        self._check()
        self.context.check_modifiable()
        self.context.backend.set_contents_sort(self.number, sortbytes.dump(order) if order.keys else None)

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
        parts = steps(progress, (entry_id,))
        return Completion.together(
            folderwork.copy_folder(self, one, target, name=name, move=move, subfolders=subfolders) for one in parts
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


def check_name(name: str) -> None:
    """`InvalidParameter` for an empty name."""
    if not name:
        raise InvalidParameter("a folder has a name", value=name)
