"""PyIStorage and PyIEnumSTATSTG: structured storage under COM's names, over `mapix.formats.storage`.

Failures are `com_error` with the storage facility's own codes (IMS-41). Letting go of a storage closes it: what a
transacted one did not commit is forgotten.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Self

from mapix.formats.storage import ElementType, Mode, Stat, Storage, StorageStream
from mapix.formats.storageerrors import InvalidFunction, StorageError
from mapix.interfaces.stream import Stream
from mapix.properties.errors import MapiError
from mapix.properties.times import from_datetime
from mapix.pywin32 import args
from mapix.pywin32.iid import from_bytes
from mapix.pywin32.storagecon import STGM_READWRITE, STGM_TRANSACTED, STGMOVE_COPY, STGMOVE_MOVE
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.stream import Stat as StatTuple
from mapix.pywin32.times import from_ticks
from mapix.pywin32.unknown import PyIUnknown, target_of

_NONAME = 1
_STORAGES, _STREAMS = "{0000000B-0000-0000-C000-000000000046}", "{0000000C-0000-0000-C000-000000000046}"


class ElementStream(Stream):
    """A stream of a storage in the shape of a property's."""

    def __init__(self, stream: StorageStream) -> None:
        self._element = stream
        stat = stream.stat()
        self.name = stat.name
        self.writable = bool(stat.mode & (Mode.WRITE | Mode.READWRITE))

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        return self._element.read(size)

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        return self._element.write(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        return self._element.seek(offset, origin)

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`."""
        self._element.set_size(size)

    def size(self) -> int:
        """See `Stream.size`."""
        return self._element.stat().size

    def clone(self) -> Stream:
        """See `Stream.clone`."""
        return ElementStream(self._element.clone())

    def commit(self) -> None:
        """See `Stream.commit`."""
        self._element.commit()

    def revert(self) -> None:
        """See `Stream.revert`."""
        self._element.revert()

    def close(self) -> None:
        """See `Stream.close`."""
        self._element.close()


class PyIStorage(PyIUnknown):
    """IStorage.

    The storage of a property is direct unless opened with STGM_TRANSACTED: what was written counts without Commit as
    soon as the owner is saved, or the storage let go.
    """

    _kind = Storage

    def __init__(self, target: Any, owner: PyIUnknown | None = None) -> None:
        super().__init__(target, owner)
        self._direct = self._ours = False

    @classmethod
    def _of_property(cls, target: Storage, owner: PyIUnknown, options: int) -> Self:
        """The storage that OpenProperty returns; `options` are STGM_* bits."""
        storage = cls(target, owner)
        storage._ours = True
        storage._direct = not options & STGM_TRANSACTED and bool(target.stat().mode & STGM_READWRITE)
        return storage

    def _settle(self) -> None:
        """Commit what was written to the direct storage of a property."""
        if self._direct:
            self._obj.commit()

    def __del__(self) -> None:
        # A storage whose owner has gone meanwhile has nobody left to hand its data to.
        with suppress(MapiError, StorageError):
            self._settle()
        if self._ours:
            self._obj.close()

    def CreateStream(self, Name: Any, Mode: Any, reserved1: Any = 0, reserved2: Any = 0, /) -> PyIStream:
        """A new stream; STG_E_FILEALREADYEXISTS without STGM_CREATE."""
        name, mode = args.wstr(Name), args.bits(Mode)
        args.reserved(reserved1, reserved2)
        return PyIStream(ElementStream(self._obj.create_stream(name, mode)), self)

    def OpenStream(self, Name: Any, reserved1: Any, Mode: Any, reserved2: Any = 0, /) -> PyIStream:
        """A stream; STG_E_FILENOTFOUND."""
        name, mode = args.wstr(Name), args.bits(Mode)
        args.reserved(reserved2)
        return PyIStream(ElementStream(self._obj.open_stream(name, mode)), self)

    def CreateStorage(self, Name: Any, Mode: Any, StgFmt: Any, reserved2: Any = 0, /) -> PyIStorage:
        """A new storage; STG_E_FILEALREADYEXISTS without STGM_CREATE."""
        name, mode = args.wstr(Name), args.bits(Mode)
        args.reserved(StgFmt, reserved2)
        return PyIStorage(self._obj.create_storage(name, mode), self)

    def OpenStorage(
        self, Name: Any, Priority: Any, Mode: Any, snbExclude: Any = None, reserved: Any = 0, /
    ) -> PyIStorage:
        """A storage; STG_E_FILENOTFOUND. The elements named in `snbExclude` are emptied."""
        name, mode, excluded = args.wstr_or_none(Name) or "", args.bits(Mode), names(snbExclude)
        args.reserved(reserved)
        not_in_place_of(Priority)
        return PyIStorage(self._obj.open_storage(name, mode, exclude=excluded), self)

    def CopyTo(self, rgiidExclude: Any, snbExclude: Any, stgDest: Any, /) -> None:
        """Put a copy of everything into another storage, less the kinds (IID_IStorage, IID_IStream) and names told."""
        excluded = {str(iid) for iid in args.iids_or_none(rgiidExclude)}
        kinds = {_STORAGES: ElementType.STORAGE, _STREAMS: ElementType.STREAM}
        without = [kind for iid, kind in kinds.items() if iid in excluded]
        self._obj.copy_to(target_of(stgDest, PyIStorage), without=without, exclude=names(snbExclude))

    def MoveElementTo(self, Name: Any, stgDest: Any, NewName: Any, Flags: Any, /) -> None:
        """Move (STGMOVE_MOVE) or copy (STGMOVE_COPY) one element."""
        name, new = args.wstr(Name), args.wstr(NewName)
        target, how = target_of(stgDest, PyIStorage), args.bits(Flags)
        if how not in (STGMOVE_MOVE, STGMOVE_COPY):
            raise InvalidFunction("elements are moved or copied", value=how)
        self._obj.move_element_to(name, target, new, copy=how == STGMOVE_COPY)

    def Commit(self, grfCommitFlags: Any, /) -> None:
        """Make the changes permanent, or those of the storage above (STGC_*)."""
        self._obj.commit(args.bits(grfCommitFlags))

    def Revert(self, /) -> None:
        """Forget everything since the last Commit."""
        self._obj.revert()

    def EnumElements(self, reserved1: Any = 0, reserved2: Any = None, reserved3: Any = 0, /) -> PyIEnumSTATSTG:
        """What is in it."""
        args.reserved(reserved1, reserved3)
        args.ignored_text(reserved2)
        return PyIEnumSTATSTG([stat_tuple(stat) for stat in self._obj.elements()], self)

    def DestroyElement(self, name: Any, /) -> None:
        """Remove an element with everything in it."""
        self._obj.destroy_element(args.wstr(name))

    def RenameElement(self, OldName: Any, NewName: Any, /) -> None:
        """Give an element another name."""
        self._obj.rename_element(args.wstr(OldName), args.wstr(NewName))

    def SetElementTimes(self, name: Any, ctime: Any, atime: Any, mtime: Any, /) -> None:
        """Set times of an element, of the storage itself for a name of None; None leaves a time as it is."""
        created, accessed, modified = map(_ticks, (ctime, atime, mtime))
        self._obj.set_element_times(args.wstr_or_none(name), created=created, accessed=accessed, modified=modified)

    def SetClass(self, clsid: Any, /) -> None:
        """Set the class identifier."""
        self._obj.set_class(bytes(args.iid(clsid)))

    def SetStateBits(self, stateBits: Any, mask: Any, /) -> None:
        """Set the bits of `mask`."""
        self._obj.set_state_bits(args.bits(stateBits), args.bits(mask))

    def Stat(self, statFlag: Any = 0, /) -> StatTuple:
        """A STATSTG; its name is None with STATFLAG_NONAME."""
        return stat_tuple(self._obj.stat(), named=not args.int32(statFlag) & _NONAME)


class PyIEnumSTATSTG(PyIUnknown):
    """IEnumSTATSTG: the elements of a storage as they were at EnumElements; a loop over it goes through the rest."""

    _kind = list

    def __init__(self, target: Sequence[StatTuple], owner: PyIUnknown | None = None) -> None:
        super().__init__(target, owner)
        self._place = 0

    def Next(self, num: Any = 1, /) -> tuple[StatTuple, ...]:
        """The next elements, at most `num`; none at the end."""
        end = self._place + max(0, args.int32(num))
        found = tuple(self._obj[self._place : end])
        self._place += len(found)
        return found

    def Skip(self, num: Any, /) -> None:
        """Pass over elements."""
        self._place = min(len(self._obj), self._place + max(0, args.int32(num)))

    def Reset(self, /) -> None:
        """Start again."""
        self._place = 0

    def Clone(self, /) -> PyIEnumSTATSTG:
        """Another one at the same place."""
        twin = PyIEnumSTATSTG(self._obj, self)
        twin._place = self._place
        return twin

    def __iter__(self) -> Iterator[StatTuple]:
        while found := self.Next():
            yield from found


def stat_tuple(stat: Stat, *, named: bool = True) -> StatTuple:
    """A STATSTG as pywin32 shows it: name, type, size, three times, mode, locks, class, state bits, reserved."""
    modified, created, accessed = (from_ticks(ticks) for ticks in (stat.modified, stat.created, stat.accessed))
    name = stat.name if named else None
    clsid = from_bytes(stat.clsid)
    return name, int(stat.type), stat.size, modified, created, accessed, int(stat.mode), 0, clsid, stat.state_bits, 0


def names(value: Any) -> list[str]:
    """An SNB argument: a sequence of names, or None; a text is ignored, as pywin32 ignores it."""
    if value is None or isinstance(value, str):
        return []
    if isinstance(value, bytes) or not args.is_sequence(value):
        raise TypeError("a sequence of names is required")
    return [args.wstr(name) for name in value]


def not_in_place_of(other: Any, target: Callable[[Any, type[PyIUnknown]], Any] = target_of) -> None:
    """A storage that another one would be opened in place of: there must be none. Raises: InvalidFunction."""
    if other is not None:
        target(other, PyIStorage)
        raise InvalidFunction("a storage is not opened in place of another one", hint="pass None")


def _ticks(value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return value
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"a time is required, not '{type(value).__name__}'")
    return from_datetime(value)
