"""The message stores of a session: their table, which is the default, and how one is opened (SES-10..SES-19, SES-30).

The table holds every store of the profile, open or not (C22), under identifiers that name the message service
(SPI-30). Opening one loads its provider and logs on.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mapix.interfaces.notify import TableNotification
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.spi import ProviderKind, StoreLogon, StoreSupport
from mapix.interfaces.table import MapiTable, TableType
from mapix.objects.tables.tabledata import TableData
from mapix.properties.entryid import ObjectEntryId, provider_uid, unwrap_store, wrap_store
from mapix.properties.errors import InvalidEntryid, LogonFailed, MapiError, NotFound, Unconfigured, UnknownEntryid
from mapix.properties.flags import MAPI_STORE_PROVIDER, STATUS_DEFAULT_STORE, STATUS_TEMP_SECTION
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFAULT_STORE,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_MDB_PROVIDER,
    PR_OBJECT_TYPE,
    PR_PROVIDER_DISPLAY,
    PR_RECORD_KEY,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_SERVICE_UID,
)
from mapix.subsystem import chosenstores
from mapix.subsystem.profiles.profile import Pair, ProviderEntry, ServiceEntry
from mapix.subsystem.storefailures import FailedStores
from mapix.subsystem.storelogoff import StoreUsers

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

COLUMNS = (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_DEFAULT_STORE,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_PROVIDER_DISPLAY,
    PR_MDB_PROVIDER,
    PR_RECORD_KEY,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
)

_log = logging.getLogger("mapix.subsystem")


class StoreList:
    """The stores of a session core."""

    def __init__(self, core: SessionCore) -> None:
        self.users = StoreUsers()
        self.core = core
        self._failed = FailedStores(core)
        self._inner: dict[bytes, bytes] = {}
        self._verified: set[bytes] = set()
        self._verifying = threading.Lock()
        self._in_use: Counter[bytes] = Counter()
        self._counting = threading.RLock()
        key = core.uid + b"stores"

        def tell(events: Sequence[TableNotification]) -> None:
            core.engine.notify(key, events)

        self._data = TableData(COLUMNS, table_type=TableType.DYNAMIC, key=key, on_change=tell)
        self._filled = False

    def pairs(self) -> list[Pair]:
        """The stores of the profile, those that are temporary left out."""
        stores = self.core.handle.read().providers(ProviderKind.STORE)
        return [pair for pair in stores if not pair[1].resource_flags & STATUS_TEMP_SECTION]

    def default(self) -> Pair | None:
        """The default store, None when the profile has no store that can be it (PRF-3)."""
        uid = self.core.handle.read().default_store()
        return self.core.handle.read().provider(uid) if uid is not None else None

    def table(self) -> MapiTable:
        """A live view of the stores (SES-30)."""
        if not self._filled:
            self._data.modify_rows(self._row(pair) for pair in self.pairs())
            self._filled = True
        return self._data.view(subscribe=self.core.engine.subscribe, unsubscribe=self.core.engine.unsubscribe)

    def refresh(self) -> None:
        """Show what has changed in the profile; sinks hear of rows that differ (SES-58)."""
        if not self._filled:
            return
        for pair in self.pairs():
            row = self._row(pair)
            if self._data.query_row(pair[1].uid) != row:
                self._data.modify_rows([row])

    def entry_id(self, pair: Pair) -> bytes:
        """The identifier of a store as clients see it."""
        return wrap_store(pair[0].name, self.inner_id(pair))

    def inner_id(self, pair: Pair) -> bytes:
        """The identifier of a store as its provider knows it.

        Where the provider cannot tell, one that only leads back to its profile section: opening it gives the reason.
        """
        provider = pair[1]
        known = self._inner.get(provider.uid) or chosenstores.chosen(pair)
        if known is not None:
            return known
        try:
            support = self.core.store_support(pair)
            self._inner[provider.uid] = self._failed.attempt(
                pair, lambda: self.core.providers.store(*pair).store_entry_id(support)
            )
        except MapiError:
            return bytes(4) + provider.uid
        return self._inner[provider.uid]

    def id_to_open(self, pair: Pair) -> bytes:
        """An identifier to log on with: where the provider has not been asked, one that leads to its section."""
        return self._inner.get(pair[1].uid) or chosenstores.chosen(pair) or bytes(4) + pair[1].uid

    def learn(self, pair: Pair, logon: StoreLogon) -> None:
        """Note the identifier that a store says it has, so that the provider need not be asked for it."""
        if pair[1].uid not in self._inner:
            with suppress(MapiError):
                name, inner = unwrap_store(logon.store.get_prop(PR_ENTRYID) or b"")
                if name.upper() == pair[0].name.upper():
                    self._inner[pair[1].uid] = inner

    def match(self, entry_id: bytes) -> tuple[Pair, bytes]:
        """The store an identifier names, and the identifier its provider knows (SES-17).

        A store that stands in no profile gets a section for the time it is open (SES-18). `UnknownEntryid` when no
        such message service is installed, `InvalidEntryid`.
        """
        name, inner = unwrap_store(entry_id)
        for pair in self.pairs():
            if pair[0].name.upper() == name.upper() and self._is_same(pair, inner):
                return pair, self.inner_id(pair)
        return self._temporary(name), inner

    def logon(
        self,
        pair: Pair,
        inner: bytes,
        support: StoreSupport,
        access: Access,
        *,
        spooler: bool,
        lenient: bool = False,
    ) -> StoreLogon:
        """Log on to a store; `LogonFailed` when its settings do not suffice (SES-12), or what the provider raises. For
        the spooler, and when `lenient`, one that cannot be reached just now is not put out of use.
        """
        service, provider = pair
        entry_id = None if inner == bytes(4) + provider.uid else inner
        if provider.resource_flags & STATUS_TEMP_SECTION:
            self._inner[provider.uid] = inner

        def logon() -> StoreLogon:
            opener = self.core.providers.store(service, provider)
            return opener.logon(support, entry_id=entry_id, access=access, spooler=spooler)

        try:
            return self._failed.attempt(pair, logon, lenient=spooler or lenient)
        except Unconfigured as error:
            raise LogonFailed(error.text, value=service.name, hint=error.hint) from error

    def opened(self, pair: Pair) -> None:
        """A member has logged on to the store: it has a row in the status table from now on (C21)."""
        with self._counting:
            self._in_use[pair[1].uid] += 1
            if not self.core.status.has(pair[1].uid):
                self.core.provider_status(*pair, {}, update=False)

    def closed(self, pair: Pair) -> None:
        """A member has logged off; with the last one the store's row goes (STA-13)."""
        uid = pair[1].uid
        with self._counting:
            self._in_use[uid] -= 1
            if self._in_use[uid] <= 0:
                del self._in_use[uid]
                self.core.status.remove(uid)

    def prepare(self, pair: Pair, logon: StoreLogon) -> None:
        """Make the special folders that are missing, once a session: all of them in the default store (SES-19)."""
        from mapix.objects.folders.ipmtree import validate_ipm_subtree

        uid = pair[1].uid
        with self._verifying:
            if uid in self._verified:
                return
            default = self.default()
            try:
                validate_ipm_subtree(logon.store, full=default is not None and default[1].uid == uid)
            except MapiError as error:
                _log.info("special folders of %s: %s", pair[0].display_name or pair[0].name, error)
                return
            self._verified.add(uid)

    def make_permanent(self, pair: Pair) -> None:
        """Put a store that was opened for a while into the profile, and into the table (SPI-39)."""
        if pair[1].resource_flags & STATUS_TEMP_SECTION:
            chosenstores.choose(pair, self.inner_id(pair))
            try:
                self.core.handle.change(partial(chosenstores.keep, pair=pair))
            except BaseException:
                pair[1].resource_flags |= STATUS_TEMP_SECTION
                raise
        if self._filled:
            self._data.modify_rows([self._row(pair)])

    def needs_preparing(self, pair: Pair) -> bool:
        """Whether the special folders have not been looked at in this session."""
        return pair[1].uid not in self._verified

    def flags(self, pair: Pair) -> int:
        """PR_RESOURCE_FLAGS as shown: exactly one store has STATUS_DEFAULT_STORE (ST-027)."""
        flags = pair[1].resource_flags & ~STATUS_DEFAULT_STORE
        default = self.default()
        return flags | STATUS_DEFAULT_STORE if default is not None and default[1].uid == pair[1].uid else flags

    def _is_same(self, pair: Pair, inner: bytes) -> bool:
        known = self.inner_id(pair)
        if inner in (known, bytes(4) + pair[1].uid):
            return True
        try:
            return self.core.providers.store(*pair).compare_store_ids(known, inner)
        except MapiError:
            return False

    def _temporary(self, name: str) -> Pair:
        described = self.core.providers.catalogue.find(name)
        if described is None:
            raise UnknownEntryid("no message service of this name opens stores here", value=name)
        for spec in described.providers:
            if spec.kind is ProviderKind.STORE:
                provider = ProviderEntry(
                    self.core.new_uid(), spec.name, spec.kind, spec.display_name, spec.resource_flags
                )
                provider.resource_flags |= STATUS_TEMP_SECTION
                service = ServiceEntry(self.core.new_uid(), described.name, described.display_name)
                service.providers.append(provider)
                return service, provider
        raise NotFound("the message service has no stores", value=name)

    def _row(self, pair: Pair) -> Mapping[PropTag, Any]:
        service, provider = pair
        inner = self.inner_id(pair)
        flags = self.flags(pair)
        properties = {tag: value for tag, value in provider.properties.items() if not tag.is_secure}
        return {
            PR_DISPLAY_NAME: service.display_name or provider.display_name or service.name,
            PR_MDB_PROVIDER: _type_of(inner),
            PR_RECORD_KEY: _record_key(inner),
            PR_PROVIDER_DISPLAY: provider.display_name or service.name,
            **properties,
            PR_ENTRYID: self.entry_id(pair),
            PR_DEFAULT_STORE: bool(flags & STATUS_DEFAULT_STORE),
            PR_RESOURCE_FLAGS: flags,
            PR_RESOURCE_TYPE: MAPI_STORE_PROVIDER,
            PR_INSTANCE_KEY: provider.uid,
            PR_OBJECT_TYPE: int(ObjectType.STORE),
            PR_SERVICE_UID: service.uid,
        }


def _type_of(inner: bytes) -> bytes:
    """The uid of the type of store, as an inner identifier tells it (EID-1, ST-023)."""
    try:
        return provider_uid(inner)
    except InvalidEntryid:
        return bytes(16)


def _record_key(inner: bytes) -> bytes:
    """The store's record key: its uid where the identifier has our form, else the identifier itself."""
    try:
        return ObjectEntryId.load(inner).store
    except MapiError:
        return inner
