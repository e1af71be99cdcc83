"""Copies of entries: what another entry has, in a new one (ABK-72)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mapix.interfaces.container import MapiContainer
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import InvalidParameter
from mapix.properties.tags import PR_ENTRYID, PR_OBJECT_TYPE
from mapix.providers.contacts.entries import BookEntry, EntrySource, ListEntry
from mapix.providers.contacts.ids import Kind
from mapix.providers.contacts.world import one_off_values

if TYPE_CHECKING:
    from mapix.providers.contacts.world import World


def copy_of(world: World, entry_id: bytes, fresh: Callable[[Kind, int], BookEntry], flags: int) -> MapiProp:
    """A new entry with the properties of another; a list takes its members over when it is saved."""
    if is_one_off(entry_id):
        made = fresh(Kind.USER, flags)
        made.set_props(one_off_values(OneOff.load(entry_id)))
        return made
    original = world.open(entry_id, Access.READ)
    kind = original.get_prop(PR_OBJECT_TYPE)
    if kind not in (Kind.USER, Kind.LIST):
        raise InvalidParameter("only people and lists can be copied", value=entry_id)
    if kind == Kind.LIST and isinstance(original, MapiContainer):
        found = [row[0] for row in query_all_rows(original.get_contents_table(), (PR_ENTRYID,))]
        made = CopiedList(world, found, flags)
    else:
        made = fresh(Kind(kind), flags)
    made.set_props(original.get_props())
    return made


class CopiedList(ListEntry):
    """A list that gets its members with its first save."""

    def __init__(self, world: World, members: list[bytes], flags: int) -> None:
        self._waiting = members
        super().__init__(world, EntrySource(world, Kind.LIST, flags=flags), Access.MODIFY)

    def save_changes(self, keep: Keep = Keep.CLOSE, *, force: bool = False) -> None:
        """See `MapiProp.save_changes`."""
        with self._world.book.database.transaction():
            super().save_changes(keep, force=force)
            waiting, self._waiting = self._waiting, []
            self._world.each(waiting, self._add)
