"""The container of a personal address book (IABContainer; ABK-70..ABK-73)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.container import Completion
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.bags.rules import Rules
from mapix.objects.tables.tabledata import TableData
from mapix.objects.tables.tableview import TableView
from mapix.properties.entryid import is_one_off, provider_uid
from mapix.properties.errors import InvalidParameter, NoAccess, UnknownFlags
from mapix.properties.flags import (
    AB_MODIFIABLE,
    AB_RECIPIENTS,
    CREATE_CHECK_DUP_LOOSE,
    CREATE_CHECK_DUP_STRICT,
    CREATE_REPLACE,
    DT_MODIFIABLE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_AB_PROVIDER_ID,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_FLAGS,
    PR_CONTAINER_HIERARCHY,
    PR_CREATE_TEMPLATES,
    PR_DEF_CREATE_DL,
    PR_DEF_CREATE_MAILUSER,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
)
from mapix.providers.contacts.entries import BookEntry, EntrySource, ListEntry, UserEntry
from mapix.providers.contacts.ids import Kind, read_id
from mapix.providers.contacts.names import resolve_names
from mapix.providers.contacts.rows import BookRows
from mapix.providers.contacts.templates import Template, kind_made, template_id, template_table
from mapix.providers.contacts.world import ROWS_KEY

if TYPE_CHECKING:
    from mapix.providers.contacts.world import World

PROVIDER_ID = bytes.fromhex("9b7a51c3d0e64f0e8f6a2b1c5d4e3f20")
"""PR_AB_PROVIDER_ID of all books of this kind."""

_FLAGS = CREATE_CHECK_DUP_STRICT | CREATE_CHECK_DUP_LOOSE | CREATE_REPLACE
_RULES = Rules.of(objects=(PR_CONTAINER_CONTENTS, PR_CONTAINER_HIERARCHY, PR_CREATE_TEMPLATES))


class BookContainer(PropertyBag, AbContainer):
    """All contacts and lists of a book."""

    object_type = ObjectType.ABCONT

    def __init__(self, world: World, access: Access) -> None:
        self._world = world
        source = MemorySource(container_values(world))
        super().__init__(source, rules=_RULES, access=Access.READ, life=world.life)
        self._modifiable = access is not Access.READ

    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_contents_table`: by name; PR_ANR restrictions find people (ABK-25)."""
        self._check()
        if associated or deleted:
            return TableData((PR_DISPLAY_NAME, PR_ENTRYID)).view(life=self._world.life)
        support = self._world.support
        return TableView(
            BookRows(self._world.book, ROWS_KEY),
            subscribe=support.subscribe,
            unsubscribe=support.unsubscribe,
            notify=support.notify,
            life=self._world.life,
        )

    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_hierarchy_table`: there is nothing below."""
        self._check()
        return TableData((PR_DISPLAY_NAME, PR_ENTRYID)).view(life=self._world.life)

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """See `MapiContainer.open_entry`."""
        self._check()
        return self._world.open(entry_id, access)

    def resolve_names(self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> list[int]:
        """See `AbContainer.resolve_names`."""
        self._check()
        return resolve_names(self._world.book, rows, columns)

    def create_entry(self, template: bytes | None = None, flags: int = 0) -> MapiProp:
        """See `AbContainer.create_entry`; besides templates any entry may be the pattern of a new one."""
        self._check_modifiable()
        if flags & ~_FLAGS:
            raise UnknownFlags("unknown flags for a new entry", value=flags)
        if not template:
            return self._fresh_entry(Kind.USER, flags)
        if not is_one_off(template) and provider_uid(template) == self._world.book.uid:
            kind, number = read_id(self._world.book.uid, template)
            if kind is Kind.TEMPLATE:
                return self._fresh_entry(kind_made(number), flags)
        return self._copy_of(template, flags)

    def copy_entries(self, entry_ids: Sequence[bytes], flags: int = 0) -> Completion:
        """See `AbContainer.copy_entries`."""
        self._check_modifiable()
        if flags & ~_FLAGS:
            raise UnknownFlags("unknown flags for copies", value=flags)
        return self._world.each(entry_ids, lambda entry_id: self._copy_of(entry_id, flags).save_changes())

    def delete_entries(self, entry_ids: Sequence[bytes]) -> Completion:
        """See `AbContainer.delete_entries`."""
        self._check_modifiable()
        return self._world.each(entry_ids, self._delete)

    # inside

    def _fresh_entry(self, kind: Kind, flags: int) -> BookEntry:
        source = EntrySource(self._world, kind, flags=flags)
        made = ListEntry if kind is Kind.LIST else UserEntry
        return made(self._world, source, Access.MODIFY)

    def _copy_of(self, entry_id: bytes, flags: int) -> MapiProp:
        """A new entry with the properties of another, of whichever book; a list keeps its members."""
        from mapix.providers.contacts.copies import copy_of

        return copy_of(self._world, entry_id, self._fresh_entry, flags)

    def _delete(self, entry_id: bytes) -> None:
        kind, number = read_id(self._world.book.uid, entry_id)
        if kind not in (Kind.USER, Kind.LIST) or self._world.book.find(number).kind != kind:
            raise InvalidParameter("only people and lists can be deleted", value=entry_id)
        self._world.book.remove(number)

    def _check_modifiable(self) -> None:
        self._check()
        if not self._modifiable:
            raise NoAccess("the container is open for reading only", hint="open it with Access.MODIFY (MAPI_MODIFY)")

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if kind is MapiTable and tag in _TABLES:
            return _TABLES[tag](self)
        return super()._open_as(tag, kind, access, create)


_TABLES = {
    PR_CONTAINER_CONTENTS: BookContainer.get_contents_table,
    PR_CONTAINER_HIERARCHY: BookContainer.get_hierarchy_table,
    PR_CREATE_TEMPLATES: lambda container: template_table(container._world.book),
}


def container_values(world: World) -> dict[PropTag, Any]:
    """The properties of the container (ABK-70, ABK-73)."""
    book = world.book
    own = book.identifier(Kind.CONTAINER, 0)
    return {
        PR_DISPLAY_NAME: book.name,
        PR_ENTRYID: own,
        PR_RECORD_KEY: own,
        PR_INSTANCE_KEY: own,
        PR_OBJECT_TYPE: int(ObjectType.ABCONT),
        PR_DISPLAY_TYPE: DT_MODIFIABLE,
        PR_CONTAINER_FLAGS: AB_RECIPIENTS | AB_MODIFIABLE,
        PR_DEF_CREATE_MAILUSER: template_id(book, Template.USER),
        PR_DEF_CREATE_DL: template_id(book, Template.LIST),
        PR_AB_PROVIDER_ID: PROVIDER_ID,
    }
