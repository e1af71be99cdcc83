"""The top of a compound file that is open to be edited: it has the file, and its commit is the one that lasts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mapix.formats.cfb.committing import commit
from mapix.formats.cfb.content import PIECE, Content
from mapix.formats.cfb.docstorage import DocStorage, stat_of
from mapix.formats.cfb.header import read_signature
from mapix.formats.cfb.items import StorageItem, StreamItem
from mapix.formats.cfb.modes import can_write
from mapix.formats.cfb.volume import Volume
from mapix.formats.storage import Commit, LockBytes, Mode, Stat
from mapix.formats.storageerrors import NotCurrent, StorageError
from mapix.properties import times


class DocRoot(DocStorage):
    """A whole file.

    `original` is the file of which the volume holds a snapshot, where others may write it meanwhile; `release` is
    called at the end, `committed` after each commit of changes.
    """

    def __init__(
        self,
        volume: Volume,
        item: StorageItem,
        mode: int,
        *,
        path: Path | None = None,
        original: LockBytes | None = None,
        release: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(None, item, mode, volume)
        self._path, self._original, self._release = path, original, release
        self._signature = volume.header.signature
        self._holders = 1
        self.committed: Callable[[], None] = _nothing

    def commit(self, flags: int = Commit.DEFAULT) -> None:
        """Make the changes last: whatever happens meanwhile, the file has the old state or the new one.

        DANGEROUSLYCOMMITMERELYTODISKCACHE does not wait for the medium, CONSOLIDATE packs the file, OVERWRITE changes
        nothing. Raises: NotCurrent with ONLYIFCURRENT where somebody else has committed, InvalidFlag, AccessDenied,
        MediumFull, WriteFault; what was changed is not lost then.
        """
        self.check_usable()
        self._check_commit(flags)
        self.check_writable()
        place = self._original or self.volume.place
        if flags & Commit.ONLYIFCURRENT and read_signature(place) != self._signature:
            raise NotCurrent("somebody else has committed meanwhile", value=self.stat().name)
        changed = self.volume.changed
        durable = not flags & Commit.DANGEROUSLYCOMMITMERELYTODISKCACHE
        if changed:
            self._item.modified = times.now()
        if self._original is not None:
            commit(self.volume, self._item, durable=False)
            self._signature = _transfer(self._item, self._original, durable, bool(flags & Commit.CONSOLIDATE))
        else:
            commit(self.volume, self._item, durable=durable, consolidate=bool(flags & Commit.CONSOLIDATE))
            self._signature = self.volume.header.signature
        self.volume.changed = False
        if changed:
            self.committed()

    def share(self) -> bool:
        """Count one more who has to close it; False when it is closed."""
        self._holders += 1 if self.is_open else 0
        return self.is_open

    def revert(self) -> None:
        """Forget everything since the last commit, where it is transacted; what was opened below is `Reverted`."""
        self.check_usable()
        if self._mode & Mode.TRANSACTED:
            self.invalidate_below("the storage above was reverted")
            self.volume.live.clear()
            self._item = self.opened = self.volume.load()
            self.volume.changed = False

    def stat(self) -> Stat:
        """As any storage's; the name is that of the file, where there is one."""
        self.check_usable()
        found = stat_of(self._item, self._mode)
        values = {name: getattr(found, name) for name in Stat.__slots__}
        return Stat(**values | {"name": "" if self._path is None else str(self._path)})

    def close(self) -> None:
        """Close the file; a direct one commits what was changed, a transacted one forgets it."""
        self._holders -= 1
        if not self.is_open or self._holders > 0:
            return
        try:
            if can_write(self._mode):
                if self.volume.changed and not self._mode & Mode.TRANSACTED:
                    self.commit()
                self.volume.forget_changes()
        finally:
            self.invalidate("the file was closed")
            self.committed = _nothing
            if self._release is not None:
                self._release()

    def __del__(self) -> None:
        if hasattr(self, "_release"):
            self._holders = 0
            with suppress(StorageError):
                self.close()


def _nothing() -> None:
    """Nobody wants to know of commits."""


def _transfer(root: StorageItem, place: LockBytes, durable: bool, consolidate: bool) -> int:
    """Make a copy of `root` the committed state of another file; the number of that commit."""
    volume = Volume(place)
    volume.load()
    top = StorageItem(root.name)
    waiting = [(root, top)]
    while waiting:
        source, twin = waiting.pop()
        twin.adopt(source)
        twin.kids = {}
        for key, kid in source.kids.items():
            if isinstance(kid, StreamItem):
                twin.kids[key] = _copied(kid, volume)
            else:
                below = twin.kids[key] = StorageItem(kid.name)
                waiting.append((kid, below))
    commit(volume, top, durable=durable, consolidate=consolidate)
    return volume.header.signature


def _copied(stream: StreamItem, volume: Volume) -> StreamItem:
    content = Content(volume)
    for offset in range(0, stream.content.size, PIECE):
        content.write_at(offset, stream.content.read_at(offset, PIECE))
    return StreamItem(stream.name, content, state_bits=stream.state_bits)
