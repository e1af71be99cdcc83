"""The stores one member of a session has open (SES-10..SES-19, SPI-23).

Each opening is a logon of its own, so that what one user of a store closes stays open to the others, unless the
provider answers the store that is open (SPI-18); identifiers are led to the logons in the order they were made (EID-5).
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import StoreLogon
from mapix.interfaces.store import MsgStore
from mapix.properties.entryid import check_entry_id, provider_uid
from mapix.properties.errors import InvalidEntryid, InvalidObject, InvalidParameter, MapiError
from mapix.properties.tags import PR_OBJECT_TYPE
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.profiles.profile import Pair
from mapix.subsystem.support.routes import Routes

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.support.support import StoreProviderSupport


@dataclass(slots=True)
class OpenStore:
    """A store that is open: its place in the profile, the provider's logon, the support object."""

    pair: Pair
    logon: StoreLogon
    support: StoreProviderSupport


class MemberStores:
    """Open stores, and `routes` to them. Without `mail` the spooler hears nothing of them (LOG-30)."""

    def __init__(self, core: SessionCore, *, mail: bool) -> None:
        self.core = core
        self.mail = mail
        self.routes = Routes()
        self._guard = threading.RLock()
        self._open: list[OpenStore] = []
        self._over = False

    def open(self, entry_id: bytes, access: Access, *, no_mail: bool, temporary: bool) -> MsgStore:
        """Log on to a store; see `Session.open_msg_store`. `InvalidObject` where the session ended meanwhile."""
        if not entry_id:
            raise InvalidParameter("a store is opened by its entry identifier (SES-10)", value=entry_id)
        check_entry_id(entry_id)
        pair, inner = self.core.stores.match(entry_id)
        opened = self._log_on(pair, inner, access, no_mail=no_mail)
        with self._guard:
            over = self._over
            if not over:
                self._forget_closed()
                self._open.append(opened)
        if over:
            self._log_off(opened)
            raise InvalidObject("the session has been logged off")
        if not no_mail:
            self._prepare(opened, inner, access)
        if self.mail and not no_mail and not temporary:
            self.core.spooling.add(pair)
        return opened.logon.store

    def find(self, uid: bytes) -> StoreLogon | None:
        """The logon of an open store, by the uid of its section."""
        return next((opened.logon for opened in list(self._open) if opened.pair[1].uid == uid), None)

    def logons(self) -> list[StoreLogon]:
        """The logons of the stores that are open."""
        return [opened.logon for opened in list(self._open)]

    def poll(self) -> None:
        """Look for what other processes changed."""
        for opened in list(self._open):
            with suppress(MapiError):
                opened.logon.store.poll()

    def close(self) -> None:
        """Log off from all of them, for good."""
        with self._guard:
            self._over = True
            closing, self._open = self._open, []
        take_every(*(partial(self._log_off, opened) for opened in closing))

    def _log_on(self, pair: Pair, inner: bytes, access: Access, *, no_mail: bool) -> OpenStore:
        wake = self.core.spooling.wake if self.mail and not no_mail else None
        support = self.core.store_support(pair, self.routes, wake)
        try:
            logon = self.core.stores.logon(pair, inner, support, access, spooler=False)
        except BaseException:
            support.release()
            raise
        support.opener = logon.store
        if not support.is_routed:
            with suppress(InvalidEntryid):
                support.set_provider_uid(provider_uid(inner))
        self.core.stores.users.enter(logon, support)
        self.core.stores.opened(pair)
        return OpenStore(pair, logon, support)

    def _log_off(self, opened: OpenStore) -> None:
        stores = self.core.stores
        take_every(partial(stores.users.leave, opened.logon, opened.support), partial(stores.closed, opened.pair))

    def _prepare(self, opened: OpenStore, inner: bytes, access: Access) -> None:
        """Have the special folders made; for a store opened to read, through a logon that may write (SES-19)."""
        stores = self.core.stores
        if not stores.needs_preparing(opened.pair):
            return
        if access is not Access.READ:
            stores.prepare(opened.pair, opened.logon)
            return
        writing = self._log_on(opened.pair, inner, Access.BEST, no_mail=True)
        try:
            stores.prepare(opened.pair, writing.logon)
        finally:
            self._log_off(writing)

    def _forget_closed(self) -> None:
        """Log stores off that their users have closed."""
        for opened in list(self._open):
            try:
                opened.logon.store.get_props((PR_OBJECT_TYPE,))
            except InvalidObject:
                self._open.remove(opened)
                self._log_off(opened)
            except MapiError:
                continue
