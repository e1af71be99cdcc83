"""Message stores: whatever a `StoreBackend` keeps, as a whole IMsgStore.

    store = StoreObject(backend, support, provider="memory", access=Access.MODIFY)
    root = store.open_entry(None, Access.MODIFY)

`provider` is the name that leads the wrapped store identifier (E-012). A store opened with `spooler=True` may use the
outgoing queue (SPL-25); it does not notify, since the client's own opening of the same store does.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.backend import (
    StoreBackend,
)
from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.spi import StoreSupport
from mapix.interfaces.store import (
    MsgStore,
)
from mapix.interfaces.table import MapiTable
from mapix.objects.bags import computed
from mapix.objects.bags.names import Names
from mapix.objects.folders.deleting import purge_expired
from mapix.objects.folders.receive import find_folder, folder_table, set_folder
from mapix.objects.stores.context import StoreContext
from mapix.objects.stores.entryids import StoreIds
from mapix.objects.stores.events import notify_changes
from mapix.objects.stores.life import Life, remembered
from mapix.objects.stores.opening import open_object
from mapix.objects.stores.storesending import StoreSending
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import (
    MapiError,
    NoAccess,
    NoSupport,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ACCESS,
    PR_RECEIVE_FOLDER_SETTINGS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapix.interfaces.backend import (
        Change,
    )
    from mapix.interfaces.care import Care
    from mapix.interfaces.transport import Coupling

_ADVISABLE: Final = (
    Event.CRITICAL_ERROR
    | Event.NEW_MAIL
    | Event.OBJECT_CREATED
    | Event.OBJECT_DELETED
    | Event.OBJECT_MODIFIED
    | Event.OBJECT_MOVED
    | Event.OBJECT_COPIED
    | Event.SEARCH_COMPLETE
    | Event.EXTENDED
)


def store_entry_id(backend: StoreBackend, support: StoreSupport) -> bytes:
    """The wrapped identifier of a backend's store, as clients see it (E-011)."""
    return support.wrap_store_entryid(unwrapped_entry_id(backend.provider_uid, backend.uid))


def unwrapped_entry_id(provider_uid: bytes, store_uid: bytes) -> bytes:
    """The identifier of a store as its provider knows it (E-004)."""
    return ObjectEntryId(provider_uid, store_uid, ObjectType.STORE, 0).dump()


