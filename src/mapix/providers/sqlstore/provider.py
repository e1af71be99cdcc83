"""The store provider of the MAPIXSTORE service (IMSProvider, IMSLogon)."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mapix.interfaces.prop import Access, ChangeSet
from mapix.interfaces.spi import StoreLogon, StoreProvider, StoreSupport
from mapix.objects.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import DiskError, MapiError, NoAccess, NotFound
from mapix.properties.tags import PR_DISPLAY_NAME, PR_MAILBOX_OWNER_NAME, PR_RESOURCE_PATH
from mapix.providers.sqlstore import mailboxes
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.service import DISPLAY_NAME, NAME, PROVIDER_UID

_LOST: Final = (
    "put the file back; a new store begins with: mapix service remove MAPIXSTORE, mapix service add MAPIXSTORE"
)
_log = logging.getLogger(__name__)
_UNFIT: Final = re.compile(r"[^\w. -]+")


class SqlLogon(StoreLogon):
    """A store in a file that is open."""

    def __init__(self, store: StoreObject) -> None:
        self.store = store

    def logoff(self) -> None:
        """See `ProviderLogon.logoff`."""
        self.store.close()


class SqlStoreProvider(StoreProvider):
    """Opens the store of a section, and makes its file at the first logon."""

    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        """See `StoreProvider.logon`.

        An identifier of another store than the section's is looked for in the same directory; `NotFound`.
        """
        backend = _open(support, entry_id)
        try:
            support.set_provider_uid(PROVIDER_UID)
            _prepare(backend, support)
            keep_sent = bool(support.section.settings.get("keep_sent", True))
            store = StoreObject(backend, support, provider=NAME, access=access, spooler=spooler, keep_sent=keep_sent)
            return SqlLogon(store)
        except BaseException:
            backend.close()
            raise

    def store_entry_id(self, support: StoreSupport) -> bytes:
        """See `StoreProvider.store_entry_id`; the file is made when there is none."""
        backend = _open(support, None)
        try:
            return unwrapped_entry_id(PROVIDER_UID, backend.uid)
        finally:
            backend.close()


def store_path(support: StoreSupport) -> Path:
    """The file of the section's store."""
    return file_of(support.section.settings, support.home, support.profile_name)


def file_of(settings: Mapping[str, Any], home: Path, profile_name: str) -> Path:
    """The file of a store with these settings in a profile of this name."""
    chosen = settings.get("path")
    if chosen:
        return Path(chosen)
    return home / "stores" / f"{_UNFIT.sub('_', profile_name) or 'store'}.mapix"


def _open(support: StoreSupport, entry_id: bytes | None) -> SqlBackend:
    path = store_path(support)
    known = support.section.get_prop(PR_RESOURCE_PATH) == str(path)
    backend = open_store(path, create=not known, full=support.section.settings.get("durability") != "normal")
    if not known:
        _remember(support, path)
    wanted = backend.uid if entry_id is None else ObjectEntryId.load(entry_id).store
    if wanted == backend.uid:
        return backend
    backend.close()
    other = mailboxes.find(path.parent, uid=wanted)
    if other is None:
        raise NotFound("there is no store with this identifier", value=entry_id, hint="the store of a profile")
    return open_store(other, full=backend.database.full)


def _remember(support: StoreSupport, path: Path) -> None:
    """Note in the section that the store was there: should its file be gone one day, that is told, and no empty store
    takes its place.
    """
    try:
        support.section.set_props({PR_RESOURCE_PATH: str(path)})
    except MapiError as error:
        _log.info("the place of %s is not noted in the profile: %s", path, error)


def open_store(path: Path, *, create: bool = False, full: bool = True) -> SqlBackend:
    """The store in a file, for reading only where the file cannot be written to; private to its user when it is made.

    `NotFound` for a file that is not there, unless `create` makes it.
    """
    if not path.exists():
        if not create:
            raise NotFound("there is no store at this place", value=str(path), hint=_LOST)
        _make_file(path)
    readonly = not os.access(path, os.W_OK)
    return SqlBackend(path, readonly=readonly, create=create and not readonly, full=full)


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError as error:
        raise NoAccess("the store cannot be made here", value=str(path), low_level=error.errno or 0) from error
    except OSError as error:
        raise DiskError(f"the store cannot be made ({error.strerror})", value=str(path)) from error


def _prepare(backend: SqlBackend, support: StoreSupport) -> None:
    """The name of a new store, and its owner as configured. Special folders are MAPI's to make (ST-043)."""
    if backend.readonly:
        return
    settings = support.section.settings
    backend.set_owner(settings.get("owner_address") or None)
    store = backend.store()
    if not store.load((PR_DISPLAY_NAME,))[0]:
        owner = settings.get("owner_name")
        name = settings.get("display_name") or (f"Mailbox - {owner}" if owner else DISPLAY_NAME)
        store.apply(ChangeSet({PR_DISPLAY_NAME: name} | ({PR_MAILBOX_OWNER_NAME: owner} if owner else {})))
