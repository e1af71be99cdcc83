"""Gateways: COM objects made of Python ones."""

from typing import Any

from _win32typing import PyIID

def wrap(ob: object, iid: PyIID | None = None, usePolicy: Any = None, useDispatcher: Any = None) -> Any:
    """A COM object for a Python one that names its `_public_methods_`, and its `_com_interfaces_`."""

def unwrap(ob: Any) -> Any:
    """The Python object behind a COM one."""
