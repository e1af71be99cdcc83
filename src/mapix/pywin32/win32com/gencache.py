"""The module `win32com.client.gencache`, which makes Python code for COM servers: there are none here."""

from __future__ import annotations

from typing import Any, Final, NoReturn

is_readonly: Final = True


def _refuse(name: Any) -> NoReturn:
    from mapix.pywin32.win32com.client import Dispatch

    Dispatch(name)


def EnsureDispatch(prog_id: Any, *rest: Any, **named: Any) -> NoReturn:
    """As `win32com.client.Dispatch`: com_error, with what to use instead."""
    _refuse(prog_id)


def EnsureModule(typelib: Any, *rest: Any, **named: Any) -> NoReturn:
    """As EnsureDispatch."""
    _refuse(typelib)


def GetGeneratePath() -> str:
    """Where code would be put: nowhere."""
    return ""
