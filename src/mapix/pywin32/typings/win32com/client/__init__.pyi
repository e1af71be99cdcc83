"""Automation of COM servers: there are none outside Windows, where every call says so."""

from typing import Any

def Dispatch(dispatch: Any, *rest: Any, **named: Any) -> Any:
    """A COM server by its name; com_error outside Windows."""

def __getattr__(name: str) -> Any: ...
