"""The special folders of a store (HrValidateIPMSubtree; ST-040..ST-047).

`validate_ipm_subtree` makes what is missing, by name, and writes down where it is: identifiers on the store,
PR_VALID_FOLDER_MASK, receive folders. It is cheap where nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, ChangeSet, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.objects.folders.specialfolders import forget_missing
from mapix.properties import flags
from mapix.properties.errors import MapiError, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_COMMON_VIEWS_ENTRYID,
    PR_CONTAINER_CLASS,
    PR_ENTRYID,
    PR_FINDER_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_SENTMAIL_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_VALID_FOLDER_MASK,
    PR_VIEWS_ENTRYID,
)

if TYPE_CHECKING:
    from mapix.objects.stores.context import StoreContext


@dataclass(frozen=True, slots=True)
class SpecialFolder:
    """One special folder: its bit, name, the store's property that names it (none for the Inbox, ST-041), whether it
    lies in the IPM subtree, and whether every store gets it or only a full tree (ST-043).
    """

    bit: int
    name: str
    tag: PropTag | None
    in_subtree: bool = True
    always: bool = False


SUBTREE: Final = SpecialFolder(
    flags.FOLDER_IPM_SUBTREE_VALID, "IPM_SUBTREE", PR_IPM_SUBTREE_ENTRYID, in_subtree=False, always=True
)
INBOX: Final = SpecialFolder(flags.FOLDER_IPM_INBOX_VALID, "Inbox", None)
SPECIAL_FOLDERS: Final = (
    SUBTREE,
    SpecialFolder(flags.FOLDER_FINDER_VALID, "Search Root", PR_FINDER_ENTRYID, in_subtree=False, always=True),
    SpecialFolder(flags.FOLDER_IPM_WASTEBASKET_VALID, "Deleted Items", PR_IPM_WASTEBASKET_ENTRYID, always=True),
    SpecialFolder(flags.FOLDER_VIEWS_VALID, "Folder Views", PR_VIEWS_ENTRYID, in_subtree=False),
    SpecialFolder(flags.FOLDER_COMMON_VIEWS_VALID, "Common Views", PR_COMMON_VIEWS_ENTRYID, in_subtree=False),
    INBOX,
    SpecialFolder(flags.FOLDER_IPM_OUTBOX_VALID, "Outbox", PR_IPM_OUTBOX_ENTRYID),
    SpecialFolder(flags.FOLDER_IPM_SENTMAIL_VALID, "Sent Items", PR_IPM_SENTMAIL_ENTRYID),
)
MAIL: Final = "IPF.Note"
"""PR_CONTAINER_CLASS of folders that hold mail: all that lie in the subtree."""

RECEIVED_IN_INBOX: Final = ("", "IPM", "REPORT")
"""Classes whose messages arrive in the Inbox (C-011)."""

RECEIVED_IN_ROOT: Final = "IPC"
"""The class of messages between programs: nobody looks at them, so they arrive in the root folder (C-011)."""


def validate_ipm_subtree(store: MsgStore, *, full: bool, force: bool = False) -> None:
    """Make the special folders that are missing; `full` all eight instead of three (ST-043).

    What the store claims to have is believed, unless `force` asks to look. Raises what the store raises, `NoAccess`
    for one that is open for reading.
    """
    wanted = [special for special in SPECIAL_FOLDERS if full or special.always]
    mask = sum(special.bit for special in wanted)
    claimed = store.get_prop(PR_VALID_FOLDER_MASK, 0)
    if claimed & mask == mask and not force:
        return
    with store.transaction():
        _make(store, wanted, claimed)
        forget_missing(store)


def special_folders(store: MsgStore) -> dict[str, bytes]:
    """The special folders that a store has: identifiers by their usual names."""
    folders = ((special.name, _present(store, special, Access.READ)) for special in SPECIAL_FOLDERS)
    return {name: folder.get_prop(PR_ENTRYID) for name, folder in folders if folder is not None}


def _make(store: MsgStore, wanted: list[SpecialFolder], claimed: int) -> None:
    root = _folder(store, None)
    subtree = root
    found: dict[PropTag, object] = {}
    for special in wanted:
        parent = subtree if special.in_subtree else root
        folder = _present(store, special) or _new(parent, special)
        if special is SUBTREE:
            subtree = folder
        if special.tag is not None:
            found[special.tag] = folder.get_prop(PR_ENTRYID)
        if special is INBOX:
            _receive(store, folder.get_prop(PR_ENTRYID))
    found[PR_VALID_FOLDER_MASK] = claimed | sum(special.bit for special in wanted)
    store.set_props(found)


def _new(parent: MapiFolder, special: SpecialFolder) -> MapiFolder:
    folder = parent.create_folder(special.name, open_if_exists=True)
    if special.in_subtree and folder.get_prop(PR_CONTAINER_CLASS) is None:
        folder.set_props({PR_CONTAINER_CLASS: MAIL})
    return folder


def _present(store: MsgStore, special: SpecialFolder, access: Access = Access.MODIFY) -> MapiFolder | None:
    """The folder where the store says it is, None when it is not there."""
    entry_id = _inbox_id(store) if special.tag is None else store.get_prop(special.tag)
    if entry_id is None:
        return None
    try:
        return _folder(store, entry_id, access)
    except MapiError:
        return None


def _inbox_id(store: MsgStore) -> bytes | None:
    """The receive folder of IPM messages, unless that is only the root."""
    entry_id, entry = store.get_receive_folder("IPM")
    root = _folder(store, None, Access.READ).get_prop(PR_ENTRYID)
    return None if entry_id == root and not entry else entry_id


def _receive(store: MsgStore, inbox: bytes) -> None:
    root = _folder(store, None).get_prop(PR_ENTRYID)
    for message_class in RECEIVED_IN_INBOX:
        entry_id, entry = store.get_receive_folder(message_class)
        if entry.casefold() != message_class.casefold() or entry_id == root:
            store.set_receive_folder(message_class, inbox)
    if not store.get_receive_folder(RECEIVED_IN_ROOT)[1]:
        store.set_receive_folder(RECEIVED_IN_ROOT, root)


def _folder(store: MsgStore, entry_id: bytes | None, access: Access = Access.MODIFY) -> MapiFolder:
    opened: MapiProp = store.open_entry(entry_id, access)
    if not isinstance(opened, MapiFolder):
        raise NotFound("not a folder", value=entry_id)
    return opened


def still_valid(context: StoreContext) -> None:
    """Clear the bits of PR_VALID_FOLDER_MASK whose folders are gone, and their identifiers (ST-040)."""
    source = context.backend.store()
    tags = tuple(special.tag for special in SPECIAL_FOLDERS if special.tag is not None)
    values, _ = source.load((PR_VALID_FOLDER_MASK, *tags))
    mask = values.get(PR_VALID_FOLDER_MASK, 0)
    gone = [special for special in SPECIAL_FOLDERS if mask & special.bit and not _exists(context, special, values)]
    if gone:
        left = mask & ~sum(special.bit for special in gone)
        removed = {special.tag.id for special in gone if special.tag is not None}
        source.apply(ChangeSet({PR_VALID_FOLDER_MASK: left}, removed))


def _exists(context: StoreContext, special: SpecialFolder, values: dict[PropTag, object]) -> bool:
    try:
        if special.tag is None:
            number = context.backend.receive_folders().get("", 0)
        else:
            entry_id = values.get(special.tag)
            number = context.ids.read_folder(entry_id) if isinstance(entry_id, bytes) else 0
        context.backend.folder_parent(number)
    except MapiError:
        return False
    return True
