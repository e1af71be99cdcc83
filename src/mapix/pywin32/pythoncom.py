"""The module `pythoncom`: start and stop, streams, storages, identifiers, objects between threads, waiting for
notifications; and what COM has and this system has not, which says so.

The constants are put here from `com_constants`, the identifiers from `iids`; both are generated.
"""

from __future__ import annotations

import threading
from typing import Any

from mapix.properties.errors import NoSupport
from mapix.pywin32 import args, iids
from mapix.pywin32.absent import CoCreateInstanceEx as CoCreateInstanceEx
from mapix.pywin32.absent import CoGetObject as CoGetObject
from mapix.pywin32.absent import Connect as Connect
from mapix.pywin32.absent import GetActiveObject as GetActiveObject
from mapix.pywin32.absent import LoadTypeLib as LoadTypeLib
from mapix.pywin32.absent import New as New
from mapix.pywin32.absent import ProgIDFromCLSID as ProgIDFromCLSID
from mapix.pywin32.absent import connect as connect
from mapix.pywin32.absent import new as new
from mapix.pywin32.apartments import CoFreeUnusedLibraries as CoFreeUnusedLibraries
from mapix.pywin32.apartments import CoInitialize as CoInitialize
from mapix.pywin32.apartments import CoInitializeEx as CoInitializeEx
from mapix.pywin32.apartments import CoUninitialize as CoUninitialize
from mapix.pywin32.apartments import OleInitialize as OleInitialize
from mapix.pywin32.apartments import OleUninitialize as OleUninitialize
from mapix.pywin32.bytestreams import MemoryStream
from mapix.pywin32.classes import CLASSES
from mapix.pywin32.com_constants import *  # noqa: F403
from mapix.pywin32.docfiles import CreateILockBytesOnHGlobal as CreateILockBytesOnHGlobal
from mapix.pywin32.docfiles import ReadClassStg as ReadClassStg
from mapix.pywin32.docfiles import StgCreateDocfile as StgCreateDocfile
from mapix.pywin32.docfiles import StgCreateDocfileOnILockBytes as StgCreateDocfileOnILockBytes
from mapix.pywin32.docfiles import StgIsStorageFile as StgIsStorageFile
from mapix.pywin32.docfiles import StgOpenStorage as StgOpenStorage
from mapix.pywin32.docfiles import StgOpenStorageEx as StgOpenStorageEx
from mapix.pywin32.docfiles import StgOpenStorageOnILockBytes as StgOpenStorageOnILockBytes
from mapix.pywin32.docfiles import WriteClassStg as WriteClassStg
from mapix.pywin32.errors import REGDB_E_CLASSNOTREG, com_error, make, text_of
from mapix.pywin32.iid import IID, PyIID
from mapix.pywin32.marshal import CoGetInterfaceAndReleaseStream as CoGetInterfaceAndReleaseStream
from mapix.pywin32.marshal import CoMarshalInterface as CoMarshalInterface
from mapix.pywin32.marshal import CoMarshalInterThreadInterfaceInStream as CoMarshalInterThreadInterfaceInStream
from mapix.pywin32.marshal import CoReleaseMarshalData as CoReleaseMarshalData
from mapix.pywin32.marshal import CoUnmarshalInterface as CoUnmarshalInterface
from mapix.pywin32.marshal import ReadClassStm as ReadClassStm
from mapix.pywin32.marshal import WriteClassStm as WriteClassStm
from mapix.pywin32.pywintypes import CreateGuid as CreateGuid
from mapix.pywin32.pywintypes import Time
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.unknown import TYPES, PyIUnknown, guarded

error = com_error
MakeTime = Time
TypeIIDs = TYPES
InterfaceNames: dict[str, PyIID] = {
    **{cls.removeprefix("Py"): IID(text) for cls, text in iids.INTERFACES.items()},
    **{name.removeprefix("IID_"): IID(text) for name, text in iids.PYTHONCOM.items()},
}
ServerInterfaces: dict[PyIID, Any] = {}

