"""COM's storage errors: what IStorage, IStream and ILockBytes answer instead of MAPI's codes (IMS-41).

`mapi_error` says what one of them is in MAPI's words (IMS-40, MapStorageSCode).
"""

from __future__ import annotations

from typing import ClassVar, Final

from mapix.properties import errors
from mapix.properties.errors import MapiError, shown


class StorageError(Exception):
    """A storage call failed. `hresult` is unsigned; `value` the offending value, shown in the text."""

    symbol: ClassVar[str] = "STG_E_UNKNOWN"
    hresult: ClassVar[int] = 0x800300FD

    def __init__(self, text: str, *, value: object = None, hint: str = "") -> None:
        offending = "" if value is None else f": {shown(value)}"
        advice = f" (try: {hint})" if hint else ""
        super().__init__(f"{self.symbol} (0x{self.hresult:08X}): {text}{offending}{advice}")
        self.value = value
        self.hint = hint


class InvalidFunction(StorageError):
    """The call does not exist here."""

    symbol, hresult = "STG_E_INVALIDFUNCTION", 0x80030001


class FileNotFound(StorageError):
    """No element or file of this name."""

    symbol, hresult = "STG_E_FILENOTFOUND", 0x80030002


class PathNotFound(StorageError):
    """No such folder of the file system."""

    symbol, hresult = "STG_E_PATHNOTFOUND", 0x80030003


class AccessDenied(StorageError):
    """The mode it was opened with, or the system, does not permit it."""

    symbol, hresult = "STG_E_ACCESSDENIED", 0x80030005


class InsufficientMemory(StorageError):
    """Memory ran out."""

    symbol, hresult = "STG_E_INSUFFICIENTMEMORY", 0x80030008


class InvalidPointer(StorageError):
    """Something that must be given is not."""

    symbol, hresult = "STG_E_INVALIDPOINTER", 0x80030009


class SeekError(StorageError):
    """There is no such place."""

    symbol, hresult = "STG_E_SEEKERROR", 0x80030019


class WriteFault(StorageError):
    """The disk failed while something was written."""

    symbol, hresult = "STG_E_WRITEFAULT", 0x8003001D


class ReadFault(StorageError):
    """The disk failed while something was read."""

    symbol, hresult = "STG_E_READFAULT", 0x8003001E


class ShareViolation(StorageError):
    """Somebody else has it open in a way that excludes this one."""

    symbol, hresult = "STG_E_SHAREVIOLATION", 0x80030020


class LockViolation(StorageError):
    """Somebody else has the bytes locked."""

    symbol, hresult = "STG_E_LOCKVIOLATION", 0x80030021


class FileAlreadyExists(StorageError):
    """The name is taken."""

    symbol, hresult = "STG_E_FILEALREADYEXISTS", 0x80030050


class InvalidParameter(StorageError):
    """An argument has a value the call cannot take."""

    symbol, hresult = "STG_E_INVALIDPARAMETER", 0x80030057


class MediumFull(StorageError):
    """There is no room left."""

    symbol, hresult = "STG_E_MEDIUMFULL", 0x80030070


class InvalidHeader(StorageError):
    """It is no compound file."""

    symbol, hresult = "STG_E_INVALIDHEADER", 0x800300FB


class InvalidName(StorageError):
    """No element can be called that."""

    symbol, hresult = "STG_E_INVALIDNAME", 0x800300FC


class InvalidFlag(StorageError):
    """A mode that does not exist, or not together with the others."""

    symbol, hresult = "STG_E_INVALIDFLAG", 0x800300FF


class NotCurrent(StorageError):
    """Somebody else has committed since it was opened."""

    symbol, hresult = "STG_E_NOTCURRENT", 0x80030101


class Reverted(StorageError):
    """The storage above was closed or reverted, or the element removed."""

    symbol, hresult = "STG_E_REVERTED", 0x80030102


class CantSave(StorageError):
    """What was changed could not be saved; it is still as it was."""

    symbol, hresult = "STG_E_CANTSAVE", 0x80030103


class OldFormat(StorageError):
    """A version that is not read."""

    symbol, hresult = "STG_E_OLDFORMAT", 0x80030104


class DocfileCorrupt(StorageError):
    """The file is damaged."""

    symbol, hresult = "STG_E_DOCFILECORRUPT", 0x80030109


_MAPI: Final[dict[type[StorageError], type[MapiError]]] = {
    FileNotFound: errors.NotFound,
    PathNotFound: errors.NotFound,
    AccessDenied: errors.NoAccess,
    ShareViolation: errors.NoAccess,
    LockViolation: errors.NoAccess,
    InsufficientMemory: errors.NotEnoughMemory,
    MediumFull: errors.NotEnoughDisk,
    ReadFault: errors.DiskError,
    WriteFault: errors.DiskError,
    SeekError: errors.DiskError,
    CantSave: errors.DiskError,
    InvalidParameter: errors.InvalidParameter,
    InvalidPointer: errors.InvalidParameter,
    InvalidFlag: errors.InvalidParameter,
    InvalidName: errors.InvalidParameter,
    Reverted: errors.CorruptData,
    InvalidHeader: errors.CorruptData,
    OldFormat: errors.CorruptData,
    DocfileCorrupt: errors.CorruptData,
    FileAlreadyExists: errors.Collision,
    NotCurrent: errors.ObjectChanged,
}


def mapi_error(error: StorageError) -> MapiError:
    """What a storage error is in MAPI's words; `CallFailed` for one without a counterpart (IMS-40)."""
    return _MAPI.get(type(error), errors.CallFailed)(str(error), hint=error.hint)


def by_hresult(hresult: int) -> type[StorageError]:
    """The class of a code, signed or not; `StorageError` for one without a class."""
    wanted = hresult & 0xFFFFFFFF
    return next((kind for kind in StorageError.__subclasses__() if kind.hresult == wanted), StorageError)
