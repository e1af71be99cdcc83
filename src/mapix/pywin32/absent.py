"""Functions of pythoncom for which there is nothing outside Windows: they say so, in COM's way.

Scripts look for running programs with them, and go on without when there are none.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from mapix.properties.errors import NoSupport
from mapix.pywin32.errors import CO_E_CLASSSTRING, REGDB_E_CLASSNOTREG, make

HINT: Final = "win32com.mapi (Extended MAPI), which works here, or mapix.client"
_UNAVAILABLE: Final = 0x800401E3


def GetActiveObject(cls: Any, /) -> NoReturn:
    """com_error MK_E_UNAVAILABLE: no program with objects runs here."""
    raise make(_UNAVAILABLE, NoSupport("no such program can run on this system", value=str(cls), hint=HINT))


def CoGetObject(name: Any, /, *rest: Any) -> NoReturn:
    """As GetActiveObject."""
    GetActiveObject(name)


def connect(cls: Any, /) -> NoReturn:
    """As GetActiveObject."""
    GetActiveObject(cls)


def new(cls: Any, /) -> NoReturn:
    """com_error CO_E_CLASSSTRING: no class is known by a name here."""
    raise make(CO_E_CLASSSTRING, NoSupport("there are no COM servers on this system", value=str(cls), hint=HINT))


def CoCreateInstanceEx(clsid: Any, /, *rest: Any) -> NoReturn:
    """com_error REGDB_E_CLASSNOTREG: there are no other machines' classes either."""
    raise make(REGDB_E_CLASSNOTREG, NoSupport("the class is not on this system", value=str(clsid), hint=HINT))


def ProgIDFromCLSID(clsid: Any, /) -> NoReturn:
    """com_error REGDB_E_CLASSNOTREG: classes have no names here."""
    raise make(REGDB_E_CLASSNOTREG, NoSupport("classes have no names on this system", value=str(clsid)))


def LoadTypeLib(name: Any, /) -> NoReturn:
    """com_error REGDB_E_CLASSNOTREG: there are no type libraries."""
    raise make(REGDB_E_CLASSNOTREG, NoSupport("there are no type libraries on this system", value=str(name)))


Connect, New = connect, new
