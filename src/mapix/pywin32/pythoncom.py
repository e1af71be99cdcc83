"""The names of `pythoncom` that MAPI scripts use: start and stop, streams, storages, identifiers, waiting for
notifications."""

from __future__ import annotations

from typing import Any

from mapix.properties.errors import NoSupport
from mapix.pywin32 import args, iids
from mapix.pywin32.bytestreams import MemoryStream
from mapix.pywin32.classes import CLASSES
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
from mapix.pywin32.pywintypes import CreateGuid as CreateGuid
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.unknown import TYPES, PyIUnknown, guarded

error = com_error
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

STREAM_SEEK_SET = 0
STREAM_SEEK_CUR = 1
STREAM_SEEK_END = 2
CLSCTX_INPROC_SERVER = 1
CLSCTX_INPROC_HANDLER = 2
CLSCTX_LOCAL_SERVER = 4
CLSCTX_SERVER = 21
CLSCTX_ALL = 23
COINIT_MULTITHREADED = 0
COINIT_APARTMENTTHREADED = 2

_WAIT_SECONDS = 0.1


class _Marker:
    """A value that stands for an argument that is not there."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<pythoncom.{self._name}>"


Empty = _Marker("Empty")
Missing = _Marker("Missing")
ArgNotFound = _Marker("ArgNotFound")


def CoInitialize() -> None:
    """Nothing: there is no COM to start."""


def CoInitializeEx(flags: Any, /) -> None:
    """Nothing: there is no COM to start."""
    args.int32(flags)


def CoUninitialize() -> None:
    """Nothing: there is no COM to stop."""


def MakeIID(iid: Any, isBytes: Any = False, /) -> PyIID:
    """A PyIID from text, or with `isBytes` from 16 bytes."""
    return IID(iid, isBytes)


def GetScodeString(hr: Any, /) -> str:
    """What the system says of a code."""
    return text_of(args.uint32(hr))


def CreateStreamOnHGlobal(hGlobal: Any = None, deleteOnRelease: Any = True, /) -> PyIStream:
    """A stream in memory; there are no memory handles, so `hGlobal` is None."""
    if hGlobal is not None:
        raise TypeError("there are no memory handles here: pass None")
    return PyIStream(MemoryStream())


@guarded
def PumpWaitingMessages(firstMessage: Any = 0, lastMessage: Any = 0, /) -> int:
    """Tell notifications that wait for this thread; 0, for nobody asks this program to end."""
    from mapix.subsystem.initialize import is_initialized, subsystem

    args.uint32(firstMessage), args.uint32(lastMessage)
    if is_initialized():
        subsystem().dispatch_notifications()
    return 0


@guarded
def PumpMessages() -> None:
    """Tell notifications as they come, until the program is interrupted."""
    from mapix.subsystem.initialize import subsystem

    while True:
        subsystem().notifications.wait(_WAIT_SECONDS)
        subsystem().dispatch_notifications()


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
