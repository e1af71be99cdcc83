"""PyIStream: a property, a file or memory, read and written in pieces."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Self

from mapix.interfaces.stream import Stream
from mapix.properties.errors import MapiError, NoSupport
from mapix.pywin32 import args
from mapix.pywin32.errors import com_error, from_storage
from mapix.pywin32.iid import PyIID
from mapix.pywin32.storagecon import STGM_READ, STGM_READWRITE, STGM_TRANSACTED, STGTY_STREAM
from mapix.pywin32.times import from_ticks
from mapix.pywin32.unknown import PyIUnknown, target_of

Stat = tuple[str | None, int, int, Any, Any, Any, int, int, PyIID, int, int]


class PyIStream(PyIUnknown):
    """IStream. Failures have the storage facility's codes (P-142).

    A stream on a property is direct unless opened with STGM_TRANSACTED, as Windows' are: what was written counts
    without Commit as soon as the owner is saved or the stream let go. Transacted, only Commit makes it count.
    """

    _kind = Stream

    def __init__(self, target: Any, owner: PyIUnknown | None = None) -> None:
        super().__init__(target, owner)
        self._direct = False
        self._dirty = False

    @classmethod
    def _of_property(cls, target: Stream, owner: PyIUnknown, options: int, *, append: bool) -> Self:
        """The stream that OpenProperty returns; `options` are STGM_* bits, `append` starts it at the end."""
        stream = cls(target, owner)
        stream._direct = not options & STGM_TRANSACTED
        if append:
            target.seek(0, 2)
        return stream

    @staticmethod
    def _com_error(error: MapiError) -> com_error:
        return from_storage(error)

    def _settle(self) -> None:
        """Commit what a direct stream wrote."""
        if self._direct and self._dirty:
            self._dirty = False
            self._obj.commit()

    def __del__(self) -> None:
        # A stream whose owner has gone meanwhile has nobody left to hand its data to.
        with suppress(MapiError):
            self._settle()

    def Read(self, numBytes: Any, /) -> bytes:
        """Up to `numBytes` bytes, everything when negative; empty at the end."""
        size = args.int32(numBytes)
        if size == 0:
            raise TypeError("The numBytes param must be greater than zero")
        data: bytes = self._obj.read(size if size > 0 else -1)
        return data

    def Write(self, data: Any, /) -> int:
        """Put bytes at the cursor; how many."""
        written: int = self._obj.write(args.buffer(data))
        self._dirty = True
        return written

    read = Read
    write = Write

    def Seek(self, offset: Any, origin: Any, /) -> int:
        """Move the cursor (STREAM_SEEK_SET, _CUR, _END); the new position."""
        position: int = self._obj.seek(args.int64(offset), args.int32(origin))
        return position

    def SetSize(self, newSize: Any, /) -> None:
        """Cut or grow the stream."""
        self._obj.truncate(args.int64(newSize))
        self._dirty = True

    def CopyTo(self, stream: Any, cb: Any, /) -> int:
        """Copy up to `cb` bytes from this cursor to another stream's; bytes written."""
        target, left = target_of(stream, PyIStream), args.int64(cb)
        copied: int = self._obj.copy_to(target, left)
        note_written(stream)
        return copied

    def Commit(self, flags: Any = 0, /) -> None:
        """Hand what was written to the owner (P-141)."""
        args.int32(flags)
        self._dirty = False
        if self._obj.writable:
            self._obj.commit()

    def Revert(self, /) -> None:
        """Forget what was written since the last Commit; a direct stream has nothing to forget."""
        if not self._direct:
            self._obj.revert()
            self._dirty = False

    def LockRegion(self, offset: Any, cb: Any, lockType: Any, /) -> None:
        """Not offered: com_error STG_E_INVALIDFUNCTION."""
        _check_region(offset, cb, lockType)
        raise NoSupport("streams have no locks")

    def UnlockRegion(self, offset: Any, cb: Any, lockType: Any, /) -> None:
        """Not offered, as LockRegion."""
        _check_region(offset, cb, lockType)
        raise NoSupport("streams have no locks")

    def Clone(self, /) -> PyIStream:
        """Another cursor over the same bytes."""
        other = PyIStream(self._obj.clone(), self)
        other._direct = self._direct
        return other

    def Stat(self, flags: Any = 0, /) -> Stat:
        """A STATSTG; only type, size and mode say something here."""
        args.int32(flags)
        mode = STGM_READWRITE if self._obj.writable else STGM_READ
        time = from_ticks(0)
        name = getattr(self._obj, "name", None)
        return name, STGTY_STREAM, self._obj.size(), time, time, time, mode, 0, PyIID(), 0, 0


def note_written(stream: Any) -> None:
    """Note on the wrapper of a stream argument that its stream was written to."""
    found = stream if isinstance(stream, PyIStream) else getattr(stream, "_oleobj_", None)
    if isinstance(found, PyIStream):
        found._dirty = True


def _check_region(offset: Any, cb: Any, kind: Any) -> None:
    args.int64(offset), args.int64(cb)
    args.int32(kind)
