"""Support objects: what MAPI gives each provider (IMAPISupport; SPI-35..SPI-46).

One is made for each logon. It remembers what the provider registered, so that all of it goes with the logon; after
that every method that needs the session raises `InvalidObject`. A method of another kind of provider raises `NoSupport`
(session 5.7).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mapix.interfaces.addrbook import AddrBook
from mapix.interfaces.admin import ProfSect
from mapix.interfaces.notify import AdviseSink, Event, Notification
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, ErrorInfo, MapiProp
from mapix.interfaces.spi import ProviderKind
from mapix.interfaces.supportmethods import SupportMethods
from mapix.properties import codec
from mapix.properties.entryid import PERSONAL_UID, check_entry_id, is_one_off, provider_uid, wrap_store
from mapix.properties.errors import Busy, InvalidObject, InvalidParameter, NotFound
from mapix.properties.tag import PropTag
from mapix.subsystem.profiles.profile import ProviderEntry, ServiceEntry
from mapix.subsystem.profiles.profilehandle import ProfileHandle
from mapix.subsystem.profiles.profsect import ProfileSection, provider_section
from mapix.subsystem.support.routes import Opener, Routes

if TYPE_CHECKING:
    from mapix.formats.cfb.docroot import DocRoot as Storage
    from mapix.formats.storage import LockBytes
    from mapix.interfaces.stream import Stream
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.session import Session
    from mapix.subsystem.support.servicesupport import ConfigSupport

_log = logging.getLogger("mapix.subsystem")


class CommonSupport(SupportMethods):
    """What all kinds get. `routes` are where the provider's uids lead from, `handle` the profile its section is in."""

    def __init__(
        self, core: SessionCore, service: ServiceEntry, provider: ProviderEntry, routes: Routes, handle: ProfileHandle
    ) -> None:
        self.core = core
        self.service = service
        self.provider = provider
        self.opener: Opener | None = None
        self.is_routed = False
        self._released = False
        self._waiting: list[Callable[[], None]] | None = None
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
    def files_name(self) -> str:
        """See `Support.files_name`."""
        return self._handle.read().files_of(self.service)

    @property
    def home(self) -> Path:
        """See `Support.home`."""
        return self.core.subsystem.home

    @property
    def section(self) -> ProfSect:
        """See `Support.section`."""
        self._check()
        if self._section is None:
            self._section = provider_section(self._handle, self.core.catalogue, self.provider.uid)
            if self.provider.kind is ProviderKind.STORE:
                self._section.on_set = self.core.stores.refresh
        return self._section

    @contextmanager
    def starting(self) -> Iterator[None]:
        """While its provider logs on: what would wait for the session is done afterwards (SPI-11)."""
        self._waiting = []
        try:
            yield
        finally:
            waiting, self._waiting = self._waiting, None
        for work in waiting:
            work()

    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about the providers of this kind that failed."""
        return self.core.providers.last_error(self.provider.kind)

    def get_mapi_session(self) -> Session:
        """The session the provider is logged on with (IMAPIGetSession, SPI-45); `Busy` while it logs on, when there is
        none yet.
        """
        self._check()
        if self._waiting is not None:
            raise Busy("there is a session once the provider has logged on", value=self.provider.name)
        return self.core.provider_session()

    def get_mem_alloc_routines(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., int]]:
        """See `allocators`."""
        from mapix.subsystem.support.allocators import allocate_buffer, allocate_more, free_buffer

        return allocate_buffer, allocate_more, free_buffer

    def do_config_propsheet(self, title: str = "") -> None:
        """Have a person change the settings of the service; `UserCancel` where there is nobody to ask."""
        self.get_svc_config_support_obj().do_config_propsheet(title)

    def get_svc_config_support_obj(self) -> ConfigSupport:
        """See `ConfigSupport` (SPI-46)."""
        self._check()
        from mapix.subsystem.support.servicesupport import ConfigSupport

        return ConfigSupport(self._handle, self.core.catalogue, self.service, self.core.providers)

    def make_invalid(self, target: object) -> None:
        """See `invalid.make_invalid` (SPI-40)."""
        from mapix.subsystem.support.invalid import make_invalid

        make_invalid(target)

    def open_profile_section(self, uid: bytes | None = None, access: Access = Access.READ) -> ProfSect:
        """A section of the profile, the provider's own with None (SPI-35); `NotFound` for an unknown one that is not
        opened with Access.MODIFY.
        """
        self._check()
        if uid in (None, self.provider.uid):
            return self.section
        from mapix.subsystem.profiles.profsect import open_section

        locks = self.core.subsystem.section_locks
        return open_section(self._handle, self.core.catalogue, locks, uid, access, force=True)

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one object, stores' and address books' alike (SPI-42)."""
        self._check()
        check_entry_id(first)
        check_entry_id(second)
        here = [self._routes.knows(each) for each in (first, second)]
        if all(here):
            return self._routes.compare(first, second)
        book = self.open_address_book()
        if not any(here):
            return book.compare_entry_ids(first, second)
        for each, known in zip((first, second), here, strict=True):
            (self._routes.compare if known else book.compare_entry_ids)(each, each)
        return False

    def create_one_off(self, name: str | None, address_type: str, address: str, *, rich: bool = False) -> bytes:
        """The identifier of a recipient outside any book (SPI-42)."""
        self._check()
        from mapix.subsystem.books.oneoff import make_one_off

        return make_one_off(name, address_type, address, rich=rich).dump()

    def open_address_book(self) -> AddrBook:
        """The integrated address book (SPI-42); `Busy` while the provider logs on, as books may be started then."""
        self._check()
        if self._waiting is not None:
            raise Busy("the address book is opened once the provider has logged on", value=self.provider.name)
        return self.core.address_book()

    def istorage_from_stream(
        self,
        stream: BinaryIO | Stream | LockBytes,
        *,
        modify: bool = False,
        create: bool = False,
        current: bool = False,
    ) -> Storage:
        """A storage on a stream, from its beginning (STGSTRM_RESET), or with `current` from its cursor on
        (STGSTRM_CURRENT); `create` makes an empty one. See `streamstorage.storage_on` (SPI-44).
        """
        from mapix.subsystem.support.streamstorage import storage_on

        self._check()
        return storage_on(stream, modify=modify, create=create, current=current)

    def new_uid(self) -> bytes:
        """See `Support.new_uid`."""
        return self.core.new_uid()

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        """See `Support.subscribe`. Keys hold within this logon: each logon tells its own sinks what it learns."""
        self._check()
        connection = self.core.engine.subscribe(self._scope + key, mask, sink)
        self._connections.add(connection)
        return connection

    def unsubscribe(self, connection: int) -> None:
        """See `Support.unsubscribe`; only the provider's own registrations are known."""
        self._check()
        if connection not in self._connections:
            raise NotFound("no registration has this connection number", value=connection)
        self._connections.discard(connection)
        self.core.engine.unsubscribe(connection)

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        """See `Support.notify`."""
        self._check()
        self.core.engine.notify(self._scope + key, notifications)

    def modify_status_row(self, values: Mapping[PropTag, Any], *, update: bool = False) -> None:
        """See `Support.modify_status_row`."""
        self._check()
        _check_row(values)
        self.core.provider_status(self.service, self.provider, values, update=update)

    def open_entry(self, entry_id: bytes, access: Access = Access.READ) -> MapiProp:
        """See `Support.open_entry`; there must be an identifier (SPI-42)."""
        self._check()
        check_entry_id(entry_id)
        if is_one_off(entry_id) or provider_uid(entry_id) == PERSONAL_UID:
            return self.core.address_book().open_entry(entry_id, access)
        opened: MapiProp = self._routes.ask(entry_id, lambda opener: opener.open_entry(entry_id, access))
        return opened

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        """See `Support.wrap_store_entryid`."""
        return wrap_store(self.service.name, inner)

    def release(self) -> None:
        """The logon is over: uids, registrations and the section go (SPI-23, SPI-50); what was left is told."""
        self._released = True
        self._routes.remove(self)
        if self._connections:
            name = self.service.display_name or self.service.name
            _log.warning("%s left %d registration(s) for notifications behind", name, len(self._connections))
        for connection in self._connections:
            with suppress(NotFound):
                self.core.engine.unsubscribe(connection)
        self._connections.clear()
        if self._section is not None:
            self._section.close()
        self.opener = None

    def _check(self) -> None:
        """`InvalidObject` after the logon is over."""
        if self._released:
            raise InvalidObject("the provider has been logged off", value=self.provider.name)


class RoutedSupport(CommonSupport):
    """What address books and stores get: identifiers lead to them."""

    def set_provider_uid(self, uid: bytes) -> None:
        """See `Support.set_provider_uid`."""
        self._check()
        if len(uid) != 16:
            raise InvalidParameter("a provider's uid has 16 bytes", value=uid)
        self._routes.add(uid, self, lambda: self.opener)
        self.is_routed = True

    def do_progress_dialog(self, text: str = "") -> MapiProgress:
        """A progress object; nothing is shown where nobody looks."""
        from mapix.objects.copying.progress import Progress

        self._check()
        return Progress()


def _check_row(values: object) -> None:
    """`InvalidParameter` for what is no row of a status table."""
    if not isinstance(values, Mapping):
        raise InvalidParameter("a status row is a mapping of tags to values", value=values)
    for tag, value in values.items():
        try:
            codec.dump(PropTag(tag), value)
        except Exception as error:
            raise InvalidParameter("a status row has a value of another type than its tag", value=tag) from error
