"""Which mailbox of which database a section's store is, and how it is opened or made."""

from __future__ import annotations

import logging

from mapix.interfaces.spi import StoreSupport
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import MapiError, NotFound
from mapix.properties.tags import PR_RESOURCE_PATH
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, find_mailbox, open_named
from mapix.providers.sqlstore.postgresql.connection import Place

_log = logging.getLogger(__name__)


def open_store_of(support: StoreSupport, entry_id: bytes | None) -> tuple[PostgreSqlBackend, bool]:
    """The mailbox of a section, or another one of the same database, and whether it is the section's own; it is made
    at the first time.
    """
    section = support.section
    place = Place.of(section.settings["dsn"], section.secret("password"))
    name = mailbox_name(support)
    full = section.settings.get("durability") != "normal"
    known = section.get_prop(PR_RESOURCE_PATH) == f"{place.name}#{name}"
    backend = open_named(place, name, create=not known, full=full)
    if not known:
        _remember(support, f"{place.name}#{name}")
    wanted = backend.uid if entry_id is None else ObjectEntryId.load(entry_id).store
    if wanted == backend.uid:
        return backend, True
    backend.close()
    other = find_mailbox(place, uid=wanted)
    if other is None:
        raise NotFound("there is no store with this identifier", value=entry_id, hint="the store of a profile")
    return PostgreSqlBackend(place, other.number, other.uid.hex(), full=full), False


def mailbox_name(support: StoreSupport) -> str:
    """What the section's mailbox is called."""
    settings = support.section.settings
    return str(settings.get("mailbox") or settings.get("owner_address") or support.files_name)


def _remember(support: StoreSupport, place: str) -> None:
    """Note in the section that the mailbox was there: should it be gone one day, that is told, and no empty one takes
    its place.
    """
    try:
        support.section.set_props({PR_RESOURCE_PATH: place})
    except MapiError as error:
        _log.info("the place of %s is not noted in the profile: %s", place, error)
