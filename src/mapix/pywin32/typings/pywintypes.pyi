"""Errors, identifiers and times."""

import datetime as _datetime
from typing import Any, Final

from _win32typing import PyIID

class com_error(Exception):
    """A COM or MAPI call failed. `args` are `(hresult, strerror, excepinfo, argerror)`; the code is signed."""

    hresult: int
    strerror: str
    excepinfo: Any
    argerror: Any

class error(Exception):
    """A Windows call failed: `(number, function, text)`."""

    winerror: int
    funcname: str
    strerror: str

class datetime(_datetime.datetime):
    """A `datetime.datetime` that can also `Format` itself; MAPI gives aware ones in UTC."""

    def Format(self, format: str = "%c", /) -> str:
        """The time by a format of `strftime`."""

TimeType = datetime
IIDType = PyIID
UnicodeType = str
TRUE: Final = 1
FALSE: Final = 0

def IID(value: str | bytes | PyIID, is_bytes: bool = False, /) -> PyIID:
    """An identifier from `{…}` text, from another one, or with `is_bytes` from 16 bytes."""

def Time(value: float | tuple[int, ...] | _datetime.datetime, /) -> datetime:
    """Seconds since 1970, the fields of a time, or a datetime as an aware UTC time; naive ones are local time."""

def Unicode(value: object, /) -> str:
    """Text: strings are Unicode already."""

def UnicodeFromRaw(data: bytes, /) -> str:
    """The text of UTF-16LE bytes."""

def CreateGuid() -> PyIID:
    """A fresh GUID."""
