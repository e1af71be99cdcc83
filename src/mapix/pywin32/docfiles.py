"""Compound files under pythoncom's names: StgCreateDocfile, StgOpenStorage and those on lock bytes."""

from __future__ import annotations

from typing import Any

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, is_docfile, open_docfile
from mapix.formats.storageerrors import FileAlreadyExists, InvalidFunction, InvalidHeader, InvalidName
from mapix.properties.errors import InterfaceNotSupported
from mapix.pywin32 import args
from mapix.pywin32.iid import PyIID, from_bytes
from mapix.pywin32.lockbytes import PyILockBytes
from mapix.pywin32.storage import PyIStorage, names, not_in_place_of
from mapix.pywin32.storagecon import STGFMT_ANY, STGFMT_DOCFILE, STGFMT_STORAGE
from mapix.pywin32.unknown import TYPES, guarded, strict_target_of


@guarded
def StgCreateDocfile(name: Any, mode: Any, reserved: Any = 0, /) -> PyIStorage:
    """A new compound file, for a name of None one of its own that goes with the storage."""
    path, word = args.wstr_or_none(name), args.bits(mode)
    args.reserved(reserved)
    return PyIStorage(create_docfile(path, word))


@guarded
def StgOpenStorage(name: Any, other: Any, mode: Any, snbExclude: Any = None, reserved: Any = 0, /) -> PyIStorage:
    """The compound file of a name; STG_E_FILENOTFOUND, STG_E_FILEALREADYEXISTS for a file that is none."""
    path, word = args.wstr_or_none(name), args.bits(mode)
    args.reserved(reserved)
    not_in_place_of(other)
    if not path:
        raise InvalidName("a file name must be given")
    return _opened(path, word, snbExclude)


@guarded
def StgIsStorageFile(name: Any, /) -> int:
    """1 when a file starts as compound files do, 0 otherwise."""
    path = args.wstr(name)
    if not path:
        raise InvalidName("a file name must be given")
    return int(is_docfile(path))


@guarded
def CreateILockBytesOnHGlobal(hGlobal: Any = None, deleteOnRelease: Any = True, /) -> PyILockBytes:
    """Bytes in memory; there are no memory handles, so `hGlobal` is None."""
    if hGlobal is not None:
        raise TypeError("there are no memory handles here: pass None")
    return PyILockBytes(MemoryBytes())


@guarded
def StgCreateDocfileOnILockBytes(lockBytes: Any, mode: Any, reserved: Any = 0, /) -> PyIStorage:
    """A new compound file in lock bytes."""
    target, word = strict_target_of(lockBytes, PyILockBytes), args.bits(mode)
    args.reserved(reserved)
    return PyIStorage(create_docfile(target, word), lockBytes)


@guarded
def StgOpenStorageOnILockBytes(
    lockBytes: Any, stgPriority: Any, mode: Any, snbExclude: Any = None, reserved: Any = 0, /
) -> PyIStorage:
    """The compound file in lock bytes."""
    target, word = strict_target_of(lockBytes, PyILockBytes), args.uint32(mode)
    args.uint32(reserved)
    not_in_place_of(stgPriority, strict_target_of)
    return _opened(target, word, snbExclude, lockBytes)


def StgOpenStorageEx(Name: Any, Mode: Any, StgFmt: Any, Attrs: Any, riid: Any, StgOptions: Any = None) -> PyIStorage:
    """As StgOpenStorage, for compound files: `StgFmt` STGFMT_STORAGE, STGFMT_DOCFILE or STGFMT_ANY, `riid` IStorage.

    Arguments may be named, as nowhere else.
    """
    return _opened_as(Name, Mode, StgFmt, Attrs, riid)


@guarded
def _opened_as(name: Any, mode: Any, form: Any, attributes: Any, riid: Any) -> PyIStorage:
    path, word = args.wstr(name), args.bits(mode)
    if args.int32(form) not in (STGFMT_STORAGE, STGFMT_ANY, STGFMT_DOCFILE):
        raise InvalidFunction("only compound files are opened", value=form, hint="STGFMT_STORAGE")
    args.bits(attributes)
    if TYPES.get(args.iid(riid)) is not PyIStorage:
        raise InterfaceNotSupported("compound files open as IStorage", value=str(args.iid(riid)))
    return _opened(path, word, None)


@guarded
def WriteClassStg(storage: Any, clsid: Any, /) -> None:
    """Set the class of a storage."""
    strict_target_of(storage, PyIStorage).set_class(bytes(args.iid(clsid)))


@guarded
def ReadClassStg(storage: Any, /) -> PyIID:
    """The class of a storage."""
    return from_bytes(strict_target_of(storage, PyIStorage).stat().clsid)


def _opened(source: Any, mode: int, excluded: Any, owner: Any = None) -> PyIStorage:
    if names(excluded):
        raise InvalidFunction("nothing is emptied while a file is opened", hint="DestroyElement")
    try:
        return PyIStorage(open_docfile(source, mode), owner)
    except InvalidHeader as error:
        raise FileAlreadyExists(str(error)) from error
