"""The functions of `win32com.server.util` that MAPI scripts use."""

from __future__ import annotations

from typing import Any

from mapix.pywin32.mapi import IID_IMAPIAdviseSink
from mapix.pywin32.sink import PyIMAPIAdviseSink, of_gateway
from mapix.pywin32.unknown import PyIUnknown, guarded


@guarded
def wrap(ob: Any, iid: Any = None, usePolicy: Any = None, useDispatcher: Any = None) -> Any:
    """A COM object for a Python one. An object with `OnNotify` among its `_public_methods_` is a sink, which calls it
    with a list of notifications; others are plain PyIUnknown.
    """
    interfaces = getattr(ob, "_com_interfaces_", ())
    methods = getattr(ob, "_public_methods_", ())
    if IID_IMAPIAdviseSink in interfaces or "OnNotify" in methods or iid == IID_IMAPIAdviseSink:
        return of_gateway(ob)
    return PyIUnknown(ob).QueryInterface(iid) if iid is not None else PyIUnknown(ob)


def unwrap(ob: Any) -> Any:
    """The Python object behind a COM one; ValueError when there is none to be had."""
    if isinstance(ob, PyIUnknown) and not isinstance(ob, PyIMAPIAdviseSink):
        return ob._obj
    raise ValueError("the object is not a gateway of this process")
