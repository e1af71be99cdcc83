"""What all objects of one open store share: its backend, its provider's support, identifiers, names and life."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import urandom
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from mapix.interfaces.backend import (
    StoreBackend,
)
from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import StoreSupport
from mapix.interfaces.table import RowSource
from mapix.objects.bags.authors import Authors
from mapix.objects.bags.names import Names
from mapix.objects.stores.entryids import StoreIds
from mapix.objects.stores.life import Life
from mapix.properties.errors import NoAccess
from mapix.properties.flags import SEARCH_REBUILD

if TYPE_CHECKING:
    from mapix.objects.folders.searchbuilder import SearchBuilder
    from mapix.objects.messages.coupled import CoupledSending
    from mapix.objects.messages.sharedparts import SharedParts
    from mapix.objects.tables.tabledata import TableData
    from mapix.objects.tables.tableview import TableView


class Opening(Protocol):
    """`MsgStore.open_entry`, bound."""

    def __call__(self, entry_id: bytes | None, access: Access, deleted: bool = False, /) -> MapiProp: ...


@dataclass(slots=True)
class StoreContext:
    """One open store, seen from its objects. `open_entry` is the store's, with its `deleted` as third argument;
    `keep_sent`, `retention` and `nonread_reports` see `StoreObject`; `parts` are those that are the same whenever they
    are opened (IMS-13), None where each opening gives an object of its own; `coupled` sends what is submitted in a
    store that shares a transport's server.
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
    parts: SharedParts | None = None
    coupled: CoupledSending | None = None
    _builder: SearchBuilder | None = None
    _making: Lock = field(default_factory=Lock)
    _watching: bool = False
    has_sinks: bool = False
    """Whether anybody ever wanted to hear of what happens in this opening of the store: else nothing is told."""
    authors: Authors = field(init=False)

    def __post_init__(self) -> None:
        self.authors = Authors(self.backend, self.support)

    @property
    def builder(self) -> SearchBuilder:
        """Who does the first passes of search folders in the background."""
        from mapix.objects.folders.searchbuilder import SearchBuilder

        with self._making:
            if self._builder is None:
                self._builder = SearchBuilder(self.backend)
            return self._builder

    def go_on_searching(self) -> None:
        """Take up the first passes of search folders that somebody did not live to finish."""
        unfinished = self.backend.searches(SEARCH_REBUILD) if self.backend.has_searches else ()
        if unfinished:
            self.builder.start(*unfinished)

    def stop_searching(self) -> None:
        """Leave first passes under way to others."""
        if self._builder is not None:
            self._builder.stop()

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
        from mapix.objects.folders.ipmtree import still_valid

        still_valid(self)

    def view(self, source: RowSource) -> TableView:
        """A table over rows of the store, which hears of their changes."""
        from mapix.objects.tables.tableview import TableView

        support = self.support
        return TableView(
            source,
            subscribe=self.subscribe,
            unsubscribe=support.unsubscribe,
            notify=support.notify,
            life=self.life,
        )

    def part_view(self, data: TableData, life: Life, **options: Any) -> TableView:
        """A table over parts of an open object, which hears of their changes; on a storage nobody tells (IMS-20)."""
        if self.parts is not None:
            return data.view(life=life, **options)
        support = self.support
        if data.key is None:
            data.key = key = urandom(16)
            data.on_change = lambda events: support.notify(key, events)
        return data.view(
            subscribe=support.subscribe, unsubscribe=support.unsubscribe, notify=support.notify, life=life, **options
        )

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        """Register a sink, a connection number; from the first on, what other processes change is heard of at once."""
        self.has_sinks = True
        connection = self.support.subscribe(key, mask, sink)
        if not self._watching:
            self._watching = True
            self.backend.watch(on=True)
        return connection
