"""A support object for providers without a session: real enough to open a store, write, send and be told.

    support = BenchSupport()
    store = provider.logon(support, entry_id=None, access=Access.MODIFY).store

Notifications go to whoever subscribed, at once, and are kept in `told`; recipients become one-offs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mapix.interfaces.admin import ProfSect
from mapix.interfaces.notify import AdviseSink, Event, NewMailNotification, Notification
from mapix.interfaces.preprocess import Preprocess, RemoveInfo
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.objects.bags.propdata import MemorySource, PropertyBag
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff, wrap_store
from mapix.properties.errors import NoSupport, NotFound, UnknownEntryid
from mapix.properties.flags import LOGON_NO_DIALOG, LOGON_NO_INBOUND, LOGON_NO_OUTBOUND, NOTIFY_READYTOSEND
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
)

IDENTITY = {
    PR_SENDER_NAME: "Bench Sender",
    PR_SENDER_ADDRTYPE: "SMTP",
    PR_SENDER_EMAIL_ADDRESS: "sender@bench.example",
}


class BenchSection(PropertyBag, ProfSect):
    """A profile section in memory with some settings."""

    def __init__(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        super().__init__(MemorySource(), access=Access.MODIFY, transacted=False)
        self.uid = os.urandom(16)
        self._settings = dict(settings)
        self._secrets = dict(secrets)

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `ProfSect.settings`."""
        return self._settings

    def secret(self, name: str) -> str | None:
        """See `ProfSect.secret`."""
        return self._secrets.get(name)


class BenchSupport:
    """A `StoreSupport`. `opener` answers `open_entry`, where a test needs entries of other providers; `needs` is what
    submissions need.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        identity: Mapping[PropTag, Any] = IDENTITY,
        service: str = "BENCH",
        opener: Callable[[bytes, Access], MapiProp] | None = None,
        home: Path | None = None,
    ) -> None:
        self.profile_name = self.files_name = "bench"
        self.home = home or Path("bench-home")
        self.section: ProfSect = BenchSection(settings or {}, secrets or {})
        self.uids: list[bytes] = []
        self.told: list[tuple[bytes, Notification]] = []
        self.woken = 0
        self.status: dict[PropTag, Any] = {}
        self.needs = 0
        self._identity = dict(identity)
        self._service = service
        self._opener = opener
        self._sinks: dict[int, tuple[bytes, Event, AdviseSink]] = {}
        self._connection = 0

    def set_provider_uid(self, uid: bytes) -> None:
        """See `Support.set_provider_uid`."""
        self.uids.append(uid)

    def new_uid(self) -> bytes:
        """See `Support.new_uid`."""
        return os.urandom(16)

    def subscribe(self, key: bytes, mask: Event, sink: AdviseSink) -> int:
        """See `Support.subscribe`."""
        self._connection += 1
        self._sinks[self._connection] = (key, mask, sink)
        return self._connection

    def unsubscribe(self, connection: int) -> None:
        """See `Support.unsubscribe`."""
        if self._sinks.pop(connection, None) is None:
            raise NotFound("no such registration", value=connection)

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        """See `Support.notify`; here the sinks are called at once."""
        self.told += [(key, one) for one in notifications]
        for wanted, mask, sink in list(self._sinks.values()):
            batch = [one for one in notifications if one.event & mask]
            if wanted == key and batch:
                sink(batch)

    def modify_status_row(self, values: Mapping[PropTag, Any], *, update: bool = False) -> None:
        """See `Support.modify_status_row`."""
        self.status = {**(self.status if update else {}), **values}

    def open_entry(self, entry_id: bytes, access: Access = Access.READ) -> MapiProp:
        """See `Support.open_entry`."""
        if self._opener is None:
            raise UnknownEntryid("nobody here knows this identifier", value=entry_id)
        return self._opener(entry_id, access)

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        """See `Support.wrap_store_entryid`."""
        return wrap_store(self._service, inner)

    def expand_recips(self, recipients: Sequence[dict[PropTag, Any]]) -> list[dict[PropTag, Any]]:
        """See `StoreSupport.expand_recips`: who has an address becomes a one-off."""
        return [_one_off(row) for row in recipients]

    def submission_flags(self, recipients: Sequence[dict[PropTag, Any]]) -> int:
        """See `StoreSupport.submission_flags`: what a test put into `needs`."""
        return self.needs

    def spooler_notify(self, flags: int = NOTIFY_READYTOSEND, *, news: NewMailNotification | None = None) -> None:
        """See `StoreSupport.spooler_notify`; counted in `woken`."""
        self.woken += 1

    def store_logoff_transports(self, flags: int) -> int:
        """See `StoreSupport.store_logoff_transports`: there is no spooler."""
        raise NoSupport("there is no spooler here")

    def complete_msg(self, entry_id: bytes) -> None:
        """See `StoreSupport.complete_msg`: there is no spooler."""
        raise NoSupport("there is no spooler here", value=entry_id)

    def identity(self) -> Mapping[PropTag, Any]:
        """See `StoreSupport.identity`."""
        return self._identity


class TransportBenchSupport(BenchSupport):
    """A `TransportSupport`: what is delivered goes into the store, as in a session; preprocessors are kept in
    `preprocessors`, each with what undoes it, the provider's uid and the address type.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(settings, **options)
        self.preprocessors: list[tuple[Preprocess | str, RemoveInfo | str | None, bytes | None, str | None]] = []

    @property
    def logon_flags(self) -> int:
        """See `TransportSupport.logon_flags`."""
        return LOGON_NO_INBOUND | LOGON_NO_OUTBOUND | LOGON_NO_DIALOG

    def register_preprocessor(
        self,
        preprocess: Preprocess | str,
        remove: RemoveInfo | str | None = None,
        *,
        uid: bytes | None = None,
        address_type: str | None = None,
    ) -> None:
        """See `TransportSupport.register_preprocessor`."""
        self.preprocessors.append((preprocess, remove, uid, address_type))

    def spooler_notify(
        self,
        flags: int = NOTIFY_READYTOSEND,
        entry_id: bytes | None = None,
        *,
        news: NewMailNotification | None = None,
    ) -> None:
        """See `TransportSupport.spooler_notify`; counted in `woken`."""
        self.woken += 1

    def spooler_yield(self) -> bool:
        """See `TransportSupport.spooler_yield`: nobody hurries here."""
        return False

    def deliver(self, store: MsgStore, content: MessageContent, delivery_key: bytes) -> bytes | None:
        """See `TransportSupport.deliver`."""
        from mapix.subsystem.spooler.inbound import deliver

        return deliver(store, content, delivery_key, identity=self._identity)


def _one_off(row: dict[PropTag, Any]) -> dict[PropTag, Any]:
    address = row.get(PR_EMAIL_ADDRESS)
    if PR_ENTRYID in row or not address:
        return row
    kind = row.get(PR_ADDRTYPE, "SMTP")
    entry_id = OneOff(row.get(PR_DISPLAY_NAME, address), kind, address).dump()
    return row | {PR_ADDRTYPE: kind, PR_ENTRYID: entry_id}
