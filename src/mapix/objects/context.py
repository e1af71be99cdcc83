"""What all objects of one open store share: its backend, its provider's support, identifiers, names and life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mapix.interfaces.backend import (
    StoreBackend,
)
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import StoreSupport
from mapix.interfaces.table import RowSource
from mapix.objects.entryids import StoreIds
from mapix.objects.life import Life
from mapix.objects.names import Names
from mapix.properties.errors import NoAccess

if TYPE_CHECKING:
    from mapix.objects.tableview import TableView


class Opening(Protocol):
    """`MsgStore.open_entry`, bound."""

    def __call__(self, entry_id: bytes | None, access: Access, deleted: bool = False, /) -> MapiProp: ...


@dataclass(slots=True)
class StoreContext:
    """One open store, seen from its objects. `open_entry` is the store's, with its `deleted` as third argument;
    `keep_sent`, `retention` and `nonread_reports` see `StoreObject`.
    """

    backend: StoreBackend
    support: StoreSupport
    ids: StoreIds
    names: Names
    life: Life
    modifiable: bool
    spooler: bool
    open_entry: Opening
    keep_sent: bool = False
    retention: int = 0
    nonread_reports: bool = True

    def granted(self, access: Access) -> Access:
        """READ or MODIFY for what is asked of an object (GEN-12); `NoAccess` in a read-only store (ST-006)."""
        if access is Access.READ or (access is Access.BEST and not self.modifiable):
            return Access.READ
        self.check_modifiable()
        return Access.MODIFY

    def check_modifiable(self) -> None:
        """`NoAccess` in a store that is open for reading (ST-006)."""
        if not self.modifiable:
            raise NoAccess("the store is open for reading only")

    def check_special_folders(self) -> None:
        """Clear the bits of PR_VALID_FOLDER_MASK whose folders are gone (ST-040)."""
        from mapix.objects.ipmtree import still_valid

        still_valid(self)

    def view(self, source: RowSource) -> TableView:
        """A table over rows of the store, which hears of their changes."""
        from mapix.objects.tableview import TableView

        return TableView(source, subscribe=self.support.subscribe, unsubscribe=self.support.unsubscribe, life=self.life)
