"""The functions of `win32com.server.util` that MAPI scripts use."""

from __future__ import annotations

from typing import Any

from mapix.pywin32.gateways import IID_IMAPIProgress, of_progress, of_stream
from mapix.pywin32.mapi import IID_IMAPIAdviseSink
from mapix.pywin32.pythoncom import IID_IStream
from mapix.pywin32.sink import PyIMAPIAdviseSink, of_gateway
from mapix.pywin32.unknown import PyIUnknown, guarded


def wrap(ob: Any, iid: Any = None, usePolicy: Any = None, useDispatcher: Any = None) -> Any:
    """A COM object for a Python one, by the interfaces or methods it declares: `OnNotify` makes a sink, which is called
    with a list of notifications, `Progress` a watcher of long calls, `Read` and `Seek` a stream. Others are plain
    PyIUnknown. Policies and dispatchers change nothing.
    """
    return _wrapped(ob, iid)


@guarded
def _wrapped(ob: Any, iid: Any) -> Any:
    interfaces = (*getattr(ob, "_com_interfaces_", ()), iid)
    methods = getattr(ob, "_public_methods_", ())
    if IID_IMAPIAdviseSink in interfaces or "OnNotify" in methods:
        return of_gateway(ob)
    if IID_IMAPIProgress in interfaces or "Progress" in methods:
        return of_progress(ob)
    if IID_IStream in interfaces or {"Read", "Seek"} <= set(methods):
        return of_stream(ob)
    return PyIUnknown(ob).QueryInterface(iid) if iid is not None else PyIUnknown(ob)


def unwrap(ob: Any) -> Any:
    """The Python object behind a COM one; ValueError when there is none to be had."""
    if isinstance(ob, PyIUnknown) and not isinstance(ob, PyIMAPIAdviseSink):
        return getattr(ob._obj, "server", ob._obj)
    raise ValueError("the object is not a gateway of this process")


class FileStream:
    """An open binary file as a stream: `wrap(FileStream(file))`."""

    _public_methods_ = ("Read", "Write", "Seek", "SetSize", "Commit", "Clone")
    _com_interfaces_ = (IID_IStream,)

    def __init__(self, file: Any) -> None:
        self.file = file

    def Read(self, amount: int) -> bytes:
        """Up to so many bytes."""
        data: bytes = self.file.read(amount)
        return data

    def Write(self, data: bytes) -> int:
        """Put bytes at the cursor; how many."""
        self.file.write(data)
        return len(data)

    def Seek(self, offset: int, origin: int) -> int:
        """Move the cursor; the new position."""
        position: int = self.file.seek(offset, origin)
        return position

    def SetSize(self, newSize: int) -> None:
        """Cut or grow the file."""
        self.file.truncate(newSize)

    def Commit(self, flags: int) -> None:
        """Hand what was written to the system."""
        self.file.flush()

    def Clone(self) -> FileStream:
        """The same file; its cursor is one."""
        return FileStream(self.file)
