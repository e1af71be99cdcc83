"""Where the file of a section's store is, and how it is opened or made."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from mapix.interfaces.spi import StoreSupport
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import DiskError, MapiError, NoAccess, NotFound
from mapix.properties.tags import PR_RESOURCE_PATH
from mapix.providers.sqlstore.sqlite import mailboxes
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend

_LOST: Final = (
    "put the file back; a new store begins with: mapix service remove MAPIXSTORE, mapix service add MAPIXSTORE"
)
_log = logging.getLogger(__name__)
_UNFIT: Final = re.compile(r"[^\w. -]+")


def store_path(support: StoreSupport) -> Path:
    """The file of the section's store."""
    return file_of(support.section.settings, support.home, support.files_name)


def file_of(settings: Mapping[str, Any], home: Path, files_name: str) -> Path:
    """The file of a store with these settings in a profile whose files are called so."""
    chosen = settings.get("path")
    if chosen:
        return Path(chosen)
    return home / "stores" / f"{_UNFIT.sub('_', files_name) or 'store'}.mapix"


def open_store_of(support: StoreSupport, entry_id: bytes | None) -> tuple[SqliteBackend, bool]:
    """The store of a section, or another one of the same directory, and whether it is the section's own; the file is
    made at the first time.
    """
    path = store_path(support)
    known = support.section.get_prop(PR_RESOURCE_PATH) == str(path)
    backend = open_store(path, create=not known, full=support.section.settings.get("durability") != "normal")
    if not known:
        _remember(support, path)
    wanted = backend.uid if entry_id is None else ObjectEntryId.load(entry_id).store
    if wanted == backend.uid:
        return backend, True
    backend.close()
    other = mailboxes.find(path.parent, uid=wanted)
    if other is None:
        raise NotFound("there is no store with this identifier", value=entry_id, hint="the store of a profile")
    return open_store(other, full=backend.database.full), False


def _remember(support: StoreSupport, path: Path) -> None:
    """Note in the section that the store was there: should its file be gone one day, that is told, and no empty store
    takes its place.
    """
    try:
        support.section.set_props({PR_RESOURCE_PATH: str(path)})
    except MapiError as error:
        _log.info("the place of %s is not noted in the profile: %s", path, error)


def open_store(path: Path, *, create: bool = False, full: bool = True) -> SqliteBackend:
    """The store in a file, for reading only where the file cannot be written to; private to its user when it is made.

    `NotFound` for a file that is not there, unless `create` makes it.
    """
    if not path.exists():
        if not create:
            raise NotFound("there is no store at this place", value=str(path), hint=_LOST)
        _make_file(path)
    readonly = not os.access(path, os.W_OK)
    return SqliteBackend(path, readonly=readonly, create=create and not readonly, full=full)


def _make_file(path: Path) -> None:
    """Another thread's file is not opened: closing it would give up what SQLite locks of it in this process."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except PermissionError as error:
        raise NoAccess("the store cannot be made here", value=str(path), low_level=error.errno or 0) from error
    except OSError as error:
        raise DiskError(f"the store cannot be made ({error.strerror})", value=str(path)) from error
