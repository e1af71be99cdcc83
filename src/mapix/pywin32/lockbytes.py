"""PyILockBytes: the bytes a compound file is made of."""

from __future__ import annotations

from typing import Any

from mapix.formats.storage import ElementType, LockBytes, Mode, Stat
from mapix.formats.storageerrors import InvalidFunction, InvalidPointer
from mapix.pywin32 import args
from mapix.pywin32.storage import stat_tuple
from mapix.pywin32.stream import Stat as StatTuple
from mapix.pywin32.unknown import PyIUnknown


class PyILockBytes(PyIUnknown):
    """ILockBytes: the bytes that a compound file is made of."""

    _kind = LockBytes

    def ReadAt(self, ulOffset: Any, cb: Any, /) -> bytes:
        """Up to `cb` bytes."""
        data: bytes = self._obj.read_at(_place(ulOffset), args.uint32(cb))
        return data

    def WriteAt(self, ulOffset: Any, data: Any, /) -> int:
        """Put bytes somewhere; how many."""
        given = args.buffer(data)
        self._obj.write_at(_place(ulOffset), given)
        return len(given)

    def Flush(self, /) -> None:
        """Make sure that what was written is on the medium."""
        self._obj.flush()

    def SetSize(self, cb: Any, /) -> None:
        """Cut, or grow by zeros."""
        self._obj.set_size(_place(cb))

    def LockRegion(self, libOffset: Any, cb: Any, dwLockType: Any, /) -> None:
        """Not offered: com_error STG_E_INVALIDFUNCTION."""
        _check_region(libOffset, cb, dwLockType)
        raise InvalidFunction("these bytes have no locks")

    def UnlockRegion(self, libOffset: Any, cb: Any, dwLockType: Any, /) -> None:
        """Not offered, as LockRegion."""
        _check_region(libOffset, cb, dwLockType)
        raise InvalidFunction("these bytes have no locks")

    def Stat(self, grfStatFlag: Any, /) -> StatTuple:
        """A STATSTG; only type, size and mode say something."""
        args.int32(grfStatFlag)
        return stat_tuple(Stat("", ElementType.LOCKBYTES, self._obj.size(), mode=Mode.READWRITE), named=False)


def _check_region(offset: Any, size: Any, kind: Any) -> None:
    args.int64(offset), args.int64(size)
    args.int32(kind)


def _place(value: Any) -> int:
    number = args.int64(value)
    if number < 0:
        raise InvalidPointer("there is nothing before the start", value=number)
    return number
