"""Folders: their messages, their subfolders, and what can be done with both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from mapix.client.base import GONE, PropertyObject
from mapix.client.fields import Integer, Text
from mapix.client.foldermessages import FolderMessages
from mapix.client.items.classes import kind_of
from mapix.client.message import Message, Place
from mapix.client.query import COLUMNS
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.errors import Collision, NoAccess, NotFound, UnableToComplete
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.named import PropertyName
from mapix.properties.value import Row

if TYPE_CHECKING:
    from mapix.client.store import Store
    from mapix.client.watching import FolderEvent, FolderWatch

_TRIES: Final = 20
_CLASS = COLUMNS.index(t.PR_MESSAGE_CLASS)


class Folder(PropertyObject):
    """A folder of a store. Its own fields act at once."""

    name = Text(t.PR_DISPLAY_NAME, "Its name.")
    comment = Text(t.PR_COMMENT, "What it is for.")
    container_class = Text(t.PR_CONTAINER_CLASS, "What it holds, `IPF.Note` for mail.")
    count = Integer(t.PR_CONTENT_COUNT, "How many messages it has.", read_only=True)
    unread = Integer(t.PR_CONTENT_UNREAD, "How many of them were not read.", read_only=True)

    def __init__(self, store: Store, mapi: MapiFolder) -> None:
        super().__init__(mapi)
        self._store = store

    @property
    def store(self) -> Store:
        """The store it belongs to."""
        return self._store

    @property
    def mapi(self) -> MapiFolder:
        """The IMAPIFolder underneath."""
        return cast(MapiFolder, self._mapi)

    @property
    def entry_id(self) -> bytes:
        """The entry identifier."""
        entry_id: bytes = self.get(t.PR_ENTRYID)
        return entry_id

    @property
    def is_search(self) -> bool:
        """Whether it shows messages of other folders (F-040)."""
        return bool(self.get(t.PR_FOLDER_TYPE) == FOLDER_SEARCH)

    @property
    def is_special(self) -> bool:
        """Whether the store has it for a purpose: the Inbox, Deleted Items, the Calendar (ST-042, ST-046)."""
        return self.entry_id in self.store.special_entry_ids()

    @property
    def messages(self) -> FolderMessages:
        """Its messages."""
        return FolderMessages(self)

    def message(self, entry_id: bytes) -> Message:
        """A message of this folder by its entry identifier."""
        place = self._place(entry_id)
        mapi = place.open()
        return kind_of(mapi.get_prop(t.PR_MESSAGE_CLASS))(mapi, place=place)

    def message_of_row(self, row: Row) -> Message:
        """The message behind a row of `query.COLUMNS`."""
        kind = kind_of(row[_CLASS])
        return kind(place=self._place(row[0]), row=dict(zip(COLUMNS, row, strict=True)))

    def identifier_of_name(self, name: PropertyName) -> int | None:
        """The identifier that a property name has in this store, None where it has none."""
        return self.mapi.get_ids_from_names((name,)).get(name)

    @property
    def folders(self) -> list[Folder]:
        """The folders directly below, by name; without those that others delete meanwhile."""
        return [folder for _, folder in self.named_folders()]

    def named_folders(self) -> Iterator[tuple[str, Folder]]:
        """The same, opened when it is their turn, with the names they were listed by."""
        for name, entry_id in self._listed():
            with suppress(*GONE):
                yield name, self.store.folder_by_id(entry_id)

    def walk(self) -> Iterator[tuple[str, Folder]]:
        """Every folder below with its path, `a/b`, depth first; without those that others delete meanwhile."""
        for name, folder in self.named_folders():
            yield name, folder
            with suppress(*GONE):
                yield from ((f"{name}/{path}", below) for path, below in folder.walk())

    def folder(self, path: str) -> Folder:
        """The folder at a path below this one, case aside; `NotFound` names what is there."""
        found = self
        for name in filter(None, path.split("/")):
            found = found._child(name)
        return found

    def create_folder(self, name: str, *, exist_ok: bool = False) -> Folder:
        """A new folder below; `Collision` for a name that is taken, unless `exist_ok`."""
        return Folder(self.store, self.mapi.create_folder(name, open_if_exists=exist_ok))

    def delete_folder(self, name: str, *, permanently: bool = False) -> None:
        """Remove a folder below with everything in it: into Deleted Items first, from there for good (ST-047).
        `permanently` does not take the way through Deleted Items, and leaves nothing to restore. Raises `NoAccess` for
        a special folder, which can only be emptied.
        """
        found = self.folder(name)
        if found.is_special:
            raise NoAccess("the store needs this folder", value=found.name, hint="what is in it can be deleted")
        waste = None if permanently or found.is_search else self._waste()
        if waste is not None and waste.entry_id != found.entry_id:
            waste.take_in(found.name or name, lambda free: found.move_to(waste, free))
            return
        parent = found.parent.mapi
        if not parent.delete_folder(found.entry_id, messages=True, folders=True, hard=permanently):
            raise UnableToComplete("the folder could not be deleted", value=found.name, hint="is mail waiting in it?")

    def delete_messages(self, entry_ids: Sequence[bytes], *, permanently: bool = False) -> tuple[bytes, ...]:
        """Remove messages, as `Message.delete` does with one; those that could not be."""
        waste = None if permanently else self._waste()
        if waste is not None:
            return self.mapi.copy_messages(entry_ids, waste.mapi, move=True).left_out
        return self.mapi.delete_messages(entry_ids, hard=permanently).left_out

    def restore_folder(self, name: str) -> Folder:
        """Have a folder back that was deleted from below this one and is kept; `NotFound`. Where its name is taken it
        gets another one.
        """
        rows = query_all_rows(self.mapi.get_hierarchy_table(deleted=True), (t.PR_ENTRYID, t.PR_DISPLAY_NAME))
        found = next((row for row in rows if row[1].casefold() == name.casefold()), None)
        if found is None:
            raise NotFound("no folder of this name was deleted here and is kept", value=name)
        entry_id, kept = found
        self.take_in(kept, lambda free: self.mapi.copy_folder(entry_id, self.mapi, name=free, move=True))
        return self.store.folder_by_id(entry_id)

    def free_name(self, name: str) -> str:
        """`name`, or where a folder below has it, the first of `name (2)`, `name (3)`… that none has."""
        taken = {there.casefold() for there, _ in self._listed()}
        names = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 2)))
        return next(one for one in names if one.casefold() not in taken)

    def take_in(self, name: str, take: Callable[[str], object]) -> None:
        """Call `take` with a free name until it is not taken by others first; `Collision` when that goes on."""
        for _ in range(_TRIES):
            with suppress(Collision):
                take(self.free_name(name))
                return
        take(self.free_name(name))

    def watch(self, timeout: float | None = None) -> FolderWatch:
        """What happens to its messages from now on, as `FolderEvent`s to loop over: `for`, or `async for`. The loop
        ends when nothing comes for `timeout` seconds, or when the watch is closed.
        """
        from mapix.client.watching import FolderWatch

        return FolderWatch(self, timeout=timeout)

    def on_change(self, callback: Callable[[FolderEvent], object]) -> FolderWatch:
        """Have `callback` called with each `FolderEvent` from now on, until the watch that this returns is closed.

        It is called in `Session.dispatch` and while others are watched; with MAPI_MULTITHREAD_NOTIFICATIONS on MAPI's
        own thread.
        """
        from mapix.client.watching import FolderWatch

        return FolderWatch(self, callback=callback)

    @property
    def parent(self) -> Folder:
        """The folder it lies in; the topmost one lies in itself (F-001)."""
        return self.store.folder_by_id(self.get(t.PR_PARENT_ENTRYID))

    def move_to(self, target: Folder, name: str | None = None) -> None:
        """Put it below another folder, under another name where one is told.

        `Collision` for a name that is taken there, `FolderCycle` for a folder that lies below this one, `NoAccess` for
        a special folder, which has its place at the top.
        """
        if self.is_special and target.entry_id != self.store.root.entry_id:
            raise NoAccess("the store needs this folder where it is", value=self.name, hint="move what is in it")
        self._transfer(target, name, move=True)

    def copy_to(self, target: Folder, name: str | None = None) -> None:
        """Copy it with everything in it below another folder, as `move_to`."""
        self._transfer(target, name, move=False)

    def empty(self, *, permanently: bool = False) -> None:
        """Remove all messages and folders in it; `permanently` leaves nothing to restore."""
        if not self.mapi.empty_folder(hard=permanently):
            raise UnableToComplete("not everything in the folder could be deleted", value=self.name)

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, str) and not key.startswith(("PR_", "PidTag")):
            return self.folder(key)
        return super().__getitem__(key)

    def __repr__(self) -> str:
        return f"<Folder {self.name!r} {self.count} messages>"

    def _listed(self) -> list[tuple[str, bytes]]:
        """Names and entry identifiers of the folders directly below, by name."""
        rows = query_all_rows(self.mapi.get_hierarchy_table(), (t.PR_DISPLAY_NAME, t.PR_ENTRYID))
        return sorted(((name or "", entry_id) for name, entry_id in rows), key=lambda row: row[0].casefold())

    def _child(self, name: str) -> Folder:
        listed = self._listed()
        for there, entry_id in listed:
            if there.casefold() == name.casefold():
                return self.store.folder_by_id(entry_id)
        known = ", ".join(there for there, _ in listed)
        raise NotFound("there is no such folder", value=name, hint=known and f"one of: {known}")

    def _transfer(self, target: Folder, name: str | None, *, move: bool) -> None:
        if not self.parent.mapi.copy_folder(self.entry_id, target.mapi, name=name, move=move):
            raise UnableToComplete("not everything in the folder could be taken along", value=self.name)

    def _waste(self) -> Folder | None:
        """Deleted Items, where things go that are deleted here; None where deleting is for good: in Deleted Items, and
        in a store without (ST-047).
        """
        waste_id = self.store.get(t.PR_IPM_WASTEBASKET_ENTRYID)
        if waste_id is None:
            return None
        at, above = self.entry_id, self.parent.entry_id
        while at not in (waste_id, above):
            at, above = above, self.store.folder_by_id(above).parent.entry_id
        return None if at == waste_id else self.store.folder_by_id(waste_id)

    def _place(self, entry_id: bytes) -> Place:
        def transfer(target: Folder, *, move: bool) -> None:
            if not self.mapi.copy_messages([entry_id], target.mapi, move=move):
                raise NotFound(f"the message could not be {'moved' if move else 'copied'}", value=entry_id)

        def delete(permanently: bool) -> None:
            if self.delete_messages([entry_id], permanently=permanently):
                raise NotFound("the message could not be deleted", value=entry_id)

        return Place(
            entry_id,
            lambda: cast(MapiMessage, self.mapi.open_entry(entry_id, Access.BEST, deleted=True)),
            delete,
            move=lambda target: transfer(target, move=True),
            copy=lambda target: transfer(target, move=False),
            restore=lambda: transfer(self, move=True),
        )
