"""Sessions: log on, the default store's folders, every store, and logging off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mapix.client.folder import Folder
from mapix.client.message import Message
from mapix.client.store import Store
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import NotFound

if TYPE_CHECKING:
    from mapix.client.addressbook import AddressBook
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.notification import NotificationEngine
    from mapix.subsystem.session import Session as MapiSession

_LOOK_SECONDS = 0.25


def logon(profile: str | None = None, *, mail: bool = True, shared: bool = False, ui: LogonUI | None = None) -> Session:
    """Log on to a profile, the default one when not named; a context manager.

    `mail=False` neither sends nor receives; `shared` joins or opens the session this process shares; `ui` is asked for
    what is missing (`CallbackUI`), without one nothing is.
    Raises `LogonFailed` with what to do next, `UserCancel` when `ui` gives up.
    """
    from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem

    wanted = flags.MAPI_EXTENDED | flags.MAPI_USE_DEFAULT | flags.MAPI_UNICODE
    wanted |= flags.MAPI_ALLOW_OTHERS if shared else flags.MAPI_NEW_SESSION
    wanted |= 0 if mail else flags.MAPI_NO_MAIL
    wanted |= 0 if ui is None else flags.MAPI_LOGON_UI
    mapi_initialize()
    try:
        return Session(subsystem().logon(profile, None, wanted, ui))
    except BaseException:
        mapi_uninitialize()
        raise


class Session:
    """A session on a profile. Leaving the `with` block, or `close`, logs off."""

    def __init__(self, mapi: MapiSession) -> None:
        self.mapi = mapi
        self._store: Store | None = None
        self._open = True

    @property
    def store(self) -> Store:
        """The default store; `NotFound` when the profile has none."""
        if self._store is None:
            self._store = self._open_store(default=True)
        return self._store

    @property
    def stores(self) -> Iterator[Store]:
        """Every store of the profile."""
        for (entry_id,) in query_all_rows(self.mapi.get_msg_stores_table(), (t.PR_ENTRYID,)):
            yield self.open_store(entry_id)

    def open_store(self, entry_id: bytes) -> Store:
        """A store by its entry identifier."""
        return Store(self.mapi.open_msg_store(entry_id, Access.BEST), open_while=lambda: self._open)

    @property
    def inbox(self) -> Folder:
        """The default store's Inbox."""
        return self.store.inbox

    @property
    def outbox(self) -> Folder:
        """The default store's Outbox."""
        return self.store.outbox

    @property
    def sent(self) -> Folder:
        """The default store's Sent Items."""
        return self.store.sent

    @property
    def deleted(self) -> Folder:
        """The default store's Deleted Items."""
        return self.store.deleted

    @property
    def address_book(self) -> AddressBook:
        """The address books of the profile as one."""
        from mapix.client.addressbook import AddressBook

        return AddressBook(self.mapi.open_address_book())

    def folder(self, path: str) -> Folder:
        """A folder of the default store by its path."""
        return self.store.folder(path)

    def message(self, entry_id: bytes, *, deleted: bool = False) -> Message:
        """A message of the default store by its entry identifier, with `deleted` also one that was deleted and is
        kept.
        """
        found = self.store.mapi.open_entry(entry_id, Access.BEST, deleted=deleted)
        parent = found.get_prop(t.PR_PARENT_ENTRYID)
        return self.store.folder_by_id(parent).message(entry_id)

    def new(self, **fields: object) -> Message:
        """A new message in the Outbox; see `FolderMessages.new`."""
        return self.outbox.messages.new(**fields)

    def flush(self, timeout: float = 30.0) -> int:
        """Wait, `timeout` seconds at most, until what was submitted is handed over; how many messages are left."""
        return self.mapi.flush(timeout)

    def dispatch(self, timeout: float = 0.0) -> int:
        """Tell callbacks what has happened, and what happens within `timeout` seconds; how many notifications."""
        import time

        deadline, told = time.monotonic() + timeout, self.mapi.dispatch_notifications()
        while (left := deadline - time.monotonic()) > 0:
            self._notifications.wait(min(left, _LOOK_SECONDS))
            told += self.mapi.dispatch_notifications()
        return told

    @property
    def _notifications(self) -> NotificationEngine:
        from mapix.subsystem.initialize import subsystem

        return subsystem().notifications

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet."""
        return self._open

    def close(self) -> None:
        """Log off; twice is harmless."""
        from mapix.subsystem.initialize import mapi_uninitialize

        if self._open:
            self._open = False
            self.mapi.logoff()
            mapi_uninitialize()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Session on {self.mapi.profile_name!r}>"

    def _open_store(self, *, default: bool) -> Store:
        rows = query_all_rows(self.mapi.get_msg_stores_table(), (t.PR_ENTRYID, t.PR_DEFAULT_STORE))
        for entry_id, is_default in rows:
            if bool(is_default) == default:
                return self.open_store(entry_id)
        raise NotFound("the profile has no default store", hint="mapix service add MAPIXSTORE")
