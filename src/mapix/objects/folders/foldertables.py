"""A folder's place in its store, and its tables (F-020..F-022); `FolderObject` derives from this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable, RowSource
from mapix.objects.bags import computed
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.stores.context import StoreContext
from mapix.objects.stores.life import remembered
from mapix.objects.tables import sortbytes
from mapix.properties.errors import (
    Collision,
    InterfaceNotSupported,
    InvalidParameter,
    NoAccess,
)
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.once import once
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_FOLDER_TYPE,
    PR_INSTANCE_KEY,
    PR_MESSAGE_SIZE,
    PR_MESSAGE_SIZE_EXTENDED,
)

if TYPE_CHECKING:
    from mapix.interfaces.retention import Retention

_KIND: Final = int(ObjectType.FOLDER)
_MOST: Final = 0x7FFFFFFF


class FolderTables(PropertyBag, MapiFolder):
    """A folder by its number, as far as its place and its tables go; `NotFound` when there is none. `deleted` for one
    that was deleted and is kept (F-090).
    """

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

    def get_props(self, tags: Sequence[PropTag] | None = None) -> dict[PropTag, Any]:
        """See `MapiProp.get_props`. The size of what is in the folder is added up when it is asked for by name."""
        found = super().get_props(tags)
        if not any(tag >> 16 == PR_MESSAGE_SIZE.id for tag in tags or ()):
            return found
        size = self.context.backend.folder_size(self.number)
        made = {PR_MESSAGE_SIZE: min(size, _MOST), PR_MESSAGE_SIZE_EXTENDED: size}
        ordered: dict[PropTag, Any] = {}
        for tag in tags or ():
            mine = PR_MESSAGE_SIZE if tag == PR_MESSAGE_SIZE.with_type(PropType.UNSPECIFIED) else tag
            ordered |= {mine: made[mine]} if mine in made else {key: found[key] for key in found if key.id == tag.id}
        return ordered

    # what the rules ask

    @property
    def is_root(self) -> bool:
        """Whether it is the store's root folder (F-001)."""
        return self.number == self.context.backend.root

    @once
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
        if associated:
            return self.context.view(backend.contents(self.number, associated=True))
        rows, saved = backend.sorted_contents(self.number)
        table = self.context.view(rows)
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
        from mapix.objects.tables.tabledata import TableData

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


def check_name(name: str) -> None:
    """`InvalidParameter` for an empty name."""
    if not name:
        raise InvalidParameter("a folder has a name", value=name)
