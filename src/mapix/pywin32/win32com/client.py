"""What `win32com.client` answers here: that programs cannot be automated on this system, and what to use instead."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from mapix.properties.errors import NoSupport
from mapix.pywin32 import pythoncom as pythoncom
from mapix.pywin32 import pywintypes as pywintypes
from mapix.pywin32.absent import HINT
from mapix.pywin32.errors import CO_E_CLASSSTRING, make
from mapix.pywin32.win32com import gencache as gencache

_HINTS: Final = {
    "mapi": "mapi.MAPILogonEx of win32com.mapi, which works here, or mapix.logon()",
    "outlook": f"{HINT}; message files: mapix.open",
    "redemption": HINT,
    "cdo": "mapix send, or smtplib of Python",
}
"""What to use instead, by the first word of a server's name."""


def _refuse(name: Any) -> NoReturn:
    first = str(name).partition(".")[0].casefold()
    reason = NoSupport(
        "there are no COM servers such as Outlook on this system", value=name, hint=_HINTS.get(first, HINT)
    )
    raise make(CO_E_CLASSSTRING, reason)


def Dispatch(dispatch: Any, *rest: Any, **named: Any) -> NoReturn:
    """com_error CO_E_CLASSSTRING: no program can be automated here."""
    _refuse(dispatch)


def DispatchEx(clsid: Any, *rest: Any, **named: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(clsid)


def DispatchWithEvents(clsid: Any, *rest: Any, **named: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(clsid)


def GetActiveObject(Class: Any, *rest: Any, **named: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(Class)


def GetObject(Pathname: Any = None, Class: Any = None, *rest: Any, **named: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(Class or Pathname)


def WithEvents(disp: Any, user_event_class: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(disp)


def CastTo(ob: Any, target: Any, *rest: Any) -> NoReturn:
    """As Dispatch."""
    _refuse(ob)


class _Constants:
    """`win32com.client.constants`: the constants of programs, of which none is known here."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name)


constants = _Constants()


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(
        f"win32com.client has no {name!r} on this system: COM servers cannot be automated. Try: {HINT}"
    )
