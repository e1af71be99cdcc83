"""Support objects: what MAPI gives each provider (IMAPISupport; SPI-35..SPI-42).

One is made for each logon. It remembers what the provider registered, so that all of it goes with the logon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapix.interfaces.admin import ProfSect
from mapix.interfaces.notify import AdviseSink, Event, Notification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.properties.content import MessageContent
from mapix.properties.entryid import wrap_store
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.tag import PropTag
from mapix.subsystem.profile import ProviderEntry, ServiceEntry
from mapix.subsystem.profilehandle import ProfileHandle
from mapix.subsystem.profsect import ProfileSection, provider_section
from mapix.subsystem.routes import Opener, Routes

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore


class ProviderSupport:
    """What every provider gets. `routes` are where its uids lead from, `handle` the profile its section is in."""

    def __init__(
        self, core: SessionCore, service: ServiceEntry, provider: ProviderEntry, routes: Routes, handle: ProfileHandle
    ) -> None:
        self.core = core
        self.service = service
        self.provider = provider
        self.opener: Opener | None = None
        self.is_routed = False
        self._routes = routes
        self._handle = handle
        self._scope = core.new_uid()
        self._connections: set[int] = set()
        self._section: ProfileSection | None = None

    @property
    def profile_name(self) -> str:
        """See `Support.profile_name`."""
        return self.core.profile_name

    @property
    def home(self) -> Path:
        """See `Support.home`."""
        return self.core.subsystem.home

    @property
    def section(self) -> ProfSect:
        """See `Support.section`."""
        if self._section is None:
            self._section = provider_section(self._handle, self.core.catalogue, self.provider.uid)
        return self._section

    def set_provider_uid(self, uid: bytes) -> None:
        """See `Support.set_provider_uid`."""
        if len(uid) != 16:
            raise InvalidParameter("a provider's uid has 16 bytes", value=uid)
        self._routes.add(uid, self, lambda: self.opener)
        self.is_routed = True

    def new_uid(self) -> bytes:
        """See `Support.new_uid`."""
        return self.core.new_uid()

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        """See `Support.subscribe`. Keys hold within this logon: each logon tells its own sinks what it learns."""
        connection = self.core.engine.subscribe(self._scope + key, mask, sink)
        self._connections.add(connection)
        return connection

    def unsubscribe(self, connection: int) -> None:
        """See `Support.unsubscribe`; only the provider's own registrations are known."""
        if connection not in self._connections:
            raise NotFound("no registration has this connection number", value=connection)
        self._connections.discard(connection)
        self.core.engine.unsubscribe(connection)

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        """See `Support.notify`."""
        self.core.engine.notify(self._scope + key, notifications)

    def modify_status_row(self, values: Mapping[PropTag, Any], *, update: bool = False) -> None:
        """See `Support.modify_status_row`."""
        self.core.provider_status(self.service, self.provider, values, update=update)

    def open_entry(self, entry_id: bytes, access: Access = Access.READ) -> MapiProp:
        """See `Support.open_entry`."""
        opened: MapiProp = self._routes.ask(entry_id, lambda opener: opener.open_entry(entry_id, access))
        return opened

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        """See `Support.wrap_store_entryid`."""
        return wrap_store(self.service.name, inner)

    def release(self) -> None:
        """The logon is over: uids, registrations and the section go (SPI-23, SPI-50)."""
        self._routes.remove(self)
        for connection in self._connections:
            with suppress(NotFound):
                self.core.engine.unsubscribe(connection)
        self._connections.clear()
        if self._section is not None:
            self._section.close()
        self.opener = None


class StoreProviderSupport(ProviderSupport):
    """What a store provider gets. `wake` is called when there is something to send."""

    def __init__(
        self,
        core: SessionCore,
        service: ServiceEntry,
        provider: ProviderEntry,
        routes: Routes,
        handle: ProfileHandle,
        *,
        wake: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(core, service, provider, routes, handle)
        self._wake = wake

    def expand_recips(self, recipients: Sequence[dict[PropTag, Any]]) -> list[dict[PropTag, Any]]:
        """See `StoreSupport.expand_recips`."""
        from mapix.subsystem.recipients import expand

        return expand(recipients, self.core.address_book)

    def spooler_notify(self) -> None:
        """See `StoreSupport.spooler_notify`; without mail nobody is told (LOG-30)."""
        if self._wake is not None:
            self._wake()

    def identity(self) -> Mapping[PropTag, Any]:
        """See `StoreSupport.identity`."""
        return self.core.identity.sender()


class TransportProviderSupport(ProviderSupport):
    """What a transport provider gets."""

    def spooler_notify(self) -> None:
        """See `TransportSupport.spooler_notify`."""
        self.core.spooling.wake(ready=True)

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        """See `TransportSupport.deliver`."""
        from mapix.subsystem.spooler.inbound import deliver

        return deliver(store, content, delivery_key, identity=self.core.identity.sender())
