"""A storage of a compound file that is open to be edited (IStorage), whole files and what is in them.

A transacted storage works on a fork of what its parent has; commit hands the fork over. A direct one works on what its
parent has. Whoever is at the top of the file is a `DocRoot`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from mapix.formats.cfb.content import Content
from mapix.formats.cfb.copying import copy_kids, copy_storage, copy_stream
from mapix.formats.cfb.docstream import DocStream
from mapix.formats.cfb.items import Item, StorageItem, StreamItem
from mapix.formats.cfb.modes import checked_element
from mapix.formats.cfb.names import checked, order
from mapix.formats.cfb.opened import OpenElement
from mapix.formats.storage import Commit, ElementType, Mode, Stat, Storage
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    FileNotFound,
    InvalidFlag,
    InvalidParameter,
    NotCurrent,
)
from mapix.properties import times

if TYPE_CHECKING:
    from mapix.formats.cfb.volume import Volume

_COMMITS: Final = int(
    Commit.OVERWRITE | Commit.ONLYIFCURRENT | Commit.DANGEROUSLYCOMMITMERELYTODISKCACHE | Commit.CONSOLIDATE
)
_WRITE: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE


class DocStorage(OpenElement, Storage):
    """A storage below another one."""

    opened: StorageItem

    def __init__(self, above: DocStorage | None, item: StorageItem, mode: int, volume: Volume | None = None) -> None:
        super().__init__(item, mode)
        self._above = above
        if above is not None:
            volume = above.volume
            above.below.add(self)
        assert volume is not None
        self.volume: Volume = volume
        self._item = item.fork() if above is not None and mode & Mode.TRANSACTED else item
        self._forked_at = item.changes

    def create_stream(self, name: str, mode: int = _WRITE) -> DocStream:
        """A new stream. Raises: FileAlreadyExists without `Mode.CREATE`, InvalidName, InvalidFlag, AccessDenied."""
        self.check_usable()
        mode = checked_element(mode, self._mode, creating=True, stream=True)
        self._make_room(checked(name), mode)
        item = StreamItem(name, Content(self.volume))
        self._item.put(item)
        self.touched()
        return DocStream(self, item, mode)

    def open_stream(self, name: str, mode: int = Mode.SHARE_EXCLUSIVE) -> DocStream:
        """A stream. Raises: FileNotFound, InvalidFlag, AccessDenied also where it is open already."""
        self.check_usable()
        mode = checked_element(mode, self._mode, creating=False, stream=True)
        item = self._found(name)
        if not isinstance(item, StreamItem):
            raise FileNotFound("no stream of this name, but a storage", value=name)
        self.check_not_open(item)
        return DocStream(self, item, mode)

    def create_storage(self, name: str, mode: int = _WRITE) -> DocStorage:
        """A new storage. Raises: FileAlreadyExists without `Mode.CREATE`, InvalidName, InvalidFlag, AccessDenied."""
        self.check_usable()
        mode = checked_element(mode, self._mode, creating=True, stream=False)
        self._make_room(checked(name), mode)
        item = StorageItem(name)
        item.created = item.modified = times.now()
        self._item.put(item)
        self.touched()
        return DocStorage(self, item, mode)

    def open_storage(self, name: str, mode: int = Mode.SHARE_EXCLUSIVE, *, exclude: Collection[str] = ()) -> DocStorage:
        """A storage. `exclude` names elements to be emptied. Raises: FileNotFound, InvalidFlag, AccessDenied."""
        self.check_usable()
        mode = checked_element(mode, self._mode, creating=False, stream=False)
        item = self._found(name)
        if not isinstance(item, StorageItem):
            raise FileNotFound("no storage of this name, but a stream", value=name)
        self.check_not_open(item)
        storage = DocStorage(self, item, mode)
        for excluded in exclude:
            storage._empty(excluded)
        return storage

    def copy_to(self, target: Storage, *, without: Collection[ElementType] = (), exclude: Collection[str] = ()) -> None:
        """Put a copy of everything into `target`, where elements of both are merged.

        `without` leaves out kinds of elements at every depth, `exclude` elements of this storage by name.
        Raises: AccessDenied where the target is this storage or in it.
        """
        self.check_usable()
        self._not_within(target)
        left_out = {order(name) for name in exclude}
        kids = [kid for kid in self._item.children if order(kid.name) not in left_out]
        copy_kids(self._item, kids, target, without)

    def move_element_to(self, name: str, target: Storage, new_name: str, *, copy: bool = False) -> None:
        """Move or copy one element. Raises: FileNotFound, FileAlreadyExists, InvalidName, AccessDenied."""
        self.check_usable()
        item = self._found(name)
        if not copy:
            self.check_writable()
            self.check_not_open(item)
        if target is self and not copy:
            self.rename_element(name, new_name)
            return
        if isinstance(item, StreamItem):
            copy_stream(item, target, new_name, Mode.READ)
        else:
            self._not_within_item(item, target)
            copy_storage(item, target, new_name)
        if not copy:
            self.destroy_element(name)

    def commit(self, flags: int = Commit.DEFAULT) -> None:
        """Hand what was changed to the storage above, where this one is transacted; else it has it already.

        Raises: NotCurrent with `Commit.ONLYIFCURRENT` where that one was changed meanwhile, InvalidFlag, AccessDenied.
        """
        self.check_usable()
        self._check_commit(flags)
        if not self._mode & Mode.TRANSACTED:
            return
        self.check_writable()
        if flags & Commit.ONLYIFCURRENT and self.opened.changes != self._forked_at:
            raise NotCurrent("the storage above has something newer", value=self._item.name)
        self.opened.adopt(self._item.fork())
        self._forked_at = self.opened.changes
        if self._above is not None:
            self._above.touched()

    def revert(self) -> None:
        """Forget everything since the last commit, where this is transacted; what was opened below is `Reverted`."""
        self.check_usable()
        if self._mode & Mode.TRANSACTED:
            self.invalidate_below("the storage above was reverted")
            self._item = self.opened.fork()
            self._forked_at = self.opened.changes

    def elements(self) -> Sequence[Stat]:
        """What is in it, in the order of the directory."""
        self.check_usable()
        return [stat_of(kid) for kid in self._item.children]

    def destroy_element(self, name: str) -> None:
        """Remove an element with everything in it; where it is open it is `Reverted`. Raises: FileNotFound."""
        self.check_writable()
        item = self._found(name)
        self._remove(item)
        self.touched()

    def rename_element(self, name: str, new_name: str) -> None:
        """Give an element another name. Raises: FileNotFound, FileAlreadyExists, InvalidName, AccessDenied (open)."""
        self.check_writable()
        item = self._found(name)
        self.check_not_open(item)
        there = self._item.find(checked(new_name))
        if there is not None and there is not item:
            raise FileAlreadyExists("there is an element of this name", value=new_name)
        del self._item.kids[self._key(item)]
        item.name = new_name
        self._item.put(item)
        self.touched()

    def set_element_times(
        self, name: str | None, *, created: int | None = None, accessed: int | None = None, modified: int | None = None
    ) -> None:
        """Set times (FILETIME ticks) of a storage in it, of itself for None. Streams keep none, nor is access kept."""
        self.check_writable()
        item = self._item if name is None else self._found(name)
        self.touched()
        if isinstance(item, StorageItem):
            item.created = item.created if created is None else created
            item.modified = item.modified if modified is None else modified

    def set_class(self, clsid: bytes) -> None:
        """Set the class identifier, 16 bytes. Raises: InvalidParameter."""
        self.check_writable()
        if len(clsid) != 16:
            raise InvalidParameter("a class identifier has 16 bytes", value=clsid)
        self._item.clsid = bytes(clsid)
        self.touched()

    def set_state_bits(self, bits: int, mask: int) -> None:
        """Set the bits of `mask`."""
        self.check_writable()
        self._item.state_bits = (self._item.state_bits & ~mask | bits & mask) & 0xFFFFFFFF
        self.touched()

    def stat(self) -> Stat:
        """Name, class, times and mode."""
        self.check_usable()
        return stat_of(self._item, self._mode)

    def close(self) -> None:
        """Release it and what was opened below; what a transacted one did not commit is forgotten."""
        if self.is_open:
            self.invalidate("the storage above was closed")

    def touched(self) -> None:
        """Remember that something in it was changed."""
        self._item.changes += 1
        self._item.modified = times.now()
        self.volume.changed = True

    def _check_commit(self, flags: int) -> None:
        if flags & ~_COMMITS:
            raise InvalidFlag("no such way to commit", value=hex(flags))

    def _found(self, name: str) -> Item:
        item = self._item.find(name)
        if item is None:
            raise FileNotFound("no element of this name", value=name)
        return item

    def _key(self, item: Item) -> tuple[int, bytes]:
        return next(key for key, kid in self._item.kids.items() if kid is item)

    def _make_room(self, name: str, mode: int) -> None:
        there = self._item.find(name)
        if there is None:
            return
        if not mode & Mode.CREATE:
            raise FileAlreadyExists("there is an element of this name", value=name, hint="Mode.CREATE")
        self._remove(there)

    def _remove(self, item: Item) -> None:
        for element in self.open_of(item):
            element.invalidate("the element was removed")
        del self._item.kids[self._key(item)]

    def _empty(self, name: str) -> None:
        item = self._item.find(name)
        if item is None:
            return
        self.check_writable()
        if isinstance(item, StreamItem):
            item.own().set_size(0)
        else:
            item.kids.clear()
        self.touched()

    def _not_within(self, target: Storage) -> None:
        above = target if isinstance(target, DocStorage) else None
        while above is not None:
            if above is self:
                raise AccessDenied("the target is the source, or in it")
            above = above._above

    def _not_within_item(self, item: StorageItem, target: Storage) -> None:
        above = target if isinstance(target, DocStorage) else None
        while above is not None:
            if above.opened is item:
                raise AccessDenied("the target is in the source")
            above = above._above


def stat_of(item: Item, mode: int = 0) -> Stat:
    """What there is to say of an item."""
    if isinstance(item, StreamItem):
        return Stat(item.name, ElementType.STREAM, item.content.size)
    times_of = {"modified": item.modified, "created": item.created}
    return Stat(item.name, ElementType.STORAGE, mode=mode, clsid=item.clsid, state_bits=item.state_bits, **times_of)
