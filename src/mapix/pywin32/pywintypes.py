"""The names of `pywintypes` that MAPI scripts use: errors, identifiers and times."""

from __future__ import annotations

from typing import Any

from mapix.pywin32.errors import com_error as com_error
from mapix.pywin32.iid import IID as IID
from mapix.pywin32.iid import PyIID
from mapix.pywin32.times import Time as Time
from mapix.pywin32.times import datetime as datetime

IIDType = PyIID
TimeType = datetime
UnicodeType = str
TRUE = 1
FALSE = 0


class error(Exception):
    """A Windows call failed: `(number, function, text)`."""

    @property
    def winerror(self) -> Any:
        """The number of the error."""
        return self.args[0] if self.args else None

    @property
    def funcname(self) -> Any:
        """The function that failed."""
        return self.args[1] if len(self.args) > 1 else None

    @property
    def strerror(self) -> Any:
        """Its text."""
        return self.args[2] if len(self.args) > 2 else None


error.__module__ = "pywintypes"


def Unicode(value: Any, /) -> str:
    """Text: strings in Python are Unicode already."""
    return str(value)


def UnicodeFromRaw(data: Any, /) -> str:
    """The text of UTF-16LE bytes."""
    return bytes(data).decode("utf-16-le", "surrogatepass")


def CreateGuid() -> PyIID:
    """A fresh GUID."""
    from uuid import uuid4

    return IID(uuid4().bytes_le, True)