class StoreObject(StoreSending):
    """The store of `backend`. `access` MODIFY on a read-only backend is `NoAccess`, BEST takes what there is.

    With `keep_sent`, mail that is submitted from the Outbox without a word on where it goes afterwards is meant for
    Sent Items: PR_SENTMAIL_ENTRYID is set at submission, and the sent-mail step (session 6.5) follows it as ever.
    `retention` is how many seconds what is deleted is kept where the store's own PR_RETENTION_AGE_LIMIT does not say
    (F-090). `nonread_reports` tells senders who asked for it that their message was deleted unread (X-14). `coupling`
    is for a store that sends what is submitted through the transport of its own server (SPL-2).
    """

    object_type = ObjectType.STORE

    def __init__(
        self,
        backend: StoreBackend,
        support: StoreSupport,
        *,
        provider: str,
        access: Access,
        spooler: bool = False,
        keep_sent: bool = False,
        retention: int = 0,
        nonread_reports: bool = True,
        coupling: Coupling | None = None,
    ) -> None:
        if access is Access.MODIFY and backend.readonly:
            raise NoAccess("the store can only be read", hint="Access.BEST or Access.READ")
        modifiable = access is not Access.READ and not backend.readonly
        constants = {PR_ACCESS: computed.access_granted(modifiable=modifiable)}
        ids = StoreIds(backend.provider_uid, backend.uid, store_entry_id(backend, support), constants)
        self.context = StoreContext(
            backend=backend,
            support=support,
            ids=ids,
            names=Names(backend, backend.uid),
            life=Life(),
            modifiable=modifiable,
            spooler=spooler,
            open_entry=lambda entry_id, access, deleted=False: self.open_entry(entry_id, access, deleted=deleted),
            keep_sent=keep_sent,
            retention=retention,
            nonread_reports=nonread_reports,
        )
        super().__init__(
            backend.store(),
            rules=computed.STORE,
            access=Access.MODIFY if modifiable else Access.READ,
            names=self.context.names,
            transacted=False,
            life=self.context.life,
        )
        self.provider = provider
        self._begin_sending()
        if coupling is not None and not spooler:
            self._couple(coupling)
        backend.decorate(ids)
        if not spooler:
            backend.listen(self._changed)
            if modifiable:
                self.context.go_on_searching()
            with suppress(MapiError):
                purge_expired(self.context)

    def _couple(self, coupling: Coupling) -> None:
        from mapix.objects.messages.coupled import CoupledSending

        self.context.coupled = CoupledSending(self, self.context, self._queue, coupling)

    # opening

    @remembered
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """See `MsgStore.open_entry`."""
        self._check()
        return open_object(self.context, self._queue, entry_id, access, deleted=deleted)

    @remembered
    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """See `MsgStore.compare_entry_ids`; `UnknownEntryid` for identifiers of other stores."""
        self._check()
        return self.context.ids.read(first) == self.context.ids.read(second)

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if tag == PR_RECEIVE_FOLDER_SETTINGS and kind is MapiTable:
            return self.get_receive_folder_table()
        return super()._open_as(tag, kind, access, create)

    # receive folders

    @remembered
    def get_receive_folder(self, message_class: str = "") -> tuple[bytes, str]:
        """See `MsgStore.get_receive_folder`; the root folder where no entry fits (ST-062)."""
        self._check()
        return find_folder(self.context, message_class)

    @remembered
    def set_receive_folder(self, message_class: str, entry_id: bytes | None) -> None:
        """See `MsgStore.set_receive_folder`."""
        self._check_writable()
        set_folder(self.context, message_class, entry_id)

    @remembered
    def get_receive_folder_table(self) -> MapiTable:
        """See `MsgStore.get_receive_folder_table`."""
        self._check()
        return folder_table(self.context)

    # notifications

    @remembered
    def advise(self, entry_id: bytes | None, mask: Event, sink: AdviseSink) -> int:
        """See `MsgStore.advise`; table events are asked of tables (N-001)."""
        self._check()
        wanted = mask & _ADVISABLE
        if not wanted:
            raise NoSupport("a store has no such events", value=mask)
        return self.context.subscribe(self._key(entry_id), wanted, sink)

    def _key(self, entry_id: bytes | None) -> bytes:
        if entry_id is None:
            return self.context.ids.store_uid
        kind, number = self.context.ids.read(entry_id)
        return self.context.ids.entry_id(kind, number) if number else self.context.ids.store_uid

    @remembered
    def unadvise(self, connection: int) -> None:
        """See `MsgStore.unadvise`."""
        self._check()
        self.context.support.unsubscribe(connection)

    def _changed(self, changes: Sequence[Change]) -> None:
        if self.context.has_sinks and not self.context.life.over:
            notify_changes(self.context, changes)

    def poll(self) -> None:
        """See `MsgStore.poll`."""
        if not self.context.life.over:
            self.context.backend.poll()

    # the rest

    def open_mailbox(self, address: str) -> MsgStore | None:
        """See `MsgStore.open_mailbox`."""
        self._check()
        backend = self.context.backend.open_mailbox(address)
        if backend is None:
            return None
        return StoreObject(backend, self.context.support, provider=self.provider, access=Access.MODIFY, spooler=True)

    def care(self) -> Care | None:
        """See `MsgStore.care`."""
        self._check()
        return self.context.backend.care()

    def transaction(self) -> AbstractContextManager[None]:
        """See `MsgStore.transaction`."""
        self._check()
        return self.context.backend.transaction()

    def close(self) -> None:
        """The store and everything opened from it are dead, and its files let go."""
        if not self._closed:
            super().close()
            self.context.stop_searching()
            self.context.life.end()
            self.context.backend.listen(None)
            self.context.backend.close()

    def __repr__(self) -> str:
        return f"<StoreObject {self.context.ids.store_uid.hex()[:8]} of {self.provider}>"
