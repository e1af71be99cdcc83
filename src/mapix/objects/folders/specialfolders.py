"""Special folders that are made when somebody first asks for them: Drafts, Calendar, Contacts and their like (ST-046).

    drafts = special_folder(store, DRAFTS)

Where they are stands on the Inbox, and again on the root folder, under properties that all clients know; Junk in a
place of PR_ADDITIONAL_REN_ENTRYIDS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.properties.errors import MapiError, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDITIONAL_REN_ENTRYIDS,
    PR_CONTAINER_CLASS,
    PR_ENTRYID,
    PR_IPM_APPOINTMENT_ENTRYID,
    PR_IPM_CONTACT_ENTRYID,
    PR_IPM_DRAFTS_ENTRYID,
    PR_IPM_JOURNAL_ENTRYID,
    PR_IPM_NOTE_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_TASK_ENTRYID,
)

_PLACES: Final = 5
"""Conflicts, sync issues, local failures, server failures, junk: the places of PR_ADDITIONAL_REN_ENTRYIDS."""


@dataclass(frozen=True, slots=True)
class OnDemand:
    """One of them: its name, what it holds (PR_CONTAINER_CLASS), the property that says where it is, and its place
    there where that has several values.
    """

    name: str
    container_class: str
    tag: PropTag
    place: int | None = None

    def read(self, value: Any) -> bytes | None:
        """Its identifier in a value of the property."""
        if self.place is None:
            return value or None
        return (value[self.place] if value is not None and len(value) > self.place else None) or None

    def written(self, value: Any, entry_id: bytes) -> Any:
        """The value of the property with its identifier."""
        if self.place is None:
            return entry_id
        places = list(value or ())
        places += [b""] * (_PLACES - len(places))
        places[self.place] = entry_id
        return places


DRAFTS: Final = OnDemand("Drafts", "IPF.Note", PR_IPM_DRAFTS_ENTRYID)
CALENDAR: Final = OnDemand("Calendar", "IPF.Appointment", PR_IPM_APPOINTMENT_ENTRYID)
CONTACTS: Final = OnDemand("Contacts", "IPF.Contact", PR_IPM_CONTACT_ENTRYID)
JOURNAL: Final = OnDemand("Journal", "IPF.Journal", PR_IPM_JOURNAL_ENTRYID)
NOTES: Final = OnDemand("Notes", "IPF.StickyNote", PR_IPM_NOTE_ENTRYID)
TASKS: Final = OnDemand("Tasks", "IPF.Task", PR_IPM_TASK_ENTRYID)
JUNK: Final = OnDemand("Junk", "IPF.Note", PR_ADDITIONAL_REN_ENTRYIDS, 4)
ON_DEMAND: Final = (DRAFTS, CALENDAR, CONTACTS, JOURNAL, NOTES, TASKS, JUNK)


def special_folder(store: MsgStore, which: OnDemand, *, create: bool = True) -> MapiFolder:
    """The special folder, made where the store has none yet; `NotFound` when `create` is False, `NoAccess` in a store
    that is open for reading.
    """
    carriers = _carriers(store)
    found = _present(store, carriers, which)
    if found is None and not create:
        raise NotFound(f"the store has no {which.name} folder yet", value=which.name)
    if found is not None:
        return found
    with store.transaction():
        folder = _made(store, which)
        _note(carriers, which, folder.get_prop(PR_ENTRYID))
    return folder


def forget_missing(store: MsgStore) -> None:
    """Take away identifiers that lead nowhere, and put those of the root on an Inbox that is new."""
    carriers = _carriers(store)
    for which in ON_DEMAND:
        found = _present(store, carriers, which)
        if found is not None:
            _note(carriers, which, found.get_prop(PR_ENTRYID))
        elif any(which.read(one.get_prop(which.tag)) for one in carriers):
            _note(carriers, which, b"")


def _carriers(store: MsgStore) -> list[MapiFolder]:
    """The folders that say where the others are: the Inbox, where there is one, and the root (ST-046)."""
    root = _open(store, None)
    inbox, _ = store.get_receive_folder("IPM")
    return [root] if inbox == root.get_prop(PR_ENTRYID) else [_open(store, inbox), root]


def _present(store: MsgStore, carriers: list[MapiFolder], which: OnDemand) -> MapiFolder | None:
    for carrier in carriers:
        entry_id = which.read(carrier.get_prop(which.tag))
        if entry_id is not None:
            try:
                return _open(store, entry_id)
            except MapiError:
                continue
    return None


def _made(store: MsgStore, which: OnDemand) -> MapiFolder:
    subtree = _open(store, store.get_prop(PR_IPM_SUBTREE_ENTRYID))
    folder = subtree.create_folder(which.name, open_if_exists=True)
    if folder.get_prop(PR_CONTAINER_CLASS) is None:
        folder.set_props({PR_CONTAINER_CLASS: which.container_class})
    return folder


def _note(carriers: list[MapiFolder], which: OnDemand, entry_id: bytes) -> None:
    for carrier in carriers:
        value = carrier.get_prop(which.tag)
        if (which.read(value) or b"") == entry_id:
            continue
        if entry_id or which.place is not None:
            carrier.set_props({which.tag: which.written(value, entry_id)})
        else:
            carrier.delete_props((which.tag,))


def _open(store: MsgStore, entry_id: bytes | None) -> MapiFolder:
    folder = store.open_entry(entry_id, Access.BEST)
    if not isinstance(folder, MapiFolder):
        raise NotFound("not a folder", value=entry_id)
    return folder
