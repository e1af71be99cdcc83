"""Stores: the special folders by name, and any folder by path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mapix.client.base import PropertyObject
from mapix.client.fields import Text
from mapix.client.folder import Folder
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.properties import tags as t
from mapix.properties.errors import NoSupport, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.times import now

if TYPE_CHECKING:
    from mapix.client.searching import SearchFolders
    from mapix.interfaces.care import Care, Compaction, Finding, Progress, StoreStats

_SPECIAL = (
    t.PR_IPM_SUBTREE_ENTRYID,
    t.PR_IPM_OUTBOX_ENTRYID,
    t.PR_IPM_SENTMAIL_ENTRYID,
    t.PR_IPM_WASTEBASKET_ENTRYID,
    t.PR_FINDER_ENTRYID,
)


class Store(PropertyObject):
    """A message store of the session."""

    name = Text(t.PR_DISPLAY_NAME, "Its name.")

    def __init__(self, mapi: MsgStore, *, open_while: Callable[[], bool] = lambda: True) -> None:
        super().__init__(mapi)
        self._open_while = open_while

    @property
    def mapi(self) -> MsgStore:
        """The IMsgStore underneath."""
        return cast(MsgStore, self._mapi)

    @property
    def is_open(self) -> bool:
        """Whether its session has not ended."""
        return self._open_while()

    @property
    def root(self) -> Folder:
        """The top of what people see (the IPM subtree)."""
        return self._special(t.PR_IPM_SUBTREE_ENTRYID, "IPM subtree")

    @property
    def inbox(self) -> Folder:
        """Where mail arrives: the default receive folder."""
        return self.folder_by_id(self.mapi.get_receive_folder()[0])

    @property
    def outbox(self) -> Folder:
        """Where mail waits to be sent."""
        return self._special(t.PR_IPM_OUTBOX_ENTRYID, "Outbox")

    @property
    def sent(self) -> Folder:
        """Where mail lies that was sent."""
        return self._special(t.PR_IPM_SENTMAIL_ENTRYID, "Sent Items")

    @property
    def deleted(self) -> Folder:
        """Where deleted things wait to go."""
        return self._special(t.PR_IPM_WASTEBASKET_ENTRYID, "Deleted Items")

    @property
    def drafts(self) -> Folder:
        """Where mail lies that is still being written; this and the following are made when first asked for."""
        return self._made("DRAFTS")

    @property
    def calendar(self) -> Folder:
        """Appointments."""
        return self._made("CALENDAR")

    @property
    def contacts(self) -> Folder:
        """People."""
        return self._made("CONTACTS")

    @property
    def journal(self) -> Folder:
        """What was done."""
        return self._made("JOURNAL")

    @property
    def notes(self) -> Folder:
        """Notes to stick somewhere."""
        return self._made("NOTES")

    @property
    def tasks(self) -> Folder:
        """What is to be done."""
        return self._made("TASKS")

    @property
    def junk(self) -> Folder:
        """Mail nobody wants."""
        return self._made("JUNK")

    @property
    def search_folders(self) -> SearchFolders:
        """Its search folders: folders that show what is found in others."""
        from mapix.client.searching import SearchFolders

        return SearchFolders(self)

    def folder(self, path: str) -> Folder:
        """A folder by its path below the root, `Inbox/2026`; `inbox`, `outbox`, `sent`, `deleted` are special, and
        `search/Name` is a search folder.
        """
        first, _, rest = path.strip("/").partition("/")
        if first.casefold() == "search" and rest:
            return self.search_folders[rest]
        special = {"inbox": "inbox", "outbox": "outbox", "sent": "sent", "deleted": "deleted"}.get(first.casefold())
        if special is None:
            return self.root.folder(path)
        top: Folder = getattr(self, special)
        return top.folder(rest)

    def folder_by_id(self, entry_id: bytes) -> Folder:
        """A folder by its entry identifier."""
        return Folder(self, cast(MapiFolder, self.mapi.open_entry(entry_id, Access.BEST)))

    def special_entry_ids(self) -> set[bytes]:
        """The identifiers of the folders that the store has for a purpose, as far as they were made."""
        from mapix.objects.folders.specialfolders import ON_DEMAND

        inbox = self.mapi.get_receive_folder()[0]
        carrier = self.folder_by_id(inbox)
        found = [inbox, *(self.get(tag) for tag in _SPECIAL), *(one.read(carrier.get(one.tag)) for one in ON_DEMAND)]
        return {entry_id for entry_id in found if entry_id}

    def check(self, *, repair: bool = False) -> list[Finding]:
        """What is wrong with the store; with `repair` what can be is made good, and findings say so (`repaired`).

        Raises `NoSupport` where its provider offers no care, as do the following.
        """
        return self._care.repair() if repair else self._care.check()

    def stats(self) -> StoreStats:
        """What the store holds: folders, messages, large values, sizes in bytes."""
        return self._care.stats()

    def compact(self, *, purge: bool = False) -> Compaction:
        """Give room back to the system, while others go on; with `purge` everything goes that was deleted and is kept,
        however recent.
        """
        return self._care.compact(purge_before=now() if purge else None)

    def backup(self, target: Path | str, *, progress: Progress | None = None) -> None:
        """Write a copy of the store as it is at one moment into the file `target`, while others go on.

        `progress` hears how far it is: pages, of how many. Raises `Collision` for a file that is there already, and
        `NoSupport` where stores are no files.
        """
        self._care.backup(Path(target), progress=progress)

    def __getitem__(self, key: str | int) -> Folder:
        return self.folder(key) if isinstance(key, str) and not key.startswith("PR_") else super().__getitem__(key)

    def __repr__(self) -> str:
        return f"<Store {self.name!r}>"

    @property
    def _care(self) -> Care:
        care = self.mapi.care()
        if care is None:
            raise NoSupport("this kind of store cannot be looked after", value=self.name)
        return care

    def _made(self, name: str) -> Folder:
        from mapix.objects.folders import specialfolders

        return Folder(self, specialfolders.special_folder(self.mapi, getattr(specialfolders, name)))

    def _special(self, tag: PropTag, name: str) -> Folder:
        entry_id = self.get(tag)
        if entry_id is None:
            raise NotFound(f"the store has no {name}", value=self.name, hint="open it as the default store")
        return self.folder_by_id(entry_id)