IID_IUnknown = IID(iids.PYTHONCOM["IID_IUnknown"])
IID_IStream = IID(iids.PYTHONCOM["IID_IStream"])
IID_IStorage = IID(iids.PYTHONCOM["IID_IStorage"])
IID_ILockBytes = IID(iids.PYTHONCOM["IID_ILockBytes"])
IID_ISequentialStream = IID(iids.PYTHONCOM["IID_ISequentialStream"])

globals().update({name: IID(text) for name, text in iids.COM.items()})

_WAIT_SECONDS = 0.1
_asked_to_end: set[int] = set()
"""Threads that are asked to end, by the low half of their numbers."""


class _Marker:
    """A value that stands for an argument that is not there."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<pythoncom.{self._name}>"


Empty = _Marker("Empty")
Missing = _Marker("Missing")
ArgNotFound = _Marker("ArgNotFound")


def MakeIID(iid: Any, isBytes: Any = False, /) -> PyIID:
    """A PyIID from text, or with `isBytes` from 16 bytes."""
    return IID(iid, isBytes)


def GetScodeString(hr: Any, /) -> str:
    """What the system says of a code."""
    return text_of(args.uint32(hr))


def GetSeverityString(hr: Any, /) -> str:
    """Whether a code is a failure: `Error` or `Success`."""
    return "Error" if args.uint32(hr) >> 31 else "Success"


def GetFacilityString(hr: Any, /) -> str:
    """Whose error a code is: the name of its FACILITY_, without that."""
    from mapix.pywin32 import winerror_codes

    number = args.uint32(hr) >> 16 & 0x1FFF
    names = (name for name, value in vars(winerror_codes).items() if name.startswith("FACILITY_") and value == number)
    return next(names, "FACILITY_Unknown").removeprefix("FACILITY_")


def EnableQuitMessage(threadId: Any, /) -> None:
    """Have PumpMessages of a thread (`threading.get_ident()`) end, and PumpWaitingMessages answer 1 once."""
    _asked_to_end.add(args.uint32(threadId))


def CreateStreamOnHGlobal(hGlobal: Any = None, deleteOnRelease: Any = True, /) -> PyIStream:
    """A stream in memory; there are no memory handles, so `hGlobal` is None."""
    if hGlobal is not None:
        raise TypeError("there are no memory handles here: pass None")
    return PyIStream(MemoryStream())


@guarded
def PumpWaitingMessages(firstMessage: Any = 0, lastMessage: Any = 0, /) -> int:
    """Tell notifications that wait for this thread; 1 when it is asked to end (EnableQuitMessage), else 0."""
    from mapix.subsystem.initialize import is_initialized, subsystem

    args.uint32(firstMessage), args.uint32(lastMessage)
    if is_initialized():
        subsystem().dispatch_notifications()
    return int(_is_asked_to_end())


@guarded
def PumpMessages() -> None:
    """Tell notifications as they come, until the program is interrupted or asked to end (EnableQuitMessage)."""
    from mapix.subsystem.initialize import subsystem

    while not _is_asked_to_end():
        subsystem().notifications.wait(_WAIT_SECONDS)
        subsystem().dispatch_notifications()


def _is_asked_to_end() -> bool:
    number = threading.get_ident() & 0xFFFFFFFF
    asked = number in _asked_to_end
    _asked_to_end.discard(number)
    return asked


@guarded
def CoCreateInstance(clsid: Any, outer: Any, context: Any, iid: Any, /) -> PyIUnknown:
    """An object of a class that is here (`classes.CLASSES`); com_error REGDB_E_CLASSNOTREG for any other."""
    wanted = args.iid(clsid)
    args.int32(context)
    shown_as = args.iid(iid)
    if outer is not None:
        raise NoSupport("objects are not made as parts of others", hint="pass None")
    maker = CLASSES.get(wanted)
    if maker is None:
        raise make(REGDB_E_CLASSNOTREG, NoSupport("the class is not on this system", value=str(wanted)))
    found: PyIUnknown = maker().QueryInterface(shown_as)
    return found
