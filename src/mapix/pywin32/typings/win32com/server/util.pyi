"""Gateways: COM objects made of Python ones."""

from typing import Any, BinaryIO

from _win32typing import PyIID

def wrap(ob: object, iid: PyIID | None = None, usePolicy: Any = None, useDispatcher: Any = None) -> Any:
    """A COM object for a Python one that names its `_public_methods_`, and its `_com_interfaces_`."""

def unwrap(ob: Any) -> Any:
    """The Python object behind a COM one."""

class FileStream:
    """An open binary file as a stream: `wrap(FileStream(file))`."""

    file: BinaryIO
    def __init__(self, file: BinaryIO) -> None: ...
    def Read(self, amount: int) -> bytes:
        """Up to so many bytes."""

    def Write(self, data: bytes) -> int:
        """Put bytes at the cursor; how many."""

    def Seek(self, offset: int, origin: int) -> int:
        """Move the cursor; the new position."""

    def SetSize(self, newSize: int) -> None:
        """Cut or grow the file."""

    def Commit(self, flags: int) -> None:
        """Hand what was written to the system."""

    def Clone(self) -> FileStream:
        """The same file; its cursor is one."""
